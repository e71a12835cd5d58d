"""The journal taken out for the tools of others, recorded before its first byte leaves."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from api.by_hand import operator
from api.composition import EXPORT, open_look_house
from api.house import LookHouse
from api.screen import counted, show
from api.settings import read_look_settings
from ledger.audit_record import Act, Doer
from ledger.exports.beancount import beancount_text
from ledger.exports.hledger import hledger_text
from ledger.exports.journal import Journal, Line, Span, instant_text
from ledger.exports.journal_csv import csv_text
from ledger.postgres import audit_rows
from ledger.postgres.journal_rows import read_journal

FORMATS: Final[Mapping[str, Callable[[Journal], Iterator[str]]]] = MappingProxyType(
    {"csv": csv_text, "hledger": hledger_text, "beancount": beancount_text}
)
_SHOW_EVERY: Final = 20_000
"""Transfers between two looks at the progress."""
_BUFFER_BYTES: Final = 1 << 20


class NotExported(Exception):
    """Nothing was written under the wanted name; the text is one line that says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to export; without an `output` it goes to standard output."""

    form: str
    first: date | None
    last: date | None
    recorded_by: datetime | None
    output: Path | None
    overwrites: bool


def export(chosen: argparse.Namespace) -> int:
    """Export the journal as the person who typed the command."""
    settings = read_look_settings("export", EXPORT)
    house = open_look_house(settings, process="export", roles=EXPORT)
    wanted = Wanted(
        form=chosen.format,
        first=chosen.first,
        last=chosen.last,
        recorded_by=chosen.recorded_by,
        output=chosen.output,
        overwrites=chosen.force,
    )
    return export_journal(house, wanted, by=operator(chosen.reason))


def export_journal(house: LookHouse, wanted: Wanted, *, by: Doer) -> int:
    """Write the journal where it is wanted, whole or not at all, and return 0.

    Raises:
        NotExported: the span ends before it begins, or the file is there or cannot be written.
        InstantOpen: more may still be recorded by the wanted instant.
    """
    if wanted.first and wanted.last and wanted.last < wanted.first:
        raise NotExported(f"--to {wanted.last} is before --from {wanted.first}")
    _require_free(wanted)
    with house.open_auditor_tx() as tx:
        journal = read_journal(
            tx, first=wanted.first, last=wanted.last, recorded_by=wanted.recorded_by
        )
        with house.open_recon_tx() as recording:
            subject = f"journal:{wanted.form} {_span_text(journal.span)}"
            audit_rows.record(recording, by.did(Act.EXPORT_JOURNAL, to=subject))
        progress = _Progress(journal.lines)
        pieces = FORMATS[wanted.form](replace(journal, lines=progress))
        try:
            _write(pieces, wanted)
        except OSError as error:
            raise NotExported(f"{wanted.output or 'standard output'}: {error.strerror}") from error
        except KeyboardInterrupt as stop:
            raise NotExported("interrupted; no file was written") from stop
        finally:
            progress.clear()
    instant = f"as recorded by {instant_text(journal.span.recorded_by)}"
    if wanted.output is None:
        sys.stderr.write(f"{instant}\n")
        return 0
    days = counted(len(journal.days), "business day")
    show(f"{wanted.output}: {counted(progress.count, 'transfer')} of {days}")
    show(instant)
    return 0


class _Progress:
    """Counts lines on their way; who sits at a terminal sees how far they are."""

    def __init__(self, lines: Iterable[Line]) -> None:
        """Count these lines."""
        self._lines = lines
        self._is_seen = sys.stderr.isatty()
        self.count = 0

    def __iter__(self) -> Iterator[Line]:
        """Pass every line on."""
        for line in self._lines:
            self.count += 1
            if self._is_seen and self.count % _SHOW_EVERY == 0:
                sys.stderr.write(f"\r{line.business_date}  {self.count:,} transfers ")
                sys.stderr.flush()
            yield line

    def clear(self) -> None:
        """Take what was shown off the screen."""
        if self._is_seen:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _span_text(span: Span) -> str:
    is_bounded = span.first is not None or span.last is not None
    days = f"{span.first or ''}..{span.last or ''}" if is_bounded else "all days"
    return f"{days} recorded by {instant_text(span.recorded_by)}"


def _require_free(wanted: Wanted) -> None:
    try:
        if wanted.output is None or not wanted.output.exists():
            return
    except OSError as error:
        raise NotExported(f"{wanted.output}: {error.strerror}") from error
    if not wanted.output.is_file():
        raise NotExported(f"{wanted.output} is there and no file")
    if not wanted.overwrites:
        raise NotExported(f"{wanted.output} is already there; --force replaces it")


def _write(pieces: Iterable[str], wanted: Wanted) -> None:
    if wanted.output is None:
        _print(pieces)
        return
    folder = wanted.output.resolve().parent
    # Readable by its owner alone until they decide otherwise.
    handle, name = tempfile.mkstemp(prefix=f".{wanted.output.name}.", suffix=".part", dir=folder)
    part = Path(name)
    try:
        with open(handle, "w", _BUFFER_BYTES, encoding="utf-8", newline="") as file:  # noqa: PTH123 (a handle, not a path)
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        _require_free(wanted)  # Somebody may have written it meanwhile.
        part.replace(wanted.output)
    finally:
        part.unlink(missing_ok=True)


def _print(pieces: Iterable[str]) -> None:
    try:
        sys.stdout.writelines(pieces)
        sys.stdout.flush()
    except OSError as error:
        # What is still in the buffer must not be tried again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # Then the reader has seen enough.
            raise
