"""The journal is taken out whole or not at all, and never without a record of who did."""

import argparse
import csv
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from api import export
from api.export import FORMATS, NotExported, Wanted, export_journal
from api.house import House
from ledger.audit_record import Doer
from ledger.errors import InstantAhead
from ledger.exports.journal import Journal
from ledger.postgres import audit_rows
from ledger.postgres.audit_rows import KeptRecord
from ledger.postgres.post import post_entries
from tests.ledger.samples import DAY, NEXT_DAY, capture

LAN = Doer(actor="os:lan", reason="asked for by the state auditor")


def wanted(
    output: Path | None,
    *,
    form: str = "csv",
    first: date | None = None,
    last: date | None = None,
    recorded_by: datetime | None = None,
    overwrites: bool = False,
) -> Wanted:
    return Wanted(
        form=form,
        first=first,
        last=last,
        recorded_by=recorded_by,
        output=output,
        overwrites=overwrites,
    )


def records(house: House) -> list[KeptRecord]:
    with house.open_auditor_tx() as tx:
        return audit_rows.newest(tx, limit_max=10)


@pytest.fixture
def posted(house: House) -> House:
    """Give a house whose book has an entry on each of two days."""
    with house.open_tx() as tx:
        post_entries(tx, [capture(1, day=DAY), capture(2, day=NEXT_DAY)])
    return house


