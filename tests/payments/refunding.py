"""Scenes of money that goes back: a surplus, money that differs, a decision cancelled once paid."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from gateways.contract import Capabilities, RefundAnswer, RefundOrder, RefundOutcome
from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.approve_refund import approve_refund
from payments.ask_refunds import AskedRefunds, ask_refunds
from payments.postgres import payment_rows, refund_rows
from payments.refund import Refund, digest_of, is_person
from payments.send_refunds import SentRefunds, send_refunds
from payments.states import PaymentState
from tests.payments.scene import (
    CALENDAR,
    NOW,
    SIGNER,
    PaperGateway,
    hear,
    heard,
    inside,
    notice,
    opened,
    owe,
    sent,
)

LAN, HOA = "staff:lan", "staff:hoa"


@dataclass
class RefundingGateway(PaperGateway):
    """A paper gateway that gives back as it was told to; errors among the answers are raised."""

    said: list[RefundOutcome | Exception] = field(default_factory=list[RefundOutcome | Exception])
    limits: Capabilities | None = None
    ordered: list[RefundOrder] = field(default_factory=list[RefundOrder])
    questions: list[RefundOrder] = field(default_factory=list[RefundOrder])

    @property
    def capabilities(self) -> Capabilities:
        """Return other limits where a test gave some."""
        return super().capabilities if self.limits is None else self.limits

    def refund(self, order: RefundOrder) -> RefundAnswer:
        """Remember the order and answer, ACCEPTED when nothing is laid ready."""
        self.ordered.append(order)
        return self._answer(order, "ordered", RefundOutcome.ACCEPTED)

    def ask_refund(self, order: RefundOrder, *, now: datetime) -> RefundAnswer:
        """Remember the question and answer, DONE when nothing is laid ready."""
        self.questions.append(order)
        return self._answer(order, f"asked {now.isoformat()}", RefundOutcome.DONE)

    def _answer(self, order: RefundOrder, said: str, usual: RefundOutcome) -> RefundAnswer:
        outcome = self.said.pop(0) if self.said else usual
        if isinstance(outcome, Exception):
            raise outcome
        raw = f"{said} {order.reference} {outcome} {len(self.ordered)}".encode()
        return RefundAnswer(raw, outcome, f"B-{order.reference}", outcome.value)


def paid(tx: Tx, *, many: int = 1) -> tuple[int, str]:
    """Pay demands as one and return the payment's id and its reference at the gateway."""
    ids = owe(tx, many=many)
    payment = opened(tx, ids)
    reference = sent(inside(tx), payment)
    hear(tx, heard(notice(reference, amount=payment.amount)))
    return payment.payment_id, reference


def paid_twice(tx: Tx) -> Refund:
    """Pay one demand twice under one reference and return the refund proposed by itself."""
    payment_id, reference = paid(tx)
    hear(tx, heard(notice(reference, transaction=f"{reference}-again")))
    return only_refund(tx, payment_id)


def paid_otherwise(tx: Tx, *, amount: Money) -> Refund:
    """Pay another amount than was asked and return the refund proposed by itself."""
    payment = opened(tx, owe(tx))
    reference = sent(inside(tx), payment)
    hear(tx, heard(notice(reference, amount=amount)))
    return only_refund(tx, payment.payment_id)


def only_refund(tx: Tx, payment_id: int) -> Refund:
    """Return the one refund of a payment."""
    (refund,) = refund_rows.of_payments(tx, [payment_id])
    return refund


def standing(tx: Tx, refund: Refund) -> Refund:
    """Return a refund as it stands by now."""
    found = refund_rows.by_number(tx, refund.number)
    assert found is not None, refund.number
    return found


def payment_state(tx: Tx, refund: Refund) -> PaymentState:
    """Return where the payment of a refund stands by now."""
    payment = payment_rows.by_id(tx, refund.payment_id)
    assert payment is not None, refund.number
    return payment.state


def approved(tx: Tx, refund: Refund, *, by: str = HOA) -> Refund:
    """Approve a refund as it was shown."""
    return approve_refund(tx, refund.number, digest=digest_of(refund), by=by, now=NOW)


def ordered(
    tx: Tx,
    gateway: PaperGateway,
    *,
    now: datetime = NOW,
    may_approve: Callable[[str], bool] = is_person,
) -> SentRefunds:
    """Order what is approved at the paper gateway."""
    return send_refunds(
        inside(tx),
        {gateway.code: gateway},
        calendar=CALENDAR,
        signer=SIGNER,
        may_approve=may_approve,
        now=now,
        limit_max=100,
    )


def asked(tx: Tx, gateway: PaperGateway, *, now: datetime) -> AskedRefunds:
    """Ask the paper gateway about refunds that are due to be asked about."""
    return ask_refunds(
        inside(tx),
        {gateway.code: gateway},
        calendar=CALENDAR,
        signer=SIGNER,
        now=now,
        limit_max=100,
    )


def changed(refund: Refund, *, amount: Money) -> Refund:
    """Return a refund that reads otherwise than it is kept."""
    return replace(refund, amount=amount)
