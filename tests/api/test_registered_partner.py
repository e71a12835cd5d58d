"""What a partner must be to be registered, and how long a key opens anything."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from api.registered_partner import Partner, PartnerKey, Sort, check_partner
from payments.errors import InputRefused

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PARTNER = Partner(
    name="bo-tai-chinh",
    sort=Sort.APPLICATION,
    return_origins=("https://pay.example.vn", "https://pay.example.vn:8443"),
    certificates=("0f" * 32,),
)
KEY = PartnerKey(
    key_id="0" * 12,
    partner="bo-tai-chinh",
    digest=b"digest",
    scopes=frozenset({"payments:read"}),
    issued_at=NOW,
)


def test_a_partner_that_can_be_right_is_let_in() -> None:
    check_partner(PARTNER, is_sandbox=False)
    local = replace(PARTNER, return_origins=("http://127.0.0.1:9000",))
    check_partner(local, is_sandbox=True)
    with pytest.raises(InputRefused):
        check_partner(local, is_sandbox=False)


@pytest.mark.parametrize(
    "origin",
    [
        "https://pay.example.vn/",
        "https://PAY.example.vn",
        "https://user@pay.example.vn",
        "https://pay.example.vn?x",
        "https://pay.example.vn:99999",
        "https://",
        "javascript:alert(1)",
        "//pay.example.vn",
    ],
)
def test_where_payers_go_back_to_is_an_origin_and_nothing_more(origin: str) -> None:
    with pytest.raises(InputRefused, match="return_origins"):
        check_partner(replace(PARTNER, return_origins=(origin,)), is_sandbox=True)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(PARTNER, name="-a"),
        replace(PARTNER, name="a" * 41),
        replace(PARTNER, requests_per_minute_max=0),
        replace(PARTNER, requests_per_minute_max=1_000_001),
        replace(PARTNER, certificates=("0F" * 32,)),
        replace(PARTNER, return_origins=("https://a.vn",) * 11),
        replace(PARTNER, certificates=("0f" * 32,) * 11),
    ],
)
def test_what_cannot_be_right_is_refused(wrong: Partner) -> None:
    with pytest.raises(InputRefused):
        check_partner(wrong, is_sandbox=False)


def test_a_key_opens_until_it_expires_or_is_revoked() -> None:
    expiring = replace(KEY, expires_at=NOW + timedelta(hours=1))
    assert KEY.is_live(NOW)
    assert expiring.is_live(NOW + timedelta(minutes=59))
    assert not expiring.is_live(NOW + timedelta(hours=1))
    assert not replace(KEY, revoked_at=NOW).is_live(NOW)
    assert "digest" not in repr(KEY)
