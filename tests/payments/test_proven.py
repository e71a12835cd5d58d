"""Which proof of a payment counts."""

from datetime import UTC, datetime

from ledger.money import Money
from payments.acknowledgement import SignedAcknowledgement
from payments.proven import AcknowledgementTurn, Ended, proven

NOW = datetime(2026, 3, 11, 2, tzinfo=UTC)


def proof(number: str) -> SignedAcknowledgement:
    return SignedAcknowledgement(number, b"{}", b"s" * 64, "k1")


REPLACED = Ended("NP1", AcknowledgementTurn.REPLACED, "RF1", Money(1), NOW, proof("NP1-2"))
REVOKED = Ended("NP1-2", AcknowledgementTurn.REVOKED, "RF2", Money(0), NOW, None)


def test_the_newest_proof_is_the_one_shown_and_says_whether_it_counts():
    cases = [
        ((), "NP1", False),
        ((REPLACED,), "NP1-2", False),
        ((REPLACED, REVOKED), "NP1-2", True),
    ]
    for ended, number, is_revoked in cases:
        stands = proven(proof("NP1"), ended)
        assert (stands.signed.number, stands.is_revoked) == (number, is_revoked)
