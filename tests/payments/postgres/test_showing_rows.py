"""What stands beside obligations, for many at once."""

from dataclasses import replace

from ledger.postgres.transaction import Tx
from payments.personal_data import person_index
from payments.postgres import showing_rows
from tests.payments.owed import KEYS, fine, push
from tests.payments.scene import NOW, hear, heard, inside, notice, opened, sent

PERSON = "001085000011"


def test_locks_and_days_of_payment_are_told_of_those_that_have_them(tx: Tx):
    paid, held, free = push(tx, fine("1/QĐ"), fine("2/QĐ"), fine("3/QĐ"))
    payment = opened(tx, [paid])
    hear(tx, heard(notice(sent(inside(tx), payment), amount=payment.amount, at=NOW)))
    other = opened(tx, [held])
    every = [paid, held, free]
    assert showing_rows.locked_until(tx, every) == {held: other.expires_at}
    assert showing_rows.first_paid_at(tx, every) == {paid: NOW}
    assert showing_rows.replaced_by(tx, every, kinds=["traffic_fine"]) == {}


def test_what_one_person_owes_is_found_by_the_index_alone(tx: Tx):
    def of(number: str, personal_id: str) -> int:
        owed = replace(
            fine(number), personal={"name": "A", "plate": "59A-123.21", "personal_id": personal_id}
        )
        (obligation_id,) = push(tx, owed)
        return obligation_id

    first, _, third = of("1/QĐ", PERSON), of("2/QĐ", "0" * 12), of("3/QĐ", PERSON)
    mine = person_index(KEYS, personal_id=PERSON)
    assert showing_rows.owed_by(tx, (mine,), rows_max=10) == [third, first]
    assert showing_rows.owed_by(tx, (mine,), rows_max=1) == [third]
    assert showing_rows.owed_by(tx, [b"x" * 16], rows_max=10) == []
