"""Pushing is measured beside a bare insert, and judged by what it must reach."""

from bench.decisions import new_register
from bench.place import Place, drop_database
from bench.push import (
    BARE,
    CLIENTS,
    EMPTY,
    FULL,
    HTTP,
    PER_SECOND_MIN,
    PUSH,
    Load,
    body_of,
    figures,
    insert,
    is_met,
    push,
    rows_of,
)
from payments.push_obligations import PUSHED_MAX

RATES = {
    Load(EMPTY, PUSH, CLIENTS): [PER_SECOND_MIN, 1, 9_000],
    Load(EMPTY, BARE, CLIENTS): [20_000, 20_000, 20_000],
    Load(FULL, PUSH, CLIENTS): [PER_SECOND_MIN - 1, 1, 9_000],
    Load(EMPTY, HTTP, CLIENTS): [4_000] * 3,
    Load(FULL, HTTP, CLIENTS): [4_000] * 3,
    Load(FULL, BARE, CLIENTS): [10_000, 10_000, 10_000],
}


def test_the_median_is_judged_and_told_beside_the_bare_insert() -> None:
    assert is_met(RATES, EMPTY)
    assert not is_met(RATES, FULL)
    lines = figures(RATES, {EMPTY: 0, FULL: 100})
    assert lines[-2].startswith("PASS  2 clients, 0 stored: 5,000/s")
    assert lines[-1].startswith("MISS  2 clients, 100 stored: 4,999/s")
    assert lines[-4] == "0 stored: HTTP adds 100 us to each decision of a client"
    assert lines[-2].endswith("0.25 of the bare insert")


def test_both_keep_all_of_a_body(place: Place) -> None:
    database = "bench_push_tested"
    new_register(place, database, stored=0)
    with place.book(database, role="clearing_app") as open_tx:
        push(open_tx, body_of(1, "AB"))
        insert(open_tx, rows_of(1, "CD"))
        with open_tx() as tx:
            kept = tx.exec_driver_sql("SELECT count(*) FROM payments.obligation").scalar_one()
    drop_database(place, database)
    assert kept == 2 * PUSHED_MAX
