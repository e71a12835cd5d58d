"""The bytes of an entry, and their digest: the same for ever, here and in the database.

The canonical form is ASCII text, each line ended by one line feed:

    entry 1                                       the form and its version
    captured                                      movement
    captured:vnpay:14422574                       idempotency key
    2026-11-21                                    business date
    evidence:42                                   source
                                                  key of the corrected entry, or nothing
    receivable:vnpay payable:kbnn-0011 750000 vnpay/2026-11-21/kbnn-0011

with one last line per transfer, in order: debit account, credit account, whole dong, batch. No
field can hold a line feed (the shapes in `entry.py` and the checks of the tables see to that), so
two entries never have the same bytes. The digest is SHA-256 of these bytes.
"""

import hashlib

from ledger.entry import Entry


def canonical_bytes(entry: Entry) -> bytes:
    """Return the canonical form."""
    lines = [
        "entry 1",
        entry.movement,
        entry.key,
        entry.business_date.isoformat(),
        entry.source,
        entry.corrects or "",
    ]
    lines += [
        f"{transfer.debit.code} {transfer.credit.code} {transfer.amount.vnd} {transfer.batch}"
        for transfer in entry.transfers
    ]
    return ("\n".join(lines) + "\n").encode("ascii")


def digest_of(entry: Entry) -> bytes:
    """Return the 32 bytes that stand for the whole entry."""
    return hashlib.sha256(canonical_bytes(entry)).digest()
