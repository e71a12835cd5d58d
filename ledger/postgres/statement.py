"""What passed through accounts in a span of business dates: opening, closing and every line.

All of it is as recorded by one instant, so that it can be asked for again, and one page of lines
follows the other without a gap.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa

from ledger.accounts import Account, account_of
from ledger.exports.journal import Span
from ledger.money import ZERO, Money, total
from ledger.postgres.balances import NOTHING, Balance, Days, balance, balances, plan_for_values
from ledger.postgres.recorded import fix_instant
from ledger.postgres.tables import account, entry, transfer
from ledger.postgres.transaction import Tx
from ledger.postgres.trial_balance import in_chart_order

LINES_MAX: Final = 200
"""As many lines as one page holds."""

_day = transfer.c.business_date
_there = sa.tuple_(_day, transfer.c.entry_id, transfer.c.ordinal)


@dataclass(frozen=True, slots=True)
class Turnover:
    """What an account held before a span, and after it."""

    opening: Balance
    closing: Balance

    @property
    def debit(self) -> Money:
        """Return what came in on the debit side."""
        return self.closing.debit - self.opening.debit

    @property
    def credit(self) -> Money:
        """Return what came in on the credit side."""
        return self.closing.credit - self.opening.credit


EMPTY: Final = Turnover(NOTHING, NOTHING)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole book over a span: every account that ever moved, in the order of the chart."""

    rows: tuple[tuple[Account, Turnover], ...]

    @property
    def debit(self) -> Money:
        """Return what came in on the debit side of all accounts."""
        return total(turnover.debit for _, turnover in self.rows)

    @property
    def credit(self) -> Money:
        """Return what came in on the credit side of all accounts."""
        return total(turnover.credit for _, turnover in self.rows)

    @property
    def is_balanced(self) -> bool:
        """Say whether both sides are equal; anything else means that the book was tampered with."""
        opening = total(turnover.opening.net for _, turnover in self.rows)
        return opening == ZERO and self.debit == self.credit


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """Where a line stands in its account: what a page of lines starts after."""

    business_date: date
    entry_id: int
    ordinal: int


