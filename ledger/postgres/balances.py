"""Where money stands: the last closed day's balances and every transfer since.

Two clocks: `as_of` is the last business date that counts, `recorded_by` the instant by which an
entry must have been written down. None means everything so far.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from ledger.accounts import CLEARING, Account, account_of
from ledger.money import ZERO, Money
from ledger.postgres.recorded import fix_instant
from ledger.postgres.tables import (
    account,
    balance_snapshot,
    batch_snapshot,
    closed_day,
    entry,
    transfer,
)
from ledger.postgres.transaction import Tx


@dataclass(frozen=True, slots=True)
class Balance:
    """Everything that ever came to an account, by side."""

    debit: Money
    credit: Money

    @property
    def net(self) -> Money:
        """Return what stands there, above zero on the debit side."""
        return self.debit - self.credit


NOTHING = Balance(debit=ZERO, credit=ZERO)


@dataclass(frozen=True, slots=True)
class Days:
    """The business dates after one through another; None for no bound."""

    after: date | None
    through: date | None

    def hold(self, day: sa.ColumnElement[date]) -> list[sa.ColumnElement[bool]]:
        """Return what a date among these fulfils."""
        conditions: list[sa.ColumnElement[bool]] = []
        if self.after is not None:
            conditions.append(day > self.after)
        if self.through is not None:
            conditions.append(day <= self.through)
        return conditions


@dataclass(frozen=True, slots=True, order=True)
class OpenBatch:
    """A batch that is not at zero in one account; `net` is above zero on the debit side."""

    account: Account
    batch: str
    net: Money


def balance(
    tx: Tx,
    place: Account,
    *,
    as_of: date | None = None,
    recorded_by: datetime | None = None,
) -> Balance:
    """Return one account's balance, zero when nothing ever moved there.

    Raises:
        InstantOpen: more may still be recorded by that instant.
    """
    found = balances(tx, [place], as_of=as_of, recorded_by=recorded_by)
    return found.get(place, NOTHING)


def balances(
    tx: Tx,
    places: Iterable[Account] | None = None,
    *,
    as_of: date | None = None,
    recorded_by: datetime | None = None,
) -> dict[Account, Balance]:
    """Return the balances of these accounts, of all when None.

    An account where nothing ever moved is missing.

    Raises:
        InstantOpen: more may still be recorded by that instant.
    """
    plan_for_values(tx)
    if recorded_by is not None:
        fix_instant(tx, recorded_by)
    start = last_closed_day(tx, as_of=as_of, recorded_by=recorded_by)
    days = Days(start, _last_day(tx, start, as_of=as_of, recorded_by=recorded_by))
    ids = None if places is None else _ids(tx, places)
    moved = sa.union_all(
        sa.select(
            balance_snapshot.c.account_id,
            balance_snapshot.c.debit_vnd,
            balance_snapshot.c.credit_vnd,
        ).where(
            balance_snapshot.c.business_date == start,
            *_of(balance_snapshot.c.account_id, ids),
        ),
        *_sides(days, ids),
        *(() if recorded_by is None else _sides_to_take_off(days, ids, recorded_by)),
    ).subquery("moved")
    query = (
        sa.select(
            account.c.code,
            sa.func.sum(moved.c.debit_vnd).label("debit_vnd"),
            sa.func.sum(moved.c.credit_vnd).label("credit_vnd"),
        )
        .join(moved, moved.c.account_id == account.c.account_id)
        .group_by(account.c.code)
        .having(sa.or_(sa.func.sum(moved.c.debit_vnd) > 0, sa.func.sum(moved.c.credit_vnd) > 0))
    )
    return {
        account_of(str(row.code)): Balance(
            debit=Money(int(row.debit_vnd)),
            credit=Money(int(row.credit_vnd)),
        )
        for row in tx.execute(query)
    }


def uncleared(tx: Tx, *, until: date) -> list[OpenBatch]:
    """Return what business days through `until` left standing in the clearing accounts, by batch.

    A batch that was passed on twice stands there too, on the other side.
    """
    start = last_closed_day(tx, as_of=until, recorded_by=None)
    counts = Days(start, until).hold(transfer.c.business_date)
    moved = sa.union_all(
        sa.select(
            batch_snapshot.c.account_id,
            batch_snapshot.c.batch,
            batch_snapshot.c.net_vnd,
        ).where(batch_snapshot.c.business_date == start),
        sa.select(transfer.c.debit_account_id, transfer.c.batch, transfer.c.amount_vnd).where(
            *counts,
        ),
        sa.select(transfer.c.credit_account_id, transfer.c.batch, -transfer.c.amount_vnd).where(
            *counts,
        ),
    ).subquery("moved")
    net = sa.func.sum(moved.c.net_vnd)
    query = (
        sa.select(account.c.code, moved.c.batch, net.label("net_vnd"))
        .join(moved, moved.c.account_id == account.c.account_id)
        .where(account.c.kind.in_(CLEARING))
        .group_by(account.c.code, moved.c.batch)
        .having(net != 0)
        .order_by(account.c.code, moved.c.batch)
    )
    return [
        OpenBatch(
            account=account_of(str(row.code)),
            batch=str(row.batch),
            net=Money(int(row.net_vnd)),
        )
        for row in tx.execute(query)
    ]


def plan_for_values(tx: Tx) -> None:
    """Have what this transaction asks planned for the accounts, days and instant it asks about.

    One plan for all would suit neither a hot account nor a rare one, and connections live long.
    """
    tx.execute(sa.select(sa.func.set_config("plan_cache_mode", "force_custom_plan", sa.true())))


def last_closed_day(tx: Tx, *, as_of: date | None, recorded_by: datetime | None) -> date | None:
    """Return the last day whose snapshot both clocks allow, None when there is none.

    Days close in order and nothing is written into a closed day, so all of it was recorded before.
    """
    query = sa.select(sa.func.max(closed_day.c.business_date))
    if as_of is not None:
        query = query.where(closed_day.c.business_date <= as_of)
    if recorded_by is not None:
        query = query.where(closed_day.c.recorded_at <= recorded_by)
    found: date | None = tx.execute(query).scalar_one()
    return found


def _last_day(
    tx: Tx, start: date | None, *, as_of: date | None, recorded_by: datetime | None
) -> date | None:
    """Return the last business date after `start` that has anything for both clocks, None for any.

    Looked for only when a day was closed after the instant: else the open days are what there is.
    """
    if recorded_by is None:
        return as_of
    closed_since = sa.select(sa.exists().where(closed_day.c.recorded_at > recorded_by))
    if not tx.execute(closed_since).scalar_one():
        return as_of
    found: date | None = tx.execute(
        sa.select(sa.func.max(entry.c.business_date)).where(
            entry.c.recorded_at <= recorded_by,
            *Days(start, as_of).hold(entry.c.business_date),
        ),
    ).scalar_one()
    return found or start or date.min


def _ids(tx: Tx, places: Iterable[Account]) -> list[int]:
    codes = [place.code for place in places]
    return list(
        tx.execute(sa.select(account.c.account_id).where(account.c.code.in_(codes))).scalars()
    )


def _of(column: sa.ColumnElement[int], ids: Sequence[int] | None) -> list[sa.ColumnElement[bool]]:
    return [] if ids is None else [column == sa.func.any(sa.literal(ids, sa.ARRAY(sa.Integer)))]


def _sides(days: Days, ids: Sequence[int] | None) -> list[sa.Select[int, int, int]]:
    """Return what moved in these days, by account: each side is one scan of an index of its own."""
    amount, nothing = sa.func.sum(transfer.c.amount_vnd), sa.literal(0, sa.BigInteger)
    return [
        sa.select(place, debit, credit)
        .where(*days.hold(transfer.c.business_date), *_of(place, ids))
        .group_by(place)
        for place, debit, credit in (
            (transfer.c.debit_account_id, amount, nothing),
            (transfer.c.credit_account_id, nothing, amount),
        )
    ]


def _sides_to_take_off(
    days: Days, ids: Sequence[int] | None, recorded_by: datetime
) -> list[sa.Select[int, int, int]]:
    """Return the same of entries recorded later, below zero: of most instants there are few."""
    amount, nothing = -sa.func.sum(transfer.c.amount_vnd), sa.literal(0, sa.BigInteger)
    later = (
        entry.c.recorded_at > recorded_by,
        *days.hold(entry.c.business_date),
        *days.hold(transfer.c.business_date),
    )
    return [
        sa.select(place, debit, credit)
        .join(
            entry,
            sa.and_(
                entry.c.entry_id == transfer.c.entry_id,
                entry.c.business_date == transfer.c.business_date,
            ),
        )
        .where(*later, *_of(place, ids))
        .group_by(place)
        for place, debit, credit in (
            (transfer.c.debit_account_id, amount, nothing),
            (transfer.c.credit_account_id, nothing, amount),
        )
    ]
