"""The payer's signed proof: that a transaction happened, not the State's receipt."""

import base64
import enum
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ledger.money import Money, total
from payments.amount_in_words import amount_in_english, amount_in_vietnamese
from payments.beneficiary import Beneficiary
from payments.payment import PaymentLine
from payments.vietnam_time import vietnam_text

TYPE: Final = "clearing.payment-acknowledgement.v1"
TITLE_VI: Final = "Giấy xác nhận giao dịch thanh toán"
TITLE_EN: Final = "Payment acknowledgement"
NOTE_VI: Final = (
    "Giấy này xác nhận giao dịch thanh toán đã thực hiện; không phải biên lai thu tiền của Nhà nước"
)
NOTE_EN: Final = "This confirms that a payment was made; it is not a receipt of the State"

TOKEN_MAX: Final = 300
_FORM: Final = "NP1"

_ABOUT_BYTES_MAX: Final = 64
_TOKEN_SHAPE = re.compile(r"NP1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}")

PublicKeys = Mapping[str, bytes]
"""Raw Ed25519 public keys of 32 bytes by key id, retired ones too: old proofs stay good."""


class TokenFault(enum.Enum):
    """Why a text proves nothing."""

    NO_TOKEN = enum.auto()
    UNKNOWN_KEY = enum.auto()  # or a known one, under another name
    ALTERED = enum.auto()


class Signer(Protocol):
    """Signs, and says with which key."""

    @property
    def key_id(self) -> str:
        """Return the name of the key, as published with its public half."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the signature over exactly these bytes."""
        ...


def signing_key_id(public_key: bytes) -> str:
    """Return the short name of a signing key, computed from its public half."""
    return hashlib.sha256(public_key).hexdigest()[:16]


class Ed25519Signer:
    """Signs with one private key held in memory."""

    def __init__(self, seed: bytes) -> None:
        """Make the key pair of a secret seed of 32 bytes.

        Raises:
            ValueError: the seed has another length.
        """
        self._private_key = Ed25519PrivateKey.from_private_bytes(seed)
        public = self._private_key.public_key()
        self._public_key = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._key_id = signing_key_id(self._public_key)

    @property
    def key_id(self) -> str:
        """Return a short name computed from the public key."""
        return self._key_id

    @property
    def public_key(self) -> bytes:
        """Return the 32 bytes that anyone may have."""
        return self._public_key

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes over exactly these bytes; the same bytes always give the same."""
        return self._private_key.sign(message)

    def __repr__(self) -> str:
        """Name the key only."""
        return f"Ed25519Signer(key_id={self._key_id!r})"


@dataclass(frozen=True, slots=True)
class AcknowledgedLine:
    """One amount that was paid, with its reason as quoted."""

    obligation_number: str
    kind: str
    part: str
    amount: Money
    explanation: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What is confirmed to the payer; it names the obligation, never the person.

    `paid_at` is when the gateway took the money, `priced_on` the date the amount was due on.
    """

    number: str
    lines: tuple[AcknowledgedLine, ...]
    beneficiary: Beneficiary
    gateway: str
    gateway_transaction: str
    paid_at: datetime
    priced_on: date

    @property
    def amount(self) -> Money:
        """Return what was paid in all."""
        return total(line.amount for line in self.lines)

    @property
    def obligation_numbers(self) -> tuple[str, ...]:
        """Return the numbers of what was paid, each once, in order."""
        return tuple(dict.fromkeys(line.obligation_number for line in self.lines))


@dataclass(frozen=True, slots=True)
class SignedAcknowledgement:
    """The exact bytes that were signed, forever; `number` is the payment's."""

    number: str
    payload: bytes
    signature: bytes
    key_id: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What a genuine QR code says: that this payment of this amount was made then.

    `about` is the number of the obligation, or a digest of several or very long ones.
    """

    number: str
    amount: Money
    paid_at: datetime
    about: str
    key_id: str

    def is_about(self, obligation_numbers: Sequence[str]) -> bool:
        """Say whether the claim is about exactly these obligations, in this order."""
        return self.about == _about(obligation_numbers)


def acknowledged_line(line: PaymentLine, *, obligation_number: str, kind: str) -> AcknowledgedLine:
    """Return a payment's line as it is confirmed."""
    return AcknowledgedLine(
        obligation_number=obligation_number,
        kind=kind,
        part=line.part,
        amount=line.amount,
        explanation=line.explanation,
    )


def sign_acknowledgement(
    acknowledgement: Acknowledgement, *, signer: Signer
) -> SignedAcknowledgement:
    """Return the proof as it is kept: canonical JSON with its QR token, and the signature."""
    payload = _canonical(
        {
            "type": TYPE,
            "title_vi": TITLE_VI,
            "title_en": TITLE_EN,
            "note_vi": NOTE_VI,
            "note_en": NOTE_EN,
            "number": acknowledgement.number,
            "amount_vnd": acknowledgement.amount.vnd,
            "currency": "VND",
            "amount_words_vi": amount_in_vietnamese(acknowledgement.amount),
            "amount_words_en": amount_in_english(acknowledgement.amount),
            "lines": [_line(line) for line in acknowledgement.lines],
            "beneficiary": {
                "name": acknowledgement.beneficiary.name,
                "account_number": acknowledgement.beneficiary.account_number,
                "bank_name": acknowledgement.beneficiary.bank_name,
            },
            "gateway": acknowledgement.gateway,
            "gateway_transaction": acknowledgement.gateway_transaction,
            "paid_at": vietnam_text(acknowledgement.paid_at),
            "priced_on": acknowledgement.priced_on.isoformat(),
            "key_id": signer.key_id,
            "qr": qr_token(acknowledgement, signer=signer),
        }
    )
    return SignedAcknowledgement(
        number=acknowledgement.number,
        payload=payload,
        signature=signer.sign(payload),
        key_id=signer.key_id,
    )


