"""Register authorities, and end one when another takes over."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from ledger.postgres.transaction import Tx
from payments.authority import Authority, check_authority
from payments.errors import InputRefused
from payments.postgres.authority_rows import (
    authorities_by_code,
    end,
    insert_authorities,
)

AUTHORITIES_MAX: Final = 5_000
SUCCESSIONS_MAX: Final = 20
"""How many times in a row an authority may have been followed by another."""


def push_authorities(tx: Tx, authorities: Sequence[Authority]) -> int:
    """Register authorities, all or none, and return how many are new; the same again is no change.

    Raises:
        InputRefused: too many at once, a malformed field, a code registered differently, or a
            successor that is not there or leads back.
    """
    if len(authorities) > AUTHORITIES_MAX:
        raise InputRefused(field="authorities", reason=f"at most {AUTHORITIES_MAX} at once")
    for authority in authorities:
        check_authority(authority)
    pushed = {each.code: each for each in authorities}
    kept = authorities_by_code(tx, pushed)
    for authority in authorities:
        if kept.get(authority.code, pushed[authority.code]) != authority:
            raise InputRefused(
                field=f"authorities.{authority.code}", reason="is already registered differently"
            )
        _check_succession(tx, authority, pushed=pushed)
    return len(insert_authorities(tx, authorities))


def end_authority(tx: Tx, code: str, *, on: date, successor: str | None) -> Authority:
    """Give an authority its last day and who takes over, and return it as it stands then.

    What it pushed stays payable; its events, and the right to change what it pushed, go over.

    Raises:
        InputRefused: it is not registered, has ended otherwise, or the successor cannot be one.
    """
    known = authorities_by_code(tx, {code})
    if code not in known:
        raise InputRefused(field="code", reason="is not registered")
    before = known[code]
    ended = Authority(
        code=before.code,
        family=before.family,
        name=before.name,
        pushed_by=before.pushed_by,
        in_force_from=before.in_force_from,
        in_force_to=on,
        successor=successor,
        items_per_minute_max=before.items_per_minute_max,
    )
    if before.in_force_to is not None and before != ended:
        raise InputRefused(field="code", reason=f"ended already on {before.in_force_to}")
    check_authority(ended)
    _check_succession(tx, ended, pushed={code: ended})
    end(tx, code, on=on, successor=successor)
    return ended


def _check_succession(tx: Tx, authority: Authority, *, pushed: dict[str, Authority]) -> None:
    """Refuse a successor that is nowhere, or a line of successors that does not end."""
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
