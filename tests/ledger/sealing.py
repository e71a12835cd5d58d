"""Closed days for tests of the seal."""

from collections.abc import Sequence
from datetime import date, timedelta

from ledger.audit_record import AuditRecord
from ledger.entry import Entry
from ledger.postgres.audit_rows import record
from ledger.postgres.days import close_day
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import OpenTx
from ledger.seal import SealKey
from tests.ledger.samples import DAY, NOW, capture

KEY = SealKey("clearing", b"s" * 32)
LAN = AuditRecord(
    actor="os:lan", action="day.close", subject="day:2026-11-20", reason="Sao kê đến muộn"
)
SECOND = DAY + timedelta(days=1)
THIRD = DAY + timedelta(days=3)


def close(open_tx: OpenTx, day: date, *numbers: int, entries: Sequence[Entry] = ()) -> None:
    """Post captures of these numbers and these entries into a day, and close it."""
    with open_tx() as tx:
        post_entries(tx, [*(capture(number, day=day) for number in numbers), *entries])
    with open_tx() as tx:
        close_day(tx, day, now=NOW)


def write_down(open_tx: OpenTx) -> int:
    """Write an audit record and return its number."""
    with open_tx() as tx:
        return record(tx, LAN)
