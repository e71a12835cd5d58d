"""Change what authorities pushed, one obligation at a time and each on its own ground."""

from collections.abc import Sequence
from datetime import datetime

from ledger.postgres.transaction import Tx
from payments.errors import InputRefused
from payments.obligation_change import CHANGES_MAX, ChangeVerdict, ObligationChange
from payments.obligations.rates import Rates
from payments.personal_data import PersonalDataKeys


def change_obligations(
    tx: Tx,
    changes: Sequence[ObligationChange],
    *,
    keys: PersonalDataKeys,
    rates: Rates,
    now: datetime,
) -> list[ChangeVerdict]:
    """Apply what may be applied and return one verdict each, in order; none sinks another.

    Raises:
        InputRefused: more than `CHANGES_MAX` at once.
    """
    del tx, keys, rates, now
    if len(changes) > CHANGES_MAX:
        raise InputRefused(field="changes", reason=f"at most {CHANGES_MAX} at once")
    raise NotImplementedError
