"""XAdES signatures around XML: the one place that knows the libraries for it."""

# Neither library says what its functions take and return:
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false

from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] (compiled, without types)
from signxml.algorithms import SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.xades.xades import XAdESSigner, XAdESVerifier

from api.paper_signature import PaperSignature, PaperSigner, name_of

REFERENCES: Final = 3
"""What a signature covers: the document, what is said of the signing, the certificate."""

_CERTIFICATE: Final = ".//{http://www.w3.org/2000/09/xmldsig#}X509Certificate"
_SIGNATURE: Final = "{http://www.w3.org/2000/09/xmldsig#}Signature"


def sign_xml(document: bytes, signer: PaperSigner) -> bytes:
    """Return a document of our own with an enveloped XAdES signature as its last element."""
    is_curve = isinstance(signer.private_key, ec.EllipticCurvePrivateKey)
    # Canonical XML 1.1, the default: with the exclusive form the references prove nothing.
    how = XAdESSigner(
        signature_algorithm=SignatureMethod.ECDSA_SHA256 if is_curve else SignatureMethod.RSA_SHA256
    )
    signed = how.sign(_read(document), key=signer.private_key, cert=list(signer.certificates))
    return etree.tostring(signed, xml_declaration=True, encoding="UTF-8")


def open_xml(document: bytes, *, roots: Path | None) -> tuple[bytes, PaperSignature | None]:
    """Return what a document says, read as it was signed, and what its signature is worth.

    The signature is None where there is none; where one does not hold, what is returned was said by
    nobody. `roots` is a PEM file of certificates that are trusted.

    Raises:
        ValueError: the bytes are no XML, or more than one signature stands in it.
    """
    read = _read(document)
    found = list(read.iter(_SIGNATURE))
    if not found:
        return etree.tostring(read), None
    if len(found) > 1 or found[0].getparent() is not read:
        raise ValueError("one signature stands in our documents, at their end")
    try:
        text = "".join(read.find(_CERTIFICATE).text.split())
        own = x509.load_pem_x509_certificate(
            f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n".encode()
        )
    except (AttributeError, ValueError) as error:
        raise ValueError("the signature brings no certificate") from error
    try:
        results = XAdESVerifier().verify(document, x509_cert=own)
    except (SignXMLException, ValueError):
        trusted = None if roots is None else False
        return etree.tostring(read), PaperSignature(
            name_of(own), is_whole=False, is_trusted=trusted
        )
    parts = [each.signed_xml for each in results if each.signed_xml is not None]
    said = next(each for each in parts if each.tag == read.tag)
    trusted = None if roots is None else _is_trusted(document, roots)
    return etree.tostring(said), PaperSignature(name_of(own), is_whole=True, is_trusted=trusted)


def _is_trusted(document: bytes, roots: Path) -> bool:
    try:
        XAdESVerifier().verify(document, ca_pem_file=str(roots))
    except SignXMLException:
        return False
    return True


def _read(document: bytes) -> Any:  # noqa: ANN401 - elements of a library without types
    """Return the root of a document that brings no definitions of its own.

    Raises:
        ValueError: it does, or is no XML.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"no XML: {error.msg}") from error
    if root.getroottree().docinfo.doctype:
        raise ValueError("brings definitions of its own")
    return root
