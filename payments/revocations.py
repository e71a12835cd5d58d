"""The signed, dated list of proofs that count no more, for who checks proofs without a network."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from payments.acknowledgement import PublicKeys, Signer, verify
from payments.proven import AcknowledgementTurn
from payments.vietnam_time import vietnam_text

TYPE: Final = "clearing.revocations.v1"
REVOCATIONS_MAX: Final = 200_000


@dataclass(frozen=True, slots=True)
class Revocation:
    """That the proof of this number counts no more; `replaced_by` is the number that does."""

    number: str
    turn: AcknowledgementTurn
    at: datetime
    replaced_by: str | None


@dataclass(frozen=True, slots=True)
class SignedRevocations:
    """The exact bytes that were signed."""

    payload: bytes
    signature: bytes
    key_id: str


@dataclass(frozen=True, slots=True)
class Revocations:
    """A genuine list: what is not in it counted until `listed_at`."""

    listed_at: datetime
    by_number: dict[str, Revocation]


def sign_revocations(
    revocations: Sequence[Revocation], *, signer: Signer, now: datetime
) -> SignedRevocations:
    """Return the list as it is published: canonical JSON, signed.

    It names no amount: with number and amount anybody sees what a proof is for.
    """
    content = {
        "type": TYPE,
        "listed_at": vietnam_text(now),
        "key_id": signer.key_id,
        "revocations": [
            {
                "number": each.number,
                "turn": each.turn.value,
                "at": vietnam_text(each.at),
                "replaced_by": each.replaced_by,
            }
            for each in revocations
        ],
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    payload = text.encode("utf-8")
    return SignedRevocations(payload, signer.sign(payload), signer.key_id)


def read_revocations(
    payload: bytes, *, signature: bytes, public_keys: PublicKeys
) -> Revocations | None:
    """Return a list that one of the keys signed, None for anything else."""
    if not verify(payload, signature=signature, public_keys=public_keys):
        return None
    content: dict[str, Any] = json.loads(payload)
    if content.get("type") != TYPE:
        return None
    # Only what our own key signed comes this far, so the values are ours.
    return Revocations(
        listed_at=datetime.fromisoformat(content["listed_at"]),
        by_number={
            each["number"]: Revocation(
                number=each["number"],
                turn=AcknowledgementTurn(each["turn"]),
                at=datetime.fromisoformat(each["at"]),
                replaced_by=each["replaced_by"],
            )
            for each in content["revocations"]
        },
    )
