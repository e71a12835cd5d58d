"""The treasury's doors: statements on demand, spoiled on demand."""

from pathlib import Path

from tests.gateways.simulators.far_side import FarSide

DAY = "2026-09-01"


def test_what_vnpay_pays_out_the_treasury_credits(far: FarSide):
    far.pay("P1")
    far.pay("P2", beneficiary="BHXH-01", vnd=10_000)
    paid_out = far.settle(DAY)["new_payouts"]
    made = far.post("treasury/statement", business_date=DAY)
    assert Path(made["file"]) == far.drop / "treasury" / "treasury-20260901.sta"
    credited = {one["account"]: one["closing_vnd"] for one in made["statements"]}
    assert credited == {one["beneficiary"]: one["amount_vnd"] for one in paid_out}


def test_a_cut_statement_is_cut_and_its_repeat_is_whole(far: FarSide):
    far.pay()
    far.settle(DAY)
    cut = Path(far.post("treasury/statement", business_date=DAY, cut=10)["file"]).read_bytes()
    whole = Path(far.post("treasury/statement", business_date=DAY)["file"]).read_bytes()
    assert whole.endswith(b"\r\n-\r\n")
    assert whole[:-10] == cut


def test_a_statement_out_of_balance_closes_with_another_amount(far: FarSide):
    far.pay()
    far.settle(DAY)
    made = far.post("treasury/statement", business_date=DAY, is_out_of_balance=True)
    assert ":62F:C260901VND3500001," in Path(made["file"]).read_text("ascii")


def test_the_first_credit_due_can_be_late_or_lost(far: FarSide):
    far.pay("P1")
    far.pay("P2", beneficiary="BHXH-01")
    far.settle(DAY)
    accounts = far.client.get("/simulator/treasury/accounts").json()
    first = accounts["not_booked"][0]["payout"]
    late = far.post("treasury/statement", business_date=DAY, leave_out=["first"])
    assert first not in str(late["statements"])
    lost = far.post("treasury/statement", business_date="2026-09-02", lose=["first"])
    assert first not in str(lost["statements"])


def test_without_accounts_there_is_no_file(far: FarSide):
    made = far.post("treasury/statement", business_date=DAY)
    assert made == {"file": None, "statements": []}
    assert not (far.drop / "treasury").exists()
