"""The machine of an obligation as a table: what its authority and its payers may do to it."""

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from payments.errors import StepRefused
from payments.obligation import ObligationStatus


class ObligationStep(enum.StrEnum):
    """What may happen to an obligation; the acts of its authority bear the names of theirs."""

    PAY = "pay"  # money taken for all of it
    PAY_PART = "pay_part"  # money taken for an instalment, more is to come
    CORRECT = "correct"
    DEFER = "defer"
    INSTALMENTS = "instalments"
    CANCEL = "cancel"  # nothing is owed; or a record that a decision answers
    SUPERSEDE = "supersede"
    REOPEN = "reopen"  # after a change more is due than was paid
    CLOSE = "close"  # after a change no more is due than was paid


_O, _OS = ObligationStatus, ObligationStep

OBLIGATION_STEPS: Final[Mapping[tuple[ObligationStatus, ObligationStep], ObligationStatus]] = (
    MappingProxyType(
        {
            (_O.OPEN, _OS.PAY): _O.PAID,
            (_O.OPEN, _OS.PAY_PART): _O.OPEN,
            (_O.OPEN, _OS.CORRECT): _O.OPEN,
            (_O.OPEN, _OS.DEFER): _O.OPEN,
            (_O.OPEN, _OS.INSTALMENTS): _O.OPEN,
            (_O.OPEN, _OS.CANCEL): _O.WITHDRAWN,
            (_O.OPEN, _OS.SUPERSEDE): _O.SUPERSEDED,
            (_O.OPEN, _OS.CLOSE): _O.PAID,
            (_O.PAID, _OS.CORRECT): _O.PAID,
            (_O.PAID, _OS.DEFER): _O.PAID,
            (_O.PAID, _OS.CANCEL): _O.WITHDRAWN,
            (_O.PAID, _OS.SUPERSEDE): _O.SUPERSEDED,
            (_O.PAID, _OS.REOPEN): _O.OPEN,
        }
    )
)


def take_obligation(status: ObligationStatus, step: ObligationStep) -> ObligationStatus:
    """Return the status after the step.

    Raises:
        StepRefused: the table has no such step from here.
    """
    after = OBLIGATION_STEPS.get((status, step))
    if after is None:
        raise StepRefused(machine="obligation", state=status, step=step)
    return after
