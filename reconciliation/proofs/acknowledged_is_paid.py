"""I14: who paid has one proof, and who has a proof paid; its signature holds for anybody."""

import json
from collections.abc import Mapping
from typing import Any, Final

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.acknowledgement import SignedAcknowledgement, read_token, verify
from payments.vietnam_time import vietnam_text
from reconciliation.postgres import proof_ended_rows, proof_word_rows
from reconciliation.postgres.proof_ended_rows import Successor
from reconciliation.postgres.proof_word_rows import Fulfilled, Paid
from reconciliation.proofs.contract import Means, Outcome, Proof
from reconciliation.proofs.findings import Findings, counted


def acknowledged_is_paid(tx: Tx, means: Means) -> Outcome:
    """Say that payments and their signed proofs are one to one and say the same."""
    findings = Findings()
    twice = proof_word_rows.numbers_twice(tx)
    findings.add_some(twice.names, total=twice.total)
    read = 0
    for each in proof_word_rows.paid(tx):
        read += 1
        wrong = _wrong(each, means.public_keys)
        if wrong:
            findings.add(f"payment {each.number}: {wrong}")
    astray = proof_ended_rows.ended_astray(tx)
    findings.add_some(astray.names, total=astray.total)
    for each in proof_ended_rows.successors(tx):
        read += 1
        wrong = _replaced_wrongly(each, means.public_keys)
        if wrong:
            findings.add(f"proof {each.signed.number}: {wrong}")
    return findings.outcome(
        looked_at=counted(read, one="proof of payment verified", many="proofs of payment verified")
    )


def _wrong(paid: Paid, public_keys: Mapping[str, bytes]) -> str:
    """Return what is wrong with a payment and its proof, '' when all is right."""
    if paid.signed is None:
        return "paid, without a proof"
    if paid.fulfilled is None:
        return f"has proof {paid.signed.number}, but was never paid"
    if paid.signed.number != paid.number:
        return f"its proof bears number {paid.signed.number}"
    return _unsigned(paid.signed, public_keys) or _misstated(
        paid.fulfilled, paid.signed, public_keys
    )


def _replaced_wrongly(successor: Successor, public_keys: Mapping[str, bytes]) -> str:
    """Return what is wrong with a proof in the place of another, '' when all is right."""
    unsigned = _unsigned(successor.signed, public_keys)
    if unsigned:
        return unsigned
    expected = {"amount_vnd": successor.kept.vnd, "replaces": successor.replaces}
    return _differing(successor.signed, expected, successor.kept, public_keys)


def _unsigned(signed: SignedAcknowledgement, public_keys: Mapping[str, bytes]) -> str:
    """Return why a proof is not signed with a key of ours, '' when it is."""
    key = public_keys.get(signed.key_id)
    if key is None:
        return f"its proof is signed with key {signed.key_id}, which nobody knows"
    if not verify(signed.payload, signature=signed.signature, public_keys={signed.key_id: key}):
        return "the signature of its proof does not hold"
    return ""


def _misstated(
    fulfilled: Fulfilled, signed: SignedAcknowledgement, public_keys: Mapping[str, bytes]
) -> str:
    """Return what a genuine proof says otherwise than the book, '' when nothing."""
    expected = {
        "amount_vnd": fulfilled.amount.vnd,
        "gateway": fulfilled.gateway,
        "gateway_transaction": fulfilled.gateway_transaction,
        "paid_at": vietnam_text(fulfilled.paid_at),
    }
    return _differing(signed, expected, fulfilled.amount, public_keys)


def _differing(
    signed: SignedAcknowledgement,
    expected: Mapping[str, object],
    amount: Money,
    public_keys: Mapping[str, bytes],
) -> str:
    """Return where a proof does not say what is expected, or its code another number or amount."""
    content: dict[str, Any] = json.loads(signed.payload)
    always = {"number": signed.number, "key_id": signed.key_id}
    for name, value in (always | dict(expected)).items():
        if content.get(name) != value:
            return f"its proof says {name} {content.get(name)!r}, it is {value!r}"
    claim = read_token(str(content.get("qr", "")), public_keys)
    if claim is None or (claim.number, claim.amount) != (signed.number, amount):
        return "the code on its proof proves something else"
    return ""


PROOF: Final = Proof("I14", "proofs of payment are payments", acknowledged_is_paid)
