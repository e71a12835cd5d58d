"""The far side's own signatures."""

import pytest

from gateways.simulators.vnpay_wire import (
    QUERY_ASKED,
    is_sealed,
    read_sealed_query,
    sealed_answer,
    sealed_query,
)

FIELDS = {"vnp_B": "Đóng phí & 5%", "vnp_A": "1", "vnp_Empty": ""}


def test_a_sealed_query_is_read_back_without_empty_fields():
    query = sealed_query(FIELDS, secret="s")  # noqa: S106 - of a test
    assert read_sealed_query(query + "&utm=1", secret="s") == {  # noqa: S106 - of a test
        "vnp_A": "1",
        "vnp_B": "Đóng phí & 5%",
    }


@pytest.mark.parametrize("spoil", ["&vnp_A=1", "0", "&vnp_C=2", "&vnp_SecureHash=1"])
def test_a_spoiled_query_is_refused(spoil: str):
    query = sealed_query(FIELDS, secret="s") + spoil  # noqa: S106 - of a test
    with pytest.raises(ValueError, match=r"twice|signature"):
        read_sealed_query(query, secret="s")  # noqa: S106 - of a test


def test_a_message_is_sealed_over_its_fields_in_order():
    message = sealed_answer("s", {"vnp_RequestId": "1", "vnp_TxnRef": "P1"}, QUERY_ASKED)
    assert is_sealed("s", message, QUERY_ASKED)
    assert not is_sealed("s", message | {"vnp_TxnRef": "P2"}, QUERY_ASKED)
    assert not is_sealed("other", message, QUERY_ASKED)
