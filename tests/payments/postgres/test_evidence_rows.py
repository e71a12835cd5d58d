"""The raw words of partners."""

from dataclasses import replace

from sqlalchemy import text

from gateways.contract import Verdict
from ledger.postgres.transaction import OpenTx, Tx
from payments.evidence import EvidenceKind
from payments.postgres.evidence_rows import Judged, digest_of, keep_evidence
from tests.payments.scene import NOW, heard, notice

WORD = heard(notice("R1"))


def judged(*words: object) -> list[Judged]:
    return [Judged(word, Verdict.RECORDED, None) for word in words if isinstance(word, type(WORD))]


def test_evidence_keeps_every_byte(tx: Tx):
    raw = replace(WORD.raw, query=b"\x00\xff=%", body=b"\x00\x01", headers=(("a", "ä"), ("a", "2")))
    word = replace(WORD, raw=raw)
    keep_evidence(tx, judged(word))
    row = tx.execute(text("SELECT * FROM payments.evidence")).one()
    assert (bytes(row.query), bytes(row.body)) == (raw.query, raw.body)
    assert row.headers == [["a", "ä"], ["a", "2"]]
    assert (row.method, row.path, row.peer) == (raw.method, raw.path, raw.peer)
    assert (row.gateway, row.kind, row.reference) == ("paper", "callback", "R1")
    assert (row.received_at, row.verdict, row.attempt_id) == (NOW, "recorded", None)


def test_the_same_word_is_kept_once_and_found_again(tx: Tx):
    first = keep_evidence(tx, judged(WORD, WORD))
    again = keep_evidence(tx, judged(WORD, heard(notice("R2"))))
    assert set(first) == {digest_of(WORD)}
    assert again[digest_of(WORD)] == first[digest_of(WORD)]
    assert tx.execute(text("SELECT count(*) FROM payments.evidence")).scalar_one() == 2
    assert keep_evidence(tx, []) == {}


def test_a_word_is_known_by_reference_and_bytes_not_by_how_it_travelled():
    moved = replace(
        WORD, raw=replace(WORD.raw, method="POST", path="/x", headers=(), peer="198.51.100.1")
    )
    assert digest_of(moved) == digest_of(WORD)
    assert digest_of(replace(WORD, notice=notice("R2"))) != digest_of(WORD)
    assert digest_of(replace(WORD, raw=replace(WORD.raw, body=b"more"))) != digest_of(WORD)


def test_report_lines_of_equal_bytes_stay_apart_by_their_place():
    line = replace(WORD, kind=EvidenceKind.REPORT_LINE)
    other = replace(line, raw=replace(line.raw, path="file:2"))
    assert digest_of(other) != digest_of(line)


def test_a_word_kept_by_a_neighbour_is_found_by_the_next_transaction(open_tx: OpenTx):
    with open_tx() as tx:
        first = keep_evidence(tx, judged(WORD))
    with open_tx() as tx:
        assert keep_evidence(tx, judged(WORD)) == first
