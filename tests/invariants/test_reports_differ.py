"""Reports that say again, otherwise, less or ambiguously what was said before."""

import pytest

from ledger.postgres.transaction import Tx
from reconciliation.breaks import BreakKind
from tests.payments.scene import inside
from tests.reconciliation.day_scene import (
    ACCOUNT,
    explained,
    give_report,
    give_statement,
    match,
    open_kinds,
    paid,
    pay,
    standing,
)
from tests.reconciliation.samples import Line


@pytest.fixture
def tx(owner_tx: Tx) -> Tx:
    """Give one transaction for all sides."""
    return owner_tx


def test_f45_a_second_version_adds_its_new_lines_and_repeats_the_old(tx: Tx):
    first, second = paid(tx), paid(tx)
    give_report(inside(tx), [first.line()])
    match(tx)
    give_report(inside(tx), [first.line(), second.line(payout="P-2")], version=2)
    give_statement(inside(tx), [(f"P-{ACCOUNT}", 350_000), ("P-2", 350_000)])
    done = match(tx)
    assert (done.matched, done.repeated, done.settled_payments) == (1, 1, 2)
    assert standing(tx) == {}
    assert open_kinds(tx) == []


def test_a_line_a_later_version_leaves_out_or_changes_is_named(tx: Tx):
    kept, dropped = paid(tx), paid(tx)
    give_report(inside(tx), [kept.line(), dropped.line()])
    match(tx)
    give_report(inside(tx), [kept.line(payout="P-OTHER")], version=2)
    give_statement(inside(tx), [(f"P-{ACCOUNT}", 700_000)])
    match(tx)
    assert sorted(open_kinds(tx)) == [
        BreakKind.BATCH_TOTAL_MISMATCH,
        *[BreakKind.CONFLICTING_LINE] * 3,
    ]
    assert standing(tx) == explained(tx)


def test_an_unmatched_line_of_a_replaced_version_never_counts(tx: Tx):
    one, dropped = paid(tx), paid(tx)
    give_report(inside(tx), [one.line(), dropped.line(payout="P-2")])
    give_report(inside(tx), [one.line()], version=2)
    give_statement(inside(tx), [(f"P-{ACCOUNT}", 350_000)])
    done = match(tx)
    assert (done.files, done.matched) == (2, 1)
    assert open_kinds(tx) == [BreakKind.MISSING_AT_GATEWAY]
    assert standing(tx) == explained(tx)


def test_our_reference_and_the_amount_tie_a_line_with_another_number(tx: Tx):
    one = paid(tx)
    give_report(inside(tx), [one.line(transaction="BANKS-OWN-NUMBER")])
    give_statement(inside(tx), [(f"P-{ACCOUNT}", 350_000)])
    assert match(tx).settled_payments == 1
    rule = tx.exec_driver_sql(
        "SELECT rule, compared FROM reconciliation.match_group WHERE kind = 'passed_on'"
    ).one()
    assert tuple(rule) == ("reference", ["gateway", "reference", "amount"])
    assert standing(tx) == {}


def test_two_equal_candidates_are_a_break_and_never_a_guess(tx: Tx):
    one = paid(tx)
    pay(tx, one, transaction="T-SECOND")
    give_report(inside(tx), [one.line(transaction="BANKS-OWN-NUMBER")])
    give_statement(inside(tx), [(f"P-{ACCOUNT}", 350_000)])
    match(tx)
    found = open_kinds(tx)
    assert BreakKind.AMBIGUOUS in found
    assert found.count(BreakKind.MISSING_AT_GATEWAY) == 2
    assert standing(tx) == explained(tx)
    assert match(tx).breaks_opened == 0


def test_a_refund_nobody_ordered_keeps_its_payout_from_arriving(tx: Tx):
    one = paid(tx)
    refund = Line(
        "R-OLD", "T-OLD", 50_000, payout=f"P-{ACCOUNT}", beneficiary=ACCOUNT, is_refund=True
    )
    give_report(inside(tx), [one.line(), refund])
    give_statement(inside(tx), [(f"P-{ACCOUNT}", 300_000)])
    match(tx)
    assert open_kinds(tx) == [BreakKind.REFUND_MISMATCH, BreakKind.BATCH_TOTAL_MISMATCH]
    assert standing(tx) == explained(tx)
