"""Three sides of a day held against each other."""

from datetime import timedelta

import pytest

from ledger.money import Money
from ledger.postgres.days import close_day
from ledger.postgres.transaction import Tx
from payments.states import PaymentState
from reconciliation.breaks import BreakKind
from tests.payments.scene import heard, inside, notice
from tests.reconciliation.day_scene import (
    ACCOUNT,
    DAY,
    EVENING,
    MORNING,
    NEXT_DAY,
    THIRD_DAY,
    explained,
    give_report,
    give_statement,
    match,
    open_kinds,
    order,
    paid,
    pay,
    standing,
    state_of,
    tell,
    whole_day,
)
from tests.reconciliation.samples import Line


@pytest.fixture
def tx(owner_tx: Tx) -> Tx:
    """Give one transaction for all sides; who may do what is tried where days are closed."""
    return owner_tx


def counted(tx: Tx) -> tuple[int, ...]:
    row = tx.exec_driver_sql(
        "SELECT (SELECT count(*) FROM ledger.entry), (SELECT count(*) FROM ledger.transfer),"
        " (SELECT count(*) FROM reconciliation.match_group),"
        " (SELECT count(*) FROM reconciliation.match_leg),"
        " (SELECT count(*) FROM reconciliation.break_case),"
        " (SELECT count(*) FROM reconciliation.break_event),"
        " (SELECT count(*) FROM payments.outbox), (SELECT count(*) FROM payments.evidence)"
    ).one()
    return tuple(row)


def batch(place: str = ACCOUNT) -> str:
    return f"paper/{DAY.isoformat()}/{place}"


def test_a_clean_day_leaves_every_clearing_account_at_zero(tx: Tx):
    orders = [paid(tx), paid(tx, amount=Money(16_000)), paid(tx, account="bhxh-01")]
    done = whole_day(tx, orders)
    assert (done.matched, done.completed, done.unidentified) == (3, 0, 0)
    assert (done.passed_on, done.arrived) == (Money(716_000), Money(716_000))
    assert (done.settled_payments, done.breaks_opened) == (3, 0)
    assert standing(tx) == {}
    assert open_kinds(tx) == []
    assert [state_of(tx, one) for one in orders] == [PaymentState.SETTLED] * 3


def test_matching_again_changes_nothing(tx: Tx):
    whole_day(tx, [paid(tx), paid(tx)])
    before = counted(tx)
    again = match(tx)
    assert counted(tx) == before
    assert (again.files, again.matched, again.settled_payments) == (0, 0, 0)


def test_matching_a_closed_day_changes_nothing(tx: Tx):
    whole_day(tx, [paid(tx)])
    close_day(tx, DAY, now=EVENING)
    before = counted(tx)
    assert match(tx).matched == 0
    assert counted(tx) == before


def test_the_money_goes_the_way_of_the_chart(tx: Tx):
    whole_day(tx, [paid(tx), paid(tx)])
    rows = tx.exec_driver_sql(
        "SELECT entry.movement, debit.code, credit.code, transfer.amount_vnd, transfer.batch"
        " FROM ledger.transfer JOIN ledger.entry USING (entry_id)"
        " JOIN ledger.account AS debit ON debit.account_id = transfer.debit_account_id"
        " JOIN ledger.account AS credit ON credit.account_id = transfer.credit_account_id"
        " ORDER BY entry.entry_id"
    ).all()
    assert [tuple(row) for row in rows] == [
        ("captured", "receivable:paper", f"payable:{ACCOUNT}", 350_000, batch()),
        ("captured", "receivable:paper", f"payable:{ACCOUNT}", 350_000, batch()),
        ("settled", "in_transit:paper", "receivable:paper", 700_000, batch()),
        ("credited", f"payable:{ACCOUNT}", "in_transit:paper", 700_000, batch()),
    ]


def test_f34_a_payment_no_callback_told_of_is_completed_from_the_report(tx: Tx):
    heard_of, lost = paid(tx), order(tx)
    done = whole_day(tx, [heard_of, lost])
    assert (done.matched, done.completed) == (1, 1)
    assert state_of(tx, lost) is PaymentState.SETTLED
    row = tx.exec_driver_sql(
        "SELECT capture.paid_at, evidence.kind, evidence.path, count(acknowledgement.number)"
        " FROM payments.capture JOIN payments.evidence USING (evidence_id)"
        " LEFT JOIN payments.acknowledgement USING (payment_id)"
        " WHERE payment_id = %(payment)s GROUP BY 1, 2, 3",
        {"payment": lost.payment_id},
    ).one()
    assert (row.paid_at, row.kind, row.count) == (lost.paid_at, "report_line", 1)
    assert row.path.startswith("paper/")
    assert row.path.endswith("/4")
    assert standing(tx) == {}


