"""Who asked to be told when a decision comes: one mail, once, and nothing kept after it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from payments.errors import InputRefused

KEPT_FOR: Final = timedelta(days=90)
TRIES_MAX: Final = 8
WATCHES_PER_ADDRESS_MAX: Final = 5
WATCHES_PER_DEVICE_MAX: Final = 5
DEVICE_WINDOW: Final = timedelta(days=1)
ADDRESS_MAX: Final = 200
ADDRESS: Final = "watch/address"
"""What the index of an address is made with, in the place of a number."""
_FIRST_WAIT: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a visitor asks for: the facts it looked up without finding, and where to write.

    `device` names the browser, to count how often it asks.
    """

    number: str
    decided_on: date | None
    subject: str
    address: str
    language: str
    device: str


@dataclass(frozen=True, slots=True)
class Watch:
    """A wish as it is kept: nothing in it can be read without its key but the number."""

    number: str
    decided_on: date | None
    fact_index: bytes
    address_index: bytes
    device_index: bytes
    sealed: bytes
    seal_place: str
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class DueWatch:
    """A watch whose decision is here; `attempts` counts mails that could not be handed over."""

    watch_id: int
    sealed: bytes
    seal_place: str
    made_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Word:
    """What is sent: to whom, in which language, asked on which instant."""

    address: str
    language: str
    asked_at: datetime


def checked_address(text: str) -> str:
    """Return an e-mail address as it is written to.

    Raises:
        InputRefused: it cannot be one, or could carry more than an address.
    """
    address = text.strip()
    local, at, host = address.rpartition("@")
    is_one = (
        at
        and local
        and "." in host
        and len(address) <= ADDRESS_MAX
        and address.isascii()
        and address.isprintable()
        and not any(sign in ' ,;:<>()[]"\\@' for sign in local + host)
        and not host.startswith((".", "-"))
        and not host.endswith((".", "-"))
        and ".." not in address
    )
    if not is_one:
        raise InputRefused(field="address", reason="is not an e-mail address")
    return address


def wait_after(attempts: int) -> timedelta | None:
    """Return how long to wait after so many failed mails, None when it is time to give up."""
    return None if attempts >= TRIES_MAX else _FIRST_WAIT * 2**attempts
