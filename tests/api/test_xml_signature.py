"""Signatures in XML: what was signed is all that is read."""

import shutil
import subprocess
from pathlib import Path

import pytest

from api.demo_certificate import ROOT, make_certificate
from api.paper_signature import PaperSignature
from api.xml_signature import open_xml, sign_xml
from tests.api.conftest import NOON
from tests.api.paper_files import paper_signer, root

PLAIN = '<a xmlns="urn:x"><b c="1">Nộp phạt</b></a>'.encode()
NAME = "CN=Demo papers,O=Sandbox\\, no money moves"


def test_what_was_signed_is_read_back(tmp_path: Path) -> None:
    signed = sign_xml(PLAIN, paper_signer())
    said, signature = open_xml(signed, roots=root())
    assert "Nộp phạt" in said.decode() or b"N&#7897;p" in said
    assert b"Signature" not in said
    assert signature == PaperSignature(NAME, is_whole=True, is_trusted=True)
    assert open_xml(signed, roots=None)[1] == PaperSignature(NAME, is_whole=True, is_trusted=None)
    make_certificate(tmp_path, now=NOON)
    _, judged = open_xml(signed, roots=tmp_path / ROOT)
    assert judged == PaperSignature(NAME, is_whole=True, is_trusted=False)


@pytest.mark.parametrize(("old", "new"), [(b'c="1"', b'c="2"'), (b"</b>", b"!</b>")])
def test_a_change_is_seen(old: bytes, new: bytes) -> None:
    signed = sign_xml(PLAIN, paper_signer())
    assert old in signed
    _, signature = open_xml(signed.replace(old, new), roots=root())
    assert signature == PaperSignature(NAME, is_whole=False, is_trusted=False)


def test_something_around_what_was_signed_is_no_document_of_ours() -> None:
    signed = sign_xml(PLAIN, paper_signer()).partition(b"?>")[2]
    with pytest.raises(ValueError, match="one signature"):
        open_xml(b'<a xmlns="urn:x"><b>9</b>' + signed + b"</a>", roots=root())


def test_an_unsigned_document_is_only_read() -> None:
    said, signature = open_xml(PLAIN, roots=root())
    assert (said.startswith(b"<a "), signature) == (True, None)


@pytest.mark.parametrize(
    "raw",
    [b"", b"words", b"<a>", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
)
def test_what_is_no_plain_xml_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        open_xml(raw, roots=None)


@pytest.mark.skipif(not shutil.which("xmlsec1"), reason="xmlsec1 is not installed")
def test_xmlsec_finds_the_signature_good(tmp_path: Path) -> None:
    file = tmp_path / "signed.xml"
    file.write_bytes(sign_xml(PLAIN, paper_signer()))
    asked = ["xmlsec1", "--verify", "--trusted-pem", str(root()), str(file)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
