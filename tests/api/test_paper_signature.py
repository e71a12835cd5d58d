"""Signatures on papers, checked by the library's own validator and by poppler's."""

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
import typst
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pypdf import PdfReader

from api.demo_certificate import CERTIFICATE, KEY, ROOT, make_certificate
from api.paper_signature import (
    PaperSignature,
    PaperSigner,
    paper_signer_of,
    signature_of,
    token_of,
)
from api.settings import Settings, SettingsWrong
from tests.api.conftest import NOON
from tests.api.paper_files import folder, paper_signer, root

NAME = "CN=Demo papers,O=Sandbox\\, no money moves"


def pdf(tmp_path: Path) -> bytes:
    source = tmp_path / "paper.typ"
    source.write_text('#set document(title: "x", keywords: ("NP1.a.b",))\n= Words')
    return typst.compile(source, format="pdf", pdf_standards=["a-2a", "ua-1"])


def test_a_signed_paper_is_whole_and_trusted_where_its_root_is(tmp_path: Path) -> None:
    plain = pdf(tmp_path)
    signed = paper_signer().sign_pdf(plain, reason="Acknowledgement")
    assert signed.startswith(plain)
    assert signature_of(signed, roots=root()) == PaperSignature(NAME, True, True)  # noqa: FBT003 - as the fields stand
    assert signature_of(signed, roots=None) == PaperSignature(NAME, True, None)  # noqa: FBT003 - as the fields stand
    make_certificate(tmp_path, now=NOON)
    judged = signature_of(signed, roots=tmp_path / ROOT)
    assert judged is not None
    assert (judged.is_whole, judged.is_trusted) == (True, False)


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_a_byte_changed_is_seen(tmp_path: Path, place: float) -> None:
    plain = pdf(tmp_path)
    signed = bytearray(paper_signer().sign_pdf(plain, reason="Acknowledgement"))
    stream = plain.index(b"stream\n") + 7
    signed[stream + int(20 * place)] ^= 1
    judged = signature_of(bytes(signed), roots=root())
    assert judged is not None
    assert not judged.is_whole


def test_a_paper_signed_twice_is_not_one_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = paper_signer().sign_pdf(pdf(tmp_path), reason="Acknowledgement")
    monkeypatch.setattr("api.paper_signature.FIELD", "Another")
    twice = paper_signer().sign_pdf(signed, reason="Acknowledgement")
    with pytest.raises(ValueError, match="one signature"):
        signature_of(twice, roots=root())


def test_an_unsigned_paper_has_no_signature_but_its_code(tmp_path: Path) -> None:
    plain = pdf(tmp_path)
    assert signature_of(plain, roots=root()) is None
    assert token_of(plain) == "NP1.a.b"
    for nothing in (b"", b"%PDF-1.7\n", b"words"):
        with pytest.raises(ValueError, match=r"."):
            token_of(nothing)
        with pytest.raises(ValueError, match=r"."):
            signature_of(nothing, roots=None)


def test_signing_changes_nothing_that_is_read(tmp_path: Path) -> None:
    plain = pdf(tmp_path)
    signed = paper_signer().sign_pdf(plain, reason="Acknowledgement")
    before, after = (PdfReader(BytesIO(raw)) for raw in (plain, signed))
    assert after.pages[0].extract_text() == before.pages[0].extract_text()
    assert after.root_object["/Lang"] == before.root_object["/Lang"]


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="pdfsig (poppler-utils) is not installed")
def test_poppler_finds_the_signature_valid_and_a_changed_byte_not(tmp_path: Path) -> None:
    plain = pdf(tmp_path)
    signed = bytearray(paper_signer().sign_pdf(plain, reason="Acknowledgement"))
    said = _pdfsig(tmp_path, signed)
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    signed[plain.index(b"stream\n") + 10] ^= 1
    assert "Digest Mismatch" in _pdfsig(tmp_path, signed)


def _pdfsig(tmp_path: Path, raw: bytes | bytearray) -> str:
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(raw)
    asked = ["pdfsig", "-nocert", str(paper)]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout


def test_a_key_that_is_not_the_certificates_is_refused() -> None:
    certificate = (folder() / CERTIFICATE).read_bytes()
    for key in (rsa.generate_private_key(65537, 2048), ed25519.Ed25519PrivateKey.generate()):
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with pytest.raises(ValueError, match="key"):
            PaperSigner(certificates=certificate, key=pem)
    assert "key" not in repr(paper_signer()).lower()


def _settings(certificate: Path | None, key: Path | None) -> Settings:
    return Settings.model_construct(paper_certificate=certificate, paper_key=key)


def test_settings_name_both_files_or_none(tmp_path: Path) -> None:
    certificate, key = folder() / CERTIFICATE, folder() / KEY
    assert paper_signer_of(_settings(None, None)) is None
    assert paper_signer_of(_settings(certificate, key)) is not None
    empty = tmp_path / "empty.pem"
    empty.touch()
    for wrong in (
        (certificate, None),
        (None, key),
        (certificate, tmp_path / "none.pem"),
        (certificate, empty),
        (empty, key),
        (key, certificate),
    ):
        with pytest.raises(SettingsWrong, match="CLEARING_PAPER_CERTIFICATE, CLEARING_PAPER_KEY"):
            paper_signer_of(_settings(*wrong))
