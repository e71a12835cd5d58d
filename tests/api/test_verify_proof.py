"""A proof somebody holds, checked without asking anybody."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.citizen.proof_paper import paper, read_proof
from api.demo_certificate import ROOT, make_certificate
from api.language import Language, read_speeches
from api.proof_xml import proof_xml
from api.verify_proof import Finding, Sort, read_keys, read_list, verify_proof
from api.xml_signature import sign_xml
from ledger.money import Money
from payments.acknowledgement import Ed25519Signer, qr_token
from payments.proven import AcknowledgementTurn
from payments.revocations import Revocation, Revocations, sign_revocations
from tests.api.conftest import NOON
from tests.api.paper_files import paper_signer, root
from tests.api.test_proof_xml import NOTHING, SIGNED
from tests.payments.test_acknowledgement import PROOF, PUBLIC_KEYS, SIGNER

SPEECH = read_speeches()[Language.VI]
NOW = datetime(2026, 4, 1, 2, tzinfo=UTC)
DRAWN = paper(read_proof(SIGNED, SPEECH, {}), SPEECH, site="pay.example.vn", sandbox=False)
XML = proof_xml(SIGNED, since=NOTHING, is_revoked=False)
CODE = qr_token(PROOF, signer=SIGNER).encode()


def answer(payload: bytes, signature: bytes) -> bytes:
    parts = {"signed": payload, "signature": signature}
    encoded = {name: base64.b64encode(part).decode() for name, part in parts.items()}
    return json.dumps(encoded).encode()


JSON = answer(SIGNED.payload, SIGNED.signature)
HELD = {
    Sort.PAPER: paper_signer().sign_pdf(DRAWN, reason="Acknowledgement"),
    Sort.XML: sign_xml(XML, paper_signer()),
    Sort.JSON: JSON,
    Sort.CODE: CODE,
}
CERTIFIED = (Sort.PAPER, Sort.XML)
STRANGER = Ed25519Signer(b"q" * 32)


def listed(turn: AcknowledgementTurn, replaced_by: str | None) -> Revocations:
    one = Revocation("NPZZZZZZZZVN", turn, NOW, replaced_by)
    signed = sign_revocations([one], signer=SIGNER, now=NOW)
    return read_list(answer(signed.payload, signed.signature), PUBLIC_KEYS)


@pytest.mark.parametrize("sort", Sort)
def test_every_sort_of_proof_is_genuine(sort: Sort) -> None:
    report = verify_proof(HELD[sort], public_keys=PUBLIC_KEYS, roots=root())
    assert (report.finding, report.sort) == (Finding.VALID, sort)
    claimed = report.claimed
    assert claimed is not None
    assert (claimed.number, claimed.amount) == ("NPZZZZZZZZVN", Money(3_013_500))
    assert claimed.paid_at == datetime(2026, 3, 30, 3, 15, 2, tzinfo=UTC)
    assert (report.signature is not None) == (sort in CERTIFIED)


@pytest.mark.parametrize("sort", Sort)
def test_a_refund_is_seen_with_a_list_and_only_with_one(sort: Sort) -> None:
    held = HELD[sort]
    assert verify_proof(held, public_keys=PUBLIC_KEYS).is_valid
    revoked = listed(AcknowledgementTurn.REVOKED, None)
    report = verify_proof(held, public_keys=PUBLIC_KEYS, revocations=revoked)
    assert (report.finding, report.ended_at) == (Finding.REVOKED, NOW)
    replaced = listed(AcknowledgementTurn.REPLACED, "NPZZZZZZZZVN-2")
    report = verify_proof(held, public_keys=PUBLIC_KEYS, revocations=replaced)
    assert (report.finding, report.replaced_by) == (Finding.REPLACED, "NPZZZZZZZZVN-2")


@pytest.mark.parametrize("sort", Sort)
def test_a_strangers_keys_prove_nothing(sort: Sort) -> None:
    keys = {STRANGER.key_id: STRANGER.public_key}
    assert verify_proof(HELD[sort], public_keys=keys).finding is Finding.UNKNOWN_KEY
    posing = {SIGNER.key_id: STRANGER.public_key}
    assert verify_proof(HELD[sort], public_keys=posing).finding is Finding.ALTERED


@pytest.mark.parametrize("sort", Sort)
def test_no_byte_changed_leaves_a_signed_proof_valid(sort: Sort) -> None:
    held = HELD[sort]
    # Certificates and filling around a signature are not under it, and prove nothing either way.
    ends = {Sort.PAPER: b"/Contents <", Sort.XML: b"<ds:Signature"}
    last = held.index(ends[sort]) if sort in ends else len(held)
    for at in range(60, last, max(1, last // 40)):
        changed = bytearray(held)
        changed[at] ^= 1
        report = verify_proof(bytes(changed), public_keys=PUBLIC_KEYS, roots=root())
        assert not report.is_valid, (sort, at)


@pytest.mark.parametrize("sort", CERTIFIED)
def test_a_certificate_from_elsewhere_or_none_is_not_trusted(sort: Sort, tmp_path: Path) -> None:
    make_certificate(tmp_path, now=NOON)
    report = verify_proof(HELD[sort], public_keys=PUBLIC_KEYS, roots=tmp_path / ROOT)
    assert report.finding is Finding.UNTRUSTED
    plain = {Sort.PAPER: DRAWN, Sort.XML: XML}[sort]
    assert verify_proof(plain, public_keys=PUBLIC_KEYS, roots=root()).finding is Finding.UNTRUSTED
    assert verify_proof(plain, public_keys=PUBLIC_KEYS).is_valid


def test_json_says_in_the_clear_what_was_signed() -> None:
    signed = json.loads(SIGNED.payload)
    for content in (signed, signed | {"amount_vnd": 9_013_500}, signed | {"number": "NPYZ"}):
        raw = json.dumps(json.loads(JSON) | {"content": content}).encode()
        report = verify_proof(raw, public_keys=PUBLIC_KEYS)
        assert report.finding is (Finding.VALID if content is signed else Finding.ALTERED)
    raw = json.dumps(json.loads(JSON) | {"number": "NPYZ", "content": signed}).encode()
    assert verify_proof(raw, public_keys=PUBLIC_KEYS).finding is Finding.ALTERED
    shown = json.dumps(signed)
    twice = f'{{"content": {shown.replace("3013500", "9")}, "content": {shown}, {JSON.decode()[1:]}'
    assert not verify_proof(twice.encode(), public_keys=PUBLIC_KEYS).is_valid


def test_an_altered_xml_is_not_said_to_lack_a_root() -> None:
    changed = HELD[Sort.XML].replace(b'vnd="3013500"', b'vnd="9013500"', 1)
    for roots, trusted in ((root(), False), (None, None)):
        report = verify_proof(changed, public_keys=PUBLIC_KEYS, roots=roots)
        assert report.finding is Finding.ALTERED
        assert report.signature is not None
        assert (report.signature.is_whole, report.signature.is_trusted) == (False, trusted)


def test_an_unsigned_xml_says_no_other_number_or_amount_than_was_signed() -> None:
    for old, new in (('vnd="3013500"', 'vnd="9013500"'), (">NPZZ", ">NPYZ")):
        changed = XML.decode().replace(old, new, 1).encode()
        assert changed != XML
        assert verify_proof(changed, public_keys=PUBLIC_KEYS).finding is Finding.ALTERED


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"words",
        b"{}",
        b"[]",
        b"<a/>",
        b"%PDF-1.7",
        b"<acknowledgement",
        XML.replace(
            b'algorithm="Ed25519" signature="', 'algorithm="Ed25519" signature="é'.encode()
        ),
        b"\xff\xfe",
        b"{" * 9_999,
    ],
)
def test_what_is_no_proof_is_said_to_be_none(raw: bytes) -> None:
    assert verify_proof(raw, public_keys=PUBLIC_KEYS).finding is Finding.NO_PROOF


def test_another_signed_document_of_ours_is_no_proof() -> None:
    signed = sign_revocations([], signer=SIGNER, now=NOW)
    raw = answer(signed.payload, signed.signature)
    assert verify_proof(raw, public_keys=PUBLIC_KEYS).finding is Finding.NO_PROOF
    with pytest.raises(ValueError, match="not a list"):
        read_list(JSON, PUBLIC_KEYS)
    with pytest.raises(ValueError, match="no signed bytes"):
        read_list(b"{}", PUBLIC_KEYS)


def test_keys_are_read_as_they_are_published() -> None:
    told = {
        "key_id": SIGNER.key_id,
        "algorithm": "Ed25519",
        "public_key": base64.b64encode(SIGNER.public_key).decode(),
    }
    assert read_keys(json.dumps([told]).encode()) == PUBLIC_KEYS
    short = json.dumps([told | {"public_key": "AAAA"}])
    for wrong in ("[]", "{}", "[{}]", short, "x"):
        with pytest.raises(ValueError, match="keys"):
            read_keys(wrong.encode())


def test_bytes_made_to_break_a_reader_are_no_proof() -> None:
    deep = base64.b64encode(b"[" * 99_999).decode()
    xml, pdf = HELD[Sort.XML], HELD[Sort.PAPER]
    oid = bytes.fromhex("0609608648016503040201").hex().encode()
    assert b"DigestValue>" in xml
    assert oid in pdf
    for held, sort in (
        (json.dumps({"signed": deep, "signature": ""}).encode(), Sort.JSON),
        (xml.replace(b"DigestValue>", b'DigestValue x="1">', 1), Sort.XML),
        (pdf.replace(oid, oid[:8] + b"9" + oid[9:]), Sort.PAPER),
    ):
        report = verify_proof(held, public_keys=PUBLIC_KEYS, roots=root())
        assert (report.sort, report.is_valid) == (sort, False)


@settings(max_examples=40)
@given(
    sort=st.sampled_from(Sort),
    at=st.floats(0, 1, exclude_max=True),
    cut=st.integers(0, 40),
    put=st.binary(max_size=40) | st.sampled_from([b"<", b"(", b"[[", b"&x;", b"\0", b"/Kids"]),
)
def test_whatever_becomes_of_a_genuine_file_there_is_an_answer(
    sort: Sort, at: float, cut: int, put: bytes
) -> None:
    held = HELD[sort]
    place = int(at * len(held))
    changed = held[:place] + put + held[place + cut :]
    report = verify_proof(changed, public_keys=PUBLIC_KEYS, roots=root())
    assert report.finding in Finding
