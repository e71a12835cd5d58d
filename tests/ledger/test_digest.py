"""The bytes of an entry, for ever."""

from dataclasses import replace

from hypothesis import given

from ledger.digest import canonical_bytes, digest_of
from ledger.entry import Entry
from ledger.money import Money
from ledger.movements.settled import settled
from tests.ledger.samples import DAY, capture, entries

WRITTEN = b"""\
entry 1
settled
settled:vnpay:2026-11-20:kbnn-0011
2026-11-20
file:ab12:3

in_transit:vnpay receivable:vnpay 748900 vnpay/2026-11-20/kbnn-0011
gateway_fee:vnpay receivable:vnpay 1100 vnpay/2026-11-20/kbnn-0011
"""


def test_the_canonical_form_never_changes() -> None:
    entry = settled(
        key="settled:vnpay:2026-11-20:kbnn-0011",
        gateway="vnpay",
        business_date=DAY,
        source="file:ab12:3",
        beneficiary="kbnn-0011",
        batch="vnpay/2026-11-20/kbnn-0011",
        gross=Money(750_000),
        fee=Money(1_100),
    )
    assert canonical_bytes(entry) == WRITTEN
    assert digest_of(entry).hex() == (
        "923916cb496f5bd76ac5d9da24feae570a35b8c17d77bf899a18d18acf20315c"
    )


def test_a_correction_names_what_it_corrects() -> None:
    lines = canonical_bytes(replace(capture(2), corrects="captured:vnpay:1")).split(b"\n")
    assert lines[5] == b"captured:vnpay:1"


@given(entries, entries)
def test_two_entries_never_share_their_bytes(one: Entry, other: Entry) -> None:
    assert (one == other) == (canonical_bytes(one) == canonical_bytes(other))


@given(entries)
def test_the_order_of_transfers_is_part_of_an_entry(entry: Entry) -> None:
    turned = replace(entry, transfers=entry.transfers[::-1])
    assert (digest_of(turned) == digest_of(entry)) == (turned == entry)
