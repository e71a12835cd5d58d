"""The proof of a payment as the database has it."""

from api.citizen.proof_record import proof_record
from api.house import House
from api.language import Language
from payments.postgres import payment_rows
from tests.api.citizen.payer import Payer, hear


def test_there_is_a_record_once_a_payment_is_paid(payer: Payer, house: House) -> None:
    gone = payer.go()
    with house.open_tx() as tx:
        payment = payment_rows.by_id(tx, 1)
        assert payment is not None
        assert proof_record(tx, payment.payment_id) is None
    hear(house, gone)
    with house.open_tx() as tx:
        record = proof_record(tx, payment.payment_id)
    assert record is not None
    assert not record.is_open
    speech = house.pages.speeches[Language.EN]
    assert record.read(house, speech).number == payment.number
    assert record.since(speech).sentences == ()
