"""Seals on their way out of the database: made, written where nobody rewrites, proven from there.

In the folder stand, for each sealed day, `<day>.note`, which is signed, and `<day>.rows`, one hash
per leaf; and `key.pub`. A file is written whole or not at all and never again.
"""

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Final, TextIO

import structlog

from api.house import House
from api.keys import seal_key_of
from api.settings import Settings, SettingsWrong
from ledger.merkle import is_included, root_of
from ledger.postgres import seal_rows
from ledger.postgres.seal_rows import KeptSeal
from ledger.postgres.transaction import OpenTx, Tx
from ledger.seal import (
    ConsistencyProof,
    InclusionProof,
    VerifierKey,
    consistency_proof,
    day_hashes,
    inclusion_proof,
)
from reconciliation.errors import DayAltered
from reconciliation.seal_day import seal_day

_KEY: Final = "key.pub"
_log = structlog.get_logger()


class NotProvable(Exception):
    """There is no proof of this; the text says why."""


class FolderUnusable(Exception):
    """The folder, or a file in it, cannot be read or written; the text names which and why."""

    def __init__(self, path: Path, error: OSError) -> None:
        """Say what the system said of a path."""
        super().__init__(f"{error.filename2 or error.filename or path}: {error.strerror}")


class _RowsDiffer(Exception):
    """The rows in the database are not those of the seal any more."""


