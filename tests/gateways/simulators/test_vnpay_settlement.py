"""Reports of the simulated VNPAY, read by our gateway."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from gateways.contract import LineKind, Prepared, RefundOrder, SettlementReport
from gateways.simulators import vnpay_questions
from gateways.simulators.clock import moment, now_ms
from ledger.money import Money
from tests.gateways.simulators.far_side import FarSide, far_side


def read(far: FarSide, made: dict[str, Any]) -> SettlementReport:
    return far.gateway.read_report(Path(made["file"]).read_bytes())


def test_a_report_holds_what_was_paid_and_nothing_else(far: FarSide):
    for behaviour in ("paid", "lost", "declined", "held_07", "reversed_04", "pay_then_late"):
        far.pay(f"P-{behaviour}", behaviour=behaviour)
    made = far.settle("2026-09-01")
    report = read(far, made)
    assert Path(made["file"]) == far.drop / "vnpay" / "vnpay-20260901-v1.csv"
    assert [line.reference for line in report.lines] == ["P-paid", "P-lost"]
    assert (report.business_date, report.total) == (date(2026, 9, 1), Money(700_000))


def test_a_wrong_amount_is_reported_as_it_was_taken(far: FarSide):
    far.pay(behaviour="wrong_amount")
    assert read(far, far.settle("2026-09-01")).lines[0].amount == Money(349_000)


def test_there_is_one_payout_for_each_beneficiary(far: FarSide):
    far.pay("P1", beneficiary="KBNN-0021")
    far.pay("P2", beneficiary="BHXH-01", vnd=10_000)
    far.pay("P3", beneficiary="KBNN-0021")
    made = far.settle("2026-09-01")
    payouts = {one["beneficiary"]: one for one in made["new_payouts"]}
    assert (payouts["BHXH-01"]["payout"], payouts["BHXH-01"]["amount_vnd"]) == (
        "VP202609010001",
        10_000,
    )
    assert (payouts["KBNN-0021"]["amount_vnd"], payouts["KBNN-0021"]["count"]) == (700_000, 2)
    named = {line.reference: line.payout for line in read(far, made).lines}
    assert named["P1"] == named["P3"] == payouts["KBNN-0021"]["payout"]


def test_the_same_report_is_made_again_to_the_byte(far: FarSide):
    far.pay()
    first = Path(far.settle("2026-09-01")["file"]).read_bytes()
    again = far.settle("2026-09-01")
    assert Path(again["file"]).read_bytes() == first
    assert (again["version"], again["new_payouts"]) == (1, [])


def test_later_payments_of_a_day_make_a_second_version_of_the_whole_day(far: FarSide):
    far.pay("P1")
    far.settle("2026-09-01")
    far.pay("P2")
    made = far.settle("2026-09-01")
    report = read(far, made)
    assert Path(made["file"]).name == "vnpay-20260901-v2.csv"
    assert report.version == 2
    assert [line.payout for line in report.lines] == ["VP202609010001", "VP202609010002"]
    assert [one["payout"] for one in made["new_payouts"]] == ["VP202609010002"]


def test_a_payment_stands_in_one_day_alone(far: FarSide):
    far.pay("P1")
    far.pay("P2")
    first = far.settle("2026-09-01", leave_out=["P2"])
    second = far.settle("2026-09-02")
    assert [line.reference for line in read(far, first).lines] == ["P1"]
    assert [line.reference for line in read(far, second).lines] == ["P2"]


def test_the_window_takes_its_beginning_and_leaves_its_end(far: FarSide):
    far.pay()
    paid_at = far.orders()[0]["decided_at"]
    later = moment(now_ms() + 1_000).isoformat()
    long_ago = "2020-01-01T00:00:00+07:00"
    before = {"from": long_ago, "until": paid_at}
    after = {"from": paid_at, "until": later}
    assert far.post("vnpay/settle", business_date="2026-09-01", **before)["count"] == 0
    assert far.post("vnpay/settle", business_date="2026-09-02", **after)["count"] == 1


def test_fees_are_kept_back_from_the_payout(tmp_path: Path):
    with far_side(tmp_path, fee_vnd=1_100) as far:
        far.pay()
        made = far.settle("2026-09-01")
        assert made["new_payouts"][0]["amount_vnd"] == 348_900
        assert read(far, made).fee_total == Money(1_100)


def test_a_day_without_payments_has_a_report_too(far: FarSide):
    assert read(far, far.settle("2026-09-01")).lines == ()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let refunds be done in the moment they are ordered."""
    monkeypatch.setattr(vnpay_questions, "REFUND_MS", 0)


def give_back(far: FarSide, prepared: Prepared, reference: str, vnd: int) -> None:
    now = datetime.now(UTC)
    far.gateway.refund(RefundOrder(reference, prepared, "", Money(vnd), "lan", "Hoan tien", now))


@pytest.mark.usefixtures("at_once")
def test_a_done_refund_is_a_line_and_is_kept_from_the_payout(far: FarSide):
    far.pay("P1", vnd=400_000)
    twice = far.pay("P2", vnd=350_000)
    give_back(far, twice, "F1", 350_000)
    made = far.settle("2026-09-01")
    report = read(far, made)
    kept = report.lines[-1]
    assert [line.kind for line in report.lines] == [LineKind.PAYMENT, LineKind.PAYMENT, kept.kind]
    assert (kept.kind, kept.reference, kept.amount) == (LineKind.REFUND, "P2", Money(350_000))
    assert kept.payout == report.lines[0].payout
    assert report.total == Money(400_000)
    (payout,) = made["new_payouts"]
    assert (payout["amount_vnd"], payout["count"], made["count"]) == (400_000, 3, 3)
    (refund,) = far.client.get("/simulator/vnpay/orders/P2/refunds").json()["refunds"]
    assert (refund["amount_vnd"], refund["report_date"]) == (350_000, "2026-09-01")


@pytest.mark.usefixtures("at_once")
def test_a_refund_waits_for_a_payout_of_its_beneficiary_that_reaches(far: FarSide):
    first = far.pay("P1", vnd=350_000)
    far.settle("2026-09-01")
    give_back(far, first, "F1", 350_000)
    far.pay("P2", vnd=100_000)
    far.pay("P3", vnd=900_000, beneficiary="BHXH-01")
    kinds = [line.kind for line in read(far, far.settle("2026-09-02")).lines]
    assert kinds == [LineKind.PAYMENT, LineKind.PAYMENT]
    far.pay("P4", vnd=400_000)
    made = far.settle("2026-09-03")
    assert [line.reference for line in read(far, made).lines] == ["P4", "P1"]
    assert made["new_payouts"][0]["amount_vnd"] == 50_000
    assert read(far, far.settle("2026-09-03")) == read(far, made)


@pytest.mark.usefixtures("at_once")
def test_a_payout_that_comes_to_nothing_is_credited_to_nobody(far: FarSide):
    give_back(far, far.pay("P1"), "F1", 350_000)
    (payout,) = far.settle("2026-09-01")["new_payouts"]
    assert payout["amount_vnd"] == 0
    stated = far.post("treasury/statement", business_date="2026-09-01")
    assert [one["payouts"] for one in stated["statements"]] == [[]]


def test_a_refund_that_is_not_done_yet_stands_in_no_report(far: FarSide):
    give_back(far, far.pay("P1"), "F1", 350_000)
    assert [line.kind for line in read(far, far.settle("2026-09-01")).lines] == [LineKind.PAYMENT]