def test_a_callback_after_the_report_changes_no_money(tx: Tx):
    lost = order(tx)
    whole_day(tx, [lost])
    before = counted(tx)
    pay(tx, lost)
    assert counted(tx)[:4] == before[:4]
    assert state_of(tx, lost) is PaymentState.SETTLED


def test_what_the_report_does_not_hold_is_a_break_and_never_cancelled(tx: Tx):
    there, missing = paid(tx), paid(tx, amount=Money(16_000))
    give_report(inside(tx), [there.line()])
    give_statement(inside(tx), [(f"P-{ACCOUNT}", 350_000)])
    match(tx)
    assert open_kinds(tx) == [BreakKind.MISSING_AT_GATEWAY]
    assert standing(tx) == explained(tx)
    assert standing(tx) == {
        ("receivable:paper", batch()): 16_000,
        (f"payable:{ACCOUNT}", batch()): -16_000,
    }
    assert state_of(tx, missing) is PaymentState.PAID


def test_a_line_that_comes_a_day_later_closes_its_break(tx: Tx):
    late = paid(tx)
    give_report(inside(tx), [])
    give_statement(inside(tx), [])
    match(tx)
    close_day(tx, DAY, now=EVENING)
    give_report(inside(tx), [late.line()], day=NEXT_DAY)
    give_statement(inside(tx), [(f"P-{ACCOUNT}", 350_000)], day=NEXT_DAY)
    done = match(tx, NEXT_DAY)
    assert (done.matched, done.breaks_closed) == (1, 1)
    assert open_kinds(tx, day=NEXT_DAY) == []
    assert standing(tx, day=NEXT_DAY) == {}
    assert state_of(tx, late) is PaymentState.SETTLED
    assert open_kinds(tx) == [BreakKind.MISSING_AT_GATEWAY]
    assert standing(tx) == explained(tx)


def test_money_nobody_of_ours_knows_waits_in_suspense(tx: Tx):
    give_report(inside(tx), [Line("NOT-OURS", "T9", 99_000, payout="P9", beneficiary=ACCOUNT)])
    done = match(tx)
    assert (done.matched, done.unidentified) == (0, 1)
    assert open_kinds(tx) == [BreakKind.MISSING_IN_LEDGER]
    assert standing(tx) == explained(tx) == {("in_transit:paper", batch("suspense")): 99_000}
    kept = tx.exec_driver_sql("SELECT verdict FROM payments.evidence").scalar_one()
    assert kept == "unknown_reference"


@pytest.mark.parametrize(("reported", "standing_vnd"), [(349_999, 1), (350_001, -1)])
def test_f31_a_line_one_dong_off_is_matched_and_its_difference_named(
    tx: Tx, reported: int, standing_vnd: int
):
    one = paid(tx)
    give_report(inside(tx), [one.line(amount_vnd=reported)])
    give_statement(inside(tx), [(f"P-{ACCOUNT}", reported)])
    done = match(tx)
    assert (done.matched, done.settled_payments) == (1, 0)
    assert open_kinds(tx) == [BreakKind.AMOUNT_MISMATCH]
    assert standing(tx) == explained(tx)
    if standing_vnd > 0:
        assert standing(tx)["receivable:paper", batch()] == 1
    else:
        assert standing(tx) == {("in_transit:paper", batch("suspense")): 1}
    assert match(tx).breaks_opened == 0


def test_f31_a_sum_the_callback_had_wrong_already_waits_until_people_decide(tx: Tx):
    one = order(tx)
    pay(tx, one, amount=Money(349_999))
    give_report(inside(tx), [one.line(amount_vnd=349_999)])
    give_statement(inside(tx), [(f"P-{ACCOUNT}", 349_999)])
    match(tx)
    assert open_kinds(tx) == [BreakKind.AMOUNT_MISMATCH]
    assert standing(tx) == explained(tx) == {("in_transit:paper", batch("suspense")): 349_999}
    assert state_of(tx, one) is PaymentState.HELD


def test_f24_the_second_payment_of_one_fine_is_named_and_the_first_settled(tx: Tx):
    first = paid(tx)
    pay(tx, first, transaction="T-SECOND")
    lines = [first.line(), first.line(transaction="T-SECOND", payout="P-2")]
    give_report(inside(tx), lines[:1])
    give_report(inside(tx), lines[1:], day=NEXT_DAY)
    give_statement(inside(tx), [(f"P-{ACCOUNT}", 350_000), ("P-2", 350_000)])
    match(tx)
    assert BreakKind.MISSING_AT_GATEWAY in open_kinds(tx)
    assert standing(tx) == explained(tx)
    match(tx, NEXT_DAY)
    assert open_kinds(tx, day=NEXT_DAY) == [BreakKind.DUPLICATE_PAYMENT]
    assert standing(tx, day=NEXT_DAY) == explained(tx, day=NEXT_DAY)
    assert standing(tx, day=NEXT_DAY) == {("in_transit:paper", batch("refund")): 350_000}


