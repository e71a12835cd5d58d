"""The payments a browser began are its own, and no one else's."""

from api.access.citizen_session import Visitor
from api.access.own_payment import client_of, own_holders, own_payment
from api.house import House
from payments.found import Found
from payments.look_up import Question, look_up
from tests.api.citizen.payer import ISSUED_ON, NUMBER, PLATE, Payer, owe_late_fine


def _found(house: House) -> Found:
    question = Question(number=NUMBER, decided_on=ISSUED_ON, subject=PLATE)
    with house.open_tx() as tx:
        answer = look_up(
            tx, question, on=house.today(), keys=house.personal_keys, rates=house.rates
        )
    assert isinstance(answer, Found)
    return answer


def test_the_one_who_began_it_holds_it_and_nobody_else(house: House) -> None:
    owe_late_fine(house)
    payer = Payer(house)
    payer.go()
    kept = payer.client.cookies
    owner = Visitor(kept["visitor"], house.settings, kept["payment"])
    stranger = Visitor("x" * 43, house.settings, "y" * 43)
    obligation_id = _found(house).obligation_id
    with house.open_tx() as tx:
        own = own_payment(tx, owner)
        assert own is not None
        assert own_holders(tx, owner, [obligation_id]) == {obligation_id: own}
        assert own.client == client_of(owner)
        assert own_payment(tx, stranger) is None
        assert own_holders(tx, stranger, [obligation_id]) == {}


def test_a_client_name_does_not_give_the_visitor_away(house: House) -> None:
    visitor = Visitor("x" * 43, house.settings, "")
    assert visitor.name not in client_of(visitor)
