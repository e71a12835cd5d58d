"""What an authority is told."""

from dataclasses import replace
from datetime import timedelta

from ledger.money import Money
from payments.event import OVERPAID, PAID, Change, changes_of, event_id_of, payload_of
from payments.move import PaymentMove, move_payment
from payments.obligation import ObligationStatus
from payments.owed import Owed
from payments.payment import PaymentLine
from payments.states import PaymentStep
from tests.payments.scene import AMOUNT, NOW
from tests.payments.test_move import PAYMENT


def line(ordinal: int, obligation_id: int, vnd: int) -> PaymentLine:
    return PaymentLine(ordinal, obligation_id, "fine", Money(vnd), "kbnn-0011", {}, {})


def owed(obligation_id: int) -> Owed:
    return Owed(obligation_id, "csgt", "traffic_fine", f"D-{obligation_id}", ObligationStatus.PAID)


def paid() -> PaymentMove:
    lines = (line(1, 5, 300_000), line(2, 5, 20_000), line(3, 6, 30_000))
    return move_payment(replace(PAYMENT, lines=lines), PaymentStep.CONFIRM, at=NOW, paid_at=NOW)


def told(type_: str = PAID, cause: str = "captured:paper:T1") -> list[Change]:
    return changes_of(
        paid(),
        {5: owed(5), 6: owed(6)},
        type_=type_,
        cause=cause,
        gateway="paper",
        gateway_transaction="T1",
        taken=AMOUNT,
    )


def test_each_obligation_has_one_event_with_the_sum_of_its_lines():
    assert [(change.obligation_id, change.amount.vnd) for change in told()] == [
        (5, 320_000),
        (6, 30_000),
    ]


def test_an_event_has_the_same_id_on_every_repeat_and_shares_it_with_no_other():
    assert [event_id_of(change) for change in told()] == [
        event_id_of(replace(change, happened_at=NOW + timedelta(days=1))) for change in told()
    ]
    ids = {
        event_id_of(change)
        for change in [*told(), *told(OVERPAID), *told(cause="captured:paper:T2")]
    }
    assert len(ids) == 6


def test_the_payload_says_what_changed_in_vietnam_time():
    payload = payload_of(told()[0])
    assert payload == {
        "id": event_id_of(told()[0]),
        "type": "payment.paid",
        "timestamp": "2026-03-11T09:00:00+07:00",
        "data": {
            "kind": "traffic_fine",
            "number": "D-5",
            "payment_number": "NP1",
            "amount_vnd": 320_000,
            "taken_vnd": 350_000,
            "paid_at": "2026-03-11T09:00:00+07:00",
            "gateway": "paper",
            "gateway_transaction": "T1",
            "old_status": "pending",
            "new_status": "paid",
        },
    }


def test_a_payment_that_was_never_paid_has_no_instant_to_tell():
    change = replace(told()[0], paid_at=None)
    assert '"paid_at": None' in str(payload_of(change)).replace("'", '"')
