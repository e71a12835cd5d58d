"""Reports against our book in sets, and the groups that come of it."""

from collections.abc import Sequence

import pytest
from sqlalchemy.exc import DBAPIError

from ledger.postgres.transaction import Tx
from reconciliation.file import SourceKind
from reconciliation.matching import RULE_SET, PassedOn, Rule
from reconciliation.postgres import file_rows, left_over_rows, match_rows
from reconciliation.postgres.file_rows import FileToMatch
from tests.payments.scene import inside
from tests.reconciliation.day_scene import DAY, NEXT_DAY, Order, give_report, paid


@pytest.fixture
def tx(owner_tx: Tx) -> Tx:
    """Give one transaction for both sides."""
    return owner_tx


def reported(tx: Tx, orders: Sequence[Order]) -> FileToMatch:
    give_report(inside(tx), [one.line() for one in orders])
    (file,) = file_rows.files_to_match(tx, kind=SourceKind.GATEWAY_REPORT, until=DAY)
    return file


def of_the_day(tx: Tx, file: FileToMatch) -> list[PassedOn]:
    return match_rows.match_day_by_transaction(tx, file, business_date=DAY)


def test_lines_of_one_payout_and_batch_make_one_group(tx: Tx):
    groups = of_the_day(tx, reported(tx, [paid(tx), paid(tx), paid(tx, account="bhxh-01")]))
    assert sorted((one.beneficiary, one.leg_count, one.gross.vnd) for one in groups) == [
        ("bhxh-01", 1, 350_000),
        ("kbnn-0011", 2, 700_000),
    ]
    assert {one.rule for one in groups} == {Rule.TRANSACTION}


def test_a_group_keeps_its_rule_its_version_and_what_was_compared(tx: Tx):
    of_the_day(tx, reported(tx, [paid(tx)]))
    kept = tx.exec_driver_sql(
        "SELECT rule, rule_set, compared FROM reconciliation.match_group"
    ).one()
    assert tuple(kept) == (
        "transaction",
        RULE_SET,
        ["gateway", "transaction", "reference", "amount"],
    )


def test_matching_the_same_lines_again_makes_no_group(tx: Tx):
    file = reported(tx, [paid(tx), paid(tx)])
    assert len(of_the_day(tx, file)) == 1
    assert of_the_day(tx, file) == []
    lines = tx.exec_driver_sql("SELECT item_id FROM reconciliation.item").scalars().all()
    again = match_rows.match_lines_by_transaction(
        tx, file, lines, rule=Rule.TRANSACTION, business_date=DAY
    )
    assert again == []


def test_only_the_reports_own_day_is_matched_at_once(tx: Tx):
    one = paid(tx)
    give_report(inside(tx), [one.line()], day=NEXT_DAY)
    (file,) = file_rows.files_to_match(tx, kind=SourceKind.GATEWAY_REPORT, until=NEXT_DAY)
    assert of_the_day(tx, file) == []
    lines = left_over_rows.left_over(tx, file, after=0, limit=10)
    groups = match_rows.match_lines_by_transaction(
        tx, file, [line.item_id for line in lines], rule=Rule.TRANSACTION, business_date=NEXT_DAY
    )
    assert [one.batch_date for one in groups] == [DAY]


def test_a_chosen_pair_makes_a_group_with_its_legs(tx: Tx):
    file = reported(tx, [paid(tx)])
    (line,) = left_over_rows.left_over(tx, file, after=0, limit=10)
    only, _ = left_over_rows.candidates_by_reference(tx, file, [line.item_id])
    (group,) = match_rows.match_pairs(
        tx,
        file,
        {line.item_id: only[line.item_id].capture_id},
        rule=Rule.REFERENCE,
        business_date=DAY,
    )
    ((group_id, item_id, net, taken),) = match_rows.legs_of(tx, [group.group_id])
    assert (group_id, item_id, net) == (group.group_id, line.item_id, line.amount)
    assert taken == only[line.item_id]
    assert match_rows.match_pairs(tx, file, {}, rule=Rule.REFERENCE, business_date=DAY) == []
    assert match_rows.legs_of(tx, []) == []


def test_a_capture_and_a_line_are_matched_once_even_for_the_superuser(tx: Tx):
    of_the_day(tx, reported(tx, [paid(tx)]))
    for column, index in (
        ("item_id", "match_leg_item_once"),
        ("capture_id", "match_leg_capture_once"),
    ):
        with pytest.raises(DBAPIError, match=index), tx.begin_nested():
            tx.exec_driver_sql(
                "INSERT INTO reconciliation.match_leg (group_id, item_id, capture_id)"
                " SELECT group_id, CASE %(column)s WHEN 'item_id' THEN item_id ELSE -1 END,"
                " CASE %(column)s WHEN 'capture_id' THEN capture_id ELSE -1 END"
                " FROM reconciliation.match_leg",
                {"column": column},
            )


def test_the_lock_of_matching_may_be_taken_twice_by_its_holder(tx: Tx):
    match_rows.lock_matching(tx)
    match_rows.lock_matching(tx)
    held = tx.exec_driver_sql(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1380273220"
    ).scalar_one()
    assert held == 1
