"""Who runs the schedule: one holder at a time, and a number that grows with each start."""

from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.dialects.postgresql import insert

from api.postgres.tables import lease
from ledger.postgres.transaction import Tx


def take(tx: Tx, *, name: str, holder: str, until: datetime, now: datetime) -> int | None:
    """Take the lease and return its new fencing number; None while another holder has it.

    A process that starts under the same holder name follows at once: its supervisor started it
    because the one before died. Should that one still live, its older number refuses it.
    """
    fresh = insert(lease).values(name=name, holder=holder, fence=1, until=until)
    taken = fresh.on_conflict_do_update(
        index_elements=[lease.c.name],
        set_={"holder": holder, "until": until, "fence": lease.c.fence + 1},
        where=or_(lease.c.holder == holder, lease.c.until < now),
    ).returning(lease.c.fence)
    row = tx.execute(taken).one_or_none()
    return None if row is None else int(row.fence)


def keep(tx: Tx, *, name: str, fence: int, until: datetime) -> bool:
    """Keep the lease; False when another start has taken it."""
    kept = lease.update().where(lease.c.name == name, lease.c.fence == fence).values(until=until)
    return tx.execute(kept).rowcount == 1


def is_held(tx: Tx, *, name: str, fence: int) -> bool:
    """Say whether the lease is ours at this moment; another start may take it the next one."""
    return tx.execute(_held(name=name, fence=fence)).one_or_none() is not None


def hold(tx: Tx, *, name: str, fence: int) -> bool:
    """Say whether the lease is ours, and keep it so until this transaction ends: very soon."""
    held = _held(name=name, fence=fence).with_for_update(read=True)
    return tx.execute(held).one_or_none() is not None


def give_back(tx: Tx, *, name: str, fence: int, now: datetime) -> None:
    """End the lease at once, so that the next process need not wait for it to run out."""
    tx.execute(lease.update().where(lease.c.name == name, lease.c.fence == fence).values(until=now))


def _held(*, name: str, fence: int) -> Select[str]:
    return select(lease.c.name).where(lease.c.name == name, lease.c.fence == fence)
