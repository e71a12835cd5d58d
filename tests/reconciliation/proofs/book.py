"""A small book made by the real acts: paid, paid twice, paid wrongly, told late, passed on, closed.

Every message of VNPAY in it is signed by the far side's own code.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from api.seals import SealFolder, publish_seals
from gateways import contract
from gateways.contract import Gateway, Notice, RawRequest, Verdict
from gateways.transport import Transport
from gateways.vnpay import Settings, Vnpay
from ledger.money import Money
from ledger.postgres.transaction import OpenTx, Tx
from ledger.seal import SealKey
from payments.acknowledgement import Ed25519Signer
from payments.apply_notices import apply_notices
from payments.event import Event
from payments.evidence import EvidenceKind, Received
from payments.postgres import attempt_rows, idempotency_rows
from payments.send_to_gateway import send_to_gateway
from payments.tell_provider import Delivered, tell_provider
from reconciliation.business_day import VIETNAM, load_calendar
from reconciliation.close_day import DayClosed, close_day
from reconciliation.match_day import match_day
from reconciliation.proofs.contract import FarSide, Means, Outcome, Violated
from reconciliation.receive_file import receive_file
from reconciliation.seal_day import seal_day
from reconciliation.statements.mt940 import FORMAT
from tests.gateways.vnpay_samples import SECRET, callback, query_answer
from tests.payments.scene import RATES, opened, owe
from tests.reconciliation.samples import (
    MERCHANT,
    TREASURY,
    VNPAY,
    Line,
    report,
    statement,
)

DAY: Final = date(2026, 3, 11)
NEXT_DAY: Final = date(2026, 3, 12)
MORNING: Final = datetime(2026, 3, 11, 9, 0, tzinfo=VIETNAM)
PAID_AT: Final = datetime(2026, 3, 11, 9, 5, tzinfo=VIETNAM)
EVENING: Final = datetime(2026, 3, 11, 18, 0, tzinfo=VIETNAM)
NEXT_EVENING: Final = datetime(2026, 3, 12, 18, 0, tzinfo=VIETNAM)
AMOUNT: Final = Money(350_000)
CALENDAR: Final = load_calendar()
SIGNER: Final = Ed25519Signer(b"p" * 32)
SEAL_KEY: Final = SealKey("clearing", b"s" * 32)
KEY: Final = "order-0001"

BY_CALLBACK: Final = ("PAID-1", "PAID-2", "PAID-3")
BY_ANSWER: Final = "ASKED-1"
BY_REPORT: Final = "SILENT-1"
TWICE: Final = ("TWICE-1", "TWICE-2")
OTHER_AMOUNT: Final = "OTHER-1"
DECLINED: Final = "NO-1"
WAITING: Final = "WAITS-1"
LATE: Final = "LATE-1"
EARLY: Final = "EARLY-1"
FOR_TWO: Final = "BOTH-1"
"""Our references, by what became of the order."""


def gateway_of(transport: Transport, *, secret: str = SECRET) -> Vnpay:
    """Return the merchant's gateway."""
    return Vnpay(
        Settings(
            tmn_code=MERCHANT,
            hash_secret=SecretStr(secret),
            pay_url="https://pay.example/vpcpay.html",
            api_url="http://127.0.0.1:9/api",
            server_address="10.1.1.1",
        ),
        transport,
    )