class SealFolder:
    """The folder outside the database."""

    def __init__(self, path: Path) -> None:
        """Name the folder; it is made when first written to."""
        self._path = path

    def note(self, day: date, /) -> str | None:
        """Return a day's note, None while there is none.

        Raises:
            FolderUnusable: it cannot be read.
        """
        return self._read(f"{day.isoformat()}.note")

    def rows(self, day: date, /) -> Iterator[str] | None:
        """Return a day's leaves, a line each without its end; None while there are none.

        Raises:
            FolderUnusable: they cannot be read.
        """
        path = self._path / f"{day.isoformat()}.rows"
        try:
            return _lines(path) if path.exists() else None
        except OSError as error:
            raise FolderUnusable(path, error) from error

    def key(self) -> VerifierKey | None:
        """Return the key that notes are checked with, None while there is none.

        Raises:
            ValueError: the file holds no key.
            FolderUnusable: it cannot be read.
        """
        line = self._read(_KEY)
        return None if line is None else VerifierKey.read(line)

    def keep(self, name: str, *, text: str) -> bool:
        """Write a file that is not there yet; False when it is there and says something else.

        Raises:
            FolderUnusable: it cannot be read or written.
        """
        there = self._read(name)
        if there is None:
            with self.writing(name) as file:
                file.write(text)
        return there in {None, text}

    @contextmanager
    def writing(self, name: str) -> Generator[TextIO]:
        """Give a file to write; it appears under its name, on disk, when the block is left.

        Raises:
            FolderUnusable: it cannot be written; nothing is left of it.
        """
        part = self._path / f"{name}.part"
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            with part.open("w", encoding="utf-8", newline="\n") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.rename(self._path / name)
            folder = os.open(self._path, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except BaseException as error:
            with suppress(OSError):
                part.unlink()
            if isinstance(error, OSError):
                raise FolderUnusable(part, error) from error
            raise

    def _read(self, name: str) -> str | None:
        path = self._path / name
        try:
            return path.read_bytes().decode(errors="replace")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise FolderUnusable(path, error) from error


def seal_days(open_tx: OpenTx, house: House) -> list[KeptSeal]:
    """Seal every closed day that has no seal, publish what is missing; return the new seals.

    Interrupted anywhere, the next call goes on. A day that is not what it was closed with is
    logged and stops the sealing, never the publishing.

    Raises:
        SettingsWrong: this process has no key to seal with.
        FolderUnusable: a day is sealed that could not be published; a later call does.
    """
    key, sealed = seal_key_of(house.settings), list[KeptSeal]()
    try:
        while (one := seal_day(open_tx, key=key, now=house.clock())) is not None:
            sealed.append(one)
    except DayAltered as altered:
        _log.error("seal.refused", day=altered.day.isoformat(), why=str(altered))
    publish_seals(open_tx, SealFolder(house.settings.seals), key=key.verifier)
    return sealed


def publish_seals(open_tx: OpenTx, folder: SealFolder, *, key: VerifierKey) -> None:
    """Write what the folder lacks; what is there and differs is told loudly and left alone.

    Raises:
        FolderUnusable: something could not be published; what could be is.
    """
    with open_tx() as tx:
        seals = seal_rows.all_seals(tx)
    unusable: list[FolderUnusable] = []
    try:
        if seals and not folder.keep(_KEY, text=f"{key.line}\n"):
            _log.error("seal.key_differs", expected=key.line)
    except FolderUnusable as error:
        unusable.append(error)
    for one in seals:
        try:
            if not _is_published(open_tx, folder, one):
                break  # Somebody else is at it.
        except FolderUnusable as error:
            unusable.append(error)
    if unusable:
        raise unusable[0]


def known_key(settings: Settings) -> VerifierKey | None:
    """Return the key seals are checked with: our own's, or the published one where we have none.

    Raises:
        SettingsWrong: the published one is no key.
        FolderUnusable: the published one cannot be read.
    """
    if settings.seal_key is not None:
        return seal_key_of(settings).verifier
    try:
        return SealFolder(settings.seals).key()
    except ValueError as error:
        raise SettingsWrong(f"{settings.seals / _KEY}: {error}") from error


def inclusion_of(tx: Tx, folder: SealFolder, key: str) -> InclusionProof:
    """Return the document that proves an entry to stand under the seal of its day.

    Raises:
        NotProvable: there is no such entry, its day has no seal, or the rows are not published.
        FolderUnusable: the rows cannot be read.
    """
    if not key.isprintable():
        raise NotProvable(f"{key!a} is not a key of an entry")
    sealed = seal_rows.seal_over(tx, key)
    leaf = seal_rows.entry_leaf(tx, key, place=0)
    if sealed is None or leaf is None:
        raise NotProvable(f"{key} is not an entry of a sealed day")
    day = sealed.day.business_date.isoformat()
    hashes: list[bytes] = []
    place = None
    for line in folder.rows(sealed.day.business_date) or ():
        name, _, mark = line.rpartition(" ")
        if name == leaf.name:
            place = len(hashes)
        try:
            hashes.append(bytes.fromhex(mark))
        except ValueError as error:
            raise NotProvable(f"the rows of {day} are not those of its seal") from error
    leaf = None if place is None else seal_rows.entry_leaf(tx, key, place=place)
    if place is None or leaf is None:
        raise NotProvable(f"the rows of {day} are not published yet")
    document = inclusion_proof(sealed.note, leaf, index=place, leaves=hashes)
    path = [bytes.fromhex(step) for step in document["path"]]
    if not is_included(leaf.hash, index=place, size=len(hashes), path=path, root=sealed.root):
        _log.error("seal.rows_differ", day=day)
        raise NotProvable(f"the rows of {day} are not those of its seal")
    return document


def consistency_of(tx: Tx, *, first: date, second: date) -> ConsistencyProof:
    """Return the document that proves the log of the earlier day to begin that of the later.

    Raises:
        NotProvable: one of the days has no seal.
    """
    found = [seal_rows.seal_of(tx, day) for day in sorted((first, second))]
    old, new = found
    if old is None or new is None:
        raise NotProvable("both days must be sealed")
    return consistency_proof(
        first=old.note,
        second=new.note,
        first_size=old.day.sequence,
        days=day_hashes(seal_rows.roots(tx, through=new.day.sequence)),
    )


def _is_published(open_tx: OpenTx, folder: SealFolder, sealed: KeptSeal) -> bool:
    """Publish a day where it is not yet; False when somebody else publishes at the moment."""
    day = sealed.day.business_date
    note = folder.note(day)
    if note is None or folder.rows(day) is None:
        with open_tx() as tx:
            if not seal_rows.take_turn(tx):
                return False
            _publish(tx, folder, sealed)
    elif note != sealed.note:
        _log.error("seal.note_differs", day=day.isoformat())
    return True


def _publish(tx: Tx, folder: SealFolder, sealed: KeptSeal) -> None:
    """Write rows and then the note, which therefore stands for a day that is out whole."""
    day = sealed.day.business_date.isoformat()
    try:
        if folder.rows(sealed.day.business_date) is None:
            with folder.writing(f"{day}.rows") as file:
                _read_rows(tx, sealed, write=file.write)
        else:
            _read_rows(tx, sealed, write=lambda _line: None)
    except _RowsDiffer:
        _log.error("seal.rows_differ", day=day)
        return
    if not folder.keep(f"{day}.note", text=sealed.note):
        _log.error("seal.note_differs", day=day)


def _read_rows(tx: Tx, sealed: KeptSeal, *, write: Callable[[str], object]) -> None:
    """Write a line per leaf.

    Raises:
        _RowsDiffer: they do not give the root that was signed.
    """

    def written() -> Iterator[bytes]:
        for leaf in seal_rows.leaves(tx, sealed.day):
            mark = leaf.hash
            write(f"{leaf.name} {mark.hex()}\n")
            yield mark

    if root_of(written()) != sealed.root:
        raise _RowsDiffer


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
            for line in file:
                yield line.rstrip("\n")
    except OSError as error:
        raise FolderUnusable(path, error) from error
