"""Misses at the door that holds them: whole steps of the setting, whichever sort they are."""

from api.access.look_up_quotas import PARTNER_PER_MINUTE_MAX
from bench.decisions import ISSUED, new_register
from bench.held import ASKED_PER_DAY, AT_ONCE, held_misses
from bench.look_up import KEYS
from bench.place import Place, drop_database

DATABASE = "bench_held"
STEP_NS = 60_000_000


def test_both_sorts_of_misses_take_at_least_a_step(place: Place) -> None:
    new_register(place, DATABASE, stored=10)
    try:
        pairs = [(f"{turn + 1:09d}/QD-XPHC", f"9{turn:08d}/QD-XPHC") for turn in range(AT_ONCE)]
        day = ISSUED.isoformat()
        ones, others = held_misses(place, DATABASE, pairs, keys=KEYS, decided_on=day)
    finally:
        drop_database(place, DATABASE)
    assert len(ones) == len(others) == AT_ONCE
    assert min(*ones, *others) >= STEP_NS


def test_no_limit_of_a_partner_is_reached_in_a_day() -> None:
    assert ASKED_PER_DAY + AT_ONCE <= PARTNER_PER_MINUTE_MAX
