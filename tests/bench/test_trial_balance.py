"""The bench of trial balances: closed days, the open ones, and a bare sum beside."""

from bench.growth import Plan
from bench.place import Place
from bench.trial_balance import measure_trial_balance


def test_open_days_stand_beside_a_bare_sum(place: Place, filled: Plan) -> None:
    lines, held = measure_trial_balance(place, filled, seconds=0)
    assert held
    assert [line.split("  ")[0] for line in lines[1:]] == [
        "through the last closed day",
        "through a day in the middle",
        "now, 600 transfers in open days",
        "(bare sum of the 600 transfers in open days)",
    ]
