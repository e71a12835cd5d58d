"""The certificate a partner's system showed to our own proxy, which tells us of it in a header.

Source: RFC 9440, section 2.2 (`Client-Cert: :<base64 of the DER>:`). Some proxies tell only a
fingerprint: `Client-Cert-Sha256: <64 hexadecimal digits>`. Which of the two ours writes is a
setting; the other one is never read, and neither from anybody but our proxies.
"""

import base64
import binascii
import hashlib
import ipaddress
import re
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate
from starlette.datastructures import Headers

from api.access.errors import CertificateRefused, CertificateUnreadable
from api.registered_partner import Partner
from api.settings import Settings

_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")


def check_certificate(partner: Partner, headers: Headers, *, peer: str, settings: Settings) -> None:
    """Let pass a partner that need not show a certificate, or shows one of its own.

    `peer` is the network address that speaks to us, which no header can change.

    Raises:
        CertificateRefused: none was shown, or one of somebody else.
    """
    if not partner.certificates:
        return
    shown = _shown(headers, peer=peer, settings=settings)
    if shown not in partner.certificates:
        reason = "is not registered for this partner" if shown else "was not shown to our proxy"
        raise CertificateRefused(field="certificate", reason=reason)


def fingerprint(der: bytes) -> str:
    """Return what a certificate is registered by."""
    return hashlib.sha256(der).hexdigest()


def fingerprint_in(text: str) -> str:
    """Return the fingerprint an operator typed, or that of the PEM file they named.

    Raises:
        CertificateUnreadable: it is neither.
    """
    typed = text.lower().replace(":", "")
    if _FINGERPRINT.fullmatch(typed):
        return typed
    try:
        read = load_pem_x509_certificate(Path(text).read_bytes())
    except (OSError, ValueError) as error:
        raise CertificateUnreadable(f"{text!r} is no PEM certificate and no SHA-256") from error
    return fingerprint(read.public_bytes(Encoding.DER))


def _shown(headers: Headers, *, peer: str, settings: Settings) -> str:
    """Return the fingerprint our proxy tells, '' when it tells none."""
    name = settings.client_certificate
    if name is None or not _is_our_proxy(peer, settings):
        return ""
    said = headers.getlist(name)
    if len(said) != 1:
        return ""
    if name == "client-cert":
        return _of_certificate(said[0].strip())
    text = said[0].strip().lower().replace(":", "")
    return text if _FINGERPRINT.fullmatch(text) else ""


def _of_certificate(text: str) -> str:
    if len(text) <= len("::") or not (text.startswith(":") and text.endswith(":")):
        return ""
    try:
        return fingerprint(base64.b64decode(text[1:-1], validate=True))
    except binascii.Error:
        return ""


def _is_our_proxy(peer: str, settings: Settings) -> bool:
    try:
        at = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return any(at in network for network in settings.proxy_networks)