def sign_replacement(
    before: SignedAcknowledgement,
    *,
    version: int,
    kept: Money,
    refund_number: str,
    signer: Signer,
    now: datetime,
) -> SignedAcknowledgement:
    """Return the proof of what is kept of a payment after a refund.

    Its lines are still what was paid, `paid_vnd` in all; `refunds` say what went back of it.
    """
    content: dict[str, Any] = json.loads(before.payload)
    back = Money(int(content["amount_vnd"])) - kept
    assert Money(0) < kept and back > Money(0), "a part went back, and a part is kept"  # noqa: PT018 - one claim
    number = f"{before.number.partition('-')[0]}-{version}"
    lines: list[dict[str, Any]] = content["lines"]
    token = _token(
        number=number,
        amount=kept,
        paid_at=datetime.fromisoformat(content["paid_at"]),
        obligation_numbers=tuple(dict.fromkeys(str(line["obligation_number"]) for line in lines)),
        signer=signer,
    )
    refund = {"number": refund_number, "amount_vnd": back.vnd, "refunded_at": vietnam_text(now)}
    payload = _canonical(
        content
        | {
            "number": number,
            "replaces": before.number,
            "issued_at": vietnam_text(now),
            "paid_vnd": content.get("paid_vnd", content["amount_vnd"]),
            "refunds": [*content.get("refunds", []), refund],
            "amount_vnd": kept.vnd,
            "amount_words_vi": amount_in_vietnamese(kept),
            "amount_words_en": amount_in_english(kept),
            "key_id": signer.key_id,
            "qr": token,
        }
    )
    return SignedAcknowledgement(number, payload, signer.sign(payload), signer.key_id)


def verify(payload: bytes, *, signature: bytes, public_keys: PublicKeys) -> bool:
    """Say whether one of the keys signed exactly these bytes."""
    return any(_is_signed(payload, signature, key) for key in public_keys.values())


def qr_token(acknowledgement: Acknowledgement, *, signer: Signer) -> str:
    """Return at most `TOKEN_MAX` characters that prove the payment without asking anybody.

    The form is `NP1.<JSON in base64url>.<Ed25519 over everything before the last dot>`.
    """
    return _token(
        number=acknowledgement.number,
        amount=acknowledgement.amount,
        paid_at=acknowledgement.paid_at,
        obligation_numbers=acknowledgement.obligation_numbers,
        signer=signer,
    )


def read_token(text: str, public_keys: PublicKeys) -> Claim | None:
    """Return what a QR token proves, None for anything altered, foreign or not a token."""
    judged = judge_token(text, public_keys)
    return None if isinstance(judged, TokenFault) else judged


def judge_token(text: str, public_keys: PublicKeys) -> Claim | TokenFault:
    """Return what a QR token proves, or why it proves nothing."""
    token = text.strip()
    if len(token) > TOKEN_MAX or not _TOKEN_SHAPE.fullmatch(token):
        return TokenFault.NO_TOKEN
    signed, _, mark = token.rpartition(".")
    try:
        signature = _from_base64url(mark)
        claim: Any = json.loads(_from_base64url(signed.partition(".")[2]))
    except ValueError:
        return TokenFault.ALTERED
    match claim:
        case [str(number), int(amount), int(at), str(key_id), str(about)]:
            key = public_keys.get(key_id)
        case _:
            return TokenFault.ALTERED
    if key is None:
        return TokenFault.UNKNOWN_KEY
    if not _is_signed(signed.encode("ascii"), signature, key):
        return TokenFault.ALTERED
    # Only what our own key signed comes this far, so the values are ours.
    return Claim(number, Money(amount), datetime.fromtimestamp(at, UTC), about, key_id)


def _token(
    *,
    number: str,
    amount: Money,
    paid_at: datetime,
    obligation_numbers: Sequence[str],
    signer: Signer,
) -> str:
    claim = [
        number,
        amount.vnd,
        int(paid_at.timestamp()),
        signer.key_id,
        _about(obligation_numbers),
    ]
    signed = f"{_FORM}.{_base64url(_canonical(claim))}"
    token = f"{signed}.{_base64url(signer.sign(signed.encode('ascii')))}"
    assert len(token) <= TOKEN_MAX, "numbers, amounts and key ids are all short"
    return token


def _line(line: AcknowledgedLine) -> dict[str, object]:
    return {
        **line.explanation,
        "obligation_number": line.obligation_number,
        "kind": line.kind,
        "part": line.part,
        "amount_vnd": line.amount.vnd,
    }


def _about(obligation_numbers: Sequence[str]) -> str:
    """Return the number itself when it is the only one and short, a digest of all otherwise."""
    only = obligation_numbers[0] if len(obligation_numbers) == 1 else ""
    if only and not only.startswith("#") and len(_canonical(only)) <= _ABOUT_BYTES_MAX:
        return only
    digest = hashlib.sha256("\n".join(obligation_numbers).encode()).digest()
    return f"#{_base64url(digest[:16])}"


def _is_signed(message: bytes, signature: bytes, public_key: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _canonical(value: object) -> bytes:
    """Return JSON with sorted names, no spaces and plain UTF-8: one text for one value."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _from_base64url(text: str) -> bytes:
    """Return the bytes of the only spelling they have.

    Raises:
        ValueError: the text is not base64url, or spells the bytes in another way.
    """
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _base64url(raw) != text:
        raise ValueError("the same bytes, spelled otherwise")
    return raw
