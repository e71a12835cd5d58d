"""I10 finds lines nothing became of, and money left without a reason."""

from ledger.postgres.transaction import Tx
from reconciliation.proofs.contract import Holds, Means
from reconciliation.proofs.settlement_ties_out import settlement_ties_out
from tests.reconciliation.proofs.book import named, tamper

LINE = "(SELECT item_id FROM reconciliation.item WHERE transaction = '15000001')"


def test_it_holds_of_a_clean_book_with_breaks_in_it(book_tx: Tx, means: Means):
    assert settlement_ties_out(book_tx, means) == Holds("13 lines matched in 4 files")


def test_a_file_whose_bytes_were_changed_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "reconciliation.file")
    planting_tx.exec_driver_sql(
        "UPDATE reconciliation.file SET bytes = bytes || '\\x0a' WHERE name = 'report-11.csv'"
    )
    assert named(settlement_ties_out(planting_tx, means)) == (
        "file 1 (report-11.csv): its bytes are not those that came"
    )


def test_a_file_without_one_of_its_lines_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "reconciliation.item")
    planting_tx.exec_driver_sql("DELETE FROM reconciliation.item WHERE transaction = '15000001'")
    found = named(settlement_ties_out(planting_tx, means))
    assert (
        "file 1 (report-11.csv): 10 lines of 3840000 dong were read, 9 of 3490000 are here" in found
    )
    assert "passed_on group " in found


def test_a_line_that_is_neither_matched_nor_a_break_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "reconciliation.match_leg")
    planting_tx.exec_driver_sql(f"DELETE FROM reconciliation.match_leg WHERE item_id = {LINE}")  # noqa: S608 - our own constant
    found = named(settlement_ties_out(planting_tx, means))
    assert (
        "file 1 (report-11.csv), line 7, 350000 dong, PAID-1 15000001: neither matched nor a break"
        in found
    )


def test_a_line_named_by_a_break_is_accounted_for(planting_tx: Tx, means: Means):
    tamper(planting_tx, "reconciliation.match_leg", "reconciliation.match_group")
    planting_tx.exec_driver_sql(
        "UPDATE reconciliation.match_group SET leg_count = leg_count - 1, rule = 'excess'"  # noqa: S608 - our own constant
        f" FROM reconciliation.match_leg WHERE match_leg.group_id = match_group.group_id"
        f" AND match_leg.item_id = {LINE}"
    )
    planting_tx.exec_driver_sql(f"DELETE FROM reconciliation.match_leg WHERE item_id = {LINE}")  # noqa: S608 - our own constant
    planting_tx.exec_driver_sql(
        "INSERT INTO reconciliation.break_case (kind, subject, opened_on, opened_at, gateway,"  # noqa: S608 - our own constant
        " beneficiary, payout, amount_vnd, item_id, text) VALUES ('ambiguous', 'item:1',"
        f" '2026-03-11', now(), 'vnpay', 'kbnn-0011', 'VP11', 350000, {LINE}, '')"
    )
    assert isinstance(settlement_ties_out(planting_tx, means), Holds)


def test_a_credit_may_wait_for_its_payout_but_not_for_nothing(planting_tx: Tx, means: Means):
    tamper(planting_tx, "reconciliation.match_leg")
    planting_tx.exec_driver_sql(
        "DELETE FROM reconciliation.match_leg USING reconciliation.match_group AS made"
        " WHERE made.group_id = match_leg.group_id AND made.kind = 'arrived'"
        " AND made.payout = 'VP12' AND match_leg.item_id IS NOT NULL"
    )
    line = "line 5, 350000 dong, VP12 KB00000001: neither matched nor a break"
    assert line in named(settlement_ties_out(planting_tx, means))
    planting_tx.exec_driver_sql(
        "DELETE FROM reconciliation.match_leg USING reconciliation.match_group AS made"
        " WHERE made.group_id = match_leg.group_id AND made.kind = 'arrived'"
        " AND made.payout = 'VP12'"
    )
    assert line not in named(settlement_ties_out(planting_tx, means))


def test_a_group_that_was_booked_otherwise_is_named(planting_tx: Tx, means: Means):
    for table, change, found in (
        (
            "ledger.transfer",
            (
                "UPDATE ledger.transfer SET amount_vnd = 349999 FROM ledger.entry"
                " WHERE entry.entry_id = transfer.entry_id AND idempotency_key = 'settled:6'"
            ),
            "passed_on group 6 (vnpay, payout VP12): 350000 dong, 349999 booked, 350000 in its",
        ),
        (
            "ledger.entry",
            (
                "DELETE FROM ledger.entry WHERE movement = 'credited'"
                " AND idempotency_key LIKE 'credited:7:%%'"
            ),
            "arrived group 7 (vnpay, payout VP12): 350000 dong, 0 booked, 350000 in its lines",
        ),
        (
            "reconciliation.match_group",
            "UPDATE reconciliation.match_group SET gross_vnd = 350001 WHERE group_id = 6",
            "passed_on group 6 (vnpay, payout VP12): 350001 dong, 350000 booked, 350000 in its",
        ),
        (
            "reconciliation.match_group",
            "UPDATE reconciliation.match_group SET fee_vnd = 1 WHERE group_id = 6",
            "passed_on group 6 (vnpay, payout VP12): 350000 dong, 350000 booked, 350000 in its",
        ),
    ):
        with planting_tx.begin_nested() as planted:
            tamper(planting_tx, table)
            planting_tx.exec_driver_sql(change)
            assert found in named(settlement_ties_out(planting_tx, means)), change
            planted.rollback()


def test_money_left_without_a_break_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "reconciliation.break_residue")
    planting_tx.exec_driver_sql(
        "DELETE FROM reconciliation.break_residue WHERE amount_vnd = 340000"
    )
    assert named(settlement_ties_out(planting_tx, means)) == (
        "in_transit:vnpay, batch vnpay/2026-03-11/suspense: 340000 dong left on 2026-03-12,"
        " breaks explain 0"
    )


def test_a_break_that_explains_more_than_is_left_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "reconciliation.break_residue")
    planting_tx.exec_driver_sql(
        "UPDATE reconciliation.break_residue SET batch = 'vnpay/2026-03-12/suspense'"
        " WHERE amount_vnd = 340000"
    )
    found = named(settlement_ties_out(planting_tx, means)).splitlines()
    assert [row.rpartition(": ")[2] for row in found] == [
        "340000 dong left on 2026-03-12, breaks explain 0",
        "0 dong left on 2026-03-12, breaks explain 340000",
    ]