@dataclass(slots=True)
class Maker:
    """Makes the book, and remembers what the far side saw."""

    open_tx: OpenTx
    open_recon_tx: OpenTx
    gateway: Gateway
    paid: dict[tuple[str, str], int]
    acknowledged: set[str]

    def order(self, reference: str, *, obligation_ids: Sequence[int] = ()) -> str:
        """Have a payment of one obligation sent to the gateway; return its number."""
        with self.open_tx() as tx:
            payment = opened(tx, obligation_ids or owe(tx, amount=AMOUNT), now=MORNING)
        send_to_gateway(
            self.open_tx,
            self.gateway,
            payment_id=payment.payment_id,
            reference=reference,
            payer_address="113.160.92.202",
            return_url="https://pay.example.vn/return",
            purpose="Nộp phạt",
            now=MORNING,
        )
        return payment.number

    def call_back(
        self,
        reference: str,
        *,
        transaction: str,
        amount: Money = AMOUNT,
        code: str = "00",
        heard_at: datetime = PAID_AT,
    ) -> Verdict:
        """Have VNPAY say what became of an order, and hear our answer."""
        status = "00" if code == "00" else "02"
        raw = replace(
            callback(
                TmnCode=MERCHANT,
                TxnRef=reference,
                TransactionNo=transaction,
                Amount=f"{amount.vnd}00",
                ResponseCode=code,
                TransactionStatus=status,
                PayDate=f"{PAID_AT:%Y%m%d%H%M%S}",
            ),
            headers=(("host", "pay.example.vn"),),
        )
        notice = self.gateway.read_callback(raw)
        assert isinstance(notice, Notice), notice
        verdict = self._apply(EvidenceKind.CALLBACK, raw, notice, heard_at=heard_at)
        if verdict in {Verdict.RECORDED, Verdict.ALREADY_RECORDED}:
            self.acknowledged.add(reference)
        if code == "00":
            self.paid[reference, transaction] = amount.vnd
        return verdict

    def ask(self, reference: str, *, transaction: str) -> None:
        """Have VNPAY answer our question about an order: paid."""
        raw = json.dumps(
            query_answer(
                TmnCode=MERCHANT,
                TxnRef=reference,
                TransactionNo=transaction,
                Amount=f"{AMOUNT.vnd}00",
                PayDate=f"{PAID_AT:%Y%m%d%H%M%S}",
            )
        ).encode()
        with self.open_tx() as tx:
            attempt = attempt_rows.by_reference(tx, gateway="vnpay", reference=reference)
        assert attempt is not None
        notice = self.gateway.read_answer(attempt.prepared, raw)
        assert notice.outcome is contract.Outcome.PAID
        said = RawRequest(method="", path="ask", query=b"", headers=(), body=raw, peer="")
        self._apply(EvidenceKind.ANSWER, said, notice, heard_at=PAID_AT)
        self.paid[reference, transaction] = AMOUNT.vnd

    def _apply(
        self, kind: EvidenceKind, raw: RawRequest, notice: Notice, *, heard_at: datetime
    ) -> Verdict:
        heard = Received(kind, raw, notice, heard_at)
        with self.open_tx() as tx:
            (verdict,) = apply_notices(
                tx, [heard], calendar=CALENDAR, signer=SIGNER, rates=RATES, now=heard.received_at
            )
        return verdict


def make_book(open_tx: OpenTx, open_recon_tx: OpenTx, gateway: Gateway) -> FarSide:
    """Make the book and close its two days; return what the far side remembers of it."""
    maker = Maker(open_tx, open_recon_tx, gateway, {}, set())
    for ordinal, reference in enumerate(BY_CALLBACK, start=1):
        number = maker.order(reference)
        _keep_answer(open_tx, number, key=f"order-{ordinal:04}")
        maker.call_back(reference, transaction=f"1500000{ordinal}")
    maker.call_back(BY_CALLBACK[0], transaction="15000001")
    for reference in (BY_ANSWER, BY_REPORT, OTHER_AMOUNT, DECLINED, WAITING, LATE):
        maker.order(reference)
    maker.ask(BY_ANSWER, transaction="15000011")
    _pay_twice(maker)
    maker.call_back(EARLY, transaction="15000061")
    maker.order(EARLY)
    maker.call_back(EARLY, transaction="15000061")
    with open_tx() as tx:
        both = owe(tx, many=2, amount=AMOUNT)
    maker.order(FOR_TWO, obligation_ids=both)
    maker.call_back(FOR_TWO, transaction="15000071", amount=AMOUNT + AMOUNT)
    maker.call_back(OTHER_AMOUNT, transaction="15000031", amount=Money(340_000))
    maker.call_back(DECLINED, transaction="0", code="24")
    maker.paid[BY_REPORT, "15000041"] = AMOUNT.vnd
    tell_provider(open_tx, _take_in, now=EVENING, limit_max=100)
    passed_on = dict(maker.paid)
    _close(maker, DAY, passed_on, opening=0, now=EVENING)
    maker.call_back(LATE, transaction="15000051", heard_at=EVENING)
    late = {key: amount for key, amount in maker.paid.items() if key not in passed_on}
    _close(maker, NEXT_DAY, late, opening=sum(passed_on.values()), now=NEXT_EVENING)
    tell_provider(open_tx, _take_in, now=NEXT_EVENING, limit_max=3)
    return FarSide(paid=maker.paid, acknowledged=frozenset(maker.acknowledged))


