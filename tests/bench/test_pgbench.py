"""What pgbench prints, and that ours runs."""

import pytest

from bench.pgbench import Rate, rate_of, yardstick
from bench.place import Place

TOLD = """\
transaction type: <builtin: TPC-B (sort of)>
number of transactions actually processed: 5117
latency average = 1.563 ms
initial connection time = 4.012 ms
tps = 5117.204301 (without initial connection time)
"""


def test_rate_and_latency_are_read_to_the_thousandth() -> None:
    assert rate_of(TOLD) == Rate(per_1000_s=5_117_204, latency_us=1_563)


def test_words_without_a_rate_are_a_fault_of_ours() -> None:
    with pytest.raises(AssertionError, match="ends with its rate"):
        rate_of("pgbench: error")


def test_without_pgbench_the_machine_stays_unmeasured(place: Place) -> None:
    without = Place(place.dsn, None, place.folder)
    assert yardstick(without, seconds=1) == [
        "no pgbench here: nothing says how fast this machine is"
    ]
