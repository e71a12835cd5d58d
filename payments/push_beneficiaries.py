"""Register the accounts that payments are owed to."""

from collections.abc import Sequence

from ledger.postgres.transaction import Tx
from payments.beneficiary import Beneficiary, check_beneficiary
from payments.errors import InputRefused
from payments.postgres.beneficiary_rows import beneficiaries_by_code, insert_beneficiaries

BENEFICIARIES_MAX = 1_000


def push_beneficiaries(tx: Tx, beneficiaries: Sequence[Beneficiary]) -> int:
    """Register accounts, all or none, and return how many are new; the same again is no change.

    Raises:
        InputRefused: too many at once, a malformed field, or a code or account number that is
            registered differently: money must never quietly change its destination.
    """
    if len(beneficiaries) > BENEFICIARIES_MAX:
        raise InputRefused(field="beneficiaries", reason=f"at most {BENEFICIARIES_MAX} at once")
    for beneficiary in beneficiaries:
        check_beneficiary(beneficiary)
    new = insert_beneficiaries(tx, beneficiaries)
    kept = beneficiaries_by_code(tx, {each.code for each in beneficiaries})
    for beneficiary in beneficiaries:
        if kept.get(beneficiary.code) != beneficiary:
            raise InputRefused(
                field=f"beneficiaries.{beneficiary.code}",
                reason="this code or account number is already registered differently",
            )
    return len(new)
