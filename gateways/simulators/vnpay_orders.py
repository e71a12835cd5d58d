"""Orders at the simulated VNPAY: opened by a signed address, decided by a payer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from gateways.simulators.clock import digits, ms_of_digits
from gateways.simulators.faults import Behaviour, read_profile
from gateways.simulators.store import Row, Store, Tx
from gateways.simulators.vnpay_wire import read_sealed_query, sealed_query

CHOICES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "pay": ("00", "00"),
        "cancel": ("24", "02"),
        "insufficient_funds": ("51", "02"),
        "wrong_otp": ("13", "02"),
        "card_locked": ("12", "02"),
        "daily_limit": ("65", "02"),
        "bank_maintenance": ("75", "02"),
        "other_error": ("99", "02"),
    }
)
"""What a payer may do, and the response code and transaction status that follow."""

_CODES: Final[Mapping[Behaviour, tuple[str, str]]] = MappingProxyType(
    {
        Behaviour.HELD: ("07", "07"),
        Behaviour.REVERSED: ("99", "04"),
        Behaviour.DECLINED: ("51", "02"),
    }
)
_PAID_LATER: Final = frozenset({Behaviour.PAY_THEN_LATE, Behaviour.DECLINED_THEN_PAID})
_EXPIRED: Final = ("11", "02")
_REQUIRED: Final = (
    *("Version", "Command", "TmnCode", "Amount", "CreateDate", "CurrCode", "IpAddr", "Locale"),
    *("OrderInfo", "OrderType", "ReturnUrl", "ExpireDate", "TxnRef"),
)
_FIRST_NUMBER: Final = 15_000_000
_OTHER_AMOUNT_VND: Final = -1_000
_AMOUNTS: Final = range(5_000, 1_000_000_000)
_BENEFICIARY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")


class Refused(Exception):
    """A pay address that VNPAY's page would not open; the reason is for the page."""


@dataclass(frozen=True, slots=True)
class Merchant:
    """Who may open orders, and under which secret."""

    tmn_code: str
    hash_secret: str


@dataclass(frozen=True, slots=True)
class Order:
    """One order as it stands; everything from `behaviour` on is None until the payer decides."""

    txn_ref: str
    amount_vnd: int
    order_info: str
    beneficiary: str
    create_date: str
    expires_at_ms: int
    return_url: str
    locale: str
    seal: str
    behaviour: str | None
    response_code: str | None
    transaction_status: str | None
    transaction_no: int | None
    taken_vnd: int | None
    effective_at_ms: int | None

    def status_at(self, now_ms: int) -> tuple[str, str]:
        """Return response code and transaction status at a moment."""
        if self.response_code is None or self.transaction_status is None:
            return _EXPIRED if now_ms > self.expires_at_ms else ("99", "01")
        if self.effective_at_ms is not None and now_ms < self.effective_at_ms:
            is_declined = self.behaviour == Behaviour.DECLINED_THEN_PAID
            return _CODES[Behaviour.DECLINED] if is_declined else ("99", "01")
        return self.response_code, self.transaction_status

    def is_taken_at(self, now_ms: int) -> bool:
        """Say whether VNPAY has a transaction of it at a moment."""
        return bool(self.transaction_no) and self.status_at(now_ms)[1] not in {"01", "02"}

    def result(self, merchant: Merchant, now_ms: int) -> dict[str, str]:
        """Return what the browser's return and the callback say at a moment."""
        response, status = self.status_at(now_ms)
        amount_vnd = self.amount_vnd if self.taken_vnd is None else self.taken_vnd
        is_taken = self.is_taken_at(now_ms)
        return {
            "vnp_Amount": str(amount_vnd * 100),
            "vnp_BankCode": "NCB",
            "vnp_BankTranNo": f"VNP{self.transaction_no}" if is_taken else "",
            "vnp_CardType": "ATM",
            "vnp_OrderInfo": self.order_info,
            "vnp_PayDate": digits(self.effective_at_ms or now_ms),
            "vnp_ResponseCode": response,
            "vnp_TmnCode": merchant.tmn_code,
            "vnp_TransactionNo": str(self.transaction_no) if is_taken else "0",
            "vnp_TransactionStatus": status,
            "vnp_TxnRef": self.txn_ref,
        }

    def return_address(self, merchant: Merchant, now_ms: int) -> str:
        """Return where the payer's browser goes back to."""
        joint = "&" if "?" in self.return_url else "?"
        signed = sealed_query(self.result(merchant, now_ms), secret=merchant.hash_secret)
        return f"{self.return_url}{joint}{signed}"


