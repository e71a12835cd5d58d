"""What the book says at a terminal: the trial balance, one account, and how to ask for it again."""

import argparse
from collections.abc import Iterator
from datetime import date, datetime

from api.composition import LOOK, open_look_house
from api.house import LookHouse
from api.screen import dong, show
from api.settings import read_look_settings
from ledger.accounts import Account
from ledger.exports.journal import Span, instant_text
from ledger.postgres.recorded import fix_instant
from ledger.postgres.statement import (
    EMPTY,
    Line,
    Turnover,
    adds_up,
    is_in_book,
    lines,
    sheet,
    turnovers,
)
from ledger.postgres.transaction import Tx


class SpanRefused(Exception):
    """The last day is before the first; the text is one line that says so."""


class AccountUnknown(Exception):
    """Nothing was ever posted to this account; the text is one line that says so."""


def trial_balance(chosen: argparse.Namespace) -> int:
    """Print the trial balance; 1 when its sides differ, which no healthy book ever shows."""
    house = _open_house("trial-balance")
    return print_trial_balance(
        house, first=chosen.first, last=chosen.last, recorded_by=chosen.recorded_by
    )


def account(chosen: argparse.Namespace) -> int:
    """Print what passed through one account."""
    house = _open_house("account")
    return print_account(
        house,
        chosen.account,
        first=chosen.first,
        last=chosen.last,
        recorded_by=chosen.recorded_by,
        with_lines=chosen.lines,
    )


def print_trial_balance(
    house: LookHouse,
    *,
    first: date | None = None,
    last: date | None = None,
    recorded_by: datetime | None = None,
) -> int:
    """Print every account by side and the sums; 1 when the sides differ."""
    with house.open_auditor_tx() as tx:
        span = _span(tx, first=first, last=last, recorded_by=recorded_by)
        told = sheet(tx, span)
    show("\nTrial balance, dong")
    _show_clocks(span)
    _show_head("account")
    for place, turnover in told.rows:
        show(f"  {place.code:<34}{_columns(turnover)}")
    show(f"  {'sum':<34}{'':>20}{dong(told.debit.vnd)}{dong(told.credit.vnd)}")
    _show_again("trial-balance", "--as-of", span)
    return 0 if told.is_balanced else 1


def print_account(
    house: LookHouse,
    place: Account,
    *,
    first: date | None = None,
    last: date | None = None,
    recorded_by: datetime | None = None,
    with_lines: bool = False,
) -> int:
    """Print what one account held before, took in on either side, and holds; and its lines.

    1 when the lines do not lead from what it held to what it holds.

    Raises:
        AccountUnknown: it is not in the book.
    """
    with house.open_auditor_tx() as tx:
        span = _span(tx, first=first, last=last, recorded_by=recorded_by)
        if not is_in_book(tx, place):
            raise AccountUnknown(
                f"no such account in the book: {place.code};"
                " accounts are case-sensitive, trial-balance lists them"
            )
        turnover = turnovers(tx, span, [place]).get(place, EMPTY)
        show(f"\nAccount {place.code}, dong")
        _show_clocks(span)
        _show_head("")
        show(f"  {'':<34}{_columns(turnover)}")
        is_sound = not with_lines or adds_up(turnover, _shown_lines(tx, span, place))
    if not is_sound:
        show("\n  the lines do not add up to the kept sums: run clearing prove\n")
    _show_again(f"account {place.code}{' --lines' if with_lines else ''}", "--to", span)
    return 0 if is_sound else 1


def _open_house(process: str) -> LookHouse:
    return open_look_house(read_look_settings(process, LOOK), process=process)


def _span(tx: Tx, *, first: date | None, last: date | None, recorded_by: datetime | None) -> Span:
    if first is not None and last is not None and last < first:
        raise SpanRefused(f"the last day {last} is before the first, {first}")
    return Span(first, last, fix_instant(tx, recorded_by))


def _show_clocks(span: Span) -> None:
    show(f"  business days {span.days_text}, as recorded by {instant_text(span.recorded_by)}")


def _show_head(first_column: str) -> None:
    show(f"  {first_column:<34}{'opening':>20}{'debit':>20}{'credit':>20}{'closing':>20}")


def _columns(turnover: Turnover) -> str:
    amounts = (turnover.opening.net, turnover.debit, turnover.credit, turnover.closing.net)
    return "".join(dong(amount.vnd) for amount in amounts)


def _shown_lines(tx: Tx, span: Span, place: Account) -> Iterator[Line]:
    """Print every line as it is taken, a page of them at a time in memory."""
    show(
        f"\n  {'day':<12}{'change':>20}{'balance':>20}  counter account, batch, entry, recorded at"
    )
    page = lines(tx, span, place)
    yield from _shown(page.lines)
    while page.next_after is not None:
        page = lines(tx, span, place, after=page.next_after)
        yield from _shown(page.lines)


def _shown(told: tuple[Line, ...]) -> Iterator[Line]:
    for line in told:
        show(
            f"  {line.mark.business_date.isoformat():<12}{dong(line.change.vnd)}"
            f"{dong(line.balance.vnd)}  {line.counter.code} {line.batch} {line.key}"
            f" {instant_text(line.recorded_at)}"
        )
        yield line


def _show_again(command: str, last_option: str, span: Span) -> None:
    """Print the command whose answer is this page for ever."""
    words = [f"clearing {command}"]
    if span.first is not None:
        words.append(f"--from {span.first}")
    if span.last is not None:
        words.append(f"{last_option} {span.last}")
    words.append(f"--recorded-by {instant_text(span.recorded_by)}")
    show(f"  the same again: {' '.join(words)}")
