"""What tests of a day begin with: payments, reports and statements of one gateway and treasury."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gateways.contract import LineKind, SettlementLine, SettlementReport
from ledger.money import Money, total
from ledger.postgres.balances import uncleared
from ledger.postgres.transaction import OpenTx, Tx
from payments.apply_notices import apply_notices
from payments.evidence import Received
from payments.payment import Payment
from payments.states import PaymentState
from reconciliation.breaks import BreakKind
from reconciliation.business_day import VIETNAM, load_calendar
from reconciliation.file import FileState, FileVerdict, Source, SourceKind
from reconciliation.match_day import DayMatch, match_day
from reconciliation.postgres import break_rows
from reconciliation.receive_file import receive_file
from reconciliation.statements.mt940 import read_mt940_ended
from tests.payments.scene import (
    RATES,
    SIGNER,
    heard,
    inside,
    notice,
    opened,
    owe,
    payment_of,
    sent,
)
from tests.reconciliation.samples import Line, report, statement

CALENDAR = load_calendar()
DAY = date(2026, 11, 18)
NEXT_DAY = date(2026, 11, 19)
THIRD_DAY = date(2026, 11, 20)
MORNING = datetime(2026, 11, 18, 9, 0, tzinfo=VIETNAM)
EVENING = datetime(2026, 11, 18, 18, 0, tzinfo=VIETNAM)
PAPER = Source("paper", SourceKind.GATEWAY_REPORT, "paper")
TREASURY = Source("kbnn", SourceKind.BENEFICIARY_STATEMENT, "kbnn")
ACCOUNT = "kbnn-0011"


@dataclass(frozen=True, slots=True)
class Order:
    """One payment at the gateway; its transaction is the paper gateway's own number."""

    number: str
    payment_id: int
    obligation_id: int
    reference: str
    amount: Money
    account: str
    paid_at: datetime

    @property
    def transaction(self) -> str:
        """Return the number the gateway gives it."""
        return f"T{self.reference}"

    def line(
        self,
        *,
        amount_vnd: int | None = None,
        fee_vnd: int = 0,
        payout: str = "",
        transaction: str = "",
        beneficiary: str = "",
    ) -> Line:
        """Return its line in the gateway's report, or one that differs."""
        return Line(
            reference=self.reference,
            transaction=transaction or self.transaction,
            amount_vnd=self.amount.vnd if amount_vnd is None else amount_vnd,
            fee_vnd=fee_vnd,
            payout=payout or f"P-{self.account}",
            beneficiary=beneficiary or self.account,
            paid_at=self.paid_at,
        )


def nested(tx: Tx) -> OpenTx:
    """Return a way to open transactions inside this one; what fails there is undone there."""

    @contextmanager
    def open_tx() -> Generator[Tx]:
        with tx.begin_nested():
            yield tx

    return open_tx


def order(
    tx: Tx, *, amount: Money | None = None, account: str = ACCOUNT, at: datetime = MORNING
) -> Order:
    """Open a payment and send it to the gateway; nothing is paid yet."""
    amount = amount or Money(350_000)
    (obligation_id,) = owe(tx, amount=amount, account=account)
    payment = opened(tx, [obligation_id], now=at)
    return _order(tx, payment, obligation_id=obligation_id, account=account, at=at)


def pay(tx: Tx, one: Order, *, amount: Money | None = None, transaction: str = "") -> None:
    """Let the gateway's callback say that an order is paid."""
    word = notice(
        one.reference,
        amount=amount or one.amount,
        transaction=transaction or one.transaction,
        at=one.paid_at,
    )
    tell(tx, heard(word, received_at=one.paid_at))


def paid(
    tx: Tx, *, amount: Money | None = None, account: str = ACCOUNT, at: datetime = MORNING
) -> Order:
    """Open, send and pay."""
    one = order(tx, amount=amount, account=account, at=at)
    pay(tx, one)
    return one


def tell(tx: Tx, received: Received) -> None:
    """Apply one word of the gateway, as of when it came."""
    apply_notices(
        tx, [received], calendar=CALENDAR, signer=SIGNER, rates=RATES, now=received.received_at
    )


