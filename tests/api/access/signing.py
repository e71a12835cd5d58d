"""How partners sign, written from the text of the standards, apart from what checks it."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes_raw()
SECRET = bytes(range(32, 64))
COVERED = ("@method", "@authority", "@target-uri", "content-digest")


def digest_header(body: bytes) -> str:
    """Return a Content-Digest field, RFC 9530 section 2."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def ed25519_headers(
    values: Mapping[str, str],
    *,
    created: int | None,
    nonce: str | None = "nonce-of-16-signs",
    key_id: str = "signingkey01",
    covered: Sequence[str] = COVERED,
    private: Ed25519PrivateKey = PRIVATE,
) -> dict[str, str]:
    """Return the two fields of RFC 9421 for components with these values."""
    inside = " ".join(f'"{name}"' for name in covered if name in values)
    parameters = "".join(
        [
            "" if created is None else f";created={created}",
            f';keyid="{key_id}"',
            "" if nonce is None else f';nonce="{nonce}"',
        ]
    )
    lines = [f'"{name}": {values[name]}' for name in covered if name in values]
    base = "\n".join([*lines, f'"@signature-params": ({inside}){parameters}'])
    signature = base64.b64encode(private.sign(base.encode())).decode()
    return {"signature-input": f"sig1=({inside}){parameters}", "signature": f"sig1=:{signature}:"}


def hmac_header(
    lines: Sequence[str],
    *,
    body: bytes,
    key_id: str = "signingkey02",
    secret: bytes = SECRET,
) -> str:
    """Return the header of the simple form; `lines` are created, nonce, method, host and target."""
    text = "".join(f"{line}\n" for line in lines).encode() + body
    mac = hmac.new(secret, text, hashlib.sha256).hexdigest()
    return f"keyid={key_id}, created={lines[0]}, nonce={lines[1]}, hmac-sha256={mac}"
