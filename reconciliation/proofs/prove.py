"""Ask every proof, each at one instant of the database and changing nothing."""

from ledger.postgres.transaction import OpenTx
from reconciliation.postgres import proof_rows
from reconciliation.proofs.contract import Means, Proof, Result
from reconciliation.proofs.registry import find_proofs


def prove(open_tx: OpenTx, means: Means) -> list[Result]:
    """Return what became of each proof, by number."""
    return [_result(open_tx, proof, means) for proof in find_proofs()]


def _result(open_tx: OpenTx, proof: Proof, means: Means) -> Result:
    with open_tx() as tx:
        proof_rows.look_only(tx)
        return Result(proof.id, proof.sentence, proof.check(tx, means))
