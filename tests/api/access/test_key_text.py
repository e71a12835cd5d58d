"""Keys say what they are, and a typing error is seen before anything is asked."""

from hypothesis import given
from hypothesis import strategies as st

from api.access.key_text import (
    LIVE,
    SANDBOX,
    SECRET_BYTES,
    digest_of,
    environment_of,
    key_text,
    read_key,
)

KEY = key_text(LIVE, id_bytes=b"of a partner", secret=bytes(range(SECRET_BYTES)))


def test_a_key_shows_its_environment_and_its_id_only() -> None:
    shown = read_key(KEY, environment=LIVE)
    assert shown is not None
    assert KEY.split("_")[:2] == ["live", shown.key_id]
    assert len(KEY) == len("live__") + 12 + 43 + 6
    assert shown.digest == digest_of(KEY)
    assert KEY.split("_")[2] not in repr(shown)


def test_a_key_of_another_environment_is_none() -> None:
    assert read_key(KEY, environment=SANDBOX) is None
    assert read_key(KEY.replace("live_", "sb_"), environment=SANDBOX) is None
    assert environment_of(is_sandbox=True) == SANDBOX
    assert environment_of(is_sandbox=False) == LIVE


@given(
    st.integers(min_value=0, max_value=len(KEY) - 1),
    st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_ "),
)
def test_one_wrong_sign_is_always_seen(place: int, sign: str) -> None:
    typed = KEY[:place] + sign + KEY[place + 1 :]
    assert (read_key(typed, environment=LIVE) is not None) == (typed == KEY)


@given(st.binary(min_size=9, max_size=16), st.binary(min_size=32, max_size=32))
def test_every_key_we_draw_is_read(id_bytes: bytes, secret: bytes) -> None:
    text = key_text(SANDBOX, id_bytes=id_bytes, secret=secret)
    assert read_key(text, environment=SANDBOX) is not None


@given(st.text(max_size=80))
def test_other_texts_are_no_keys(text: str) -> None:
    assert read_key(text, environment=SANDBOX) is None
