"""One try at one gateway."""

from dataclasses import dataclass
from datetime import datetime

from gateways.contract import Prepared
from payments.states import AttemptState


@dataclass(frozen=True, slots=True)
class Attempt:
    """One order at one gateway, written down before the gateway hears of it.

    `gateway_transaction` is the gateway's number once it took money, '' before. `next_ask_at` is
    when to ask the gateway next, None once nothing more is expected from it.
    """

    attempt_id: int
    payment_id: int
    gateway: str
    state: AttemptState
    version: int
    prepared: Prepared
    gateway_transaction: str
    next_ask_at: datetime | None
    asked_count: int
