"""All days in order: each note, the chain they make, and what no note covers."""

import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Final

import psycopg

from ledger.postgres.verify_log.comparison import Comparison, aligned, told_rows
from ledger.postgres.verify_log.notes import Key, Note, read_note, read_text
from ledger.postgres.verify_log.rows import Book, Day, Row
from ledger.postgres.verify_log.trees import Tree, leaf_hash

FINDINGS_MAX: Final = 100
PROGRESS_ROWS: Final = 100_000
_NOTES: Final = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9].note"


def say(line: str) -> None:
    """Write one line; what somebody planted in a row does not steer the reader's terminal."""
    sys.stdout.write("".join(sign if sign.isprintable() else "?" for sign in line) + "\n")
    sys.stdout.flush()


class Verifier:
    """Goes through a book once and says what it finds, line by line."""

    def __init__(self, connection: psycopg.Connection[Any], seals: Path, key: Key) -> None:
        """Begin before the first day."""
        self._findings = 0
        self._book = Book(connection, find=self._find)
        self._seals = seals
        self._key = key
        self._sealed = {"day": 0, "entry": 0, "audit": 0}
        self._unsealed = {"day": 0, "entry": 0, "audit": 0}
        self._notes: dict[str, Note] = {}
        self._sequence = 0
        self._root = bytes(32)
        self._through = 0
        self._log: Tree | None = Tree()
        """The log of days, None from where it can no longer be followed."""

    def verify(self, *, kept: str | None) -> bool:
        """Check everything and say so; False when anything is not as it was sealed.

        `kept` is a note somebody took home earlier: what it says must still be said.
        """
        for sentence in self._book.strays():
            self._find(sentence)
        days = self._book.days()
        outside = {path.stem for path in self._seals.glob(_NOTES)}
        for date in sorted({*days, *outside}):
            self._check_day(date, days.get(date))
        self._check_unsealed()
        if kept is not None:
            self._check_kept(kept)
        read = _counted(self._sealed)
        if any(self._unsealed.values()):
            read = f"{read} (not sealed yet: {_counted(self._unsealed)})"
        broken = f"broken: {_some(self._findings, 'finding', 'findings')} in {read}"
        say(broken if self._findings else f"holds: {read}")
        return not self._findings

    def _check_day(self, date: str, day: Day | None) -> None:
        after = self._through
        note = self._note_of(date, day)
        if note is not None:
            self._notes[date] = note
            self._check_chain(note)
        if day is None or not day.is_closed:
            over = "" if note is None else f" over {_some(note.entries, 'entry', 'entries')}"
            self._find(f"{date} the day was sealed{over} and is not closed in the database")
        elif note is None:
            self._check_digests(date, self._book.entries(date))
        else:
            self._check_seal(note, day)
            self._check_rows(note, day, after=after)

    def _note_of(self, date: str, day: Day | None) -> Note | None:
        """Return the note to go by: the one outside while its signature holds."""
        texts: dict[str, str] = {}
        if (path := self._seals / f"{date}.note").is_file():
            texts["note outside"] = read_text(path)
        if day is not None and day.note is not None:
            texts["note in the database"] = day.note
        if day is not None and day.is_closed and len(texts) < 2:
            what = "the note outside" if texts else "the seal"
            what = "the seal in the database" if "note outside" in texts else what
            # A day is sealed, and the note put outside, in the minutes after it closed.
            is_awaited = day.is_fresh and "note outside" not in texts
            tell = _warn if is_awaited else self._find
            tell(f"{date} {what} of this closed day is missing")
        notes = {place: read_note(text) for place, text in texts.items()}
        faults = {place: _fault(note, date, self._key) for place, note in notes.items()}
        if len(set(texts.values())) == 1 and any(faults.values()):
            self._find(f"{date} note {next(iter(faults.values()))}")
        else:
            for place, fault in faults.items():
                if fault:
                    self._find(f"{date} {place} {fault}")
        good = [note for place, note in notes.items() if note is not None and not faults[place]]
        if len({note.signed for note in good}) > 1:
            self._find(f"{date} the notes outside and in the database differ, and both are signed")
        read = [note for note in notes.values() if note is not None and note.day == date]
        return next(iter([*good, *read]), None)

    def _check_chain(self, note: Note) -> None:
        date = note.day
        if note.sequence != self._sequence + 1:
            self._find(f"{date} is day {note.sequence}, the one before it is {self._sequence}")
            self._log = None
        elif note.previous != self._root:
            self._find(f"{date} the note does not follow from the note of the day before")
        if self._log is not None:
            self._log.add(leaf_hash(note.log_leaf))
            if self._log.root() != note.days_root:
                self._find(f"{date} the note's log of days is not that of the notes so far")
                self._log = None
        if note.through < self._through:
            self._find(f"{date} the note covers audit records the day before covered")
        self._sequence, self._root, self._through = note.sequence, note.root, note.through

    def _check_seal(self, note: Note, day: Day) -> None:
        for name, inside in day.seal.items():
            stated = getattr(note, name)
            if day.note is not None and inside != stated:
                shown = [one.hex() if isinstance(one, bytes) else one for one in (inside, stated)]
                self._find(f"{note.day} the seal says {name} {shown[0]}, the note {shown[1]}")

    def _check_rows(self, note: Note, day: Day, *, after: int) -> None:
        path, date = self._seals / f"{note.day}.rows", note.day
        told = told_rows(path) if path.is_file() else iter(())
        first = Row("day", 0, date, note.day_leaf, "", b"", 0)
        audit = self._book.audit(after=after, through=note.through)
        result = Comparison()
        rows = _progress(date, note.size, chain([first], self._book.entries(date), audit))
        for line, row in aligned(told, rows):
            result.take(line, row)
        self._sealed = {kind: count + result.counts[kind] for kind, count in self._sealed.items()}
        is_named = False
        if result.found.root() == note.root:
            self._check_files(result, path)
            self._check_counts(result, note, day)
        elif result.told.root() == note.root:
            for run in result.missing:
                if run.count == 1 and run.first.kind == "entry":
                    run.moved_to = self._book.date_of(run.first.number)
            is_named = True
            for _, sentence in sorted(result.named()):
                self._find(f"{date} {sentence}")
        else:
            why = "neither does the rows file" if _is_there(path) else "there is no rows file"
            self._find(f"{date} the rows do not give the note's root; {why}: no row can be named")
        for sentence in result.undigested(but_named=is_named):
            self._find(f"{date} {sentence}")

    def _check_files(self, result: Comparison, path: Path) -> None:
        if not _is_there(path):
            _warn(f"{path.stem} there is no rows file: a changed row could not be named")
        elif result.first is not None:
            self._find(f"{path.stem} the rows file was changed, first in line {result.first + 1}")

    def _check_counts(self, result: Comparison, note: Note, day: Day) -> None:
        entries, audits = result.counts["entry"], result.counts["audit"]
        pairs = (
            ("note counts", "entries", note.entries, entries),
            ("note counts", "audit records", note.audits, audits),
            ("note counts", "rows and itself", note.size, result.found.size),
            ("closed day counts", "entries", day.entry_count, entries),
            ("closed day counts", "transfers", day.transfer_count, result.transfers),
        )
        for who, what, stated, counted in pairs:
            if stated != counted:
                self._find(f"{note.day} the {who} {stated} {what}, there are {counted}")
        if result.is_digested and result.checksum.digest() != day.checksum:
            self._find(f"{note.day} the closed day's checksum is not that of its entries")

    def _check_unsealed(self) -> None:
        for date, entries, is_late in self._book.unclosed():
            if is_late and entries and date not in self._notes:
                some = _some(entries, "entry", "entries")
                self._find(
                    f"{date} the day was passed over when a later one closed, and has {some}"
                )
            self._check_digests(date, self._book.entries(date))
        self._check_digests("", self._book.audit(after=self._through))

    def _check_digests(self, date: str, rows: Iterator[Row]) -> None:
        result = Comparison()
        for row in _progress(date or "audit records", 0, rows):
            result.take(None, row)
        for kind, count in result.counts.items():
            self._unsealed[kind] += count
        self._unsealed["day"] += 1 if date else 0
        for sentence in result.undigested():
            self._find(f"{date or 'not sealed yet:'} {sentence}")

    def _check_kept(self, kept: str) -> None:
        note = read_note(kept)
        fault = _fault(note, "" if note is None else note.day, self._key)
        if note is None or fault:
            self._find(f"kept note {fault}")
        elif note.day not in self._notes:
            self._find(f"{note.day} the day of the kept note is gone")
        elif self._notes[note.day].signed != note.signed:
            self._find(f"{note.day} the kept note says otherwise than the note there is")

    def _find(self, sentence: str) -> None:
        self._findings += 1
        if self._findings <= FINDINGS_MAX:
            say(sentence)
        elif self._findings == FINDINGS_MAX + 1:
            say("there is more, which is counted and not listed")


def _fault(note: Note | None, date: str, key: Key) -> str:
    if note is None:
        return "cannot be read"
    return note.fault(key) or ("" if note.day == date else f"is of {note.day}")


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _warn(sentence: str) -> None:
    say(f"warning: {sentence}")


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(
        (
            _some(counts["day"], "day", "days"),
            _some(counts["entry"], "entry", "entries"),
            _some(counts["audit"], "audit record", "audit records"),
        )
    )


def _some(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _progress(date: str, size: int, rows: Iterator[Row]) -> Iterator[Row]:
    for count, row in enumerate(rows, 1):
        if count % PROGRESS_ROWS == 0:
            of = f" of {size:,}" if size else ""
            sys.stderr.write(f"{date}: {count:,}{of} rows\n")
        yield row
