"""Take in what a report says was paid, and name the line that cannot be taken in."""

from collections.abc import Callable, Sequence

from ledger.errors import DayClosed
from ledger.postgres.transaction import FAULTS, Tx, alone
from payments.apply_notices import NOTICES_MAX
from payments.evidence import Received
from reconciliation.errors import LineNotTaken
from reconciliation.slices import slices

Apply = Callable[[Tx, Sequence[Received]], object]
"""Takes in lines, all or none."""


def take_lines(tx: Tx, lines: Sequence[Received], apply: Apply) -> None:
    """Apply lines many at a time, or one by one where that fails.

    Raises:
        LineNotTaken: one of them fails alone, too; a line passed over would be booked as money
            without an owner, so nothing of its report is matched.
        ledger.errors.DayClosed: the day was closed meanwhile.
    """
    for part in slices(lines, NOTICES_MAX):
        _take(tx, part, apply)


def _take(tx: Tx, lines: Sequence[Received], apply: Apply) -> None:
    try:
        with alone(tx):
            apply(tx, lines)
    except DayClosed:
        raise
    except FAULTS as fault:
        if len(lines) > 1:
            for line in lines:
                _take(tx, [line], apply)
            return
        notice = lines[0].notice
        raise LineNotTaken(
            gateway=notice.gateway, reference=notice.reference, fault=fault
        ) from fault
