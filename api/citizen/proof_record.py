"""The proof of a payment as it stands, and the documents made of it: paper and XML."""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from api.citizen.ended_words import ended_words, went_back
from api.citizen.fine import gateway_names
from api.citizen.proof_paper import (
    Proof,
    ShownRefund,
    Since,
    paid_at_first,
    paper,
    read_proof,
)
from api.house import House
from api.language import Language, Speech
from api.later_words import since_paid
from api.proof_xml import proof_xml
from api.xml_signature import sign_xml
from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.later import Later
from payments.postgres import acknowledgement_rows, later_rows, state_receipt_rows
from payments.proven import Proven
from payments.state_receipt import AttachedReceipt


@dataclass(frozen=True, slots=True)
class ProofRecord:
    """What the database has of a payment's proof."""

    proven: Proven
    later: tuple[Later, ...]
    receipts: tuple[AttachedReceipt, ...] = ()

    @property
    def number(self) -> str:
        """Return the number of the newest proof."""
        return self.proven.signed.number

    @property
    def paid(self) -> Money:
        """Return what was paid at first."""
        return paid_at_first(json.loads(self.proven.signed.payload))

    @property
    def is_open(self) -> bool:
        """Say whether more is left to pay on what was paid."""
        return any(each.is_open for each in self.later)

    def read(self, house: House, speech: Speech) -> Proof:
        """Return what was signed last, in this language."""
        return read_proof(self.proven.signed, speech, gateway_names(house, speech))

    def since(self, speech: Speech) -> Since:
        """Return what became of it since, in this language."""
        ended = ended_words(self.proven.ended, speech, paid=self.paid)
        later = [since_paid(each, speech) for each in self.later]
        back = went_back(self.proven.ended, paid=self.paid)
        return Since(
            (*ended, *later),
            is_revoked=self.proven.is_revoked,
            refunds=tuple(
                ShownRefund(each.refund_number, amount, each.at)
                for each, amount in zip(self.proven.ended, back, strict=True)
            ),
        )


def proof_record(tx: Tx, payment_id: int) -> ProofRecord | None:
    """Return the proof of a payment as it stands, None while it has none."""
    proven = acknowledgement_rows.proven_of(tx, payment_id)
    if proven is None:
        return None
    return ProofRecord(
        proven,
        later_rows.later_of(tx, payment_id),
        state_receipt_rows.of_payment(tx, payment_id),
    )


def paper_of(house: House, record: ProofRecord, speech: Speech) -> bytes:
    """Return the paper, signed where papers are."""
    proof = record.read(house, speech)
    drawn = paper(
        proof,
        speech,
        site=urlsplit(house.settings.citizen_url).netloc,
        sandbox=house.settings.sandbox,
        since=record.since(speech),
    )
    if house.paper_signer is None:
        return drawn
    return house.paper_signer.sign_pdf(drawn, reason=proof.title)


def xml_of(house: House, record: ProofRecord) -> bytes:
    """Return the XML, signed where papers are; it speaks both languages."""
    since = {language: record.since(speech) for language, speech in house.pages.speeches.items()}
    document = proof_xml(
        record.proven.signed,
        since={"vi": since[Language.VI].sentences, "en": since[Language.EN].sentences},
        is_revoked=record.proven.is_revoked,
        receipts=record.receipts,
    )
    return document if house.paper_signer is None else sign_xml(document, house.paper_signer)
