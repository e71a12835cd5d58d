"""The register of authorities in and out of the database."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, Select, select, update
from sqlalchemy.dialects.postgresql import insert

from ledger.postgres.transaction import Tx
from payments.authority import Authority, Family
from payments.errors import InputRefused
from payments.postgres.tables import authority as t

SUCCESSIONS_MAX: Final = 20
"""How many times in a row an authority may have been followed by another."""


def insert_authorities(tx: Tx, authorities: Sequence[Authority]) -> set[str]:
    """Keep the authorities whose code is new, and return their codes."""
    if not authorities:
        return set()
    statement = insert(t).on_conflict_do_nothing().returning(t.c.code)
    rows = [
        {
            "code": each.code,
            "family": each.family.value,
            "name": each.name,
            "pushed_by": each.pushed_by,
            "in_force_from": each.in_force_from,
            "in_force_to": each.in_force_to,
            "successor": each.successor,
            "items_per_minute_max": each.items_per_minute_max,
        }
        # A successor comes before those it follows, and everybody keeps one order.
        for each in sorted(authorities, key=lambda each: (each.successor is not None, each.code))
    ]
    return {str(code) for code in tx.execute(statement, rows).scalars()}


def authorities_by_code(
    tx: Tx, codes: Collection[str], *, locked: bool = False
) -> dict[str, Authority]:
    """Return the authorities registered under these codes.

    `locked` keeps other requests for them waiting until this transaction ends.
    """
    wanted = select(t).where(t.c.code.in_(sorted(codes))).order_by(t.c.code)
    found = tx.execute(wanted.with_for_update(key_share=True) if locked else wanted)
    return {str(row.code): _authority(row) for row in found}


def all_authorities(tx: Tx, *, limit_max: int) -> list[Authority]:
    """Return the register in the order of its codes."""
    return [_authority(row) for row in tx.execute(select(t).order_by(t.c.code).limit(limit_max))]


def authorities_of(tx: Tx, partner: str) -> dict[str, Authority]:
    """Return, by code, those a partner speaks for and those that these followed."""
    return {str(row.code): _authority(row) for row in tx.execute(_spoken_for(partner))}


def authority_of(tx: Tx, partner: str, *, code: str, locked: bool = False) -> Authority | None:
    """Return one authority if this partner speaks for it or for what followed it, None otherwise.

    `locked` keeps other requests for the same authority waiting until this transaction ends.
    """
    wanted = _spoken_for(partner).where(t.c.code == code)
    if locked:
        wanted = wanted.with_for_update(of=t, key_share=True)
    row = tx.execute(wanted).one_or_none()
    return None if row is None else _authority(row)


def end(tx: Tx, code: str, *, on: date, successor: str | None) -> None:
    """Give an authority its last day, and who takes over."""
    tx.execute(update(t).where(t.c.code == code).values(in_force_to=on, successor=successor))


def check_succession(tx: Tx, authority: Authority, *, pushed: Mapping[str, Authority]) -> None:
    """Refuse a successor that is nowhere, or a line of successors that does not end.

    `pushed` is what is about to be registered, by code.

    Raises:
        InputRefused: naming the field.
    """
    one: Authority = authority
    for _ in range(SUCCESSIONS_MAX):
        if one.successor is None:
            return
        found = pushed.get(one.successor) or authorities_by_code(tx, {one.successor}).get(
            one.successor
        )
        if found is None:
            raise InputRefused(field="successor", reason=f"{one.successor} is not registered")
        one = found
    raise InputRefused(field="successor", reason="leads back to the authority itself")


def _spoken_for(partner: str) -> Select[Any]:
    mine = select(t.c.code).where(t.c.pushed_by == partner).cte(recursive=True)
    mine = mine.union(select(t.c.code).join(mine, t.c.successor == mine.c.code))
    return select(t).where(t.c.code.in_(select(mine.c.code)))


def _authority(row: Row[Any]) -> Authority:
    return Authority(
        code=str(row.code),
        family=Family(row.family),
        name=str(row.name),
        pushed_by=str(row.pushed_by),
        in_force_from=row.in_force_from,
        in_force_to=row.in_force_to,
        successor=None if row.successor is None else str(row.successor),
        items_per_minute_max=int(row.items_per_minute_max),
    )
