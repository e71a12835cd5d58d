"""What a proof asks about proofs of payment that ended: each follows the one before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.acknowledgement import SignedAcknowledgement
from reconciliation.postgres.proof_rows import Found, find, stream

_ASTRAY: Final = """
SELECT 'payment ' || payment.number || ': what ended its proof ' || turn.ended_number
    || ' does not follow'
FROM (
    SELECT
        each.*,
        1 + row_number() OVER (PARTITION BY each.payment_id ORDER BY each.version) AS place,
        lag(each.number) OVER (PARTITION BY each.payment_id ORDER BY each.version) AS number_before,
        lag(each.kept_vnd) OVER (PARTITION BY each.payment_id ORDER BY each.version) AS kept_before
    FROM payments.acknowledgement_turn AS each
) AS turn
JOIN payments.payment ON payment.payment_id = turn.payment_id
LEFT JOIN payments.acknowledgement AS first ON first.payment_id = turn.payment_id
LEFT JOIN payments.capture
    ON capture.payment_id = turn.payment_id AND capture.movement = 'captured'
WHERE turn.version <> turn.place
    OR turn.ended_number IS DISTINCT FROM
        CASE turn.place WHEN 2 THEN first.number ELSE turn.number_before END
    OR (turn.kept_vnd < coalesce(turn.kept_before, capture.amount_vnd)) IS NOT TRUE
UNION ALL
SELECT 'payment ' || payment.number || ' is ' || payment.state || ', but its proof '
    || CASE payment.state WHEN 'refunded' THEN 'still counts' ELSE 'was revoked' END
FROM payments.payment
JOIN payments.acknowledgement AS first ON first.payment_id = payment.payment_id
LEFT JOIN payments.acknowledgement_turn AS turn
    ON turn.payment_id = payment.payment_id AND turn.turn = 'revoked'
WHERE CASE payment.state
    WHEN 'refunded' THEN turn.payment_id IS NULL
    WHEN 'paid' THEN turn.payment_id IS NOT NULL
    WHEN 'settled' THEN turn.payment_id IS NOT NULL
    ELSE false
END
"""

_SUCCESSORS: Final = """
SELECT ended_number, kept_vnd, number, payload, signature, key_id
FROM payments.acknowledgement_turn WHERE number IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Successor:
    """A proof in the place of another, and what it has to be for."""

    signed: SignedAcknowledgement
    replaces: str
    kept: Money


def ended_astray(tx: Tx) -> Found:
    """Return proofs that ended out of order, or that count where no money is kept."""
    return find(tx, _ASTRAY)


def successors(tx: Tx) -> Iterator[Successor]:
    """Give every proof that came in the place of another."""
    for row in stream(tx, _SUCCESSORS):
        yield Successor(
            SignedAcknowledgement(
                number=str(row.number),
                payload=bytes(row.payload),
                signature=bytes(row.signature),
                key_id=str(row.key_id),
            ),
            replaces=str(row.ended_number),
            kept=Money(int(row.kept_vnd)),
        )
