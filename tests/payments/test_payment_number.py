"""Payment numbers and the sign that checks them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.payment_number import (
    ALPHABET,
    BITS,
    LENGTH,
    is_payment_number,
    normalised,
    payment_number,
)

RANDOM_BITS = st.integers(0, 2**BITS - 1)
SOME = [payment_number(bits) for bits in (0, 1, 2**BITS - 1, 0x1234_5678_9AB, 31 << 40)]


def test_the_alphabet_has_nothing_that_looks_alike():
    assert len(ALPHABET) == len(set(ALPHABET)) == 32
    assert not set("0O1I") & set(ALPHABET)


@given(RANDOM_BITS)
def test_a_number_is_twelve_signs_and_its_own_proof(bits: int):
    number = payment_number(bits)
    assert len(number) == LENGTH
    assert number.startswith("NP")
    assert is_payment_number(number)


@given(RANDOM_BITS, RANDOM_BITS)
def test_different_bits_make_different_numbers(first: int, second: int):
    assert (payment_number(first) == payment_number(second)) == (first == second)


@given(RANDOM_BITS, st.integers(0, 2**20))
def test_only_the_lowest_bits_count(bits: int, above: int):
    assert payment_number(bits + (above << BITS)) == payment_number(bits)


def test_bits_below_zero_are_refused():
    with pytest.raises(ValueError, match="below zero"):
        payment_number(-1)


@pytest.mark.parametrize("number", SOME)
def test_every_single_wrong_sign_is_seen(number: str):
    for at in range(LENGTH):
        for sign in set(ALPHABET) - {number[at]}:
            assert not is_payment_number(number[:at] + sign + number[at + 1 :])


@given(RANDOM_BITS)
def test_every_swap_of_two_signs_is_seen(bits: int):
    number = payment_number(bits)
    for first in range(LENGTH):
        for second in range(first + 1, LENGTH):
            if number[first] != number[second]:
                signs = list(number)
                signs[first], signs[second] = signs[second], signs[first]
                assert not is_payment_number("".join(signs))


@given(st.text(max_size=14))
def test_a_text_is_a_number_only_by_its_shape(text: str):
    assert not is_payment_number(text) or text in {payment_number(n) for n in (_bits(text),)}


def _bits(number: str) -> int:
    bits = 0
    for sign in number[2:-1]:
        bits = bits << 5 | ALPHABET.index(sign)
    return bits


@given(RANDOM_BITS)
def test_a_number_typed_with_spaces_and_small_letters_is_the_same(bits: int):
    number = payment_number(bits)
    typed = f" {number[:4].lower()}-{number[4:8]}\u00a0{number[8:]}\n"
    assert normalised(typed) == number
