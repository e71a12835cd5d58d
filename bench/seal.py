"""Sealing, publishing and verifying closed days, in rows a second: `clearing bench seal`.

A row is a leaf of a day's tree: an entry with its transfers. Sealing reads the rows in order and
hashes them, publishing does so again for the files outside, and the verifier, a program apart, a
third time beside those files. Next to them stand what none can do without: SHA-256 over the same
bytes, and the same rows copied out.
"""

import hashlib
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import psycopg
import sqlalchemy as sa
from psycopg import sql

from api.clock import monotonic_ms, now
from api.seals import SealFolder, publish_seals
from bench.growth import Plan
from bench.place import BOOK, Place
from ledger.postgres import seal_rows
from ledger.postgres.seal_rows import KeptSeal
from ledger.postgres.transaction import OpenTx
from ledger.seal import SealedDay, SealKey
from reconciliation.seal_day import seal_day

VERIFIER = "ledger.postgres.verify_log"
TABLES = ("entry", "transfer")
UNSEALED = sa.text(
    "SELECT count(*) FROM ledger.entry"
    " WHERE business_date > (SELECT max(business_date) FROM ledger.seal)"
)


def measure_seal(place: Place, _: Plan) -> tuple[list[str], bool]:
    """Return the figures of every closed day of a filled book, and whether the verifier held."""
    key = SealKey("bench", secrets.token_bytes(32))
    sealed: list[KeptSeal] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        place.book(BOOK, role="clearing_recon") as open_tx,
    ):
        sealing_ms = _lasts(lambda: sealed.extend(_sealed(open_tx, key)))
        seals = SealFolder(Path(folder))
        publishing_ms = _lasts(lambda: publish_seals(open_tx, seals, key=key.verifier))
        told: list[str] = []
        book = place.address(BOOK, role="clearing_auditor")
        verifying_ms = _lasts(lambda: told.append(_verified(book, folder, key)))
        last = sealed[-1].day
        with open_tx() as tx:
            unsealed = int(tx.execute(UNSEALED).scalar_one())
            leaves = [leaf.head + leaf.body for leaf in seal_rows.leaves(tx, last)]
    hashing_ms = _lasts(lambda: [hashlib.sha256(leaf).digest() for leaf in leaves])
    copying_ms = _lasts(lambda: _copied_out(place, last))
    rows = sum(one.day.tree_size for one in sealed)
    lines = [
        f"{'rows a second':52}{'rate':>12}{'rows':>14}",
        _rate(f"sealed, {len(sealed)} days", rows, sealing_ms),
        _rate("published", rows, publishing_ms),
        _rate("verified, entries of open days among them", rows + unsealed, verifying_ms),
        _rate("(SHA-256 alone, last day)", last.tree_size, hashing_ms),
        _rate("(copied out, last day)", last.tree_size, copying_ms),
        f"the verifier says: {told[0]}",
    ]
    return lines, told[0].startswith("holds")


def _sealed(open_tx: OpenTx, key: SealKey) -> list[KeptSeal]:
    """Seal every closed day."""
    sealed: list[KeptSeal] = []
    while one := seal_day(open_tx, key=key, now=now()):
        sealed.append(one)
    return sealed


def _verified(book: str, folder: str, key: SealKey) -> str:
    """Run the verifier as an auditor does, and return the last thing it says."""
    command = [sys.executable, "-m", VERIFIER, "--database", book, "--seals", folder]
    command += ["--key", key.verifier.line]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    return done.stdout.splitlines()[-1] if done.stdout else f"nothing (status {done.returncode})"


def _copied_out(place: Place, day: SealedDay) -> int:
    """Have the server send what stands under a day's seal, and return how many bytes came."""
    size = 0
    with psycopg.connect(place.address(BOOK)) as connection, connection.cursor() as cursor:
        for table in TABLES:
            reading = sql.SQL("COPY (SELECT * FROM {} WHERE business_date = {}) TO STDOUT")
            reading = reading.format(sql.Identifier("ledger", table), day.business_date)
            with cursor.copy(reading) as rows:
                size += sum(len(row) for row in rows)
    return size


def _lasts(act: Callable[[], object]) -> int:
    """Return how many milliseconds something takes, one at least."""
    began = monotonic_ms()
    act()
    return max(1, monotonic_ms() - began)


def _rate(name: str, rows: int, lasted_ms: int) -> str:
    return f"{name:52}{rows * 1_000 // lasted_ms:>12,}{rows:>14,}"
