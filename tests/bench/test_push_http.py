"""What is pushed over HTTP in the bench is pushed by the program itself."""

import http.client

from bench.decisions import new_register
from bench.place import Place, drop_database
from bench.push import body_of
from bench.push_http import LOOPBACK, UP_MAX_S, post, serving
from payments.push_obligations import PUSHED_MAX


def test_a_body_goes_through_the_door_of_the_program(place: Place) -> None:
    database = "bench_push_http_tested"
    new_register(place, database, stored=0)
    with serving(place, database) as port:
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=UP_MAX_S)
        post(connection, body_of(1, "AB"))
        connection.close()
    with place.book(database, role="clearing_app") as open_tx, open_tx() as tx:
        kept = tx.exec_driver_sql("SELECT count(*) FROM payments.obligation").scalar_one()
    drop_database(place, database)
    assert kept == PUSHED_MAX
