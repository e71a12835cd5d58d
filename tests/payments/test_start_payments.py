"""First attempts of payments just opened, many at once."""

from dataclasses import dataclass, replace

from gateways.contract import Capabilities
from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.ask_plan import USUAL
from payments.errand import Errand
from payments.errors import GatewayNotOffered, NumberTaken, PaymentsError
from payments.start_payments import Start, Started, start_payments
from payments.states import AttemptState, PaymentState
from tests.payments.scene import (
    NOW,
    PaperGateway,
    attempt_of,
    hear,
    heard,
    notice,
    opened,
    owe,
    payment_of,
    states,
)


@dataclass
class Address(PaperGateway):
    """A paper gateway that hears of an order from the payer alone."""

    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, starts_alone=True)


def errand(reference: str) -> Errand:
    return Errand(reference, "203.0.113.7", "https://pay.example.vn/return", "Nộp phạt")


def begun(tx: Tx, *starts: Start) -> list[Started | PaymentsError]:
    return start_payments(tx, starts, now=NOW, plan=USUAL)


def test_what_was_started_stands_so_in_the_database(tx: Tx):
    payments = [opened(tx, [each]) for each in owe(tx, many=2)]
    starts = [Start(one, Address(), errand(f"R{one.number}")) for one in payments]
    for start, one in zip(starts, begun(tx, *starts), strict=True):
        assert isinstance(one, Started)
        assert one.payment == payment_of(tx, start.payment.number)
        assert one.attempt == attempt_of(tx, start.errand.reference)
        assert states(tx, start.errand.reference) == (PaymentState.PENDING, AttemptState.SENT)


def test_a_gateway_that_must_be_told_has_not_been(tx: Tx):
    payment = opened(tx, owe(tx))
    gateway = PaperGateway()
    (one,) = begun(tx, Start(payment, gateway, errand("R1")))
    assert isinstance(one, Started)
    assert one.attempt.state is AttemptState.PREPARED
    assert gateway.started == []
    assert states(tx, "R1") == (PaymentState.PENDING, AttemptState.PREPARED)


def test_what_a_gateway_does_not_take_stays_as_it_was_opened(tx: Tx):
    small, usual = (
        opened(tx, owe(tx, amount=Money(1_000))),
        opened(tx, owe(tx)),
    )
    results = begun(
        tx, Start(small, Address(), errand("R1")), Start(usual, Address(), errand("R2"))
    )
    assert [type(each) for each in results] == [GatewayNotOffered, Started]
    assert payment_of(tx, small.number) == small


def test_a_taken_reference_starts_nothing(tx: Tx):
    first, second = (opened(tx, owe(tx)) for _ in range(2))
    begun(tx, Start(first, Address(), errand("R1")))
    (again,) = begun(tx, Start(second, Address(), errand("R1")))
    assert isinstance(again, NumberTaken)
    assert payment_of(tx, second.number) == second


def test_what_was_started_so_is_paid_like_any_other(tx: Tx):
    payment = opened(tx, owe(tx))
    begun(tx, Start(payment, Address(), errand("R1")))
    hear(tx, heard(notice("R1")))
    assert states(tx, "R1") == (PaymentState.PAID, AttemptState.CAPTURED)


def test_nothing_to_start_starts_nothing(tx: Tx):
    assert begun(tx) == []
