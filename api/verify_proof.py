"""Check a proof of payment that somebody holds: a file or a code, without asking anybody.

It takes no part of the running service: public keys, the root of certificates and the list of
revocations are files.
"""

import base64
import enum
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

from api.paper_signature import PaperSignature, signature_of, token_of
from api.proof_xml import NAMESPACE, ROOT
from api.xml_signature import open_xml
from ledger.money import Money
from payments.acknowledgement import TYPE, PublicKeys, TokenFault, judge_token, verify
from payments.proven import AcknowledgementTurn
from payments.revocations import Revocations, read_revocations

PROOF_BYTES_MAX: Final = 2_000_000
LIST_BYTES_MAX: Final = 60_000_000

_KEY_BYTES: Final = 32


class Sort(enum.StrEnum):
    """What a proof is held as."""

    PAPER = "pdf"
    XML = "xml"
    JSON = "json"
    CODE = "code"


class Finding(enum.StrEnum):
    """What a proof is worth."""

    VALID = "valid"
    REPLACED = "replaced"
    REVOKED = "revoked"
    ALTERED = "altered"
    UNKNOWN_KEY = "unknown_key"
    UNTRUSTED = "untrusted"  # no certificate that comes from the root given signed it
    NO_PROOF = "no_proof"


_FAULTS: Final[Mapping[TokenFault, Finding]] = {
    TokenFault.NO_TOKEN: Finding.NO_PROOF,
    TokenFault.UNKNOWN_KEY: Finding.UNKNOWN_KEY,
    TokenFault.ALTERED: Finding.ALTERED,
}
_TURNED: Final[Mapping[AcknowledgementTurn, Finding]] = {
    AcknowledgementTurn.REPLACED: Finding.REPLACED,
    AcknowledgementTurn.REVOKED: Finding.REVOKED,
}


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a genuine signature of ours says."""

    number: str
    amount: Money
    paid_at: datetime
    key_id: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was found out; `claimed` is None where nothing of ours says anything.

    `signature` is that of the certificate, None where there is none. `listed_at` is how old the
    list of revocations is, None where none was given. `replaced_by` is '' where nothing replaced
    it.
    """

    finding: Finding
    sort: Sort
    claimed: Claimed | None = None
    signature: PaperSignature | None = None
    listed_at: datetime | None = None
    ended_at: datetime | None = None
    replaced_by: str = ""

    @property
    def is_valid(self) -> bool:
        """Say whether it counts, as far as could be told."""
        return self.finding is Finding.VALID


def verify_proof(
    raw: bytes,
    *,
    public_keys: PublicKeys,
    roots: Path | None = None,
    revocations: Revocations | None = None,
) -> Report:
    """Return what a proof is worth: the bytes of a PDF, XML or JSON file, or of a code's text.

    Raises:
        OSError: the file of `roots` cannot be read.
    """
    sort = _sort_of(raw)
    try:
        match sort:
            case Sort.PAPER:
                report = _of_paper(raw, public_keys, roots)
            case Sort.XML:
                report = _of_xml(raw, public_keys, roots)
            case Sort.JSON:
                report = _of_json(raw, public_keys)
            case Sort.CODE:
                report = _of_code(raw, public_keys)
    except OSError:
        raise
    except Exception:  # noqa: BLE001 (a door: at bytes made to break them libraries raise anything)
        return Report(Finding.NO_PROOF, sort)
    return _with_list(report, revocations)


def read_keys(raw: bytes) -> PublicKeys:
    """Return the public keys of a document such as `GET /v1/keys` answers.

    Raises:
        ValueError: it is no such document.
    """
    try:
        listed: list[dict[str, Any]] = json.loads(raw)
        keys = {str(one["key_id"]): base64.b64decode(str(one["public_key"])) for one in listed}
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError("is no list of keys as /v1/keys gives it") from error
    if not keys or any(len(key) != _KEY_BYTES for key in keys.values()):
        raise ValueError("holds no Ed25519 keys")
    return keys


def read_list(raw: bytes, public_keys: PublicKeys) -> Revocations:
    """Return the list of a document such as `GET /v1/revocations` answers.

    Raises:
        ValueError: it is no such document, or none of the keys signed it.
    """
    payload, signature = _signed_parts(raw)
    found = read_revocations(payload, signature=signature, public_keys=public_keys)
    if found is None:
        raise ValueError("is not a list signed with one of the keys")
    return found


class _NoProof(Exception):
    """The bytes are no proof of ours, genuine or not."""

    def __init__(self, sort: Sort) -> None:
        super().__init__(sort)
        self.sort = sort


def _sort_of(raw: bytes) -> Sort:
    head = raw.lstrip(b"\xef\xbb\xbf \r\n\t")[:5]
    if head.startswith(b"%PDF-"):
        return Sort.PAPER
    if head.startswith(b"<"):
        return Sort.XML
    return Sort.JSON if head.startswith((b"{", b"[")) else Sort.CODE


def _of_paper(raw: bytes, public_keys: PublicKeys, roots: Path | None) -> Report:
    try:
        signature, token = signature_of(raw, roots=roots), token_of(raw)
    except ValueError as error:
        raise _NoProof(Sort.PAPER) from error
    report = replace(_of_code(token.encode(), public_keys), sort=Sort.PAPER)
    return _under(report, signature, roots)


