"""A register full of decisions, made inside the database."""

import psycopg
import pytest

from bench.decisions import INDEXES, new_register
from bench.growth import TooBig
from bench.place import Place, drop_database


def test_so_many_decisions_stand_there_with_every_index(place: Place) -> None:
    database = "bench_decisions_tested"
    new_register(place, database, stored=1_234)
    with psycopg.connect(place.address(database)) as connection:
        counted = connection.execute(
            "SELECT count(*), count(DISTINCT number), count(DISTINCT person_index)"
            " FROM payments.obligation"
        ).fetchone()
        indexes = connection.execute(
            "SELECT count(*) FROM pg_indexes WHERE indexname = ANY (%s)", [list(INDEXES)]
        ).fetchone()
    drop_database(place, database)
    assert counted == (1_234, 1_234, 1_234)
    assert indexes == (len(INDEXES),)


def test_more_than_the_disk_holds_are_refused(place: Place) -> None:
    with pytest.raises(TooBig):
        new_register(place, "bench_decisions_too_many", stored=10**12)
