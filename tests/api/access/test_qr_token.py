"""The code on a paper: opens one paper, not one bit of it may differ, and keys may change."""

import io

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pydantic import SecretStr

from api.access.qr_token import NoQrKey, Paper, qr_address, qr_code, qr_token, read_qr_token
from api.settings import Settings
from tests.api.access.browser import SETTINGS as PLAIN

SETTINGS = PLAIN.model_copy(update={"qr_key": SecretStr("66" * 32)})
PAPER = Paper("csgt", "traffic_fine", "0001/QD-XPHC")


def test_it_opens_the_paper_it_was_made_for_in_any_spelling():
    spelt = Paper("csgt", "traffic_fine", " 0001/qđ-xphc")
    assert read_qr_token(SETTINGS, qr_token(SETTINGS, PAPER)) == PAPER
    assert qr_token(SETTINGS, spelt) == qr_token(SETTINGS, PAPER)


def test_no_bit_of_it_may_differ():
    token = qr_token(SETTINGS, PAPER)
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for place, sign in enumerate(token):
        for other in signs:
            if other != sign:
                altered = token[:place] + other + token[place + 1 :]
                assert read_qr_token(SETTINGS, altered) is None
    assert read_qr_token(SETTINGS, token[:-1]) is None
    assert read_qr_token(SETTINGS, token + "A") is None


@given(text=st.text(max_size=400))
@settings(max_examples=200)
def test_any_other_text_opens_nothing(text: str):
    assert read_qr_token(SETTINGS, text) is None


def test_a_retired_key_still_opens_and_another_does_not():
    token = qr_token(SETTINGS, PAPER)
    changed: Settings = PLAIN.model_copy(
        update={
            "qr_key": SecretStr("77" * 32),
            "qr_key_id": "2",
            "qr_retired_keys": {"1": SecretStr("66" * 32)},
        }
    )
    assert read_qr_token(changed, token) == PAPER
    assert qr_token(changed, PAPER)[0] == "2"
    other = PLAIN.model_copy(update={"qr_key": SecretStr("77" * 32)})
    assert read_qr_token(other, token) is None


def test_without_a_key_none_is_made_and_none_opens():
    with pytest.raises(NoQrKey):
        qr_token(PLAIN, PAPER)
    assert read_qr_token(PLAIN, qr_token(SETTINGS, PAPER)) is None


def test_a_reader_of_others_reads_the_picture():
    address = qr_address(SETTINGS, PAPER)
    picture = io.BytesIO()
    qr_code(address).save(picture, kind="png", scale=4)
    with Image.open(picture) as image:
        (read,) = zxingcpp.read_barcodes(image)
    assert read.text == address
    assert address.startswith(f"{SETTINGS.citizen_url}/q/1")
