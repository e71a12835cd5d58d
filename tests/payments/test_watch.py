"""What an e-mail address may be, and how long one waits for a mail that does not leave."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.errors import InputRefused
from payments.watch import TRIES_MAX, checked_address, wait_after


@pytest.mark.parametrize("address", ["an@example.vn", " an.nguyen+x@mail.example.com.vn "])
def test_an_address_is_kept_as_it_is_written_to(address: str):
    assert checked_address(address) == address.strip()


@pytest.mark.parametrize(
    "address",
    [
        *("", "an", "an@", "@example.vn", "an@example", "an@@example.vn", "a b@example.vn"),
        *("an@example..vn", "an@.vn", "an@example.vn.", "an@-x.vn", "ân@example.vn"),
        *("an@example.vn\nBcc: all@example.vn", "an@example.vn,b@example.vn", "<an@example.vn>"),
        *("an@example.vn\x00", f"{'a' * 200}@example.vn", 'a"b@example.vn', "an:b@example.vn"),
    ],
)
def test_what_could_carry_more_than_an_address_is_refused(address: str):
    with pytest.raises(InputRefused, match="address"):
        checked_address(address)


@given(st.text(max_size=300))
def test_no_text_breaks_out_of_a_header(text: str):
    try:
        address = checked_address(text)
    except InputRefused:
        return
    assert address.isprintable()
    assert not set(address) & set(' \r\n,;:<>"')


def test_waits_grow_until_it_is_given_up():
    waits = [wait_after(attempts) for attempts in range(TRIES_MAX + 1)]
    assert waits[0] == timedelta(minutes=5)
    assert waits[-1] is None
    known = [wait for wait in waits if wait is not None]
    assert known == sorted(known)
    assert len(known) == TRIES_MAX