def test_a_fee_kept_from_what_is_owed_whole_is_named(tx: Tx):
    one = paid(tx)
    give_report(inside(tx), [one.line(fee_vnd=1_100)])
    give_statement(inside(tx), [(f"P-{ACCOUNT}", 348_900)])
    done = match(tx)
    assert (done.arrived, done.settled_payments) == (Money(348_900), 1)
    assert open_kinds(tx) == [BreakKind.FEE_MISMATCH]
    assert standing(tx) == explained(tx) == {(f"payable:{ACCOUNT}", batch()): -1_100}


def test_money_passed_on_to_another_account_is_still_owed_to_the_right_one(tx: Tx):
    right, wrong = paid(tx), paid(tx)
    give_report(inside(tx), [right.line(), wrong.line(beneficiary="bhxh-01", payout="P-bhxh-01")])
    give_statement(inside(tx), [(f"P-{ACCOUNT}", 350_000)])
    give_statement(inside(tx), [("P-bhxh-01", 350_000)], account="bhxh-01")
    match(tx)
    assert BreakKind.WRONG_BENEFICIARY in open_kinds(tx)
    assert standing(tx) == explained(tx)
    assert standing(tx)[f"payable:{ACCOUNT}", batch()] == -350_000
    assert state_of(tx, right) is PaymentState.SETTLED
    assert state_of(tx, wrong) is PaymentState.PAID


def test_one_dong_off_on_the_statement_stops_that_payout_alone(tx: Tx):
    short, whole = paid(tx), paid(tx, account="bhxh-01")
    give_report(inside(tx), [short.line(), whole.line()])
    give_statement(inside(tx), [(f"P-{ACCOUNT}", 349_999)])
    give_statement(inside(tx), [("P-bhxh-01", 350_000)], account="bhxh-01")
    match(tx)
    assert open_kinds(tx) == [BreakKind.BATCH_TOTAL_MISMATCH]
    assert standing(tx) == explained(tx)
    assert [state_of(tx, one) for one in (short, whole)] == [
        PaymentState.PAID,
        PaymentState.SETTLED,
    ]


def test_a_payout_credited_in_parts_has_arrived_when_the_parts_are_the_sum(tx: Tx):
    one = paid(tx)
    give_report(inside(tx), [one.line()])
    give_statement(inside(tx), [(f"P-{ACCOUNT}", 100_000)])
    match(tx)
    assert open_kinds(tx) == [BreakKind.BATCH_TOTAL_MISMATCH]
    give_statement(inside(tx), [(f"P-{ACCOUNT}", 250_000)], opening=100_000, day=NEXT_DAY)
    match(tx, NEXT_DAY)
    assert open_kinds(tx, day=NEXT_DAY) == []
    assert standing(tx, day=NEXT_DAY) == {}


def test_a_credit_that_takes_a_day_is_in_transit_and_then_missing(tx: Tx):
    one = paid(tx)
    give_report(inside(tx), [one.line()])
    assert match(tx).breaks_opened == 0  # No statement yet: nobody can say.
    give_statement(inside(tx), [])
    match(tx)
    assert open_kinds(tx) == [BreakKind.IN_TRANSIT]
    assert standing(tx) == explained(tx)
    give_statement(inside(tx), [], day=THIRD_DAY)
    match(tx, THIRD_DAY)
    assert open_kinds(tx, day=THIRD_DAY) == [BreakKind.MISSING_AT_BANK]
    assert standing(tx, day=THIRD_DAY) == explained(tx, day=THIRD_DAY)
    assert open_kinds(tx) == [BreakKind.IN_TRANSIT]


def test_a_credit_that_was_in_transit_arrives_without_touching_the_old_day(tx: Tx):
    one = paid(tx)
    give_report(inside(tx), [one.line()])
    give_statement(inside(tx), [])
    match(tx)
    close_day(tx, DAY, now=EVENING)
    before = (standing(tx), explained(tx), open_kinds(tx))
    give_statement(inside(tx), [(f"P-{ACCOUNT}", 350_000)], day=NEXT_DAY)
    done = match(tx, NEXT_DAY)
    assert (done.settled_payments, done.breaks_closed) == (1, 1)
    assert standing(tx, day=NEXT_DAY) == {}
    assert (standing(tx), explained(tx), open_kinds(tx)) == before


