"""Where a bench works: databases of its own, and the conditions it tells."""

import os

import psycopg
import pytest

from bench.place import Place, conditions, drop_database, new_book, new_database


def test_conditions_name_processors_load_version_and_durability(place: Place) -> None:
    machine, settings = conditions(place)
    assert machine.startswith(f"{os.cpu_count()} processors")
    assert "load average" in machine
    assert settings.startswith("PostgreSQL server_version ")
    assert "fsync off, synchronous_commit off" in settings  # The tests' own server is not durable.


def test_a_new_database_takes_the_place_of_one_in_use(place: Place) -> None:
    new_database(place, "bench_trial")
    with psycopg.connect(place.address("bench_trial")) as first:
        first.execute("CREATE TABLE left_over ()")
        first.commit()
        new_database(place, "bench_trial")
    with psycopg.connect(place.address("bench_trial")) as second:
        row = second.execute("SELECT to_regclass('public.left_over')").fetchone()
    assert row == (None,)
    drop_database(place, "bench_trial")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(place.address("bench_trial"))


def test_a_new_book_is_empty_and_open_to_its_roles(place: Place) -> None:
    new_book(place, "bench_trial")
    with place.book("bench_trial", role="clearing_app") as open_tx, open_tx() as tx:
        found = tx.exec_driver_sql("SELECT count(*) FROM ledger.entry").scalar_one()
    assert found == 0
    drop_database(place, "bench_trial")
