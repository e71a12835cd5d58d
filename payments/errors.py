"""What a caller did wrong, or what stands in the way.

PaymentsError
├── InputRefused          a field that cannot be right: which, why
│   ├── RateMissing       no rate is in force on that date: no price without one
│   └── PriceRefused      the law of that date does not allow what the facts say
├── NotFound              no such payment, proof or obligation for this caller
├── NotPayable            the obligation cannot be paid now: paid, withdrawn
│   ├── BeingPaid         somebody is paying it, until when
│   ├── Cancelled         the payment was cancelled; a new one may be opened
│   └── AmountChanged     the price is not the one the payer agreed to
├── GatewayNotOffered     this gateway does not take this payment
├── AlreadyPaid           money was taken, so there is nothing to cancel
├── NotRefundable         this money cannot go back so, or not now: why
├── RefundableChanged     what may still go back is not what the client had seen
├── StepRefused           the state table has no such step
├── NumberTaken           a random number met its twin; draw again
├── QuotaSpent            an authority sent more than its share of a minute; when to come again
├── KeyMissing            a creating call came without its idempotency key
├── KeyReused             the idempotency key came with another body
└── KeyInFlight           the twin of this request is still at work
"""

from datetime import datetime

from ledger.money import Money


class PaymentsError(Exception):
    """Any refusal of this package."""


class InputRefused(PaymentsError):
    """A field that cannot be right."""

    def __init__(self, *, field: str, reason: str) -> None:
        """Name the field, and the reason in plain words."""
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class RateMissing(InputRefused):
    """No rate set by law is known for that date; a guess would be wrong money."""


class PriceRefused(InputRefused):
    """The law in force on the payment date does not allow these facts; `code` names the rule."""

    def __init__(self, *, code: str, field: str, reason: str) -> None:
        """Name the rule for machines, the field, and the reason in plain words."""
        super().__init__(field=field, reason=reason)
        self.code = code


class NotFound(PaymentsError):
    """Nothing there for this caller; the same words whatever part was wrong."""


class NotPayable(PaymentsError):
    """The obligation cannot be paid now."""


class BeingPaid(NotPayable):
    """Another payment of the same obligation is alive."""

    def __init__(self, *, until: datetime, now: datetime) -> None:
        """Keep when the other payment's time is over, None where only its gateway can end it."""
        self.until = until if now < until else None
        self.retry_after_s = 5 if self.until else 30
        super().__init__(f"being paid until {self.until or 'its gateway says how it ended'}")


class Cancelled(NotPayable):
    """The payment was cancelled: no payer is sent to pay it any more."""


class AmountChanged(NotPayable):
    """The amount due today is not what the payer was shown."""

    def __init__(self, *, shown: Money, due: Money) -> None:
        """Keep both amounts for the page that asks again."""
        super().__init__(f"shown {shown.vnd}, due {due.vnd}")
        self.shown = shown
        self.due = due


class GatewayNotOffered(PaymentsError):
    """The gateway does not exist here, or does not take this payment."""


class AlreadyPaid(PaymentsError):
    """Money was taken for the payment, so it cannot be cancelled; it may be refunded."""

    def __init__(self, *, state: str) -> None:
        """Keep where the payment stands."""
        super().__init__(f"this payment is {state}")
        self.state = state


class NotRefundable(PaymentsError):
    """This money cannot go back so, or not now."""

    def __init__(self, *, reason: str) -> None:
        """Keep why, a word of `payments.refund.Obstacle`."""
        super().__init__(f"this cannot be refunded so: {reason}")
        self.reason = reason


class RefundableChanged(PaymentsError):
    """What may still go back of a payment is not what its client had seen."""

    def __init__(self, *, expected: Money, left: Money) -> None:
        """Keep both amounts for the answer."""
        super().__init__(f"expected {expected.vnd}, left {left.vnd}")
        self.expected = expected
        self.left = left


class StepRefused(PaymentsError):
    """The state table has no such step from this state."""

    def __init__(self, *, machine: str, state: str, step: str) -> None:
        """Name machine, state and step."""
        super().__init__(f"{machine} in state {state} cannot {step}")
        self.machine = machine
        self.state = state
        self.step = step


class NumberTaken(PaymentsError):
    """A freshly drawn number or handle exists already; draw another."""


class KeyMissing(PaymentsError):
    """A call that creates something came without an idempotency key, or with what is none."""


class KeyReused(PaymentsError):
    """The idempotency key was used before with another body."""


class KeyInFlight(PaymentsError):
    """A request with the same idempotency key has not finished yet."""


class QuotaSpent(PaymentsError):
    """An authority sent as much as it may for now; nothing of this was taken in."""

    def __init__(self, *, retry_after_s: int) -> None:
        """Keep in how many seconds there is room again."""
        super().__init__(f"come again in {retry_after_s} seconds")
        self.retry_after_s = retry_after_s
