"""Which gateways are opened, and what is said of settings that do not fit."""

import pytest

from gateways.errors import Misconfigured
from gateways.registry import open_gateways
from gateways.vnpay import Vnpay
from tests.gateways.canned_partner import transport
from tests.gateways.vnpay_samples import SECRET

ENVIRON = {
    "VNPAY_TMN_CODE": "SAMPLE01",
    "VNPAY_HASH_SECRET": SECRET,
    "VNPAY_PAY_URL": "https://pay.example/vpcpay.html",
    "VNPAY_API_URL": "https://pay.example/api",
    "VNPAY_SERVER_ADDRESS": "10.1.1.1",
    "PATH": "/bin",
}


def test_a_gateway_with_settings_is_found_under_its_code():
    with transport() as sender:
        found = open_gateways(sender, ENVIRON)
        assert list(found) == ["vnpay"]
        assert isinstance(found["vnpay"], Vnpay)
        assert found["vnpay"].code == "vnpay"


def test_without_settings_there_is_no_gateway():
    with transport() as sender:
        assert dict(open_gateways(sender, {"PATH": "/bin"})) == {}


@pytest.mark.parametrize("missing", [name for name in ENVIRON if name.startswith("VNPAY_")])
def test_a_missing_setting_is_named(missing: str):
    environ = {name: value for name, value in ENVIRON.items() if name != missing}
    with transport() as sender, pytest.raises(Misconfigured, match=missing):
        open_gateways(sender, environ)


def test_all_missing_settings_are_named_at_once():
    with transport() as sender, pytest.raises(Misconfigured) as caught:
        open_gateways(sender, {"VNPAY_TMN_CODE": "SAMPLE01", "VNPAY_SERVER_ADDRESS": "10.1.1.1"})
    assert caught.value.reason == (
        "VNPAY_HASH_SECRET, VNPAY_PAY_URL, VNPAY_API_URL: Field required"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VNPAY_TMN_CODE", "SHORT"),
        ("VNPAY_HASH_SECRET", "tooshort"),
        ("VNPAY_PAY_URL", "http://pay.example/"),
        ("VNPAY_API_URL", "https://pay.example/?next=1"),
        ("VNPAY_API_URL", "javascript:alert(1)"),
        ("VNPAY_SERVER_ADDRESS", "example.vn"),
        ("VNPAY_TYPO", "1"),
    ],
)
def test_a_wrong_setting_is_named_without_its_value(name: str, value: str):
    with transport() as sender, pytest.raises(Misconfigured) as caught:
        open_gateways(sender, ENVIRON | {name: value})
    assert name in caught.value.reason
    assert value not in caught.value.reason


def test_a_secret_stands_in_no_text_about_the_gateway():
    with transport() as sender:
        found = open_gateways(sender, ENVIRON)
        assert SECRET not in f"{found} {found['vnpay']!r}"
