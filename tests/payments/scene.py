"""What tests of payments begin with: something owed, a gateway on paper, words it may say."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count

from gateways.contract import (
    Answered,
    Capabilities,
    Intent,
    NextAction,
    Notice,
    Outcome,
    Prepared,
    RawAnswer,
    RawRequest,
    Redirect,
    RefundAnswer,
    RefundOrder,
    Rejection,
    SettlementReport,
    Verdict,
)
from gateways.errors import GatewayError
from ledger.money import Money
from ledger.postgres.transaction import OpenTx, Tx
from payments.acknowledgement import Ed25519Signer
from payments.apply_notices import apply_notices
from payments.attempt import Attempt
from payments.beneficiary import Beneficiary
from payments.evidence import EvidenceKind, Received
from payments.obligation import NewObligation
from payments.obligations.rates import load_rates
from payments.open_payment import open_payment
from payments.payment import Payment
from payments.payment_number import payment_number
from payments.payment_order import Order
from payments.personal_data import PersonalDataKeys
from payments.postgres import attempt_rows, payment_rows
from payments.push_beneficiaries import push_beneficiaries
from payments.push_obligations import push_obligations
from payments.send_to_gateway import send_to_gateway
from payments.states import AttemptState, PaymentState
from payments.vietnam_time import vietnam_date

NOW = datetime(2026, 3, 11, 2, tzinfo=UTC)  # nine in the morning in Vietnam
TODAY = date(2026, 3, 11)
LIFETIME = timedelta(minutes=15)
AMOUNT = Money(350_000)
KEYS = PersonalDataKeys(key_id="k1", encryption_key=b"s" * 32, index_key=b"i" * 32)
SIGNER = Ed25519Signer(b"p" * 32)
RATES = load_rates()

_drawn = count(1)


class EveryDay:
    """A calendar in which each day of Vietnam is a business day."""

    def assign(self, gateway: str, instant: datetime) -> date:
        """Return the date in Vietnam, the same for every gateway."""
        assert gateway
        return vietnam_date(instant)

    def after(self, day: date) -> date:
        """Return the next date."""
        return day + timedelta(days=1)


CALENDAR = EveryDay()


@dataclass
class PaperGateway:
    """A gateway that says what it was told to say: the simplest far side there can be.

    `start_error` and the errors in `answers` are raised; `started` are the references it heard of.
    """

    code: str = "paper"
    start_error: GatewayError | None = None
    answers: dict[str, list[Answered | GatewayError]] = field(
        default_factory=dict[str, list[Answered | GatewayError]]
    )
    started: list[str] = field(default_factory=list[str])
    asked: list[str] = field(default_factory=list[str])
    on_start: Callable[[Prepared], None] | None = None
    on_ask: Callable[[Prepared], None] | None = None

    @property
    def capabilities(self) -> Capabilities:
        """Return limits a test can reach."""
        return Capabilities(
            name_vi="Cổng giấy",
            name_en="Paper",
            amount_min=Money(5_000),
            amount_max=Money(999_999_999),
            expiry=LIFETIME,
            ask_until=timedelta(days=3),
            notifies_failure=True,
            refunds_in_part=True,
            refund_window=timedelta(days=30),
            pay_origins=frozenset({"https://paper.example.vn"}),
        )

    def prepare(self, intent: Intent) -> Prepared:
        """Return the order with one field of its own."""
        return Prepared(
            reference=intent.reference,
            amount=intent.amount,
            created_at=intent.created_at,
            expires_at=intent.expires_at,
            fields={"info": intent.purpose},
        )

    def start(self, prepared: Prepared) -> NextAction:
        """Remember the order, or fail as told."""
        self.started.append(prepared.reference)
        if self.on_start is not None:
            self.on_start(prepared)
        if self.start_error is not None:
            raise self.start_error
        return Redirect(f"https://paper.example.vn/pay/{prepared.reference}")

    def ask(self, prepared: Prepared, *, now: datetime) -> Answered:
        """Return the next answer laid ready, "never came" when there is none."""
        self.asked.append(prepared.reference)
        if self.on_ask is not None:
            self.on_ask(prepared)
        ready = self.answers.get(prepared.reference)
        if not ready:
            raw = f"never came {prepared.reference} {now.isoformat()}".encode()
            return Answered(raw, notice(prepared.reference, Outcome.NOT_STARTED, gateway=self.code))
        answer = ready.pop(0)
        if isinstance(answer, GatewayError):
            raise answer
        return answer

    def read_answer(self, prepared: Prepared, raw: bytes) -> Notice:
        """Not needed where answers are laid ready."""
        raise NotImplementedError

    def read_callback(self, request: RawRequest) -> Notice | Rejection:
        """Not needed where notices are made by hand."""
        raise NotImplementedError

    def read_return(self, request: RawRequest) -> str | None:
        """Not needed: payments never see a browser."""
        raise NotImplementedError

    def answer(self, verdict: Verdict) -> RawAnswer:
        """Not needed: payments never answer a partner."""
        raise NotImplementedError

    def refund(self, order: RefundOrder) -> RefundAnswer:
        """Not needed yet."""
        raise NotImplementedError

    def ask_refund(self, order: RefundOrder, *, now: datetime) -> RefundAnswer:
        """Not needed yet."""
        raise NotImplementedError

    def read_report(self, raw: bytes) -> SettlementReport:
        """Not needed: reports are read by reconciliation."""
        raise NotImplementedError


def inside(tx: Tx) -> OpenTx:
    """Return a way to open transactions within this one, for tests that undo everything."""

    @contextmanager
    def open_tx() -> Generator[Tx]:
        with tx.begin_nested():
            yield tx

    return open_tx


def owe(
    tx: Tx, *, many: int = 1, amount: Money = AMOUNT, account: str = "kbnn-0011"
) -> tuple[int, ...]:
    """Push demands owed to one account and return their ids."""
    push_beneficiaries(
        tx,
        [
            Beneficiary(
                code=account,
                name=f"KBNN {account}",
                account_number=f"7111.{account}",
                bank_name="KBNN",
                statement_source="kbnn",
            )
        ],
    )
    demands = [
        NewObligation(
            provider="csgt",
            kind="demand",
            number=f"D-{next(_drawn)}",
            decided_on=TODAY,
            subject="",
            personal={},
            facts={"amount_vnd": amount.vnd, "title": "Lệ phí", "law": "Luật phí và lệ phí"},
            beneficiary=account,
        )
        for _ in range(many)
    ]
    verdicts = push_obligations(tx, demands, keys=KEYS, now=NOW)
    ids = [verdict.obligation_id for verdict in verdicts]
    assert all(each is not None for each in ids), verdicts
    return tuple(each for each in ids if each is not None)


def order_of(obligation_ids: Sequence[int], *, shown: Money | None = None) -> Order:
    """Return an order of a citizen under a number of its own."""
    drawn = next(_drawn)
    return Order(
        obligation_ids=tuple(obligation_ids),
        shown=shown,
        language="vi",
        client="citizen",
        number=payment_number(drawn),
        handle_hash=drawn.to_bytes(32, "big"),
        lifetime=LIFETIME,
    )


def opened(tx: Tx, obligation_ids: Sequence[int], *, now: datetime = NOW) -> Payment:
    """Open a payment of these obligations."""
    return open_payment(tx, order_of(obligation_ids), rates=RATES, now=now, today=TODAY)


def sent(
    open_tx: OpenTx,
    payment: Payment,
    *,
    gateway: PaperGateway | None = None,
    reference: str = "",
    now: datetime = NOW,
) -> str:
    """Send a payment to a gateway and return the reference it goes by there."""
    reference = reference or f"{payment.number}-{next(_drawn)}"
    send_to_gateway(
        open_tx,
        gateway or PaperGateway(),
        payment_id=payment.payment_id,
        reference=reference,
        payer_address="113.160.92.202",
        return_url="https://pay.example.vn/return",
        purpose="Nộp phạt",
        now=now,
    )
    return reference


def notice(
    reference: str,
    outcome: Outcome = Outcome.PAID,
    *,
    amount: Money | None = AMOUNT,
    currency: str = "VND",
    transaction: str | None = None,
    at: datetime | None = NOW,
    gateway: str = "paper",
) -> Notice:
    """Return a word of the paper gateway; its own number follows from our reference."""
    has_money = outcome in {Outcome.PAID, Outcome.HELD}
    return Notice(
        gateway=gateway,
        reference=reference,
        gateway_transaction=(f"T{reference}" if has_money else "")
        if transaction is None
        else transaction,
        outcome=outcome,
        amount=amount,
        currency=currency,
        occurred_at=at if has_money else None,
        partner_code="",
    )


def heard(
    word: Notice,
    *,
    kind: EvidenceKind = EvidenceKind.CALLBACK,
    salt: str = "",
    received_at: datetime = NOW,
) -> Received:
    """Return a notice as it came in; the same word and salt are the same bytes."""
    text = (
        f"{word.reference}&{word.outcome}&{word.amount}&{word.currency}"
        f"&{word.gateway_transaction}&{word.occurred_at}&{salt}"
    )
    raw = RawRequest(
        method="GET",
        path=f"/callbacks/{word.gateway}",
        query=text.encode(),
        headers=(("host", "pay.example.vn"),),
        body=b"",
        peer="203.0.113.7",
    )
    return Received(kind=kind, raw=raw, notice=word, received_at=received_at)


def hear(tx: Tx, *words: Received, now: datetime = NOW) -> list[Verdict]:
    """Apply notices as one batch."""
    return apply_notices(tx, words, calendar=CALENDAR, signer=SIGNER, rates=RATES, now=now)


def payment_of(tx: Tx, number: str) -> Payment:
    """Return a payment as it is kept by now."""
    payment = payment_rows.by_number(tx, number)
    assert payment is not None, number
    return payment


def attempt_of(tx: Tx, reference: str) -> Attempt:
    """Return an attempt as it is kept by now."""
    attempt = attempt_rows.by_reference(tx, gateway="paper", reference=reference)
    assert attempt is not None, reference
    return attempt


def states(tx: Tx, reference: str) -> tuple[PaymentState, AttemptState]:
    """Return where a payment and its attempt stand by now."""
    attempt = attempt_of(tx, reference)
    payment = payment_rows.by_id(tx, attempt.payment_id)
    assert payment is not None, reference
    return payment.state, attempt.state