def test_credits_and_debits_of_no_payout_are_named_and_move_nothing(tx: Tx):
    one = paid(tx)
    give_report(inside(tx), [one.line()])
    name = f"P-{ACCOUNT}"
    give_statement(
        inside(tx), [(name, 350_000), ("STRANGER", 77_000), ("TAX", -5_000), (name, -350_000)]
    )
    give_statement(inside(tx), [(name, 350_000)], account="bhxh-01")
    match(tx)
    assert sorted(open_kinds(tx)) == [
        BreakKind.REVERSED,
        BreakKind.UNIDENTIFIED_RECEIPT,
        BreakKind.WRONG_BENEFICIARY,
    ]
    assert standing(tx) == {}
    assert match(tx).breaks_opened == 0


def test_a_sum_credited_again_after_it_arrived_is_named(tx: Tx):
    one = paid(tx)
    whole_day(tx, [one])
    give_statement(inside(tx), [(f"P-{ACCOUNT}", 350_000)], opening=350_000, day=NEXT_DAY)
    match(tx, NEXT_DAY)
    assert open_kinds(tx, day=NEXT_DAY) == [BreakKind.UNIDENTIFIED_RECEIPT]
    assert standing(tx, day=NEXT_DAY) == {}


def test_a_credit_that_comes_before_its_report_waits_under_its_name(tx: Tx):
    one = paid(tx)
    give_statement(inside(tx), [(f"P-{ACCOUNT}", 350_000)])
    match(tx)
    assert open_kinds(tx) == [BreakKind.UNIDENTIFIED_RECEIPT]
    give_report(inside(tx), [one.line()])
    done = match(tx)
    assert (done.settled_payments, done.breaks_closed) == (1, 1)
    assert open_kinds(tx) == []


def test_f27_money_heard_of_after_its_day_closed_is_booked_in_the_open_one(tx: Tx):
    late = order(tx)
    whole_day(tx, [paid(tx)])
    close_day(tx, DAY, now=EVENING)
    word = notice(late.reference, transaction=late.transaction, at=late.paid_at)
    tell(tx, heard(word, received_at=EVENING + timedelta(hours=20)))
    give_report(inside(tx), [late.line(payout="P-2")], day=NEXT_DAY)
    give_statement(inside(tx), [("P-2", 350_000)], opening=350_000, day=NEXT_DAY)
    match(tx, NEXT_DAY)
    assert standing(tx, day=NEXT_DAY) == {}
    assert state_of(tx, late) is PaymentState.SETTLED


def test_a_payment_in_two_attempts_is_matched_to_the_one_that_took_money(tx: Tx):
    one = order(tx)
    pay(tx, one)
    other = paid(tx)
    assert whole_day(tx, [one, other]).matched == 2


def test_what_a_report_passes_on_is_owed_by_the_gateway_no_more(tx: Tx):
    whole_day(tx, [paid(tx, at=MORNING + timedelta(minutes=minute)) for minute in range(5)])
    rows = tx.exec_driver_sql(
        "SELECT kind, leg_count, gross_vnd FROM reconciliation.match_group ORDER BY group_id"
    ).all()
    assert [tuple(row) for row in rows] == [("passed_on", 5, 1_750_000), ("arrived", 2, 1_750_000)]


def test_what_a_report_holds_of_a_later_day_leaves_on_that_day(tx: Tx):
    before, after = paid(tx), paid(tx, at=MORNING + timedelta(hours=8))
    give_report(inside(tx), [before.line(), after.line(fee_vnd=100)])
    give_statement(inside(tx), [(f"P-{ACCOUNT}", 699_900)])
    done = match(tx)
    assert (done.matched, done.settled_payments) == (2, 2)
    assert standing(tx) == explained(tx) == {}
    close_day(tx, DAY, now=EVENING)
    assert standing(tx, day=NEXT_DAY) == explained(tx, day=NEXT_DAY)
    assert list(standing(tx, day=NEXT_DAY).values()) == [-100]


def test_a_payout_of_two_days_that_does_not_arrive_is_explained_on_each(tx: Tx):
    give_report(inside(tx), [paid(tx).line(), paid(tx, at=MORNING + timedelta(hours=8)).line()])
    give_statement(inside(tx), [])
    match(tx)
    assert open_kinds(tx) == [BreakKind.IN_TRANSIT]
    for day in (DAY, NEXT_DAY):
        assert standing(tx, day=day) == explained(tx, day=day)
    assert len(standing(tx)) + 2 == len(standing(tx, day=NEXT_DAY)) == 4
