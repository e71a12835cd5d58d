"""The yardstick really inserts what it is sent."""

import psycopg

from bench.bare_route import bare_serving
from bench.callers import hold
from bench.payments import bare_asked
from bench.place import Place, drop_database, new_database

DATABASE = "bench_bare_tested"


def test_every_answer_has_its_row(place: Place):
    new_database(place, DATABASE)
    with bare_serving(place, DATABASE) as port:
        held = hold(bare_asked(f"127.0.0.1:{port}"), port=port, clients=2, seconds=1)
    with psycopg.connect(place.address(DATABASE)) as connection:
        counted = connection.execute("SELECT count(*) FROM public.bare").fetchone()
    drop_database(place, DATABASE)
    assert held.times_us
    assert counted == (len(held.times_us),)
