"""Orders at the simulated VNPAY."""

from collections.abc import Callable

import pytest

from gateways.simulators.clock import digits, now_ms
from gateways.simulators.faults import Behaviour
from gateways.simulators.store import Store
from gateways.simulators.vnpay_orders import (
    Merchant,
    Order,
    Refused,
    decide,
    find_order,
    open_order,
)
from gateways.simulators.vnpay_wire import sealed_query

MERCHANT = Merchant("SAMPLE01", "secret")
NOW = now_ms()
FIELDS = {
    "vnp_Amount": "35000000",
    "vnp_Command": "pay",
    "vnp_CreateDate": digits(NOW),
    "vnp_CurrCode": "VND",
    "vnp_ExpireDate": digits(NOW + 900_000),
    "vnp_IpAddr": "127.0.0.1",
    "vnp_Locale": "vn",
    "vnp_OrderInfo": "KBNN-0021 Nop phat P1",
    "vnp_OrderType": "other",
    "vnp_ReturnUrl": "https://pay.example.vn/return?x=1",
    "vnp_TmnCode": "SAMPLE01",
    "vnp_TxnRef": "P1",
    "vnp_Version": "2.1.0",
}


def query(**changes: str) -> str:
    fields = FIELDS | {f"vnp_{name}": value for name, value in changes.items()}
    return sealed_query(fields, secret=MERCHANT.hash_secret)


def opened(store: Store, **changes: str) -> Order:
    return open_order(store, MERCHANT, query(**changes), NOW)


def pressed(
    store: Store,
    choice: str = "pay",
    *,
    wanted: Behaviour | None = None,
    at_ms: int = NOW,
) -> Order:
    order = decide(store, MERCHANT, txn_ref="P1", choice=choice, wanted=wanted, now_ms=at_ms)
    assert order is not None
    return order


def owed(store: Store) -> int:
    return len(store.rows("SELECT * FROM vnpay_delivery"))


def test_an_order_opened_twice_is_one_order(store: Store):
    assert opened(store) == opened(store)
    assert opened(store).beneficiary == "KBNN-0021"


def test_a_reference_used_for_another_order_is_refused(store: Store):
    opened(store)
    with pytest.raises(Refused, match="used before"):
        opened(store, Amount="35000100")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda: query() + "0",
        lambda: query() + "&vnp_TxnRef=P1",
        lambda: query(TmnCode="OTHER001"),
        lambda: query(Version="2.0.1"),
        lambda: query(CurrCode="USD"),
        lambda: query(Amount="499900"),
        lambda: query(Amount="100000000000"),
        lambda: query(Amount="35000001"),
        lambda: query(Amount="much"),
        lambda: query(ExpireDate=""),
        lambda: query(ExpireDate="tomorrow"),
        lambda: query(ReturnUrl=""),
        lambda: query(Locale="fr"),
        lambda: query(OrderInfo="** Nop phat"),
        lambda: "",
    ],
)
def test_an_address_vnpay_would_not_open_is_refused(store: Store, spoil: Callable[[], str]):
    with pytest.raises(Refused):
        open_order(store, MERCHANT, spoil(), NOW)
    assert find_order(store, "P1") is None


def test_the_first_choice_of_a_payer_counts(store: Store):
    opened(store)
    first = pressed(store)
    assert first.status_at(NOW) == ("00", "00")
    assert pressed(store, "cancel") == first
    assert owed(store) == 1


def test_nobody_can_decide_an_order_that_is_not_there(store: Store):
    nobody = decide(store, MERCHANT, txn_ref="P9", choice="pay", wanted=None, now_ms=NOW)
    assert nobody is None


@pytest.mark.parametrize(
    ("choice", "codes"),
    [("cancel", ("24", "02")), ("insufficient_funds", ("51", "02")), ("other_error", ("99", "02"))],
)
def test_a_payer_who_does_not_pay_leaves_no_money_behind(
    store: Store, choice: str, codes: tuple[str, str]
):
    opened(store)
    order = pressed(store, choice)
    assert order.status_at(NOW) == codes
    assert (order.taken_vnd, order.transaction_no) == (None, 0)
    assert order.result(MERCHANT, NOW)["vnp_TransactionNo"] == "0"


def test_paying_after_the_time_is_over_takes_no_money(store: Store):
    opened(store)
    assert opened(store).status_at(NOW + 901_000) == ("11", "02")
    assert pressed(store, at_ms=NOW + 901_000).status_at(NOW + 901_000) == ("11", "02")


@pytest.mark.parametrize(
    ("behaviour", "codes", "taken_vnd", "callbacks"),
    [
        (Behaviour.PAID, ("00", "00"), 350_000, 1),
        (Behaviour.LOST, ("00", "00"), 350_000, 0),
        (Behaviour.DOUBLED, ("00", "00"), 350_000, 2),
        (Behaviour.LATE, ("00", "00"), 350_000, 1),
        (Behaviour.PAY_THEN_LATE, ("99", "01"), 350_000, 1),
        (Behaviour.DECLINED_THEN_PAID, ("51", "02"), 350_000, 2),
        (Behaviour.WRONG_AMOUNT, ("00", "00"), 349_000, 1),
        (Behaviour.BAD_SIGNATURE, ("00", "00"), 350_000, 1),
        (Behaviour.HELD, ("07", "07"), 350_000, 1),
        (Behaviour.REVERSED, ("99", "04"), 350_000, 1),
        (Behaviour.DECLINED, ("51", "02"), None, 1),
    ],
)
def test_every_misbehaviour_has_its_codes_its_money_and_its_callbacks(
    store: Store,
    behaviour: Behaviour,
    codes: tuple[str, str],
    taken_vnd: int | None,
    callbacks: int,
):
    opened(store)
    order = pressed(store, wanted=behaviour)
    assert order.status_at(NOW) == codes
    assert order.taken_vnd == taken_vnd
    assert owed(store) == callbacks


def test_what_is_in_progress_is_paid_later(store: Store):
    opened(store)
    order = pressed(store, wanted=Behaviour.PAY_THEN_LATE)
    assert order.status_at(NOW + 19_999) == ("99", "01")
    assert order.status_at(NOW + 20_000) == ("00", "00")


def test_what_was_declined_may_be_paid_all_the_same(store: Store):
    opened(store)
    order = pressed(store, wanted=Behaviour.DECLINED_THEN_PAID)
    before, after = order.result(MERCHANT, NOW + 19_999), order.result(MERCHANT, NOW + 20_000)
    told = ("vnp_TransactionStatus", "vnp_TransactionNo")
    assert [before[name] for name in told] == ["02", "0"]
    assert [after[name] for name in told] == ["00", "15000001"]
    due = store.rows("SELECT due_at_ms FROM vnpay_delivery ORDER BY due_at_ms")
    assert [row["due_at_ms"] - NOW for row in due] == [0, 20_000]


def test_the_return_address_keeps_what_the_merchant_put_there(store: Store):
    opened(store)
    address = pressed(store).return_address(MERCHANT, NOW)
    assert address.startswith("https://pay.example.vn/return?x=1&vnp_Amount=35000000&")
