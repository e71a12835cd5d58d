"""What a payer wants to pay."""

from payments.payment_order import LINES_MAX, OBLIGATIONS_MAX
from tests.payments.scene import order_of


def test_an_order_says_nothing_a_client_did_not_say():
    order = order_of([1])
    assert (order.shown, dict(order.metadata), order.return_url) == (None, {}, "")


def test_as_many_obligations_fit_as_each_has_a_line():
    assert OBLIGATIONS_MAX <= LINES_MAX