@dataclass(frozen=True, slots=True)
class Line:
    """One transfer as an account sees it, its amounts above zero on the debit side."""

    mark: Mark
    key: str
    movement: str
    recorded_at: datetime
    counter: Account
    batch: str
    change: Money
    balance: Money


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines in order, and where the next ones start; None when these are the last."""

    lines: tuple[Line, ...]
    next_after: Mark | None


def adds_up(turnover: Turnover, told: Iterable[Line]) -> bool:
    """Say whether every line of a span leads from its opening to its closing, on either side.

    Anything else means that the book was tampered with: lines and kept sums are read apart.
    """
    stands, debit, credit = turnover.opening.net, ZERO, ZERO
    follows = True
    for line in told:
        stands += line.change
        follows = follows and line.balance == stands
        if line.change > ZERO:
            debit += line.change
        else:
            credit -= line.change
    return follows and (debit, credit) == (turnover.debit, turnover.credit)


def is_in_book(tx: Tx, place: Account) -> bool:
    """Say whether anything was ever posted to this account."""
    return bool(tx.execute(sa.select(sa.exists().where(account.c.code == place.code))).scalar_one())


def turnovers(
    tx: Tx, span: Span, places: Iterable[Account] | None = None
) -> dict[Account, Turnover]:
    """Return what passed through these accounts, through all when None.

    An account where nothing ever moved is missing. Both ends start from snapshots of closed days.

    Raises:
        InstantOpen: the instant is not past, or somebody is still posting.
    """
    wanted = None if places is None else list(places)
    closing = balances(tx, wanted, as_of=span.last, recorded_by=span.recorded_by)
    if span.day_before is None:
        return {place: Turnover(NOTHING, found) for place, found in closing.items()}
    opening = balances(tx, wanted, as_of=span.day_before, recorded_by=span.recorded_by)
    return {place: Turnover(opening.get(place, NOTHING), found) for place, found in closing.items()}


def sheet(tx: Tx, span: Span) -> Sheet:
    """Return what passed through every account.

    Raises:
        InstantOpen: the instant is not past, or somebody is still posting.
    """
    return Sheet(tuple(in_chart_order(turnovers(tx, span))))


def lines(
    tx: Tx, span: Span, place: Account, *, after: Mark | None = None, limit: int = LINES_MAX
) -> Page:
    """Return the first lines of an account, or those that follow `after`, with running balances.

    A mark before the span stands for its beginning.

    Raises:
        InstantOpen: the instant is not past, or somebody is still posting.
    """
    plan_for_values(tx)
    fix_instant(tx, span.recorded_by)
    if after is not None and span.first is not None and after.business_date < span.first:
        after = None
    account_id: int | None = tx.execute(
        sa.select(account.c.account_id).where(account.c.code == place.code)
    ).scalar_one_or_none()
    if account_id is None:
        return Page((), None)
    inside = Days(span.day_before, span.last).hold(_day)
    since = [] if after is None else [_there > _at(after), _day >= after.business_date]
    found = tx.execute(_first(_sides(span, account_id, *inside, *since), limit + 1)).all()
    stands = _standing_before(tx, span, place, account_id, after=after)
    told: list[Line] = []
    for row in found[:limit]:
        change = Money(int(row.change_vnd))
        stands += change
        told.append(
            Line(
                mark=Mark(row.business_date, int(row.entry_id), int(row.ordinal)),
                key=str(row.idempotency_key),
                movement=str(row.movement),
                recorded_at=row.recorded_at,
                counter=account_of(str(row.counter)),
                batch=str(row.batch),
                change=change,
                balance=stands,
            )
        )
    return Page(tuple(told), told[-1].mark if len(found) > limit else None)


def _at(mark: Mark) -> sa.ColumnElement[tuple[object, ...]]:
    return sa.tuple_(
        sa.literal(mark.business_date),
        sa.literal(mark.entry_id, sa.BigInteger),
        sa.literal(mark.ordinal, sa.SmallInteger),
    )


def _sides(
    span: Span, account_id: int, *conditions: sa.ColumnElement[bool]
) -> list[sa.Select[date, int, int, int, int, str]]:
    """Return an account's transfers as it sees them: each side is found by an index of its own."""
    debit, credit = transfer.c.debit_account_id, transfer.c.credit_account_id
    recorded_later = sa.exists().where(
        entry.c.entry_id == transfer.c.entry_id,
        entry.c.recorded_at > span.recorded_by,
        *Days(span.day_before, span.last).hold(entry.c.business_date),
    )
    return [
        sa.select(
            _day,
            transfer.c.entry_id,
            transfer.c.ordinal,
            change.label("change_vnd"),
            counter.label("counter_id"),
            transfer.c.batch,
        ).where(own == account_id, ~recorded_later, *conditions)
        for own, counter, change in (
            (debit, credit, transfer.c.amount_vnd),
            (credit, debit, -transfer.c.amount_vnd),
        )
    ]


def _first(
    sides: list[sa.Select[date, int, int, int, int, str]], limit: int
) -> sa.Select[*tuple[object, ...]]:
    """Return the question for the first lines of both sides, with the words of their entries."""
    order = (_day, transfer.c.entry_id, transfer.c.ordinal)
    some = sa.union_all(*(side.order_by(*order).limit(limit) for side in sides)).subquery("some")
    return (
        sa.select(
            some,
            entry.c.idempotency_key,
            entry.c.movement,
            entry.c.recorded_at,
            account.c.code.label("counter"),
        )
        .join(entry, entry.c.entry_id == some.c.entry_id)
        .join(account, account.c.account_id == some.c.counter_id)
        .order_by(some.c.business_date, some.c.entry_id, some.c.ordinal)
        .limit(limit)
    )


def _standing_before(
    tx: Tx, span: Span, place: Account, account_id: int, *, after: Mark | None
) -> Money:
    """Return what stood in the account before the first line of a page."""
    before = span.day_before if after is None else after.business_date - timedelta(days=1)
    if before is None:
        return ZERO
    stood = balance(tx, place, as_of=before, recorded_by=span.recorded_by).net
    if after is None:
        return stood
    its_day = _sides(span, account_id, _day == after.business_date, _there <= _at(after))
    moved = sa.union_all(*its_day).subquery("moved")
    change: int = tx.execute(
        sa.select(sa.func.coalesce(sa.func.sum(moved.c.change_vnd), 0))
    ).scalar_one()
    return stood + Money(int(change))