def order_from(row: Row) -> Order:
    """Return the order a row holds."""
    return Order(**{name: row[name] for name in Order.__slots__})


def find_order(store: Store, txn_ref: str) -> Order | None:
    """Return an order by the merchant's reference."""
    found = store.rows("SELECT * FROM vnpay_order WHERE txn_ref = ?", txn_ref)
    return order_from(found[0]) if found else None


def open_order(store: Store, merchant: Merchant, query: str, now_ms: int) -> Order:
    """Return the order a signed pay address is, opened now if it is new.

    Raises:
        Refused: the address is not one VNPAY would open.
    """
    fields = _read_pay_query(merchant, query, now_ms)
    txn_ref, seal = fields["vnp_TxnRef"], query.rpartition("=")[2].lower()
    with store.change() as tx:
        tx.execute(
            """INSERT INTO vnpay_order (txn_ref, amount_vnd, order_info, beneficiary, create_date,
                   expires_at_ms, return_url, locale, seal, opened_at_ms)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (txn_ref) DO NOTHING""",
            (
                txn_ref,
                int(fields["vnp_Amount"]) // 100,
                fields["vnp_OrderInfo"],
                fields["vnp_OrderInfo"].split(" ")[0],
                fields["vnp_CreateDate"],
                ms_of_digits(fields["vnp_ExpireDate"]),
                fields["vnp_ReturnUrl"],
                fields["vnp_Locale"],
                seal,
                now_ms,
            ),
        )
    order = find_order(store, txn_ref)
    assert order is not None
    if order.seal != seal:
        raise Refused("this order reference was used before for another order")
    return order


def decide(
    store: Store,
    merchant: Merchant,
    *,
    txn_ref: str,
    choice: str,
    wanted: Behaviour | None,
    now_ms: int,
) -> Order | None:
    """Return the order after the payer's choice, which counts once; None when there is none.

    The callbacks that follow are written down in the same step.
    """
    with store.change() as tx:
        found = tx.execute("SELECT * FROM vnpay_order WHERE txn_ref = ?", (txn_ref,)).fetchone()
        if found is None or found["behaviour"] is not None:
            return order_from(found) if found else None
        order = order_from(found)
        plan = _plan(tx, order, wanted) if choice == "pay" else _Plan(Behaviour.PAID, 0, 0)
        if now_ms > order.expires_at_ms:
            codes = _EXPIRED
        else:
            codes = _CODES.get(plan.behaviour, CHOICES[choice])
        is_taken = codes[1] != "02"
        decided = replace(
            order,
            behaviour=str(plan.behaviour),
            response_code=codes[0],
            transaction_status=codes[1],
            transaction_no=_FIRST_NUMBER + int(found["order_id"]) if is_taken else 0,
            taken_vnd=order.amount_vnd + plan.delta_vnd if is_taken else None,
            effective_at_ms=now_ms + plan.pays_after_ms,
        )
        tx.execute(
            """UPDATE vnpay_order SET behaviour = ?, response_code = ?, transaction_status = ?,
                   transaction_no = ?, taken_vnd = ?, effective_at_ms = ? WHERE txn_ref = ?""",
            (
                decided.behaviour,
                decided.response_code,
                decided.transaction_status,
                decided.transaction_no,
                decided.taken_vnd,
                decided.effective_at_ms,
                txn_ref,
            ),
        )
        _write_callbacks(tx, merchant, decided, plan)
    return decided


