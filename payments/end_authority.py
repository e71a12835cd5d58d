"""End an authority, and say who takes over."""

from dataclasses import replace
from datetime import date

from ledger.postgres.transaction import Tx
from payments.authority import Authority, check_authority
from payments.errors import InputRefused
from payments.postgres.authority_rows import authorities_by_code, check_succession, end


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
    ended = replace(before, in_force_to=on, successor=successor)
    if before.in_force_to is not None and before != ended:
        raise InputRefused(field="code", reason=f"ended already on {before.in_force_to}")
    check_authority(ended)
    check_succession(tx, ended, pushed={code: ended})
    end(tx, code, on=on, successor=successor)
    return ended
