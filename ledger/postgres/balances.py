"""Where money stands: the last closed day's balances and every transfer since.

Two clocks: `as_of` is the last business date that counts, `recorded_by` the instant by which an
entry must have been written down. None means everything so far. An entry counts as recorded when
it was written, a moment before its transaction committed; ask for instants a while ago.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from ledger.accounts import CLEARING, Account, account_of
from ledger.money import ZERO, Money
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
    """Return one account's balance, zero when nothing ever moved there."""
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
    """
    start = last_closed_day(tx, as_of=as_of, recorded_by=recorded_by)
    counts = _counts(start, as_of=as_of, recorded_by=recorded_by)
    nothing = sa.literal(0, sa.BigInteger)
    moved = sa.union_all(
        sa.select(
            balance_snapshot.c.account_id,
            balance_snapshot.c.debit_vnd,
            balance_snapshot.c.credit_vnd,
        ).where(balance_snapshot.c.business_date == start),
        sa.select(transfer.c.debit_account_id, transfer.c.amount_vnd, nothing).where(*counts),
        sa.select(transfer.c.credit_account_id, nothing, transfer.c.amount_vnd).where(*counts),
    ).subquery("moved")
    query = (
        sa.select(
            account.c.code,
            sa.func.sum(moved.c.debit_vnd).label("debit_vnd"),
            sa.func.sum(moved.c.credit_vnd).label("credit_vnd"),
        )
        .join(moved, moved.c.account_id == account.c.account_id)
        .group_by(account.c.code)
    )
    if places is not None:
        query = query.where(account.c.code.in_([place.code for place in places]))
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
    counts = _counts(start, as_of=until, recorded_by=None)
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


def _counts(
    start: date | None,
    *,
    as_of: date | None,
    recorded_by: datetime | None,
) -> list[sa.ColumnElement[bool]]:
    """Return what a transfer must fulfil to be added to the snapshot of `start`."""
    conditions = _between(transfer.c.business_date, start, as_of)
    if recorded_by is not None:
        recorded = sa.select(entry.c.entry_id).where(
            entry.c.recorded_at <= recorded_by,
            *_between(entry.c.business_date, start, as_of),
        )
        conditions.append(transfer.c.entry_id.in_(recorded))
    return conditions


def _between(
    day: sa.Column[date],
    start: date | None,
    as_of: date | None,
) -> list[sa.ColumnElement[bool]]:
    """Return what the business days after `start` through `as_of` fulfil, None for no bound."""
    conditions: list[sa.ColumnElement[bool]] = []
    if start is not None:
        conditions.append(day > start)
    if as_of is not None:
        conditions.append(day <= as_of)
    return conditions
