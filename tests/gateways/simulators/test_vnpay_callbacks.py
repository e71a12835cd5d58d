"""Callbacks of the simulated VNPAY: told again until somebody listens."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from gateways.contract import Notice, RawRequest
from gateways.simulators.vnpay_callbacks import TRIES_MAX
from tests.gateways.canned_partner import Canned, canned_partner, http
from tests.gateways.simulators.far_side import RECORDED, FarSide, far_side, until

REFUSED = http(200, b'{"RspCode":"97","Message":"Invalid signature"}')


def told(running: FarSide, partner: Canned) -> list[Notice]:
    """Return what our gateway reads in the callbacks that came."""
    notices: list[Notice] = []
    for target in partner.targets:
        request = RawRequest("GET", "/", target.partition("?")[2].encode(), (), b"", "")
        read = running.gateway.read_callback(request)
        assert isinstance(read, Notice)
        notices.append(read)
    return notices


def known(running: FarSide, reference: str = "P1") -> dict[str, Any]:
    return running.orders(txn_ref=reference)[0]


def test_a_payment_is_told_once_when_it_is_recorded(tmp_path: Path):
    with canned_partner(RECORDED) as partner, far_side(tmp_path, callback_url=partner.url) as far:
        far.pay()
        until(lambda: known(far)["acknowledged"] == "00")
        assert [notice.reference for notice in told(far, partner)] == ["P1"]
        assert known(far)["open_callbacks"] == 0


@pytest.mark.parametrize(
    "first", [REFUSED, http(500, b""), http(200, b"thank you"), http(200, b'{"RspCode":0}'), b""]
)
def test_anything_but_00_and_02_is_told_again(tmp_path: Path, first: bytes):
    already = http(200, b'{"RspCode":"02","Message":"Order already confirmed"}')
    with (
        canned_partner(first, already) as partner,
        far_side(tmp_path, callback_url=partner.url) as far,
    ):
        far.pay()
        until(lambda: known(far)["acknowledged"] == "02")
        assert len(partner.targets) == 2
        assert partner.targets[0] == partner.targets[1]
        answers = far.client.get("/simulator/vnpay/orders/P1/answers").json()["answers"]
        assert [one["rsp_code"] for one in answers][-1] == "02"
        assert len(answers) == 2


def test_after_ten_tries_vnpay_gives_up(tmp_path: Path):
    with (
        canned_partner(REFUSED) as partner,
        far_side(tmp_path, callback_url=partner.url, retry_ms=1) as far,
    ):
        far.pay()
        until(lambda: known(far)["open_callbacks"] == 0)
        assert len(partner.targets) == TRIES_MAX
        assert known(far)["acknowledged"] is None
        assert known(far)["refused_code"] == "97"


def test_each_misbehaviour_tells_as_often_as_it_should(tmp_path: Path):
    with canned_partner(RECORDED) as partner, far_side(tmp_path, callback_url=partner.url) as far:
        for behaviour in ("paid", "lost", "doubled", "late", "declined"):
            far.pay(f"P-{behaviour}", behaviour=behaviour)
        until(lambda: sum(order["tries"] for order in far.orders()) == 4)
        counted = Counter(notice.reference for notice in told(far, partner))
        assert counted == {"P-paid": 1, "P-doubled": 2, "P-declined": 1}
        assert known(far, "P-late")["open_callbacks"] == 1


def test_what_was_not_told_is_told_after_a_restart(tmp_path: Path):
    with canned_partner(http(503, b"")) as deaf, far_side(tmp_path, callback_url=deaf.url) as far:
        far.pay()
        until(lambda: known(far)["tries"] >= 1)
    with canned_partner(RECORDED) as partner, far_side(tmp_path, callback_url=partner.url) as far:
        until(lambda: known(far)["acknowledged"] == "00")
        assert [notice.reference for notice in told(far, partner)] == ["P1"]
