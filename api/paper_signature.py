"""The platform's certificate on papers: PAdES in a PDF. Nothing else knows the library."""

# The library says little of its own types, and nothing of those it takes from elsewhere:
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import logging
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from api.settings import PREFIX, Settings, SettingsWrong

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

FIELD: Final = "Acknowledgement"

# A certificate from nowhere, or a paper changed since, is an answer here, no trouble to write a
# traceback of.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class PaperSignature:
    """What is to be said of a signature on a paper, `signed_by` being the certificate's name.

    `is_whole` says that it covers all of the paper and nothing was altered. `is_trusted` says that
    its certificate comes from one of the roots, None where there were none to ask; never of an XML
    that does not hold.
    """

    signed_by: str
    is_whole: bool
    is_trusted: bool | None


class PaperSigner:
    """Signs papers with one certificate whose key is held in memory."""

    def __init__(self, *, certificates: bytes, key: bytes) -> None:
        """Take PEM texts: our certificate with those above it behind, and its private key.

        Raises:
            ValueError: one cannot be read, they do not fit, or the key is neither EC nor RSA.
        """
        self.certificates: Final = x509.load_pem_x509_certificates(certificates)
        private = load_pem_private_key(key, password=None)
        if not isinstance(private, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise ValueError("the key is neither an EC nor an RSA key")  # noqa: TRY004 - as said
        if private.public_key() != self.certificates[0].public_key():
            raise ValueError("the key is not that of the first certificate")
        self.private_key: Final[PrivateKey] = private
        chain = list(load_certs_from_pemder_data(certificates))
        self._signer = signers.SimpleSigner(
            signing_cert=chain[0],
            signing_key=load_private_key_from_pemder_data(key, passphrase=None),
            cert_registry=SimpleCertificateStore.from_certs(chain[1:]),
        )

    def sign_pdf(self, pdf: bytes, *, reason: str) -> bytes:
        """Return the paper with a PAdES B-B signature over all of it, invisible on the page.

        The signature states this machine's time, so two of one paper differ in it.
        """
        how = signers.PdfSignatureMetadata(
            field_name=FIELD,
            subfilter=fields.SigSeedSubFilter.PADES,
            md_algorithm="sha256",
            reason=reason,
        )
        signed = signers.PdfSigner(how, signer=self._signer).sign_pdf(
            IncrementalPdfFileWriter(BytesIO(pdf))
        )
        assert isinstance(signed, BytesIO), "a paper in memory is signed in memory"
        return signed.getvalue()

    def __repr__(self) -> str:
        """Name the certificate only."""
        return f"PaperSigner({name_of(self.certificates[0])!r})"


def paper_signer_of(settings: Settings) -> PaperSigner | None:
    """Return what signs papers, None where no certificate is set: they go out with their code only.

    Raises:
        SettingsWrong: one of the two is missing, or the files cannot be used.
    """
    certificate, key = settings.paper_certificate, settings.paper_key
    if certificate is None and key is None:
        return None
    names = f"setting {PREFIX}PAPER_CERTIFICATE, {PREFIX}PAPER_KEY"
    if certificate is None or key is None:
        raise SettingsWrong(f"{names}: signing papers needs both")
    try:
        return PaperSigner(certificates=certificate.read_bytes(), key=key.read_bytes())
    except OSError as error:
        raise SettingsWrong(f"{names}: {error.filename}: {error.strerror}") from error
    except (ValueError, TypeError) as error:  # A key under a password is a TypeError there.
        raise SettingsWrong(f"{names}: not a PEM certificate and its PEM key") from error


def signature_of(pdf: bytes, *, roots: Path | None) -> PaperSignature | None:
    """Return what the signature on a paper is worth, None where there is none.

    `roots` is a PEM file of certificates that are trusted.

    Raises:
        ValueError: the bytes are no PDF that can be read, or are signed more than once.
        OSError: the file of roots cannot be read.
    """
    trusted = [] if roots is None else list(load_certs_from_pemder_data(roots.read_bytes()))
    try:
        found = PdfFileReader(BytesIO(pdf)).embedded_signatures
        if not found:
            return None
        if len(found) > 1:
            raise ValueError("our papers bear one signature")
        context = ValidationContext(trust_roots=trusted, allow_fetching=False)
        status = validate_pdf_signature(found[0], context)
    except (PdfReadError, SignatureValidationError) as error:
        raise ValueError(str(error)) from error
    return PaperSignature(
        signed_by=name_of(x509.load_der_x509_certificate(status.signing_cert.dump())),
        is_whole=(
            status.intact and status.valid and status.coverage is SignatureCoverageLevel.ENTIRE_FILE
        ),
        is_trusted=status.trusted if trusted else None,
    )


def token_of(pdf: bytes) -> str:
    """Return the keyword of a paper, which is its code's content; '' where it has none.

    Raises:
        ValueError: the bytes are no PDF that can be read.
    """
    try:
        known = PdfFileReader(BytesIO(pdf)).trailer["/Info"]
        return str(known["/Keywords"]) if isinstance(known, DictionaryObject) else ""
    except KeyError:
        return ""
    except PdfReadError as error:
        raise ValueError(str(error)) from error


def name_of(certificate: x509.Certificate) -> str:
    """Return whose certificate it is."""
    return certificate.subject.rfc4514_string()
