"""Keep that somebody wants to be told when a decision comes."""

import secrets
from datetime import datetime
from typing import Final

from ledger.postgres.transaction import Tx
from payments.obligation import normalised_number, normalised_subject
from payments.personal_data import NONCE_BYTES, PersonalDataKeys, blind_indexes, seal
from payments.postgres import watch_rows
from payments.sealed_person import SUBJECT
from payments.watch import (
    ADDRESS,
    DEVICE_WINDOW,
    KEPT_FOR,
    WATCHES_PER_ADDRESS_MAX,
    WATCHES_PER_DEVICE_MAX,
    Watch,
    Wish,
    checked_address,
)

PLACE: Final = "payments.decision_watch/sealed/"
_PLACE_BYTES: Final = 16


def watch_decision(tx: Tx, wish: Wish, *, keys: PersonalDataKeys, now: datetime) -> str | None:
    """Keep a wish and return the name it can be ended by, None where there are too many already.

    Nothing is looked up: whether the facts fit anything shows in one mail, to who left them.

    Raises:
        InputRefused: the address, number or subject cannot be one.
    """
    address = checked_address(wish.address)
    number = normalised_number(wish.number)
    subject = normalised_subject(wish.subject)
    facts = blind_indexes(keys, number=number, subject=subject)
    addresses = blind_indexes(keys, number=ADDRESS, subject=address.lower())
    devices = blind_indexes(keys, number="watch/device", subject=wish.device)
    by_address, by_device = watch_rows.count_watches(
        tx, addresses=addresses, devices=devices, since=now - DEVICE_WINDOW
    )
    if by_address >= WATCHES_PER_ADDRESS_MAX or by_device >= WATCHES_PER_DEVICE_MAX:
        return None
    place = PLACE + secrets.token_urlsafe(_PLACE_BYTES)
    # The fact is sealed with it: its index could not be made again under another key otherwise.
    left = {"address": address, "language": wish.language, SUBJECT: subject}
    watch = Watch(
        number=number,
        decided_on=wish.decided_on,
        fact_index=facts[0],
        address_index=addresses[0],
        device_index=devices[0],
        sealed=seal(keys, left, place=place, nonce=secrets.token_bytes(NONCE_BYTES)),
        seal_place=place,
        made_at=now,
        expires_at=now + KEPT_FOR,
    )
    twins = list(zip(addresses[1:], facts[1:], strict=True))
    return watch_rows.place_of(tx, twins) or watch_rows.insert_watch(tx, watch)
