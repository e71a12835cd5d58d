"""What notices do to payments, one after the other, in memory."""

from dataclasses import replace
from datetime import timedelta

from gateways.contract import Outcome, Verdict
from payments.decision import Movement
from payments.docket import Docket, docket_of, transaction_of
from payments.obligation import ObligationStatus
from payments.owed import Locked
from payments.states import AttemptState, PaymentState
from tests.payments.scene import NOW, heard, notice
from tests.payments.test_event import line, owed
from tests.payments.test_move import ATTEMPT, PAYMENT

LATER = NOW + timedelta(minutes=2)


def docket() -> Docket:
    """Return two payments of one obligation, each with an attempt under way."""
    lines = (line(1, 5, 350_000),)
    return docket_of(
        attempts={
            7: ATTEMPT,
            8: replace(
                ATTEMPT,
                attempt_id=8,
                payment_id=4,
                prepared=replace(ATTEMPT.prepared, reference="R2"),
            ),
        },
        payments={
            3: replace(PAYMENT, lines=lines),
            4: replace(PAYMENT, payment_id=4, number="NP2", lines=lines),
        },
        locked=Locked(
            lines={3: lines, 4: lines},
            owed={5: replace(owed(5), status=ObligationStatus.OPEN)},
            beneficiaries={},
        ),
        booked=(),
    )


def test_the_second_notice_sees_what_the_first_one_did():
    standing = docket()
    first = standing.rule(heard(notice("R1")), now=NOW)
    second = standing.rule(heard(notice("R1"), salt="again"), now=NOW)
    assert (first.verdict, second.verdict) == (Verdict.RECORDED, Verdict.ALREADY_RECORDED)
    assert second.attempt_move is None


def test_an_obligation_paid_by_one_payment_makes_the_other_a_surplus():
    standing = docket()
    first = standing.rule(heard(notice("R1")), now=NOW)
    second = standing.rule(heard(notice("R2")), now=NOW)
    assert (first.movement, second.movement) == (Movement.CAPTURED, Movement.CAPTURED_TWICE)
    assert standing.payments[3].state is PaymentState.PAID
    assert standing.payments[4].state is PaymentState.OVERPAID


def test_one_transaction_cannot_pay_two_orders():
    standing = docket()
    standing.rule(heard(notice("R1", transaction="T1")), now=NOW)
    second = standing.rule(heard(notice("R2", transaction="T1")), now=NOW)
    assert second.movement is None
    assert standing.attempts[8].state is AttemptState.HELD


def test_a_reference_we_never_gave_moves_nothing():
    ruling = docket().rule(heard(notice("R9")), now=NOW)
    assert ruling.verdict is Verdict.UNKNOWN_REFERENCE
    assert ruling.attempt is None


def test_a_no_after_parked_money_does_not_say_that_no_money_moved():
    standing = docket()
    short = notice("R1", amount=ATTEMPT.prepared.amount.share(parts=1, of=2))
    assert standing.rule(heard(short), now=NOW).movement is Movement.PARKED
    standing.rule(heard(notice("R1", Outcome.DECLINED)), now=NOW)
    assert standing.attempts[7].state is AttemptState.HELD


def test_money_is_dated_by_the_gateways_word_unless_that_is_absurd():
    said = {
        "plain": (LATER, LATER),
        "none": (None, LATER + timedelta(minutes=1)),
        "before the order": (NOW - timedelta(minutes=6), LATER + timedelta(minutes=1)),
        "a little before": (NOW - timedelta(minutes=4), NOW - timedelta(minutes=4)),
        "from the future": (LATER + timedelta(minutes=7), LATER + timedelta(minutes=1)),
        "a little ahead": (LATER + timedelta(minutes=5), LATER + timedelta(minutes=5)),
    }
    for case, (at, dated) in said.items():
        received = heard(notice("R1", at=at), received_at=LATER + timedelta(minutes=1))
        assert docket().rule(received, now=LATER).paid_at == dated, case


def test_money_without_a_number_goes_by_our_reference():
    assert transaction_of(notice("R1", transaction="")) == "R1"
    assert transaction_of(notice("R1", transaction="T5")) == "T5"