def seal_book(open_tx: OpenTx, folder: Path) -> SealFolder:
    """Seal the closed days of the book and publish the seals."""
    while seal_day(open_tx, key=SEAL_KEY, now=NEXT_EVENING) is not None:
        pass
    published = SealFolder(folder)
    publish_seals(open_tx, published, key=SEAL_KEY.verifier)
    return published


def means_of(gateway: Gateway, far_side: FarSide | None, seals: SealFolder) -> Means:
    """Return what proofs of this book need."""
    return Means(
        gateways={gateway.code: gateway},
        calendar=CALENDAR,
        public_keys={SIGNER.key_id: SIGNER.public_key},
        far_side=far_side,
        seals=seals,
        seal_key=SEAL_KEY.verifier,
        now=EVENING,
    )


def _pay_twice(maker: Maker) -> None:
    """Have a first try fail, a second one succeed, and the first one succeed after all."""
    late, quick = TWICE
    with maker.open_tx() as tx:
        owed = owe(tx, amount=AMOUNT)
    maker.order(late, obligation_ids=owed)
    maker.call_back(late, transaction="0", code="24")
    maker.order(quick, obligation_ids=owed)
    maker.call_back(quick, transaction="15000021")
    maker.call_back(late, transaction="15000022")


def _close(
    maker: Maker,
    day: date,
    passed_on: Mapping[tuple[str, str], int],
    *,
    opening: int,
    now: datetime,
) -> None:
    """Have the gateway report a day and the treasury say what arrived; match and close it."""
    lines = [
        Line(
            reference,
            transaction,
            amount,
            payout=f"VP{day:%d}",
            beneficiary="kbnn-0011",
            paid_at=PAID_AT,
        )
        for (reference, transaction), amount in sorted(passed_on.items())
    ]
    receive_file(
        maker.open_recon_tx,
        VNPAY,
        name=f"report-{day:%d}.csv",
        raw=report(lines, day=day),
        read=maker.gateway.read_report,
        now=now,
    )
    arrived = [(f"VP{day:%d}", sum(passed_on.values()))]
    receive_file(
        maker.open_recon_tx,
        TREASURY,
        name=f"statement-{day:%d}.sta",
        raw=statement(arrived, account="7111.kbnn-0011", opening=opening, day=day, number=day.day),
        read=FORMAT.read,
        now=now,
    )
    with maker.open_recon_tx() as tx:
        match_day(tx, day, calendar=CALENDAR, signer=SIGNER, rates=RATES, now=now)
    closed = close_day(maker.open_recon_tx, day, calendar=CALENDAR, now=now)
    assert isinstance(closed, DayClosed), closed


def _keep_answer(open_tx: OpenTx, number: str, *, key: str) -> None:
    with open_tx() as tx:
        words: Mapping[str, str] = {"client": "citizen", "route": "/v1/payments", "key": key}
        idempotency_rows.begin(tx, **words, body_digest=b"b" * 32, now=MORNING)
        answer = json.dumps({"number": number, "status": "created"}).encode()
        idempotency_rows.finish(tx, **words, status=201, answer=answer)


def _take_in(event: Event) -> Delivered:
    return Delivered(is_taken=bool(event.event_id), error="")


def tamper(tx: Tx, *tables: str) -> None:
    """Switch off everything that protects these tables, until the transaction is undone."""
    for table in tables:
        tx.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")


def named(outcome: Outcome) -> str:
    """Return the rows of a violation, one a line."""
    assert isinstance(outcome, Violated), outcome
    assert outcome.total >= len(outcome.rows) > 0
    return "\n".join(outcome.rows)
