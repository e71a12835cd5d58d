"""Watches as rows: claimed once, put off, and gone when they are over."""

from datetime import timedelta

from ledger.postgres.transaction import Tx
from payments.personal_data import blind_index
from payments.postgres.watch_rows import (
    claim_due,
    count_watches,
    forget_expired,
    forget_place,
    forget_watches,
    insert_watch,
    put_off,
)
from payments.watch import Watch
from tests.payments.owed import fine, push
from tests.payments.scene import KEYS, NOW

LEASE = NOW + timedelta(minutes=5)
FACTS = blind_index(KEYS, number="0012345/QD-XPHC", subject="59A12321")


def watch(place: str = "a", *, address: bytes = b"a" * 16) -> Watch:
    return Watch(
        number="0012345/QD-XPHC",
        decided_on=fine().decided_on,
        fact_index=FACTS,
        address_index=address,
        device_index=b"d" * 16,
        sealed=b"sealed",
        seal_place=place,
        made_at=NOW,
        expires_at=NOW + timedelta(days=90),
    )


def claimed(tx: Tx, minutes: int = 0, *, watches_max: int = 10) -> list[str]:
    now = NOW + timedelta(minutes=minutes)
    found = claim_due(
        tx,
        records=["violation_record"],
        undated=[],
        now=now,
        lease_until=now + timedelta(minutes=5),
        watches_max=watches_max,
    )
    return [one.seal_place for one in found]


def test_a_watch_is_claimed_once_until_its_lease_ends(tx: Tx):
    push(tx, fine())
    assert insert_watch(tx, watch()) == "a"
    assert insert_watch(tx, watch("b")) == "a"
    assert claimed(tx) == ["a"]
    assert claimed(tx) == []
    assert claimed(tx, 5) == ["a"]


def test_no_more_are_claimed_than_asked_for(tx: Tx):
    push(tx, fine())
    for ordinal in range(3):
        insert_watch(tx, watch(str(ordinal), address=bytes([ordinal]) * 16))
    assert len(claimed(tx, watches_max=2)) == 2
    assert len(claimed(tx, watches_max=2)) == 1


def test_what_failed_waits_and_counts(tx: Tx):
    push(tx, fine())
    insert_watch(tx, watch())
    (due,) = claim_due(tx, records=[], undated=[], now=NOW, lease_until=LEASE, watches_max=1)
    put_off(tx, [(due, "SMTPServerDisconnected", NOW + timedelta(hours=1))])
    assert claimed(tx, 59) == []
    (again,) = claim_due(
        tx, records=[], undated=[], now=NOW + timedelta(hours=1), lease_until=LEASE, watches_max=1
    )
    assert (due.attempts, again.attempts) == (0, 1)


def test_watches_are_counted_by_address_and_device(tx: Tx):
    insert_watch(tx, watch())
    insert_watch(tx, watch("b", address=b"b" * 16))
    since = NOW - timedelta(days=1)
    for address, counts in ((b"a" * 16, (1, 2)), (b"c" * 16, (0, 2))):
        assert count_watches(tx, addresses=[address], devices=[b"d" * 16], since=since) == (counts)
    assert count_watches(tx, addresses=[b"a"], devices=[b"d" * 16], since=NOW) == (0, 0)


def test_what_is_over_is_gone(tx: Tx):
    push(tx, fine())
    insert_watch(tx, watch())
    insert_watch(tx, watch("b", address=b"b" * 16))
    forget_place(tx, "a")
    (due,) = claim_due(tx, records=[], undated=[], now=NOW, lease_until=LEASE, watches_max=9)
    assert due.seal_place == "b"
    forget_watches(tx, [due.watch_id])
    insert_watch(tx, watch())
    assert forget_expired(tx, now=NOW + timedelta(days=90)) == 1
