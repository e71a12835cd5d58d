"""A certificate for papers of the demo and of tests, from an authority nobody else trusts."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

CERTIFICATE: Final = "certificate.pem"
KEY: Final = "key.pem"
ROOT: Final = "root.pem"
LASTS: Final = timedelta(days=3_650)

_Key = ec.EllipticCurvePrivateKey


def make_certificate(folder: Path, *, now: datetime) -> None:
    """Write a certificate, its key and the root above it into a folder, unless they are there."""
    if (folder / KEY).exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate("Demo root", root_key, above=("Demo root", root_key), now=now)
    own = _certificate("Demo papers", key, above=("Demo root", root_key), now=now)
    (folder / ROOT).write_bytes(root.public_bytes(Encoding.PEM))
    chain = own.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM)
    (folder / CERTIFICATE).write_bytes(chain)
    # The key comes last: while it is not there, everything is made anew.
    new = folder / f"{KEY}.new"
    new.touch(mode=0o600)
    new.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    new.rename(folder / KEY)


def _certificate(
    name: str, key: _Key, *, above: tuple[str, _Key], now: datetime
) -> x509.Certificate:
    issuer, issuer_key = above
    is_root = key is issuer_key
    public, above_public = key.public_key(), issuer_key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LASTS)
        .add_extension(x509.BasicConstraints(is_root, 0 if is_root else None), critical=True)
        .add_extension(_usage(is_root=is_root), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(above_public), critical=False
        )
        .sign(issuer_key, hashes.SHA256())
    )


def _name(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Sandbox, no money moves"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _usage(*, is_root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_root,
        content_commitment=not is_root,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_root,
        crl_sign=is_root,
        encipher_only=False,
        decipher_only=False,
    )
