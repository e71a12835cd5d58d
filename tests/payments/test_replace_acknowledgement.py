"""A refund of what fulfilled a payment ends its proof, and another says what is kept."""

import json
from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.acknowledgement import read_token, verify
from payments.payment import Payment
from payments.postgres import acknowledgement_rows as rows
from payments.proven import AcknowledgementTurn, Ended
from payments.replace_acknowledgement import replace_acknowledgement
from payments.revocations import REVOCATIONS_MAX
from tests.payments.scene import (
    AMOUNT,
    NOW,
    SIGNER,
    hear,
    heard,
    inside,
    notice,
    opened,
    owe,
    payment_of,
    sent,
)

KEYS = {SIGNER.key_id: SIGNER.public_key}


@pytest.fixture
def paid(tx: Tx) -> Payment:
    """Give a payment of 350,000 dong that was paid."""
    payment = opened(tx, owe(tx))
    hear(tx, heard(notice(sent(inside(tx), payment))))
    return payment_of(tx, payment.number)


def back(tx: Tx, payment: Payment, *, kept: int, refund: str = "RF1") -> Ended | None:
    return replace_acknowledgement(
        tx, payment.payment_id, refund_number=refund, kept=Money(kept), signer=SIGNER, now=NOW
    )


def test_when_all_went_back_the_proof_is_revoked(tx: Tx, paid: Payment):
    ended = back(tx, paid, kept=0)
    assert ended is not None
    assert (ended.number, ended.turn) == (paid.number, AcknowledgementTurn.REVOKED)
    assert ended.successor is None
    assert rows.ended_of(tx, paid.payment_id) == (ended,)


def test_when_a_part_went_back_another_proof_says_what_is_kept(tx: Tx, paid: Payment):
    ended = back(tx, paid, kept=100_000)
    assert ended is not None
    assert ended.successor is not None
    new = ended.successor
    assert new.number == f"{paid.number}-2"
    assert verify(new.payload, signature=new.signature, public_keys=KEYS)
    content = json.loads(new.payload)
    assert (content["replaces"], content["amount_vnd"]) == (paid.number, 100_000)
    assert (content["paid_vnd"], content["amount_words_en"]) == (
        AMOUNT.vnd,
        "One hundred thousand dong",
    )
    assert content["refunds"] == [
        {"number": "RF1", "amount_vnd": 250_000, "refunded_at": "2026-03-11T09:00:00+07:00"}
    ]
    assert sum(line["amount_vnd"] for line in content["lines"]) == AMOUNT.vnd
    claim = read_token(content["qr"], KEYS)
    assert claim is not None
    assert (claim.number, claim.amount, claim.paid_at) == (new.number, Money(100_000), paid.paid_at)


def test_one_refund_after_another_ends_one_proof_after_another(tx: Tx, paid: Payment):
    first, second, third = (
        back(tx, paid, kept=kept, refund=f"RF{kept}") for kept in (300_000, 100_000, 0)
    )
    assert first is not None
    assert second is not None
    assert third is not None
    assert [each.number for each in (first, second, third)] == [
        paid.number,
        f"{paid.number}-2",
        f"{paid.number}-3",
    ]
    assert second.successor is not None
    content = json.loads(second.successor.payload)
    assert content["paid_vnd"] == AMOUNT.vnd
    assert [each["amount_vnd"] for each in content["refunds"]] == [50_000, 200_000]
    assert rows.by_number(tx, f"{paid.number}-2") == first.successor
    assert rows.payment_of(tx, f"{paid.number}-3") == paid.payment_id
    listed = rows.revocations(tx, revocations_max=REVOCATIONS_MAX)
    assert [(each.number, each.replaced_by) for each in listed] == [
        (paid.number, f"{paid.number}-2"),
        (f"{paid.number}-2", f"{paid.number}-3"),
        (f"{paid.number}-3", None),
    ]


def test_the_same_refund_again_changes_nothing(tx: Tx, paid: Payment):
    assert back(tx, paid, kept=100_000) == back(tx, paid, kept=100_000)
    assert len(rows.ended_of(tx, paid.payment_id)) == 1


@pytest.mark.parametrize("kept", [AMOUNT.vnd, AMOUNT.vnd + 1, -1])
def test_a_refund_that_gives_nothing_or_too_much_back_is_no_refund(
    tx: Tx, paid: Payment, kept: int
):
    with pytest.raises(AssertionError):
        back(tx, paid, kept=kept)


def test_money_that_was_never_believed_has_no_proof_to_end(tx: Tx):
    payment = opened(tx, owe(tx))
    assert back(tx, payment, kept=0) is None
    assert rows.payment_of(tx, payment.number) is None


def test_what_became_of_a_proof_is_never_changed_nor_said_twice(tx: Tx, paid: Payment):
    ended = back(tx, paid, kept=100_000)
    assert ended is not None
    with pytest.raises(DBAPIError, match="permission denied"), tx.begin_nested():
        tx.exec_driver_sql("UPDATE payments.acknowledgement_turn SET kept_vnd = 1")
    revoked = replace(
        ended, turn=AcknowledgementTurn.REVOKED, kept=Money(0), refund_number="RF2", successor=None
    )
    with pytest.raises(IntegrityError, match="ended_once"), tx.begin_nested():
        rows.keep_ended(tx, paid.payment_id, revoked, version=3)
