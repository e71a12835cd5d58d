"""What authorities change in tests, and how things stand afterwards."""

from dataclasses import replace

from sqlalchemy import text

from ledger.accounts import Account, AccountKind
from ledger.money import Money
from ledger.postgres.balances import balance
from ledger.postgres.transaction import Tx
from payments.change_obligations import change_obligations
from payments.obligation import NewObligation, Obligation
from payments.obligation_change import (
    ChangeAct,
    ChangeOutcome,
    ChangeVerdict,
    ObligationChange,
)
from payments.payment import Payment
from payments.postgres import change_rows
from payments.postgres.obligation_rows import obligations_by_id
from tests.payments.owed import FINE_FACTS, KEYS, NOW, RATES
from tests.payments.scene import hear, heard, inside, notice, opened, payment_of, sent

NUMBER = "0012345/QĐ-XPHC"
FINE = Money(3_000_000)
CANCEL = ObligationChange(
    provider="csgt",
    kind="traffic_fine",
    number=NUMBER,
    act=ChangeAct.CANCEL,
    reason="Xử phạt nhầm người",
    document="15/QĐ-HB",
)


def correct(vnd: int, *, document: str = "16/QĐ-ĐC", number: str = NUMBER) -> ObligationChange:
    facts = {**FINE_FACTS, "fine_vnd": vnd}
    return replace(CANCEL, act=ChangeAct.CORRECT, document=document, facts=facts, number=number)


def supersede(
    new: NewObligation, *, number: str = NUMBER, document: str = "17/QĐ-TT"
) -> ObligationChange:
    return replace(CANCEL, act=ChangeAct.SUPERSEDE, document=document, successor=new, number=number)


def change(tx: Tx, *changes: ObligationChange) -> list[ChangeVerdict]:
    return change_obligations(tx, changes, keys=KEYS, rates=RATES, now=NOW)


def changed(tx: Tx, one: ObligationChange) -> ChangeVerdict:
    """Apply one change that must succeed, and let the database see that it is whole."""
    (verdict,) = change(tx, one)
    assert verdict.outcome is ChangeOutcome.CHANGED, verdict
    tx.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    return verdict


def kept(tx: Tx, obligation_id: int) -> Obligation:
    return obligations_by_id(tx, [obligation_id])[obligation_id]


def pay(tx: Tx, *ids: int, amount: Money = FINE) -> Payment:
    """Pay obligations in full and return the payment."""
    payment = opened(tx, ids)
    hear(tx, heard(notice(sent(inside(tx), payment), amount=amount)))
    return payment_of(tx, payment.number)


def surplus(tx: Tx) -> Money:
    return -balance(tx, Account(AccountKind.REFUND_PAYABLE, "paper")).net


def told(tx: Tx, obligation_id: int) -> list[str]:
    rows = tx.execute(
        text("SELECT type FROM payments.outbox WHERE obligation_id = :id ORDER BY sequence"),
        {"id": obligation_id},
    )
    return [str(row.type) for row in rows]


def differences(tx: Tx, obligation_id: int) -> list[tuple[int, int, int]]:
    """Return version, A and B of what was found to be due back."""
    return [
        (each.version, each.paid.vnd, each.due.vnd)
        for each in change_rows.refunds_due(tx, obligation_id)
    ]