def _of_xml(raw: bytes, public_keys: PublicKeys, roots: Path | None) -> Report:
    try:
        said, signature = open_xml(raw, roots=roots)
        document = ET.fromstring(said)  # noqa: S314 - what was read without opening anything
    except (ValueError, ET.ParseError) as error:
        raise _NoProof(Sort.XML) from error
    signed = document.find(f"{{{NAMESPACE}}}signed")
    amount = document.find(f"{{{NAMESPACE}}}amount")
    if document.tag != ROOT or signed is None or amount is None:
        raise _NoProof(Sort.XML)
    report = _of_parts(
        {"signed": signed.text or "", "signature": signed.get("signature", "")},
        public_keys,
        sort=Sort.XML,
    )
    claimed = report.claimed
    shown = (document.findtext(f"{{{NAMESPACE}}}number"), amount.get("vnd"))
    if claimed is not None and shown != (claimed.number, str(claimed.amount.vnd)):
        # Without a certificate only these two lead from what is read to what was signed.
        return replace(report, finding=Finding.ALTERED, signature=signature)
    return _under(report, signature, roots)


def _of_json(raw: bytes, public_keys: PublicKeys) -> Report:
    try:
        payload, signature = _signed_parts(raw)
    except ValueError as error:
        raise _NoProof(Sort.JSON) from error
    report = _of_signed(payload, signature, public_keys, sort=Sort.JSON)
    if report.is_valid and not _says_what_was_signed(raw, payload):
        return replace(report, finding=Finding.ALTERED)
    return report


def _says_what_was_signed(raw: bytes, payload: bytes) -> bool:
    """Say whether what stands in the clear beside the signed bytes, if anything, is what they say.

    People and programs read that, and nothing else ties it to the signature.
    """
    document: dict[str, Any] = json.loads(raw)
    signed: dict[str, Any] = json.loads(payload)
    shown = [(document.get(name, signed[name]), signed[name]) for name in ("number", "key_id")]
    shown.append((document.get("content", signed), signed))
    # As text, for to Python 1, 1.0 and true are equal.
    return all(json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True) for a, b in shown)


def _of_code(raw: bytes, public_keys: PublicKeys) -> Report:
    text = "".join(raw.decode("utf-8", "replace").split())
    judged = judge_token(text, public_keys)
    if isinstance(judged, TokenFault):
        return Report(_FAULTS[judged], Sort.CODE)
    claimed = Claimed(judged.number, judged.amount, judged.paid_at, judged.key_id)
    return Report(Finding.VALID, Sort.CODE, claimed)


def _of_parts(parts: Mapping[str, str], public_keys: PublicKeys, *, sort: Sort) -> Report:
    try:
        payload = base64.b64decode(parts["signed"], validate=True)
        signature = base64.b64decode(parts["signature"], validate=True)
    except ValueError as error:
        raise _NoProof(sort) from error
    return _of_signed(payload, signature, public_keys, sort=sort)


def _of_signed(payload: bytes, signature: bytes, public_keys: PublicKeys, *, sort: Sort) -> Report:
    try:
        content: dict[str, Any] = json.loads(payload)
        key_id, sorted_as = str(content["key_id"]), content["type"]
    except (KeyError, TypeError, ValueError) as error:
        raise _NoProof(sort) from error
    if sorted_as != TYPE:
        raise _NoProof(sort)
    if key_id not in public_keys:
        return Report(Finding.UNKNOWN_KEY, sort)
    if not verify(payload, signature=signature, public_keys={key_id: public_keys[key_id]}):
        return Report(Finding.ALTERED, sort)
    claimed = Claimed(
        number=str(content["number"]),
        amount=Money(int(content["amount_vnd"])),
        paid_at=datetime.fromisoformat(str(content["paid_at"])),
        key_id=key_id,
    )
    return Report(Finding.VALID, sort, claimed)


def _under(report: Report, signature: PaperSignature | None, roots: Path | None) -> Report:
    """Return a report with what the certificate's signature over all of the document says.

    Who names a root wants a signature from it: one that was taken off is no better than a false
    one.
    """
    report = replace(report, signature=signature)
    if not report.is_valid:
        return report
    if signature is not None and not signature.is_whole:
        return replace(report, finding=Finding.ALTERED)
    is_trusted = signature is not None and signature.is_trusted
    return report if roots is None or is_trusted else replace(report, finding=Finding.UNTRUSTED)


def _with_list(report: Report, revocations: Revocations | None) -> Report:
    if revocations is None:
        return report
    report = replace(report, listed_at=revocations.listed_at)
    if report.claimed is None or not report.is_valid:
        return report
    turned = revocations.by_number.get(report.claimed.number)
    if turned is None:
        return report
    return replace(
        report,
        finding=_TURNED[turned.turn],
        ended_at=turned.at,
        replaced_by=turned.replaced_by or "",
    )


def _signed_parts(raw: bytes) -> tuple[bytes, bytes]:
    """Return the signed bytes and the signature of an answer of ours in JSON.

    Raises:
        ValueError: it has none.
    """
    try:
        document: dict[str, Any] = json.loads(raw, object_pairs_hook=_each_once)
        return (
            base64.b64decode(str(document["signed"]), validate=True),
            base64.b64decode(str(document["signature"]), validate=True),
        )
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError("has no signed bytes and signature") from error


def _each_once(pairs: Sequence[tuple[str, object]]) -> Mapping[str, object]:
    """Return the members of an object; one that stands twice reads otherwise to others.

    Raises:
        ValueError: one does.
    """
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("names a member twice")
    return members
