"""The XML of a proof fits its schema and says what was signed."""

import base64
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue, reportMissingTypeStubs, reportUnknownVariableType] (compiled, without types)

from api.proof_xml import NAMESPACE, proof_xml
from api.xml_signature import sign_xml
from ledger.money import Money
from payments.acknowledgement import (
    NOTE_EN,
    NOTE_VI,
    TITLE_VI,
    sign_acknowledgement,
    sign_replacement,
    verify,
)
from payments.state_receipt import (
    AttachedReceipt,
    Receipt,
    ReceiptLine,
    ReceiptName,
    ReceiptSort,
)
from tests.api.paper_files import paper_signer
from tests.payments.test_acknowledgement import PROOF, PUBLIC_KEYS, SIGNER

NOW = datetime(2026, 4, 1, 2, tzinfo=UTC)
SIGNED = sign_acknowledgement(PROOF, signer=SIGNER)
SCHEMA = Path(__file__).parents[2] / "docs" / "acknowledgement-1.xsd"
NOTHING: dict[str, list[str]] = {"vi": [], "en": []}
RECEIPT = AttachedReceipt(
    receipt_id=1,
    authority="csgt",
    payment_id=1,
    obligation_id=1,
    receipt=Receipt(
        sort=ReceiptSort.E_RECEIPT,
        called=ReceiptName("0100109106", "EBL01", "26A", 42),
        name="Biên lai thu phí, lệ phí",
        organisation="Sở Tư pháp",
        address="Hà Nội",
        lines=(ReceiptLine("Lệ phí", Money(3_013_500)),),
        amount_words="Ba triệu",
        issued_on=date(2026, 4, 1),
        link="https://agency.example.vn/42",
    ),
    attached_at=NOW,
    cancelled_at=None,
    cancel_reason="",
)


def tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def is_schematic(document: bytes) -> bool:
    """Say whether a document fits the schema that is published."""
    schema = etree.XMLSchema(etree.parse(SCHEMA))  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] (without types)
    return bool(schema.validate(etree.fromstring(document)))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] (without types)


def test_it_says_what_was_signed_and_brings_it_along() -> None:
    root = ET.fromstring(proof_xml(SIGNED, since=NOTHING, is_revoked=False))  # noqa: S314 - our own
    assert next(root.iter(tag("title"))).text == TITLE_VI
    assert [one.text for one in root.iter(tag("note"))] == [NOTE_VI, NOTE_EN]
    amount = root.find(tag("amount"))
    assert amount is not None
    assert amount.get("vnd") == "3013500"
    signed = root.find(tag("signed"))
    assert signed is not None
    assert verify(
        base64.b64decode(signed.text or ""),
        signature=base64.b64decode(signed.get("signature", "")),
        public_keys=PUBLIC_KEYS,
    )


def test_what_became_of_it_is_in_it_and_all_of_it_fits_the_schema() -> None:
    replaced = sign_replacement(
        SIGNED, version=2, kept=Money(1_000), refund_number="RF1", signer=SIGNER, now=NOW
    )
    since = {"vi": ["Đã hoàn lại"], "en": ["Paid back"]}
    changed = proof_xml(replaced, since=since, is_revoked=True, receipts=[RECEIPT])
    root = ET.fromstring(changed)  # noqa: S314 - our own
    assert [one.text for one in root.iter(tag("since"))] == ["Đã hoàn lại", "Paid back"]
    assert [one.get("vnd") for one in root.iter(tag("refund"))] == ["3012500"]
    assert [one.get("number") for one in root.iter(tag("stateReceipt"))] == ["0000042"]
    for document in (proof_xml(SIGNED, since=NOTHING, is_revoked=False), changed):
        assert is_schematic(document)
        assert is_schematic(sign_xml(document, paper_signer()))
    assert not is_schematic(changed.replace(b"<paidAt>", b"<x/><paidAt>"))