def paper_report(lines: Sequence[Line], *, day: date, version: int) -> SettlementReport:
    """Return a report of the paper gateway, whose numbers have no shape of their own."""
    return SettlementReport(
        gateway="paper",
        business_date=day,
        version=version,
        lines=tuple(
            SettlementLine(
                line_number=number,
                kind=LineKind.REFUND if line.is_refund else LineKind.PAYMENT,
                reference=line.reference,
                gateway_transaction=line.transaction,
                amount=Money(line.amount_vnd),
                fee=Money(line.fee_vnd),
                paid_at=line.paid_at,
                beneficiary=line.beneficiary,
                payout=line.payout,
            )
            for number, line in enumerate(lines, start=3)
        ),
        total=total(
            Money(-line.amount_vnd if line.is_refund else line.amount_vnd) for line in lines
        ),
        fee_total=total(Money(line.fee_vnd) for line in lines),
    )


def give_report(
    open_tx: OpenTx, lines: Sequence[Line], *, day: date = DAY, version: int = 1
) -> FileVerdict:
    """Take in the gateway's report of a day."""
    verdict = receive_file(
        open_tx,
        PAPER,
        name=f"paper-{day:%Y%m%d}-v{version}.csv",
        raw=report(lines, day=day, version=version),
        read=lambda _: paper_report(lines, day=day, version=version),
        now=EVENING,
    )
    assert verdict.state is FileState.ACCEPTED, verdict.reason
    return verdict


def give_statement(
    open_tx: OpenTx,
    credits_: Sequence[tuple[str, int]],
    *,
    account: str = ACCOUNT,
    day: date = DAY,
    opening: int = 0,
) -> FileVerdict:
    """Take in the treasury's statement of one account."""
    verdict = receive_file(
        open_tx,
        TREASURY,
        name=f"{account}-{day:%Y%m%d}.sta",
        raw=statement(credits_, account=f"7111.{account}", day=day, opening=opening),
        read=read_mt940_ended,
        now=EVENING,
    )
    assert verdict.state is FileState.ACCEPTED, verdict.reason
    return verdict


def match(tx: Tx, day: date = DAY) -> DayMatch:
    """Match a day in its evening."""
    return match_day(tx, day, calendar=CALENDAR, signer=SIGNER, rates=RATES, now=evening_of(day))


def whole_day(tx: Tx, orders: Sequence[Order], *, day: date = DAY) -> DayMatch:
    """Report and credit these orders in full, and match."""
    give_report(inside(tx), [one.line() for one in orders], day=day)
    for account in sorted({one.account for one in orders}):
        amount = sum(one.amount.vnd for one in orders if one.account == account)
        give_statement(inside(tx), [(f"P-{account}", amount)], account=account, day=day)
    return match(tx, day)


def evening_of(day: date) -> datetime:
    """Return six o'clock in the evening of a day in Vietnam."""
    return EVENING + timedelta(days=(day - DAY).days)


def standing(tx: Tx, *, day: date = DAY) -> dict[tuple[str, str], int]:
    """Return what stands in the clearing accounts, by account and batch."""
    return {(each.account.code, each.batch): each.net.vnd for each in uncleared(tx, until=day)}


def explained(tx: Tx, *, day: date = DAY) -> dict[tuple[str, str], int]:
    """Return what the open breaks explain, by account and batch."""
    return {
        (account.code, batch): amount.vnd
        for (account, batch), amount in break_rows.explained(tx, as_of=day).items()
    }


def open_kinds(tx: Tx, *, day: date = DAY) -> list[BreakKind]:
    """Return the kinds of the open breaks, in order of opening."""
    return [each.kind for each in break_rows.open_on(tx, as_of=day, limit=1_000)]


def state_of(tx: Tx, one: Order) -> PaymentState:
    """Return where an order's payment stands."""
    return payment_of(tx, one.number).state


def _order(tx: Tx, payment: Payment, *, obligation_id: int, account: str, at: datetime) -> Order:
    return Order(
        number=payment.number,
        payment_id=payment.payment_id,
        obligation_id=obligation_id,
        reference=sent(inside(tx), payment, now=at),
        amount=payment.amount,
        account=account,
        paid_at=at + timedelta(minutes=2),
    )
