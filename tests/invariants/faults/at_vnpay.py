"""Payments under way at VNPAY, and its word on them, signed by code that is not the adapter's."""

from dataclasses import replace

from sqlalchemy import text

from api.house import House
from gateways.simulators.vnpay_wire import sealed_query
from ledger.postgres.transaction import Tx
from payments.send_to_gateway import send_to_gateway
from tests.api.conftest import ENVIRONMENT
from tests.payments.scene import AMOUNT, NOW, inside, opened, owe

SECRET = ENVIRONMENT["VNPAY_HASH_SECRET"]
PARTNER = {"host": "partner.test"}
DOOR = "http://partner.test/callbacks/vnpay"


def at_work(house: House) -> House:
    """Return the house in the morning on which payments of tests are made."""
    return replace(house, clock=lambda: NOW)


def under_way(house: House, *, many: int = 1) -> list[str]:
    """Open payments of one fine each, send them to VNPAY and return their references there."""
    references: list[str] = []
    with house.open_tx() as tx:
        for obligation_id in owe(tx, many=many):
            payment = opened(tx, [obligation_id])
            send_to_gateway(
                inside(tx),
                house.gateways["vnpay"],
                payment_id=payment.payment_id,
                reference=f"{payment.number}-1",
                payer_address="113.160.92.202",
                return_url="https://pay.example.vn/return",
                purpose="Nộp phạt",
                now=NOW,
            )
            references.append(f"{payment.number}-1")
    return references


def paid(reference: str, *, secret: str = SECRET, **changes: str) -> str:
    """Return the query of a signed callback, of a paid order unless told otherwise."""
    fields = {
        "Amount": str(AMOUNT.vnd * 100),
        "BankCode": "NCB",
        "OrderInfo": "KB0011",
        "PayDate": "20260311090100",
        "ResponseCode": "00",
        "TmnCode": ENVIRONMENT["VNPAY_TMN_CODE"],
        "TransactionNo": str(int.from_bytes(reference.encode()) % 10**12 + 1),
        "TransactionStatus": "00",
        "TxnRef": reference,
    }
    named = {f"vnp_{name}": value for name, value in (fields | changes).items()}
    return sealed_query(named, secret=secret)


def rows(tx: Tx) -> dict[str, int]:
    """Return how many rows the tables have that one callback may add to."""
    counted = (
        tx.execute(
            text(
                "SELECT (SELECT count(*) FROM payments.evidence) AS evidence,"
                " (SELECT count(*) FROM payments.capture) AS capture,"
                " (SELECT count(*) FROM payments.acknowledgement) AS acknowledgement,"
                " (SELECT count(*) FROM payments.outbox) AS outbox,"
                " (SELECT count(*) FROM ledger.entry) AS entry"
            )
        )
        .mappings()
        .one()
    )
    return {name: int(number) for name, number in counted.items()}
