"""The proof of a payment as XML: all that the page and the paper say, for programs.

The schema stands in docs/acknowledgement-1.xsd.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.etree import ElementTree as ET

from payments.acknowledgement import SignedAcknowledgement
from payments.state_receipt import AttachedReceipt

NAMESPACE: Final = "urn:clearing:acknowledgement:1"
ROOT: Final = f"{{{NAMESPACE}}}acknowledgement"

_STEP_NAMES: Final = {
    "amount_vnd": "vnd",
    "base_vnd": "baseVnd",
    "count": "count",
    "unit": "unit",
    "rate": "rate",
    "first": "first",
    "last": "last",
    "power": "power",
    "status": "status",
    "is_no_part": "isNoPart",
}
_LINE_NAMES: Final = {
    "amount_vnd": "vnd",
    "kind": "kind",
    "part": "part",
    "obligation_number": "obligation",
    "status": "status",
    "base_vnd": "baseVnd",
    "days": "days",
    "rate": "rate",
    "leaves_open": "leavesOpen",
}


def proof_xml(
    signed: SignedAcknowledgement,
    *,
    since: Mapping[str, Sequence[str]],
    is_revoked: bool,
    receipts: Sequence[AttachedReceipt] = (),
) -> bytes:
    """Return what was signed as XML, without a signature of its own.

    `since` are sentences, by language, on what became of it; `receipts` those of agencies.
    """
    content: dict[str, Any] = json.loads(signed.payload)
    root = ET.Element("acknowledgement", {"xmlns": NAMESPACE, "keyId": signed.key_id})
    _texts(root, "title", content)
    _texts(root, "note", content)
    _add(root, "number", signed.number)
    if "replaces" in content:
        _add(root, "replaces", content["replaces"])
        _add(root, "issuedAt", content["issued_at"])
    _add(root, "status", "revoked" if is_revoked else "valid")
    for language, sentences in since.items():
        for sentence in sentences:
            _add(root, "since", sentence, {"lang": language})
    amount = _add(root, "amount", attributes={"vnd": content["amount_vnd"]})
    for language in ("vi", "en"):
        _add(amount, "words", content[f"amount_words_{language}"], {"lang": language})
    _add(root, "paid", attributes={"vnd": content.get("paid_vnd", content["amount_vnd"])})
    for each in content.get("refunds", ()):
        told = {"number": each["number"], "vnd": each["amount_vnd"], "at": each["refunded_at"]}
        _add(root, "refund", attributes=told)
    _add(root, "paidAt", content["paid_at"])
    _add(root, "pricedOn", content["priced_on"])
    told = {"code": content["gateway"], "transaction": content["gateway_transaction"]}
    _add(root, "gateway", attributes=told)
    account = _add(root, "beneficiary")
    _add(account, "name", content["beneficiary"]["name"])
    _add(account, "accountNumber", content["beneficiary"]["account_number"])
    _add(account, "bankName", content["beneficiary"]["bank_name"])
    lines = _add(root, "lines")
    for line in content["lines"]:
        _line(lines, line)
    for receipt in receipts:
        _receipt(root, receipt)
    _add(root, "qr", content["qr"])
    signature = base64.b64encode(signed.signature).decode()
    payload = base64.b64encode(signed.payload).decode()
    _add(root, "signed", payload, {"algorithm": "Ed25519", "signature": signature})
    return ET.tostring(root, encoding="UTF-8", xml_declaration=True)


def _line(lines: ET.Element, line: Mapping[str, Any]) -> None:
    one = _add(lines, "line", attributes=_named(line, _LINE_NAMES))
    _add(one, "label", line["label"])
    for step in line.get("steps", ()):
        part = _add(one, "step", attributes=_named(step, _STEP_NAMES))
        _add(part, "label", step["label"])
        if step.get("law"):
            _add(part, "law", step["law"])
    for name in ("rounding", "rule", "law"):
        if line.get(name):
            _add(one, name, line[name])


def _receipt(root: ET.Element, attached: AttachedReceipt) -> None:
    receipt, called = attached.receipt, attached.receipt.called
    one = _add(
        root,
        "stateReceipt",
        attributes={
            "sort": receipt.sort.value,
            "taxId": called.tax_id,
            "template": called.template,
            "series": called.series,
            "number": f"{called.number:07}",
            "vnd": receipt.amount.vnd,
            "issuedOn": receipt.issued_on.isoformat(),
            "status": "valid" if attached.cancelled_at is None else "cancelled",
        },
    )
    _add(one, "name", receipt.name)
    _add(one, "organisation", receipt.organisation)
    if receipt.link:
        _add(one, "link", receipt.link)


def _named(said: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, object]:
    """Return what is there and says something, under the names of the schema."""
    return {new: said[old] for old, new in names.items() if said.get(old)}


def _texts(root: ET.Element, name: str, content: Mapping[str, Any]) -> None:
    for language in ("vi", "en"):
        _add(root, name, content[f"{name}_{language}"], {"lang": language})


def _add(
    parent: ET.Element, name: str, text: str = "", attributes: Mapping[str, object] | None = None
) -> ET.Element:
    said = {key: _written(value) for key, value in (attributes or {}).items()}
    one = ET.SubElement(parent, name, said)
    one.text = text or None
    return one


def _written(value: object) -> str:
    return "true" if value is True else str(value)