@pytest.mark.parametrize("form", FORMATS)
def test_a_journal_is_written_in_every_form(
    posted: House, tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "journal"
    assert export_journal(posted, wanted(output, form=form), by=LAN) == 0
    text = output.read_text()
    assert "captured:vnpay:1" in text
    assert "captured:vnpay:2" in text
    assert list(tmp_path.glob(".journal*")) == []
    assert output.stat().st_mode & 0o077 == 0
    assert "journal: 2 transfers of 2 business days" in capsys.readouterr().out


def test_one_day_is_told_as_one(
    posted: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export_journal(posted, wanted(tmp_path / "journal", last=DAY), by=LAN)
    assert "journal: 1 transfer of 1 business day\n" in capsys.readouterr().out


def test_a_name_no_file_can_have_is_one_line(posted: House, tmp_path: Path) -> None:
    with pytest.raises(NotExported, match="File name too long"):
        export_journal(posted, wanted(tmp_path / ("x" * 300)), by=LAN)
    assert records(posted) == []


def test_the_same_instant_gives_the_same_bytes(posted: House, tmp_path: Path) -> None:
    instant = datetime.now(UTC)
    files = [tmp_path / "one", tmp_path / "two"]
    for number, output in enumerate(files):
        export_journal(posted, wanted(output, form="hledger", recorded_by=instant), by=LAN)
        with posted.open_tx() as tx:
            post_entries(tx, [capture(3 + number, day=NEXT_DAY)])
    assert files[0].read_bytes() == files[1].read_bytes()


def test_who_took_what_and_why_is_recorded(posted: House, tmp_path: Path) -> None:
    instant = datetime(2026, 11, 21, 18, tzinfo=UTC)
    asked = wanted(tmp_path / "journal", first=NEXT_DAY, last=NEXT_DAY, recorded_by=instant)
    export_journal(posted, asked, by=LAN)
    (kept,) = records(posted)
    assert kept.record.actor == "os:lan"
    assert kept.record.action == "journal.export"
    assert kept.record.subject == (
        "journal:csv 2026-11-21..2026-11-21 recorded by 2026-11-22T01:00:00.000000+07:00"
    )
    assert kept.record.reason == "asked for by the state auditor"


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [(None, None, "all days"), (DAY, None, "2026-11-20.."), (None, DAY, "..2026-11-20")],
)
def test_a_span_without_bounds_is_recorded_as_all_days(
    posted: House, tmp_path: Path, first: date | None, last: date | None, days: str
) -> None:
    export_journal(posted, wanted(tmp_path / "journal", first=first, last=last), by=LAN)
    (kept,) = records(posted)
    assert kept.record.subject.startswith(f"journal:csv {days} recorded by ")


def test_nothing_is_written_before_it_is_recorded(
    posted: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded_first: list[bool] = []

    def looking(_journal: Journal) -> Iterator[str]:
        recorded_first.append(len(records(posted)) == 1)
        yield ""

    monkeypatch.setattr(export, "FORMATS", {"csv": looking})
    export_journal(posted, wanted(tmp_path / "journal"), by=LAN)
    assert recorded_first == [True]


def test_without_a_file_the_journal_is_printed(
    posted: House, capsys: pytest.CaptureFixture[str]
) -> None:
    export_journal(posted, wanted(None, last=DAY), by=LAN)
    _, *rows = csv.reader(capsys.readouterr().out.splitlines())
    assert [row[2] for row in rows] == ["captured:vnpay:1"]


def test_the_instant_of_a_printed_journal_stands_beside_it(
    posted: House, capsys: pytest.CaptureFixture[str]
) -> None:
    instant = datetime(2026, 11, 21, 18, tzinfo=UTC)
    export_journal(posted, wanted(None, recorded_by=instant), by=LAN)
    assert capsys.readouterr().err == "as recorded by 2026-11-22T01:00:00.000000+07:00\n"


def test_a_file_that_is_there_is_kept_unless_forced(posted: House, tmp_path: Path) -> None:
    output = tmp_path / "journal"
    output.write_text("mine")
    with pytest.raises(NotExported, match="--force"):
        export_journal(posted, wanted(output), by=LAN)
    assert output.read_text() == "mine"
    assert records(posted) == []
    export_journal(posted, wanted(output, overwrites=True), by=LAN)
    assert "captured:vnpay:1" in output.read_text()


def test_a_device_or_folder_is_never_replaced(posted: House, tmp_path: Path) -> None:
    for place in (Path("/dev/null"), tmp_path):
        with pytest.raises(NotExported, match="no file"):
            export_journal(posted, wanted(place, overwrites=True), by=LAN)


@pytest.mark.parametrize(
    ("stop", "told"),
    [(KeyboardInterrupt(), "interrupted"), (OSError(28, "No space left on device"), "No space")],
)
def test_what_stops_half_way_leaves_no_file(
    posted: House,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stop: BaseException,
    told: str,
) -> None:
    def stopping(journal: Journal) -> Iterator[str]:
        yield next(iter(journal.lines)).key
        raise stop

    monkeypatch.setattr(export, "FORMATS", {"csv": stopping})
    before = set(tmp_path.iterdir())
    with pytest.raises(NotExported, match=told):
        export_journal(posted, wanted(tmp_path / "journal"), by=LAN)
    assert set(tmp_path.iterdir()) == before


def test_a_folder_that_is_not_there_is_told_by_name(posted: House, tmp_path: Path) -> None:
    with pytest.raises(NotExported, match="nowhere/journal: No such file"):
        export_journal(posted, wanted(tmp_path / "nowhere" / "journal"), by=LAN)


def test_a_file_that_came_meanwhile_is_kept(
    posted: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "journal"

    def slow(_journal: Journal) -> Iterator[str]:
        output.write_text("mine")
        yield "ours"

    monkeypatch.setattr(export, "FORMATS", {"csv": slow})
    with pytest.raises(NotExported, match="already there"):
        export_journal(posted, wanted(output), by=LAN)
    assert output.read_text() == "mine"


def test_a_span_that_ends_before_it_begins_is_refused(posted: House) -> None:
    with pytest.raises(NotExported, match="--to 2026-11-20 is before --from 2026-11-21"):
        export_journal(posted, wanted(None, first=NEXT_DAY, last=DAY), by=LAN)


def test_an_instant_that_has_not_come_leaves_neither_file_nor_record(
    posted: House, tmp_path: Path
) -> None:
    output = tmp_path / "journal"
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    with pytest.raises(InstantAhead):
        export_journal(posted, wanted(output, recorded_by=tomorrow), by=LAN)
    assert not output.exists()
    assert records(posted) == []


def test_whoever_sits_at_a_terminal_sees_how_far_it_is(
    posted: House,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(export, "_SHOW_EVERY", 1)
    export_journal(posted, wanted(tmp_path / "journal"), by=LAN)
    assert "\r2026-11-20  1 transfers \r2026-11-21  2 transfers " in capsys.readouterr().err


def test_a_reader_who_has_seen_enough_is_no_failure(
    posted: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone:
        def __init__(self) -> None:
            self.file = (tmp_path / "pipe").open("w")

        def writelines(self, _pieces: object) -> None:
            raise BrokenPipeError

        def fileno(self) -> int:
            return self.file.fileno()

    monkeypatch.setattr(sys, "stdout", gone := Gone())
    assert export_journal(posted, wanted(None), by=LAN) == 0
    gone.file.write("what was left")
    gone.file.close()
    assert (tmp_path / "pipe").read_text() == ""


def test_the_command_takes_out_what_was_typed(posted: House, tmp_path: Path) -> None:
    chosen = argparse.Namespace(
        format="csv",
        first=NEXT_DAY,
        last=None,
        recorded_by=None,
        output=tmp_path / "journal",
        force=False,
        reason="taken out by hand",
    )
    assert export.export(chosen) == 0
    assert "opening,2026-11-20" in chosen.output.read_text()
    (kept,) = records(posted)
    assert kept.record.actor.startswith("os:")
