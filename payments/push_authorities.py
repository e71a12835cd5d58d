"""Register the authorities that may push what is owed."""

from collections.abc import Sequence
from typing import Final

from ledger.postgres.transaction import Tx
from payments.authority import Authority, check_authority
from payments.errors import InputRefused
from payments.postgres.authority_rows import (
    authorities_by_code,
    check_succession,
    insert_authorities,
)

AUTHORITIES_MAX: Final = 5_000


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
        check_succession(tx, authority, pushed=pushed)
    return len(insert_authorities(tx, authorities))
