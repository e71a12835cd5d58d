"""What proofs ask the book: each question returns what is wrong, and nothing is the good answer."""

from datetime import date

import sqlalchemy as sa

from ledger.postgres.tables import account, balance_snapshot, closed_day, entry, transfer
from ledger.postgres.transaction import Tx

FINDINGS_MAX = 100
"""A broken book says so long before it has told everything."""


def entries_not_as_written(tx: Tx) -> list[str]:
    """Return keys of entries whose rows no longer give their digest, or have no transfers."""
    debit, credit, corrected = account.alias("debit"), account.alias("credit"), entry.alias()
    line = sa.func.ledger.leg_line_v1(
        debit.c.code,
        credit.c.code,
        transfer.c.amount_vnd,
        transfer.c.batch,
    )
    legs = (
        sa.select(
            transfer.c.entry_id,
            sa.func.string_agg(line, sa.text("'' ORDER BY transfer.ordinal")).label("lines"),
            sa.func.min(transfer.c.business_date).label("date_min"),
            sa.func.max(transfer.c.business_date).label("date_max"),
        )
        .select_from(transfer)
        .outerjoin(debit, debit.c.account_id == transfer.c.debit_account_id)
        .outerjoin(credit, credit.c.account_id == transfer.c.credit_account_id)
        .group_by(transfer.c.entry_id)
        .subquery("legs")
    )
    digest = sa.func.ledger.entry_digest_v1(
        entry.c.movement,
        entry.c.idempotency_key,
        entry.c.business_date,
        entry.c.source,
        corrected.c.idempotency_key,
        legs.c.lines,
    )
    query = (
        sa.select(entry.c.idempotency_key)
        .outerjoin(legs, legs.c.entry_id == entry.c.entry_id)
        .outerjoin(corrected, corrected.c.entry_id == entry.c.corrects_entry_id)
        .where(
            sa.or_(
                entry.c.digest.is_distinct_from(digest),
                legs.c.date_min != entry.c.business_date,
                legs.c.date_max != entry.c.business_date,
            ),
        )
        .limit(FINDINGS_MAX)
    )
    return [str(row.idempotency_key) for row in tx.execute(query)]


def transfers_without_entry(tx: Tx) -> list[int]:
    """Return entry numbers that transfers name and the book does not hold."""
    query = (
        sa.select(transfer.c.entry_id)
        .outerjoin(entry, entry.c.entry_id == transfer.c.entry_id)
        .where(entry.c.entry_id.is_(None))
        .distinct()
        .limit(FINDINGS_MAX)
    )
    return [int(row.entry_id) for row in tx.execute(query)]


def days_not_as_closed(tx: Tx) -> list[date]:
    """Return closed days whose entries are no longer those of their checksum and counts.

    A date without a closed day of its own that lies before the last one counts as changed when it
    has entries: they came in after it was passed over.
    """
    empty = sa.literal(b"", sa.LargeBinary)
    entries = (
        sa.select(
            entry.c.business_date,
            sa.func.count().label("entry_count"),
            sa.func.sha256(
                sa.func.string_agg(entry.c.digest, sa.text("''::bytea ORDER BY entry.entry_id")),
            ).label("checksum"),
        )
        .group_by(entry.c.business_date)
        .subquery("entries")
    )
    transfers = (
        sa.select(transfer.c.business_date, sa.func.count().label("transfer_count"))
        .group_by(transfer.c.business_date)
        .subquery("transfers")
    )
    through = sa.select(sa.func.max(closed_day.c.business_date)).scalar_subquery()
    day = sa.func.coalesce(closed_day.c.business_date, entries.c.business_date)
    query = (
        sa.select(day.label("business_date"))
        .select_from(closed_day)
        .join(entries, entries.c.business_date == closed_day.c.business_date, full=True)
        .outerjoin(transfers, transfers.c.business_date == day)
        .where(
            day <= through,
            sa.or_(
                closed_day.c.entry_count.is_distinct_from(
                    sa.func.coalesce(entries.c.entry_count, 0),
                ),
                closed_day.c.transfer_count.is_distinct_from(
                    sa.func.coalesce(transfers.c.transfer_count, 0),
                ),
                closed_day.c.checksum.is_distinct_from(
                    sa.func.coalesce(entries.c.checksum, sa.func.sha256(empty)),
                ),
            ),
        )
        .order_by("business_date")
        .limit(FINDINGS_MAX)
    )
    return [row.business_date for row in tx.execute(query)]


def snapshots_not_as_moved(tx: Tx) -> list[tuple[date, str]]:
    """Return day and account code where a snapshot is not the one before plus what moved since."""
    nothing = sa.literal(0, sa.BigInteger)
    through = sa.select(sa.func.max(closed_day.c.business_date)).scalar_subquery()
    sides = sa.union_all(
        sa.select(
            balance_snapshot.c.business_date,
            balance_snapshot.c.account_id,
            _step(balance_snapshot.c.debit_vnd).label("debit_vnd"),
            _step(balance_snapshot.c.credit_vnd).label("credit_vnd"),
        ),
        sa.select(
            transfer.c.business_date,
            transfer.c.debit_account_id,
            -transfer.c.amount_vnd,
            nothing,
        ).where(transfer.c.business_date <= through),
        sa.select(
            transfer.c.business_date,
            transfer.c.credit_account_id,
            nothing,
            -transfer.c.amount_vnd,
        ).where(transfer.c.business_date <= through),
    ).subquery("sides")
    query = (
        sa.select(sides.c.business_date, account.c.code)
        .join(account, account.c.account_id == sides.c.account_id)
        .group_by(sides.c.business_date, account.c.code)
        .having(sa.or_(sa.func.sum(sides.c.debit_vnd) != 0, sa.func.sum(sides.c.credit_vnd) != 0))
        .order_by(sides.c.business_date, account.c.code)
        .limit(FINDINGS_MAX)
    )
    return [(row.business_date, str(row.code)) for row in tx.execute(query)]


def _step(side: sa.Column[int]) -> sa.ColumnElement[int]:
    """Return how much a snapshot's side grew since the snapshot before."""
    before = sa.func.lag(side, 1, 0).over(
        partition_by=balance_snapshot.c.account_id,
        order_by=balance_snapshot.c.business_date,
    )
    return side - before
