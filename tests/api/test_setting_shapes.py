"""Shapes of settings."""

import pytest
from pydantic import SecretStr

from api.setting_shapes import a_staff_name, an_address, each_their_own, of_32_bytes


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("http://127.0.0.1:8700/", "http://127.0.0.1:8700"),
        ("https://PAY.example.vn", "https://pay.example.vn"),
    ],
)
def test_an_address_has_no_slash_at_its_end(text: str, address: str) -> None:
    assert an_address(text) == address


@pytest.mark.parametrize("text", ["", "pay.example.vn", "ftp://x", "http://"])
def test_what_is_no_web_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="URL"):
        an_address(text)


def test_a_key_has_64_hexadecimal_digits() -> None:
    key = SecretStr("ab" * 32)
    assert of_32_bytes(key) is key


@pytest.mark.parametrize("text", ["", "ab" * 31, "ab" * 33, "zz" * 32])
def test_any_other_key_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal") as caught:
        of_32_bytes(SecretStr(text))
    assert not text or text not in str(caught.value)


def test_a_person_is_named_as_records_may_say_for_ever() -> None:
    assert a_staff_name("ketoan1") == "ketoan1"
    for wrong in ("", "k", "Ketoan", "kế-toán", "1ketoan", "a b", "a" * 31, "unknown"):
        with pytest.raises(ValueError, match="name"):
            a_staff_name(wrong)


def test_a_name_cannot_be_taken_for_a_session_without_one() -> None:
    with pytest.raises(ValueError, match="session"):
        a_staff_name("abcdef012345")


def test_two_people_never_share_a_key() -> None:
    assert each_their_own({"ketoan1": "aa", "ketoan2": "bb"})
    with pytest.raises(ValueError, match="same key"):
        each_their_own({"ketoan1": "aa", "ketoan2": "aa"})
