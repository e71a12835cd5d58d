"""A small sealed book, and a sealer of its own: written from the formats alone, row by row."""

import base64
import hashlib
import io
from collections.abc import Sequence
from contextlib import redirect_stdout
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ledger.audit_record import Act, Doer
from ledger.money import Money
from ledger.movements.captured import captured
from ledger.movements.reversed import reversed as mirror_of
from ledger.postgres.audit_rows import record
from ledger.postgres.days import close_day
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import OpenTx
from ledger.postgres.verify_log.notes import read_key
from ledger.postgres.verify_log.verifier import Verifier
from tests.ledger.samples import NOW, capture

Connection = psycopg.Connection[Any]
ORIGIN = "clearing"
SEED = b"k" * 32
OTHER_SEED = b"o" * 32
DAYS = [date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 21)]
OPEN_DAY = date(2026, 11, 22)


def post_book(open_tx: OpenTx) -> None:
    """Post three days and close them, an open one, and audit records on the way.

    Numbers are known: entries 1-6, 7-14, 15-19, 20; audit records 1-3, 4-7, 8-9, 10.
    """
    wide = captured(
        key="captured:momo:14",
        gateway="momo",
        business_date=DAYS[1],
        source="evidence:14",
        lines=[("kbnn-0011", Money(500_000)), ("kbnn-0012", Money(25_000))],
    )
    back = mirror_of(
        capture(1, day=DAYS[0]), key="reversed:1", business_date=DAYS[2], source="break:1"
    )
    days = {
        DAYS[0]: [capture(number, day=DAYS[0]) for number in range(1, 7)],
        DAYS[1]: [
            *(capture(number, day=DAYS[1], amount=number * 1_000) for number in range(7, 14)),
            wide,
        ],
        DAYS[2]: [back, *(capture(number, day=DAYS[2]) for number in range(16, 20))],
        OPEN_DAY: [capture(20, day=OPEN_DAY)],
    }
    for entries in days.values():
        for entry in entries:  # One by one, so that numbers follow.
            with open_tx() as tx:
                post_entries(tx, [entry])
    for day in DAYS:
        with open_tx() as tx:
            close_day(tx, day, now=NOW)


def write_down(open_tx: OpenTx, count: int) -> None:
    """Write audit records, the first of them with a reason beyond ASCII."""
    for number in range(count):
        with open_tx() as tx:
            reason = "Đối chiếu lại với ngân hàng" if number == 0 else f"reason {number}"
            record(tx, Doer(actor="os:lan", reason=reason).did(Act.CLOSE_DAY, to="day:2026-11-20"))


def seal_book(open_tx: OpenTx, connection: Connection, folder: Path) -> None:
    """Seal the closed days, a few audit records under each, then leave one record unsealed."""
    for number, day in enumerate(DAYS):
        write_down(open_tx, (3, 4, 2)[number])
        with connection.transaction():
            seal_day(connection, day, folder, seed=SEED)
    write_down(open_tx, 1)


def seal_day(connection: Connection, day: date, folder: Path, *, seed: bytes) -> None:
    """Seal one day over whatever is there, and keep note and rows outside."""
    before = connection.execute(
        "SELECT business_date, root, audit_through FROM ledger.seal WHERE business_date < %s"
        " ORDER BY business_date",
        (day,),
    ).fetchall()
    previous, after = (bytes(before[-1][1]), before[-1][2]) if before else (bytes(32), 0)
    (through,) = connection.execute(
        "SELECT coalesce(max(audit_id), %s) FROM ledger.audit_record WHERE audit_id > %s",
        (after, after),
    ).fetchone() or (after,)
    kept = connection.execute(
        "SELECT audit_through FROM ledger.seal WHERE business_date = %s", (day,)
    ).fetchone()
    through = through if kept is None else kept[0]
    entries, audits = _entries(connection, day), _audits(connection, after, through)
    sequence = len(before) + 1
    texts = [f"day 1\n{day}\n{sequence}\n{previous.hex()}\n{len(entries)}\n{len(audits)}\n"]
    names = ["day"]
    for index, (kind, number, text) in enumerate([*entries, *audits], 1):
        texts.append(f"row 1\n{index}\n{number}\n{text}")
        names.append(f"{kind} {number}")
    root = root_of([hashed(b"\x00", text.encode()) for text in texts])
    log = [*((str(one[0]), bytes(one[1])) for one in before), (str(day), root)]
    days = root_of([hashed(b"\x00", f"{one} {its.hex()}\n".encode()) for one, its in log])
    signed = (
        f"{ORIGIN}/{day}\n{len(texts)}\n{base64_of(root)}\nprevious {base64_of(previous)}\n"
        f"entries {len(entries)}\naudit {len(audits)} through {through}\n"
        f"days {sequence} {base64_of(days)}\nsealed 2026-11-22T01:00:00.000000Z\n"
    )
    note = signed_note(signed, seed)
    if kept is not None:
        connection.execute("DELETE FROM ledger.seal WHERE business_date = %s", (day,))
    connection.execute(
        "INSERT INTO ledger.seal (business_date, sequence, entry_count, audit_count, audit_through,"
        " tree_size, root, previous_root, note, sealed_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, '2026-11-22 01:00Z')",
        (day, sequence, len(entries), len(audits), through, len(texts), root, previous, note),
    )
    (folder / f"{day}.note").write_text(note)
    lines = [
        f"{name} {hashed(bytes(1), text.encode()).hex()}\n"
        for name, text in zip(names, texts, strict=True)
    ]
    (folder / f"{day}.rows").write_text("".join(lines))


