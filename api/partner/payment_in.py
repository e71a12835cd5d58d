"""What a client says when it opens a payment, and when it chooses a gateway."""

import ipaddress
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    StringConstraints,
)

from api.partner.payment_lists import METADATA_KEY, METADATA_MAX, METADATA_TEXT_MAX
from api.partner.return_address import RETURN_URL_MAX
from ledger.money import VND_MAX

OBLIGATIONS_MAX: Final = 20


def an_ip_address(text: str) -> str:
    """Return a network address in its one spelling.

    Raises:
        ValueError: it is none, or has a zone.
    """
    if "%" in text:  # A zone means something on one machine only.
        raise ValueError("is an IP address without a zone")
    return str(ipaddress.ip_address(text))


MetadataKey = Annotated[str, StringConstraints(pattern=METADATA_KEY)]
MetadataText = Annotated[str, StringConstraints(strict=True, max_length=METADATA_TEXT_MAX)]
PayerAddress = Annotated[str, Field(max_length=45), AfterValidator(an_ip_address)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AttemptIn(_In):
    """The gateway the payer chose, and the payer's own network address."""

    gateway: str = Field(pattern=r"^[a-z][a-z0-9_]{1,19}$")
    payer_address: PayerAddress


class PaymentIn(_In):
    """Obligations found by look-up, and the total the payer was shown."""

    obligations: list[str] = Field(min_length=1, max_length=OBLIGATIONS_MAX)
    shown_total_vnd: StrictInt | None = Field(
        default=None, gt=0, le=VND_MAX, description="what the payer was shown; 409 if it changed"
    )
    language: Literal["vi", "en"] = "vi"
    metadata: dict[MetadataKey, MetadataText] = Field(
        default_factory=dict[str, str],
        max_length=METADATA_MAX,
        description="yours, given back unread; nothing about persons",
    )
    return_url: str | None = Field(
        default=None,
        min_length=1,
        max_length=RETURN_URL_MAX,
        description=(
            "where the payer's browser goes after the gateway, as it is and with nothing added;"
            " of an origin registered for you. It proves no payment"
        ),
    )
    start: AttemptIn | None = Field(
        default=None,
        description=(
            "the gateway, where the payer has chosen it already: what an attempt would do, in the"
            " same request. Only a gateway that `starts_with_payment`; one that does not take the"
            " amount leaves the payment open for another"
        ),
    )
