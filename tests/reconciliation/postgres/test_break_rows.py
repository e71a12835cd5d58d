"""Breaks as cases that only grow."""

from types import MappingProxyType

import pytest
from sqlalchemy.exc import DBAPIError

from ledger.accounts import Account, AccountKind
from ledger.money import Money
from ledger.postgres.transaction import Tx
from reconciliation.breaks import BreakKind, NewBreak
from reconciliation.postgres import break_rows
from tests.reconciliation.samples import DAY, EVENING, NEXT_DAY

RECEIVABLE = Account(AccountKind.RECEIVABLE, "vnpay")
BATCH = "vnpay/2026-11-23/KB1"


def one(subject: str = "item:1", *, amount_vnd: int = 350_000) -> NewBreak:
    return NewBreak(
        kind=BreakKind.MISSING_IN_LEDGER,
        subject=subject,
        gateway="vnpay",
        beneficiary="KB1",
        amount=Money(amount_vnd),
        text="not ours",
        payout="P1",
        explains=MappingProxyType({(RECEIVABLE, BATCH): Money(amount_vnd)}),
    )


def opened(tx: Tx, *found: NewBreak) -> int:
    return break_rows.open_breaks(tx, found, business_date=DAY, now=EVENING)


def closed(tx: Tx, *subjects: str) -> int:
    return break_rows.close_breaks(
        tx,
        subjects,
        kinds=[BreakKind.MISSING_IN_LEDGER],
        business_date=NEXT_DAY,
        now=EVENING,
        reason="found",
    )


def test_a_break_seen_again_is_the_same_case(recon_tx: Tx):
    assert opened(recon_tx, one(), one("item:2")) == 2
    assert opened(recon_tx, one(), one("item:3")) == 1
    assert opened(recon_tx) == 0
    listed = break_rows.open_on(recon_tx, as_of=DAY, limit=10)
    assert [(each.kind, each.amount.vnd) for each in listed] == [
        (BreakKind.MISSING_IN_LEDGER, 350_000)
    ] * 3


def test_open_breaks_of_one_place_explain_it_together(recon_tx: Tx):
    opened(recon_tx, one(), one("item:2", amount_vnd=-50_000))
    assert break_rows.explained(recon_tx, as_of=DAY) == {(RECEIVABLE, BATCH): Money(300_000)}


def test_a_closed_break_explains_the_days_it_was_open(recon_tx: Tx):
    opened(recon_tx, one())
    assert closed(recon_tx, "item:1") == 1
    assert closed(recon_tx, "item:1") == 0
    assert closed(recon_tx) == 0
    assert break_rows.explained(recon_tx, as_of=DAY) == {(RECEIVABLE, BATCH): Money(350_000)}
    assert break_rows.explained(recon_tx, as_of=NEXT_DAY) == {}
    assert len(break_rows.open_on(recon_tx, as_of=DAY, limit=10)) == 1
    assert break_rows.open_on(recon_tx, as_of=NEXT_DAY, limit=10) == []


def test_a_break_explains_nothing_before_it_was_opened(recon_tx: Tx):
    break_rows.open_breaks(recon_tx, [one()], business_date=NEXT_DAY, now=EVENING)
    assert break_rows.explained(recon_tx, as_of=DAY) == {}
    assert break_rows.open_on(recon_tx, as_of=DAY, limit=10) == []


def test_events_of_a_day_are_counted_by_kind(recon_tx: Tx):
    opened(recon_tx, one(), one("item:2"))
    closed(recon_tx, "item:1")
    kind = BreakKind.MISSING_IN_LEDGER
    assert break_rows.events_on(recon_tx, DAY) == {("opened", kind): 2}
    assert break_rows.events_on(recon_tx, NEXT_DAY) == {("closed", kind): 1}


def test_no_more_breaks_are_listed_than_asked_for(recon_tx: Tx):
    opened(recon_tx, one(), one("item:2"), one("item:3"))
    assert len(break_rows.open_on(recon_tx, as_of=DAY, limit=2)) == 2


def test_nothing_resolved_closes_nothing(recon_tx: Tx):
    opened(recon_tx, one())
    assert break_rows.close_resolved(recon_tx, business_date=NEXT_DAY, now=EVENING) == 0


def test_a_break_closes_once_even_for_the_superuser(owner_tx: Tx):
    opened(owner_tx, one())
    closed(owner_tx, "item:1")
    with pytest.raises(DBAPIError, match="break_event_closed_once"):
        owner_tx.exec_driver_sql(
            "INSERT INTO reconciliation.break_event"
            " SELECT break_id, 3, 'closed', business_date, at, actor, 'again'"
            " FROM reconciliation.break_event WHERE ordinal = 2"
        )