def signed_note(signed: str, seed: bytes) -> str:
    """Return a note with its signature."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    raw = bytes.fromhex(key_line(seed).split("+")[1]) + key.sign(signed.encode())
    return f"{signed}\n\u2014 {ORIGIN} {base64_of(raw)}\n"


def key_line(seed: bytes) -> str:
    """Return the key that checks what this seed signs."""
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    raw = b"\x01" + public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    key_id = hashlib.sha256(f"{ORIGIN}\n".encode() + raw).hexdigest()[:8]
    return f"{ORIGIN}+{key_id}+{base64_of(raw)}"


def told(connection: Connection, folder: Path, *, kept: str | None = None) -> list[str]:
    """Return what the verifier says, line by line; the last is its verdict."""
    said = io.StringIO()
    with redirect_stdout(said):
        holds = Verifier(connection, folder, read_key(key_line(SEED))).verify(kept=kept)
    lines = said.getvalue().splitlines()
    assert lines[-1].startswith("holds: " if holds else "broken: ")
    return lines


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return a tree's hash by the definition: split at the largest power of two below its size."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashed(b"\x01", root_of(leaves[:split]) + root_of(leaves[split:]))


def hashed(mark: bytes, data: bytes) -> bytes:
    """Return the hash of a leaf or node."""
    return hashlib.sha256(mark + data).digest()


def _entries(connection: Connection, day: date) -> list[tuple[str, int, str]]:
    entries = connection.execute(
        "SELECT entry.entry_id, entry.recorded_at AT TIME ZONE 'UTC', entry.movement,"
        " entry.idempotency_key, entry.source, corrected.idempotency_key"
        " FROM ledger.entry LEFT JOIN ledger.entry AS corrected"
        " ON corrected.entry_id = entry.corrects_entry_id"
        " WHERE entry.business_date = %s ORDER BY entry.entry_id",
        (day,),
    ).fetchall()
    texts: list[tuple[str, int, str]] = []
    for number, recorded, movement, key, source, corrects in entries:
        legs = connection.execute(
            "SELECT debit.code, credit.code, amount_vnd, batch FROM ledger.transfer"
            " JOIN ledger.account AS debit ON debit.account_id = debit_account_id"
            " JOIN ledger.account AS credit ON credit.account_id = credit_account_id"
            " WHERE entry_id = %s ORDER BY ordinal",
            (number,),
        ).fetchall()
        lines = [f"{recorded:%Y-%m-%dT%H:%M:%S.%fZ}", "entry 1", movement, key, str(day), source]
        lines += [corrects or "", *(" ".join(map(str, leg)) for leg in legs), ""]
        texts.append(("entry", number, "\n".join(lines)))
    return texts


def _audits(connection: Connection, after: int, through: int) -> list[tuple[str, int, str]]:
    rows = connection.execute(
        "SELECT audit_id, recorded_at AT TIME ZONE 'UTC', actor, action, subject, reason"
        " FROM ledger.audit_record WHERE audit_id > %s AND audit_id <= %s ORDER BY audit_id",
        (after, through),
    ).fetchall()
    return [
        ("audit", row[0], "\n".join([f"{row[1]:%Y-%m-%dT%H:%M:%S.%fZ}", "audit 1", *row[2:], ""]))
        for row in rows
    ]


def base64_of(raw: bytes) -> str:
    """Return bytes as notes write them."""
    return base64.b64encode(raw).decode()
