"""Checking a file of rates: what is wrong is found by name and day."""

from datetime import date

import pytest

from payments.obligations.rate_findings import Flaw, Series, check_rates
from payments.obligations.rates import RATES_FILE
from payments.obligations.registry import KINDS

TODAY = date(2026, 11, 22)


def _row(first: str, last: str = "", value: str = "value = 1", status: str = "CONFIRMED") -> str:
    ends = f"to = {last}\n" if last else ""
    return f'[[a.b]]\n{value}\nfrom = {first}\n{ends}source = "Luật"\nstatus = "{status}"\n'


def _hole(first: str, last: str) -> str:
    return f'[[a.b]]\nmissing = true\nfrom = {first}\nto = {last}\nsource = "Không tìm thấy"\n'


def _check(text: str, *, used: frozenset[str] = frozenset(), ahead_days: int = 60) -> Series:
    (series,) = check_rates(text, used=used, today=TODAY, ahead_days=ahead_days)
    return series


@pytest.mark.parametrize(
    ("text", "flaws"),
    [
        (_row("2026-01-01"), []),
        (_row("2025-01-01", "2025-12-31") + _row("2026-01-01"), []),
        (_row("2026-01-01") + _row("2025-01-01", "2025-12-31"), []),
        (_row("2025-01-01", "2025-12-30") + _row("2026-01-01"), [Flaw.GAP]),
        (_row("2025-01-01", "2026-01-01") + _row("2026-01-01"), [Flaw.OVERLAP]),
        (_row("2025-01-01") + _row("2026-01-01"), [Flaw.OVERLAP]),
        (
            _row("2024-01-01", "2024-12-31")
            + _hole("2025-01-01", "2025-12-31")
            + _row("2026-01-01"),
            [],
        ),
        (
            _row("2024-01-01", "2024-12-31")
            + _hole("2025-01-02", "2025-12-31")
            + _row("2026-01-01"),
            [Flaw.GAP],
        ),
        (
            _row("2024-01-01", "2025-01-01")
            + _hole("2025-01-01", "2025-12-31")
            + _row("2026-01-01"),
            [Flaw.OVERLAP],
        ),
        (_row("2026-01-01", status="SURE"), [Flaw.UNREADABLE]),
        (_row("2026-01-01", value="value = 0.5"), [Flaw.UNREADABLE]),
        (_row("2026-01-01", "2025-01-01"), [Flaw.UNREADABLE]),
        (_row("2026-01-01", "2026-12-31"), [Flaw.ENDING]),
        (_row("2026-01-01", "2026-06-30"), [Flaw.ENDING]),
        (_row("2026-01-01", "2027-06-30"), []),
    ],
)
def test_each_flaw_is_found_and_a_declared_hole_is_none(text: str, flaws: list[Flaw]):
    series = _check(text)
    assert [finding.flaw for finding in series.findings] == flaws
    assert series.is_sound == (not set(flaws) - {Flaw.ENDING})


def test_days_are_named():
    (gap,) = _check(_row("2025-01-01", "2025-12-30") + _row("2026-01-01")).findings
    assert "2025-12-31" in gap.words


def test_how_far_it_looks_ahead_is_asked_for():
    text = _row("2026-01-01", "2026-12-31")
    assert _check(text, ahead_days=38).findings == ()
    assert [one.flaw for one in _check(text, ahead_days=39).findings] == [Flaw.ENDING]


def test_a_series_a_price_needs_must_be_there():
    both = check_rates(_row("2026-01-01"), used={"a.b", "c.d"}, today=TODAY, ahead_days=0)
    assert [(one.name, one.is_sound) for one in both] == [("a.b", True), ("c.d", False)]


def test_the_file_in_use_is_sound_with_its_three_years_nobody_found_declared():
    used = {name for kind in KINDS.values() for name in kind.rates_used}
    text = RATES_FILE.read_text(encoding="utf-8")
    found = check_rates(text, used=used, today=TODAY, ahead_days=0)
    assert [one.name for one in found if not one.is_sound] == []
    holes = {one.name: one.holes for one in found if one.holes}
    assert [
        (hole.first, hole.last) for hole in holes.pop("social_insurance.fund_rate_monthly")
    ] == [
        (date(2018, 1, 1), date(2019, 12, 31)),
        (date(2025, 1, 1), date(2025, 12, 31)),
    ]
    assert not holes


@pytest.mark.parametrize(
    ("first", "flaws"),
    [("2026-07-01", []), ("2026-06-01", []), ("2026-07-02", [Flaw.GAP]), ("", [Flaw.GAP])],
)
def test_a_series_another_takes_over_from_does_not_end(first: str, flaws: list[Flaw]):
    ends = _row("2026-01-01", "2026-06-30") + 'then = "a.c"\n'
    after = _row(first).replace("a.b", "a.c") if first else ""
    found = check_rates(ends + after, used=(), today=TODAY, ahead_days=60)
    assert [one.flaw for one in found[0].findings] == flaws


def test_a_text_without_rows_is_refused():
    with pytest.raises(ValueError, match="a"):
        check_rates("a = 1", used=(), today=TODAY, ahead_days=0)
