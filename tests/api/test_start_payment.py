"""What both the pages and the JSON door do to begin."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from api.house import House
from api.sandbox import sample_decisions
from api.start_payment import handle_hash, handle_of, open_for, send
from payments.errors import GatewayNotOffered
from payments.payment import Payment
from payments.postgres import payment_rows
from payments.push_obligations import push_obligations


@pytest.fixture
def payment(house: House) -> Payment:
    """Give an open payment of a fine of 3,000,000 dong."""
    fine = sample_decisions(house.today())[0]
    with house.open_tx() as tx:
        pushed = push_obligations(tx, [fine], keys=house.personal_keys, now=house.clock())
        (obligation_id,) = [verdict.obligation_id for verdict in pushed]
        assert obligation_id is not None
        return open_for(
            tx, house, obligation_ids=[obligation_id], shown=None, language="vi", client="x"
        )


def test_the_handle_finds_the_payment_and_is_not_kept(house: House, payment: Payment) -> None:
    handle = handle_of(house, payment.number)
    with house.open_tx() as tx:
        assert payment_rows.by_handle_hash(tx, handle_hash(handle)) == payment
    assert len(handle) == 43


def test_nobody_can_work_out_a_handle_from_the_number(house: House, payment: Payment) -> None:
    other = house.settings.model_copy(update={"secret_key": SecretStr("55" * 32)})
    stranger = replace(house, settings=other)
    assert handle_of(stranger, payment.number) != handle_of(house, payment.number)


def test_the_order_says_what_is_paid_and_for_whom(house: House, payment: Payment) -> None:
    action = send(house, payment, gateway_code="vnpay", payer_address="113.160.92.202")
    assert "vnp_OrderInfo=KB0111+Nop+phat" in action.url
    assert "0001+QD-XPHC" in action.url
    assert f"vnp_TxnRef={payment.number}-" in action.url


def test_t11_the_return_address_tells_nothing(house: House, payment: Payment) -> None:
    action = send(house, payment, gateway_code="vnpay", payer_address="113.160.92.202")
    assert "vnp_ReturnUrl=http%3A%2F%2Fcitizen.test%2Freturn&" in action.url


def test_an_unknown_gateway_is_refused(house: House, payment: Payment) -> None:
    with pytest.raises(GatewayNotOffered):
        send(house, payment, gateway_code="nobody", payer_address="113.160.92.202")


@pytest.mark.parametrize(("many", "said"), [(2, "0001+QD-XPHC"), (12, "12+khoan%3A+9-00")])
def test_the_order_of_several_names_all_or_says_how_many(
    house: House, many: int, said: str
) -> None:
    first = sample_decisions(house.today())[0]
    fines = [first, *(replace(first, number=f"9-{each:02}") for each in range(many - 1))]
    if many > 2:
        fines = [replace(first, number=f"9-{each:02}") for each in range(many)]
    with house.open_tx() as tx:
        pushed = push_obligations(tx, fines, keys=house.personal_keys, now=house.clock())
        payment = open_for(
            tx,
            house,
            obligation_ids=[each.obligation_id for each in pushed if each.obligation_id],
            shown=None,
            language="vi",
            client="x",
        )
    action = send(house, payment, gateway_code="vnpay", payer_address="113.160.92.202")
    assert said in action.url
    assert "9-00" in action.url
