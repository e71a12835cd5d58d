"""The separate verifier of the sealed book: what an auditor runs, wherever they copied it.

    python -m ledger.postgres.verify_log --database DSN --seals FOLDER --key KEY [--kept NOTE]
    python -m ledger.postgres.verify_log --proof FILE --key KEY

It shares no code with the program that keeps the book, only reads, and needs Python 3.11, psycopg
and cryptography. Each closed day is a Merkle tree: a leaf for the day, one per entry by number,
one per audit record by number. Its root stands in a signed note, which names the root of the day
before. Notes are kept outside the database, each with a .rows file: the hash of every leaf, by
which a changed row is named. Read on in verifier.py; what it calls stands in rows.py (the
database), comparison.py (one day beside what was sealed), notes.py, trees.py and proofs.py.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import psycopg

from ledger.postgres.verify_log.notes import Unusable, read_key, read_note, read_text
from ledger.postgres.verify_log.proofs import check_proof
from ledger.postgres.verify_log.rows import OPTIONS
from ledger.postgres.verify_log.verifier import Verifier, say


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what the command line names; return 0 when it holds, 1 when not, 2 when unusable."""
    parser = argparse.ArgumentParser(prog="verify_log", description="Check the sealed book.")
    add_options(parser)
    return run(parser.parse_args(arguments))


def add_options(parser: argparse.ArgumentParser) -> None:
    """Give a command this program's options."""
    parser.add_argument("--database", metavar="DSN", help="the book's address, as clearing_auditor")
    parser.add_argument("--seals", type=Path, metavar="FOLDER", help="notes and rows kept outside")
    parser.add_argument("--key", metavar="KEY", help="name+id+key, or the file that holds it")
    kept = "a note taken home earlier: what it says must still be said"
    parser.add_argument("--kept", type=Path, metavar="NOTE", help=kept)
    parser.add_argument("--proof", type=Path, metavar="FILE", help="check a proof, no database")


def run(options: argparse.Namespace) -> int:
    """Check what the options name, one line per finding; see `main` for what returns."""
    try:
        return 0 if _holds(options) else 1
    except KeyboardInterrupt:
        say("broken off: what was not reached is not checked")
        return 1
    except (Unusable, OSError, psycopg.Error) as error:
        sys.stderr.write(f"verify_log: {' '.join(str(error).split())}\n")
        return 2


def _holds(options: argparse.Namespace) -> bool:
    key = read_key(options.key or "")
    if options.proof is not None:
        said = check_proof(options.proof.read_bytes(), key)
        say(said)
        return said.startswith("holds")
    if not options.database or options.seals is None:
        raise Unusable("needs --database and --seals, or else --proof")
    if not options.seals.is_dir():
        raise Unusable(f"seals {options.seals}: no such folder")
    kept = None if options.kept is None else _kept_text(options.kept)
    with psycopg.connect(options.database, options=OPTIONS, client_encoding="utf8") as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        return Verifier(connection, options.seals, key).verify(kept=kept)


def _kept_text(path: Path) -> str:
    try:
        text = read_text(path)
    except OSError as error:
        raise Unusable(f"kept note {path}: {error.strerror}") from error
    if read_note(text) is None:
        raise Unusable(f"kept note {path}: cannot be read as a note")
    return text


if __name__ == "__main__":
    sys.exit(main())
