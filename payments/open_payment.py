"""Open a payment: lock what is owed, price it for today, write it down."""

from datetime import date, datetime

from ledger.postgres.transaction import Tx
from payments.errors import PaymentsError
from payments.obligations.rates import Rates
from payments.open_payments import open_payments
from payments.payment import Payment
from payments.payment_order import Order


def open_payment(tx: Tx, order: Order, *, rates: Rates, now: datetime, today: date) -> Payment:
    """Lock the obligations and return a payment of all of them at today's price.

    Raises:
        InputRefused: none, too many, doubled, or of more than one beneficiary.
        NotFound: an id names nothing.
        NotPayable: an obligation is paid or withdrawn, or nothing is due on it.
        BeingPaid: another payment of an obligation is alive.
        AmountChanged: the price today is not what the payer was shown.
        NumberTaken: the number or handle exists already.
    """
    (opened,) = open_payments(tx, [order], rates=rates, now=now, today=today)
    if isinstance(opened, PaymentsError):
        raise opened
    return opened.payment
