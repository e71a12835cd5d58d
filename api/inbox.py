"""The folders partners' files arrive in: one per source, offered in the order of their names."""

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog

from api.house import House
from gateways.contract import SettlementReport
from ledger.postgres.transaction import OpenTx
from payments.postgres.beneficiary_rows import statement_sources
from reconciliation.file import FILE_BYTES_MAX, FileState, FileVerdict, Source, SourceKind
from reconciliation.receive_file import receive_file
from reconciliation.statements.contract import StatementFile
from reconciliation.statements.mt940 import FORMAT

FILES_MAX = 1_000
TAKEN = "taken"
"""Folder inside a source's own, where files go once they are believed."""

_log = structlog.get_logger()

Read = Callable[[bytes], SettlementReport | StatementFile]


@dataclass(frozen=True, slots=True)
class Offered:
    """One file of the inbox and how it was judged."""

    path: Path
    verdict: FileVerdict


def receive_inbox(open_tx: OpenTx, house: House) -> list[Offered]:
    """Offer every file waiting in the inbox; believed ones move on, others stay with a reason.

    A file may be offered again after a crash: the same bytes add nothing.
    """
    offered: list[Offered] = []
    for source, read in _sources(open_tx, house):
        for path in _waiting(house.settings.inbox / source.code):
            raw = _bytes(path)
            if raw is None:
                continue
            verdict = receive_file(
                open_tx, source, name=printable_name(path), raw=raw, read=read, now=house.clock()
            )
            offered.append(Offered(path, verdict))
            if verdict.state in (FileState.ACCEPTED, FileState.SUPERSEDED):
                _move_on(path)
    return offered


def printable_name(path: Path) -> str:
    """Return a file's name fit for a database and a terminal, whatever bytes it is made of."""
    name = os.fsencode(path.name).decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in name)


def _sources(open_tx: OpenTx, house: House) -> Iterator[tuple[Source, Read]]:
    for code, gateway in sorted(house.gateways.items()):
        yield Source(code, SourceKind.GATEWAY_REPORT, code), gateway.read_report
    with open_tx() as tx:
        codes = statement_sources(tx)
    for code in codes:
        yield Source(code, SourceKind.BENEFICIARY_STATEMENT, code), FORMAT.read


def _waiting(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    # Names that begin with a dot are still being written; a link leads to what nobody sent us.
    files = [
        path
        for path in folder.iterdir()
        if path.is_file() and not path.is_symlink() and path.name[0] != "."
    ]
    # Without the ending, so that a day's second file comes after its first.
    return sorted(files, key=lambda path: path.stem)[:FILES_MAX]


def _bytes(path: Path) -> bytes | None:
    """Return a file's bytes; None when it is too long to keep, or another process took it."""
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            _log.error("file.too_long", name=printable_name(path), bytes_max=FILE_BYTES_MAX)
            return None
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _move_on(path: Path) -> None:
    taken = path.parent / TAKEN
    taken.mkdir(exist_ok=True)
    with contextlib.suppress(FileNotFoundError):  # Another process moved it on.
        path.replace(taken / path.name)
