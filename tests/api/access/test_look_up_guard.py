"""The guarded look-up: counted in the database before it happens, given back when right."""

from sqlalchemy import text

from api.access.citizen_session import visitor_of
from api.access.look_up_guard import LookUpGuard, facts_of
from api.access.look_up_quotas import Facts, Standing
from api.house import House
from payments.found import Found
from payments.look_up import NoMatch, Question
from tests.api.access.browser import request
from tests.api.citizen.payer import ISSUED_ON, NUMBER, PLATE, owe_late_fine

RIGHT = Question(number=NUMBER, decided_on=ISSUED_ON, subject=PLATE)
WRONG = Question(number=NUMBER, decided_on=ISSUED_ON, subject="99A-999.99")


def test_spelling_does_not_multiply_the_tries() -> None:
    other = Question(number=" 0002 / qđ–xphc", decided_on=None, subject="29b1 678-90")
    assert facts_of(other) == facts_of(RIGHT) == Facts("0002/QD-XPHC", "29B167890")


def test_two_processes_count_together(house: House) -> None:
    owe_late_fine(house)
    asked = request()
    visitor = visitor_of(asked, house.settings)
    one, other = LookUpGuard(house), LookUpGuard(house)
    assert one.gate(asked, visitor).work is None
    found, gate = one.look_up(asked, visitor, RIGHT, sealed="", number="")
    assert isinstance(found, Found)
    assert gate.standing is Standing.FREE
    missed, gate = other.look_up(asked, visitor, WRONG, sealed="", number="")
    assert isinstance(missed, NoMatch)
    assert gate.standing is Standing.WORK
    assert gate.work is not None
    assert one.gate(asked, visitor).standing is Standing.WORK


def test_only_what_was_wrong_stays_counted_as_wrong(house: House) -> None:
    owe_late_fine(house)
    asked = request()
    guard, visitor = LookUpGuard(house), visitor_of(asked, house.settings)
    guard.look_up(asked, visitor, RIGHT, sealed="", number="")
    with house.open_tx() as tx:
        after_right = tx.execute(text("SELECT sum(tries) FROM api.quota")).scalar_one()
    guard.look_up(asked, visitor, WRONG, sealed="", number="")
    with house.open_tx() as tx:
        after_wrong = tx.execute(text("SELECT sum(tries) FROM api.quota")).scalar_one()
    # Source of day and minute, visitor, looked; the wrong one is missed, too, and wrong five ways.
    assert (after_right, after_wrong) == (4, 4 + 4 + 1 + 5)
