"""One merchant at VNPAY, its orders, and messages signed by code that is not the adapter's."""

from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from gateways.contract import Intent, RawRequest
from gateways.simulators.vnpay_wire import (
    QUERY_ANSWERED,
    REFUND_ANSWERED,
    sealed_answer,
    sealed_query,
)
from gateways.transport import Transport
from gateways.vnpay import Settings, Vnpay
from ledger.money import Money

SECRET = "SAMPLEHASHSECRET0000000000000001"  # noqa: S105 - of money that does not exist
OTHER_SECRET = "SAMPLEHASHSECRET0000000000000002"  # noqa: S105 - likewise
MERCHANT = "SAMPLE01"
CREATED = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
NOW = CREATED + timedelta(minutes=5)

PAID_FIELDS = {
    "vnp_Amount": "35000000",
    "vnp_BankCode": "NCB",
    "vnp_BankTranNo": "VNP1",
    "vnp_CardType": "ATM",
    "vnp_OrderInfo": "KBNN-0021 Nop phat P1",
    "vnp_PayDate": "20260901080512",
    "vnp_ResponseCode": "00",
    "vnp_TmnCode": MERCHANT,
    "vnp_TransactionNo": "15000001",
    "vnp_TransactionStatus": "00",
    "vnp_TxnRef": "P1",
}

ANSWER_FIELDS = {
    "vnp_ResponseId": "a1",
    "vnp_Command": "querydr",
    "vnp_ResponseCode": "00",
    "vnp_Message": "ok",
    "vnp_TmnCode": MERCHANT,
    "vnp_TxnRef": "P1",
    "vnp_Amount": "35000000",
    "vnp_BankCode": "NCB",
    "vnp_PayDate": "20260901080512",
    "vnp_TransactionNo": "15000001",
    "vnp_TransactionType": "01",
    "vnp_TransactionStatus": "00",
    "vnp_OrderInfo": "KBNN-0021 Nop phat P1",
}


def gateway(
    transport: Transport, *, api_url: str = "http://127.0.0.1:9/api", secret: str = SECRET
) -> Vnpay:
    """Return a merchant's gateway."""
    settings = Settings(
        tmn_code=MERCHANT,
        hash_secret=SecretStr(secret),
        pay_url="https://pay.example/vpcpay.html",
        api_url=api_url,
        server_address="10.1.1.1",
    )
    return Vnpay(settings, transport)


INTENT = Intent(
    reference="P1",
    amount=Money(350_000),
    beneficiary="KBNN-0021",
    purpose="Nộp phạt",
    language="vi",
    payer_address="113.160.92.202",
    return_url="https://pay.example.vn/return",
    created_at=CREATED,
    expires_at=CREATED + timedelta(minutes=15),
)
"""What shall be collected: a fine of 350,000 dong."""


def request(query: str | bytes, method: str = "GET") -> RawRequest:
    """Return a request as it comes in."""
    raw = query.encode() if isinstance(query, str) else query
    return RawRequest(method, "/callbacks/vnpay", raw, (), b"", "113.52.45.78")


def callback(secret: str = SECRET, **changes: str) -> RawRequest:
    """Return a signed callback, of a paid order unless told otherwise."""
    return request(sealed_query(_changed(PAID_FIELDS, changes), secret=secret))


def query_answer(secret: str = SECRET, **changes: str) -> dict[str, str]:
    """Return a signed answer to a query, of a paid order unless told otherwise."""
    return sealed_answer(secret, _changed(ANSWER_FIELDS, changes), QUERY_ANSWERED)


def refund_answer(**changes: str) -> dict[str, str]:
    """Return a signed answer to a refund order, accepted unless told otherwise."""
    refund = {"vnp_Command": "refund", "vnp_TransactionType": "02", "vnp_TransactionStatus": "05"}
    return sealed_answer(SECRET, _changed(ANSWER_FIELDS | refund, changes), REFUND_ANSWERED)


def _changed(fields: dict[str, str], changes: dict[str, str]) -> dict[str, str]:
    """Return the fields with other values; names are given without their prefix."""
    return fields | {f"vnp_{name}": value for name, value in changes.items()}
