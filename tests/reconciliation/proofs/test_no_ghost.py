"""I5 finds what stands in the book and no partner ever said."""

from dataclasses import replace

from gateways.vnpay import Vnpay
from ledger.postgres.transaction import Tx
from reconciliation.proofs.contract import Holds, Means, Violated
from reconciliation.proofs.no_ghost import no_ghost
from tests.gateways.vnpay_samples import OTHER_SECRET
from tests.reconciliation.proofs.book import gateway_of, named, tamper

SUM = "vnpay transaction 15000001, order PAID-1, 350000 dong: "


def test_it_holds_of_a_clean_book(book_tx: Tx, means: Means):
    assert no_ghost(book_tx, means) == Holds("11 sums read again from what was kept")


def test_an_entry_nobody_asked_for_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.entry")
    planting_tx.exec_driver_sql(
        "INSERT INTO ledger.entry (business_date, movement, idempotency_key, source, digest)"
        " VALUES ('2026-03-12', 'captured', 'captured:vnpay:666', 'evidence:1', sha256('')),"
        " ('2026-03-12', 'settled', 'settled:666', 'file:1:VP11', sha256('')),"
        " ('2026-03-12', 'given_away', 'given_away:1', 'somebody', sha256(''))"
    )
    found = named(no_ghost(planting_tx, means)).splitlines()
    assert [row.split(" of ")[0] for row in found] == [
        "entry captured:vnpay:666",
        "entry given_away:1",
        "entry settled:666",
    ]


def test_a_sum_whose_entry_cites_another_word_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.entry")
    planting_tx.exec_driver_sql(
        "UPDATE ledger.entry SET source = 'evidence:999'"
        " WHERE idempotency_key = 'captured:vnpay:15000001'"
    )
    assert named(no_ghost(planting_tx, means)) == (
        "entry captured:vnpay:15000001 of 2026-03-11 (evidence:999):"
        " nothing a partner said stands behind it"
    )


def test_words_that_were_changed_are_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "payments.evidence")
    planting_tx.exec_driver_sql(
        "UPDATE payments.evidence SET query = overlay(query PLACING '\\x39' FROM 13 FOR 1)"
        " WHERE reference = 'PAID-1'"
    )
    assert named(no_ghost(planting_tx, means)) == f"{SUM}the signature does not fit"


def test_with_another_key_no_word_is_believed(book_tx: Tx, means: Means, gateway: Vnpay):
    other = gateway_of(gateway.transport, secret=OTHER_SECRET)
    outcome = no_ghost(book_tx, replace(means, gateways={"vnpay": other}))
    assert isinstance(outcome, Violated)
    # The eleventh word is a line of a report, which bears no signature but its file.
    assert outcome.total == 10


def test_without_its_gateway_no_word_can_be_read(book_tx: Tx, means: Means):
    outcome = no_ghost(book_tx, replace(means, gateways={}))
    assert isinstance(outcome, Violated)
    assert outcome.total == 11
    assert outcome.rows[0].endswith("no gateway vnpay is set up")


def test_a_sum_without_its_words_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "payments.evidence")
    planting_tx.exec_driver_sql("DELETE FROM payments.evidence WHERE reference = 'PAID-1'")
    assert f"{SUM}no word is kept" in named(no_ghost(planting_tx, means))


def test_a_sum_booked_on_a_word_that_says_no_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "payments.capture", "ledger.entry")
    planting_tx.exec_driver_sql(
        "UPDATE payments.capture SET evidence_id ="
        " (SELECT evidence_id FROM payments.evidence WHERE reference = 'NO-1')"
        " WHERE reference = 'PAID-1'"
    )
    planting_tx.exec_driver_sql(
        "UPDATE ledger.entry SET source = 'evidence:' || capture.evidence_id FROM payments.capture"
        " WHERE capture.entry_key = entry.idempotency_key AND capture.reference = 'PAID-1'"
    )
    assert named(no_ghost(planting_tx, means)) == f"{SUM}its word says cancelled"


def test_a_sum_of_another_amount_than_its_word_says_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "payments.capture")
    planting_tx.exec_driver_sql(
        "UPDATE payments.capture SET amount_vnd = amount_vnd + 1 WHERE reference = 'PAID-1'"
    )
    assert named(no_ghost(planting_tx, means)) == (
        "vnpay transaction 15000001, order PAID-1, 350001 dong:"
        " its word says order PAID-1, transaction 15000001, 350000 dong"
    )


def test_an_answer_that_was_changed_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "payments.evidence")
    planting_tx.exec_driver_sql(
        "UPDATE payments.evidence SET body = convert_to(replace(convert_from(body, 'UTF8'),"
        " '35000000', '35000100'), 'UTF8') WHERE reference = 'ASKED-1'"
    )
    found = named(no_ghost(planting_tx, means))
    assert "order ASKED-1" in found
    assert "no fitting signature" in found


def test_a_report_that_was_changed_speaks_for_nobody(planting_tx: Tx, means: Means):
    tamper(planting_tx, "reconciliation.file")
    planting_tx.exec_driver_sql(
        "UPDATE reconciliation.file SET bytes = convert_to(replace(convert_from(bytes, 'UTF8'),"
        " 'TOTAL,', 'TOTAL,1'), 'UTF8') WHERE name = 'report-11.csv'"
    )
    found = named(no_ghost(planting_tx, means))
    assert "order SILENT-1, 350000 dong: its report is not believed" in found