@dataclass(frozen=True, slots=True)
class _Plan:
    behaviour: Behaviour
    late_ms: int
    delta_vnd: int

    @property
    def pays_after_ms(self) -> int:
        return self.late_ms if self.behaviour in _PAID_LATER else 0

    @property
    def tells_after_ms(self) -> int:
        is_late = self.behaviour in {Behaviour.LATE, *_PAID_LATER}
        return self.late_ms if is_late else 0


def _plan(tx: Tx, order: Order, wanted: Behaviour | None) -> _Plan:
    """Return what the payer wanted to see, else what was planned, else what chance brings."""
    row = tx.execute("SELECT * FROM vnpay_plan WHERE txn_ref = ?", (order.txn_ref,)).fetchone()
    kept = tx.execute("SELECT value FROM setting WHERE name = 'vnpay.faults'").fetchone()
    profile = read_profile(kept["value"] if kept else "")
    late_ms, delta_vnd = profile.late_s * 1000, _OTHER_AMOUNT_VND
    behaviour = wanted or profile.behaviour_of(order.txn_ref)
    if row is not None and wanted is None:
        behaviour = Behaviour(row["behaviour"])
        late_ms, delta_vnd = int(row["late_ms"]), int(row["amount_delta_vnd"])
    return _Plan(behaviour, late_ms, delta_vnd if behaviour is Behaviour.WRONG_AMOUNT else 0)


def _write_callbacks(tx: Tx, merchant: Merchant, order: Order, plan: _Plan) -> None:
    assert order.effective_at_ms is not None
    is_forged = plan.behaviour is Behaviour.BAD_SIGNATURE
    secret = f"not {merchant.hash_secret}" if is_forged else merchant.hash_secret
    told_at_ms = order.effective_at_ms - plan.pays_after_ms
    told = [(order.effective_at_ms, told_at_ms + plan.tells_after_ms)]
    told *= {Behaviour.LOST: 0, Behaviour.DOUBLED: 2}.get(plan.behaviour, 1)
    if plan.behaviour is Behaviour.DECLINED_THEN_PAID:
        told.insert(0, (told_at_ms, told_at_ms))
    for as_of_ms, due_at_ms in told:
        query = sealed_query(order.result(merchant, as_of_ms), secret=secret)
        tx.execute(
            """INSERT INTO vnpay_delivery (txn_ref, query, due_at_ms, tries, is_done)
               VALUES (?, ?, ?, 0, 0)""",
            (order.txn_ref, query, due_at_ms),
        )


def _read_pay_query(merchant: Merchant, query: str, now_ms: int) -> dict[str, str]:
    try:
        fields = read_sealed_query(query, secret=merchant.hash_secret)
        ms_of_digits(fields["vnp_CreateDate"])
        expires_at_ms = ms_of_digits(fields["vnp_ExpireDate"])
        amount_vnd, hundredths = divmod(int(fields["vnp_Amount"]), 100)
    except KeyError as problem:
        raise Refused(f"{problem} is missing") from problem
    except ValueError as problem:
        raise Refused(str(problem)) from problem
    missing = [name for name in _REQUIRED if not fields.get(f"vnp_{name}")]
    if missing:
        raise Refused(f"vnp_{missing[0]} is missing")
    fixed = {"Version": "2.1.0", "Command": "pay", "TmnCode": merchant.tmn_code, "CurrCode": "VND"}
    for name, value in fixed.items():
        if fields[f"vnp_{name}"] != value:
            raise Refused(f"vnp_{name} is not {value}")
    if hundredths or amount_vnd not in _AMOUNTS:
        raise Refused("the amount must be whole dong from 5,000 to under 1,000,000,000")
    if not _BENEFICIARY.fullmatch(fields["vnp_OrderInfo"].split(" ")[0]):
        raise Refused("vnp_OrderInfo does not begin with a beneficiary")
    if fields["vnp_Locale"] not in {"vn", "en"} or expires_at_ms < now_ms - 86_400_000:
        raise Refused("vnp_Locale or vnp_ExpireDate is not acceptable")
    return fields
