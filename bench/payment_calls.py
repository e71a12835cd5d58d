"""What a client of the payment API and a gateway send: bytes ready to go, one payment each."""

import json
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qs, urlsplit

from itsdangerous import URLSafeTimedSerializer

from bench.callers import Talk, get, post
from bench.decisions import POLICE
from bench.push_http import KEY
from gateways.simulators.vnpay_wire import sealed_query

CLIENT: Final = POLICE.pushed_by
"""Who looked the obligations up and pays them; also who pushed them, so that one key does."""
TMN_CODE: Final = "DVCTEST1"
HASH_SECRET: Final = "SECRETOFTHEBENCHWITHOUTANYVALUE0"  # noqa: S105 (of simulated money)
SECRET_KEY: Final = "11" * 32
FIRST_TRANSACTION: Final = 15_000_000


class Payers:
    """Opens and starts payments of obligations that are there, each once, and keeps the orders."""

    def __init__(self, *, host: str, obligations: int) -> None:
        """Begin with nothing paid."""
        self.host = host
        self.orders: list[str] = []
        self._left = iter(range(1, obligations + 1))
        self._tokens = URLSafeTimedSerializer(SECRET_KEY, salt="clearing.obligation")
        self._headers = f"authorization: Bearer {KEY}\r\n"

    async def open_and_start(self, talk: Talk) -> bool:
        """Open a payment with its gateway chosen; False when everything is paid."""
        address = await self.begun(talk)
        if address:
            self.orders.append(address)
        return bool(address)

    async def begun(self, talk: Talk) -> str:
        """Return where the payer of a new payment goes, '' when everything is paid."""
        obligation_id = next(self._left, 0)
        if not obligation_id:
            return ""
        token = self._tokens.dumps([obligation_id, CLIENT])
        start = {"gateway": "vnpay", "payer_address": "203.0.113.7"}
        key = f"{self._headers}idempotency-key: {secrets.token_hex(16)}\r\n"
        opened = await talk.ask(
            post(
                "/v1/payments",
                _json(obligations=[token], start=start),
                host=self.host,
                headers=key,
            ),
            wanted=201,
        )
        return str(json.loads(opened)["next_action"]["url"])


class Callbacks:
    """The gateway's word that each of some orders was paid, signed ahead of time."""

    def __init__(self, orders: list[str], *, host: str, at: datetime, first: int) -> None:
        """Sign all of them; `first` is the number of the first transaction."""
        self._host = host
        self.queries = [
            _paid(order, transaction=first + place, at=at) for place, order in enumerate(orders)
        ]
        self._waiting = iter(self.queries)

    async def tell(self, talk: Talk) -> bool:
        """Say that one more order is paid; False when all are."""
        query = next(self._waiting, "")
        if query:
            answer = await talk.ask(get(f"/callbacks/vnpay?{query}", host=self._host))
            assert b'"00"' in answer, answer
        return bool(query)


def numbers() -> Iterator[bytes]:
    """Return bodies for the bare route, each with another number."""
    while True:
        yield _json(number=f"NP{secrets.token_hex(5).upper()}", amount_vnd=3_000_000)


def _paid(order: str, *, transaction: int, at: datetime) -> str:
    """Return the query of the callback that follows an order's signed address."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(order).query).items()}
    local = at + timedelta(hours=7)
    fields = {
        "vnp_Amount": asked["vnp_Amount"],
        "vnp_BankCode": "NCB",
        "vnp_BankTranNo": f"VNP{transaction}",
        "vnp_CardType": "ATM",
        "vnp_OrderInfo": asked["vnp_OrderInfo"],
        "vnp_PayDate": f"{local:%Y%m%d%H%M%S}",
        "vnp_ResponseCode": "00",
        "vnp_TmnCode": TMN_CODE,
        "vnp_TransactionNo": str(transaction),
        "vnp_TransactionStatus": "00",
        "vnp_TxnRef": asked["vnp_TxnRef"],
    }
    return sealed_query(fields, secret=HASH_SECRET)


def _json(**values: object) -> bytes:
    return json.dumps(values).encode()
