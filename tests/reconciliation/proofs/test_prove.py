"""All proofs together, on a clean book."""

from ledger.postgres.transaction import OpenTx
from reconciliation.proofs.contract import Holds, Means
from reconciliation.proofs.line import line
from reconciliation.proofs.prove import prove


def test_every_proof_holds_of_a_clean_book(open_book_tx: OpenTx, means: Means):
    results = prove(open_book_tx, means)
    told = [line(result) for result in results if not isinstance(result.outcome, Holds)]
    assert not told, "\n".join(told)
    assert [result.id for result in results] == [
        *("I1", "I2", "I3", "I4", "I5", "I6", "I8"),
        *("I9", "I10", "I11", "I12", "I13", "I14", "I15", "I16", "I18"),
    ]
