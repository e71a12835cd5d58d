"""Requests that are answered once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from ledger.postgres.transaction import OpenTx, Tx
from payments.errors import KeyInFlight, KeyReused
from payments.postgres.idempotency_rows import (
    Fresh,
    Keyed,
    Replay,
    begin,
    begin_all,
    finish,
    finish_all,
    forget,
    let_go,
)
from tests.payments.scene import NOW

BODY = b"b" * 32


def claim(tx: Tx, *, key: str = "k1", client: str = "shop", body: bytes = BODY) -> Fresh | Replay:
    return begin(tx, client=client, route="/v1/payments", key=key, body_digest=body, now=NOW)


def answer(tx: Tx, *, key: str = "k1") -> None:
    finish(tx, client="shop", route="/v1/payments", key=key, status=201, answer=b'{"n":1}')


def test_a_repeat_gets_the_first_answers_bytes(tx: Tx):
    assert claim(tx) == Fresh()
    answer(tx)
    assert claim(tx) == Replay(status=201, answer=b'{"n":1}')


def test_the_same_key_with_another_body_is_refused(tx: Tx):
    claim(tx)
    answer(tx)
    with pytest.raises(KeyReused):
        claim(tx, body=b"c" * 32)


def test_keys_belong_to_their_client(tx: Tx):
    claim(tx)
    answer(tx)
    assert claim(tx, client="another") == Fresh()


def test_a_request_that_fails_leaves_its_key_free(open_tx: OpenTx):
    def fail() -> None:
        with open_tx() as tx:
            claim(tx)
            raise KeyReused

    with pytest.raises(KeyReused):
        fail()
    with open_tx() as tx:
        assert claim(tx) == Fresh()


def test_f04_twins_at_once_do_the_work_once_and_get_the_same_answer(open_tx: OpenTx):
    gate = threading.Barrier(8)

    def call(_: int) -> Fresh | Replay:
        gate.wait()
        with open_tx() as tx:
            begun = claim(tx)
            if isinstance(begun, Fresh):
                answer(tx)
            return begun

    with ThreadPoolExecutor(8) as callers:
        begun = list(callers.map(call, range(8)))
    assert begun.count(Fresh()) == 1
    assert begun.count(Replay(status=201, answer=b'{"n":1}')) == 7


def test_a_twin_that_never_ends_is_waited_for_briefly(
    open_tx: OpenTx, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("payments.postgres.idempotency_rows.TWIN_WAIT_MS_MAX", 100)
    with open_tx() as first:
        claim(first)
        with pytest.raises(KeyInFlight), open_tx() as second:
            claim(second)
        answer(first)


def test_a_key_that_was_committed_without_an_answer_is_in_flight(tx: Tx):
    claim(tx)
    with pytest.raises(KeyInFlight):
        claim(tx)


def test_old_keys_are_forgotten(tx: Tx):
    claim(tx)
    answer(tx)
    assert forget(tx, before=NOW) == 0
    assert forget(tx, before=NOW + timedelta(days=30)) == 1
    assert tx.execute(text("SELECT count(*) FROM payments.idempotency")).scalar_one() == 0


def keyed(key: str) -> Keyed:
    return Keyed("shop", "/v1/payments", key)


def test_each_of_many_is_begun_as_if_alone(tx: Tx):
    claim(tx, key="done")
    answer(tx, key="done")
    claim(tx, key="under way")
    wanted = [(keyed(key), BODY) for key in ("new", "done", "under way", "newer")]
    begun = begin_all(tx, [*wanted, (Keyed("another", "/v1/payments", "done"), BODY)], now=NOW)
    assert [type(each) for each in begun] == [Fresh, Replay, KeyInFlight, Fresh, Fresh]
    (other,) = begin_all(tx, [(keyed("done"), b"c" * 32)], now=NOW)
    assert isinstance(other, KeyReused)


def test_many_answers_are_kept_and_what_came_to_nothing_is_free_again(tx: Tx):
    wanted = [(keyed(key), BODY) for key in ("a", "b", "c")]
    begin_all(tx, wanted, now=NOW)
    finish_all(tx, [(keyed("a"), 201, b"1"), (keyed("b"), 200, b"2")])
    let_go(tx, [keyed("c"), keyed("a")])
    assert begin_all(tx, wanted, now=NOW) == [Replay(201, b"1"), Replay(200, b"2"), Fresh()]
