"""What the book says at a terminal, and that the same words asked again give the same bytes."""

from datetime import UTC, datetime

import pytest

from api.book import SpanRefused, print_account, print_trial_balance
from api.command_line import main
from api.house import House
from ledger.accounts import account_of
from ledger.errors import InstantAhead
from ledger.postgres.days import close_day
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import OpenTx
from tests.api.tampering import raise_amounts
from tests.ledger.samples import DAY, NEXT_DAY, NOW, capture

RECEIVABLE = account_of("receivable:vnpay")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> "Told":
    return Told(capsys)


class Told:
    """Reads what was printed since the last look."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def text(self) -> str:
        """Return it, with every run of spaces as one."""
        return " ".join(self._capsys.readouterr().out.split())


def post(house: House, *numbers: int) -> None:
    with house.open_tx() as tx:
        post_entries(tx, [capture(number, amount=number) for number in numbers])


def instant_of(text: str) -> datetime:
    """Return the instant a printed page can be asked for again by."""
    return datetime.fromisoformat(text.rpartition("--recorded-by ")[2].split()[0])


def test_an_empty_book_is_balanced(house: House, told: Told) -> None:
    assert print_trial_balance(house) == 0
    text = told.text()
    assert "Trial balance, dong business days from the first to the last, as recorded by" in text
    assert "sum 0 0" in text


def test_every_account_stands_with_its_four_amounts(house: House, told: Told) -> None:
    post(house, 5)
    with house.open_tx() as tx:
        post_entries(tx, [capture(7, day=NEXT_DAY, amount=7)])
    assert print_trial_balance(house, first=NEXT_DAY) == 0
    text = told.text()
    assert "receivable:vnpay 5 7 0 12" in text
    assert "payable:kbnn-0011 -5 0 7 -12" in text
    assert "sum 7 7" in text
    assert "clearing trial-balance --from 2026-11-21 --recorded-by" in text


def test_a_printed_trial_balance_can_be_asked_for_again(house: House, told: Told) -> None:
    post(house, 5)
    print_trial_balance(house, last=DAY)
    first = told.text()
    post(house, 7)
    print_trial_balance(house, last=DAY, recorded_by=instant_of(first))
    assert told.text() == first
    assert "--as-of 2026-11-20 --recorded-by" in first


def test_one_account_is_told_line_by_line(house: House, told: Told) -> None:
    post(house, 5, 7)
    assert print_account(house, RECEIVABLE, first=DAY, last=DAY, with_lines=True) == 0
    text = told.text()
    assert "Account receivable:vnpay, dong business days from 2026-11-20 to 2026-11-20" in text
    assert "opening debit credit closing 0 12 0 12" in text
    assert "2026-11-20 5 5 payable:kbnn-0011 vnpay/2026-11-20/kbnn-0011 captured:vnpay:5" in text
    assert "2026-11-20 7 12 payable:kbnn-0011" in text
    assert "clearing account receivable:vnpay --lines --from 2026-11-20 --to 2026-11-20" in text


def test_lines_are_told_only_when_wanted_and_through_the_last_page(
    house: House, told: Told
) -> None:
    post(house, *range(1, 451))
    print_account(house, RECEIVABLE)
    assert "captured:vnpay:" not in told.text()
    print_account(house, RECEIVABLE, with_lines=True)
    assert told.text().count("captured:vnpay:") == 450


def test_an_account_that_had_not_moved_by_then_holds_nothing(house: House, told: Told) -> None:
    post(house, 5)
    assert print_account(house, RECEIVABLE, recorded_by=LONG_AGO, with_lines=True) == 0
    assert "closing 0 0 0 0" in told.text()


@pytest.mark.parametrize("code", ["receivable:VNPAY", "receivable:nobody"])
def test_an_account_that_is_not_in_the_book_is_refused_in_one_line(house: House, code: str) -> None:
    post(house, 5)
    with pytest.raises(SystemExit) as leaving:
        main(["account", code])
    assert leaving.value.code == (
        f"clearing: no such account in the book: {code};"
        " accounts are case-sensitive, trial-balance lists them"
    )


def test_lines_that_do_not_add_up_to_the_kept_sums_are_told(
    house: House, told: Told, owner_open_tx: OpenTx
) -> None:
    post(house, 5, 7)
    with house.open_recon_tx() as tx:
        close_day(tx, DAY, now=NOW)
    assert print_account(house, RECEIVABLE, with_lines=True) == 0
    assert "do not add up" not in told.text()
    raise_amounts(owner_open_tx)
    assert print_account(house, RECEIVABLE, with_lines=True) == 1
    assert "the lines do not add up to the kept sums: run clearing prove" in told.text()


def test_days_the_wrong_way_round_and_instants_ahead_are_refused(house: House) -> None:
    with pytest.raises(SpanRefused, match="the last day 2026-11-20 is before the first"):
        print_trial_balance(house, first=NEXT_DAY, last=DAY)
    post(house, 5)
    with pytest.raises(InstantAhead):
        print_account(house, RECEIVABLE, recorded_by=datetime(2100, 1, 1, tzinfo=UTC))


@pytest.mark.usefixtures("house")
def test_an_instant_ahead_is_told_in_vietnam_time() -> None:
    with pytest.raises(SystemExit) as leaving:
        main(["trial-balance", "--recorded-by", "2100-01-01T00:00:00+07:00"])
    assert "2100-01-01T00:00:00+07:00: this instant has not come yet" in str(leaving.value.code)


def test_operators_type_it(house: House, told: Told) -> None:
    post(house, 5)
    for words in (["trial-balance"], ["account", "receivable:vnpay"]):
        with pytest.raises(SystemExit) as leaving:
            main(words)
        assert leaving.value.code == 0
        assert f"the same again: clearing {' '.join(words)} --recorded-by" in told.text()
