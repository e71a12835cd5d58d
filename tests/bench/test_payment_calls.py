"""What the callers of the bench send is taken as genuine."""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs

import psycopg

from bench.callers import hold
from bench.decisions import new_register
from bench.payment_calls import FIRST_TRANSACTION, Callbacks, Payers, numbers
from bench.payments import GATEWAY
from bench.place import Place, drop_database
from bench.push_http import LOOPBACK, serving

DATABASE = "bench_calls_tested"
OBLIGATIONS = 6


def test_every_payment_that_was_called_back_is_paid(place: Place):
    new_register(place, DATABASE, stored=OBLIGATIONS)
    with serving(place, DATABASE, more=GATEWAY) as port:
        payers = Payers(host=f"{LOOPBACK}:{port}", obligations=OBLIGATIONS)
        opened = hold(payers.open_and_start, port=port, clients=2, seconds=60)
        callbacks = Callbacks(
            payers.orders, host=payers.host, at=datetime.now(UTC), first=FIRST_TRANSACTION
        )
        told = hold(callbacks.tell, port=port, clients=2, seconds=60)
    with psycopg.connect(place.address(DATABASE)) as connection:
        states = connection.execute("SELECT state FROM payments.payment").fetchall()
    drop_database(place, DATABASE)
    assert len(opened.times_us) == len(told.times_us) == OBLIGATIONS
    assert states == [("paid",)] * OBLIGATIONS


def test_no_two_bodies_for_the_bare_route_are_the_same():
    bodies = numbers()
    first, second = json.loads(next(bodies)), json.loads(next(bodies))
    assert first.keys() == second.keys() == {"number", "amount_vnd"}
    assert first != second


def test_a_callback_is_signed_for_its_own_order():
    order = (
        "http://x/?vnp_Amount=300000000&vnp_OrderInfo=KB0111+Phat&vnp_TxnRef=NP1-A"
        "&vnp_SecureHash=00"
    )
    callbacks = Callbacks([order], host="x", at=datetime(2026, 11, 22, 18, tzinfo=UTC), first=15)
    (query,) = callbacks.queries
    fields = parse_qs(query)
    assert fields["vnp_TxnRef"] == ["NP1-A"]
    assert fields["vnp_PayDate"] == ["20261123010000"]
    assert fields["vnp_TransactionNo"] == ["15"]
    assert len(fields["vnp_SecureHash"][0]) == 128
