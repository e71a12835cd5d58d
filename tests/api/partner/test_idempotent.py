"""One key, one act, one answer: whatever is sent again, and however often at once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from api.house import House
from api.partner.idempotent import KEY_MAX, KEY_MIN, REPLAYED, Once, answer_once, read_key
from ledger.postgres.transaction import Tx
from payments.errors import KeyMissing, KeyReused, NotPayable
from payments.postgres import authority_rows

PRINTABLE = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
ONCE = Once("/v1/things", "key-0001")


class Thing(BaseModel):
    """A body, and an answer."""

    name: str


@given(st.text(PRINTABLE, min_size=KEY_MIN, max_size=KEY_MAX))
def test_a_quoted_key_is_read_back_whatever_it_holds(key: str) -> None:
    quoted = '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert read_key([quoted]) == key


def test_the_bare_form_is_the_same_key() -> None:
    assert read_key(["6f1b5c0e-6d3f"]) == read_key(['"6f1b5c0e-6d3f"']) == "6f1b5c0e-6d3f"


@pytest.mark.parametrize(
    "given_",
    [
        [],
        [""],
        ["short"],
        ['"short"'],
        ["x" * (KEY_MAX + 1)],
        ["key-0001", "key-0001"],
        ['"key-0001", "key-0002"'],
        ['"key-0001";q=1'],
        ["key-0001;q=1"],
        ["key 0001 x"],
        ['"key-0001'],
        ['key"0001"'],
        ["ключ-0001"],
        ['"key-\x00001"'],
    ],
)
def test_what_is_no_key_is_refused(given_: list[str]) -> None:
    with pytest.raises(KeyMissing):
        read_key(given_)


def _answers(house: House, once: Once, *, client: str = "portal", name: str = "a") -> Any:  # noqa: ANN401 (a response, read field by field)
    return answer_once(
        house, once, lambda _: Thing(name=name), client=client, body=Thing(name=name)
    )


def test_a_repeat_gets_the_first_answer_and_hears_that_it_is_one(house: House) -> None:
    done: list[str] = []

    def work(_: Tx) -> Thing:
        done.append("once")
        return Thing(name=f"made {len(done)}")

    first, again = (
        answer_once(house, ONCE, work, client="portal", body=Thing(name="a")) for _ in range(2)
    )
    assert (first.status_code, first.body) == (again.status_code, again.body)
    assert (first.status_code, done) == (201, ["once"])
    assert (REPLAYED in first.headers, again.headers[REPLAYED]) == (False, "true")


def test_another_body_under_the_key_is_refused(house: House) -> None:
    _answers(house, ONCE)
    with pytest.raises(KeyReused):
        _answers(house, ONCE, name="b")


def test_another_client_or_address_has_keys_of_its_own(house: House) -> None:
    _answers(house, ONCE)
    assert REPLAYED not in _answers(house, ONCE, client="ministry").headers
    assert REPLAYED not in _answers(house, Once("/v1/others", ONCE.key)).headers


def test_a_refusal_is_not_kept_and_undoes_what_was_begun(house: House) -> None:
    def refuse(tx: Tx) -> Thing:
        authority_rows.authorities_of(tx, "portal")
        raise NotPayable("not now")

    with pytest.raises(NotPayable):
        answer_once(house, ONCE, refuse, client="portal", body=Thing(name="a"))
    assert REPLAYED not in _answers(house, ONCE).headers


def test_f30_twins_at_the_same_moment_do_the_work_once(house: House) -> None:
    done: list[int] = []

    def work(_: Tx) -> Thing:
        done.append(1)
        return Thing(name="made")

    def ask(_: int) -> bytes:
        answer = answer_once(house, ONCE, work, client="portal", body=Thing(name="a"))
        return bytes(answer.body)

    with ThreadPoolExecutor(4) as threads:
        bodies = set(threads.map(ask, range(4)))
    assert (bodies, len(done)) == ({b'{"name":"made"}'}, 1)
