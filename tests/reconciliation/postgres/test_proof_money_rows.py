"""Questions about money, where there is none; what they find stands in tests of the proofs."""

from ledger.postgres.transaction import Tx
from reconciliation.postgres import proof_money_rows
from reconciliation.postgres.proof_rows import Found

NOTHING = Found((), 0)


def test_nothing_speaks_against_an_empty_book(recon_tx: Tx):
    assert proof_money_rows.not_booked(recon_tx) == NOTHING
    assert proof_money_rows.lost_at_far_side(recon_tx, {}) == NOTHING
    assert proof_money_rows.doubled(recon_tx) == NOTHING
    assert proof_money_rows.kept_beyond_due(recon_tx) == NOTHING
    assert proof_money_rows.not_durable(recon_tx, {}) == NOTHING
    assert proof_money_rows.unattached(recon_tx) == NOTHING


def test_an_empty_book_counts_nothing(recon_tx: Tx):
    assert proof_money_rows.taken_size(recon_tx) == (0, 0)
    assert proof_money_rows.believed_count(recon_tx) == 0
    assert not proof_money_rows.is_booked(recon_tx, "vnpay", transaction="15000001")


def test_what_the_far_side_says_of_an_empty_book_is_missing(recon_tx: Tx):
    lost = proof_money_rows.lost_at_far_side(recon_tx, {("A", "1"): 5_000, ("B", "2"): 6_000})
    assert lost.total == 2
    gone = proof_money_rows.not_durable(recon_tx, {"A": True, "B": False})
    assert gone.names == tuple(
        f"order {each} was acknowledged, but nobody here knows it" for each in ("A", "B")
    )
