"""What a payer wants to pay, before anybody looked whether it can be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from ledger.money import Money

OBLIGATIONS_MAX: Final = 50
LINES_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Order:
    """What a payer wants to pay, and who asks.

    `shown` is the total the payer agreed to, None when none was shown. `number` and `handle_hash`
    are freshly drawn; `lifetime` is how long the payer has. `metadata` and `return_url` are as in a
    payment.
    """

    obligation_ids: tuple[int, ...]
    shown: Money | None
    language: str
    client: str
    number: str
    handle_hash: bytes
    lifetime: timedelta
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])
    return_url: str = ""
