"""What became of a proof, in words."""

from datetime import UTC, datetime

from api.citizen.ended_words import ended_words
from api.language import Language, read_speeches
from ledger.money import Money
from payments.acknowledgement import SignedAcknowledgement
from payments.proven import AcknowledgementTurn, Ended

SPEECHES = read_speeches()
NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)
NEW = SignedAcknowledgement("NP1-2", b"{}", b"s" * 64, "k1")
ENDED = [
    Ended("NP1", AcknowledgementTurn.REPLACED, "RF1", Money(1_000), NOW, NEW),
    Ended("NP1-2", AcknowledgementTurn.REVOKED, "RF2", Money(0), NOW, None),
]


def test_both_languages_name_what_ended_it_and_what_counts() -> None:
    for language, kept, back in (
        (Language.VI, "1.000\u00a0đ", "2.000\u00a0đ"),
        (Language.EN, "VND\u00a01,000", "VND\u00a02,000"),
    ):
        replaced, revoked = ended_words(ENDED, SPEECHES[language], paid=Money(3_000))
        for word in ("NP1", "NP1-2", "RF1", kept, back, "12:00, 23/11/2026"):
            assert word in replaced
        assert "RF2" in revoked
        assert kept in revoked
        assert back not in revoked
