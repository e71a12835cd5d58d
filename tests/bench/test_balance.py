"""The bench of balances asks about both clocks, and its budget can be missed."""

from bench.balance import measure_balance
from bench.growth import Plan
from bench.place import Place


def test_every_question_is_answered_in_its_line(place: Place, filled: Plan) -> None:
    without = Place(place.dsn, None, place.folder)
    lines, held = measure_balance(without, filled, seconds=0)
    assert lines[0].split() == ["milliseconds", "least", "p50", "p99", "times"]
    assert lines[1].startswith("(one row by its key)")
    assert len(lines) == 11
    assert all("at most 10.00" in line for line in lines[2:])
    assert held == all("PASS" in line for line in lines[2:])
