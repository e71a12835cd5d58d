"""What the far sides remember: one SQLite file that outlives the process."""

import os
import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_SCHEMA: Final = Path(__file__).with_name("schema.sql")

Row = sqlite3.Row
Tx = sqlite3.Connection


class Store:
    """One connection, used by one thread at a time."""

    def __init__(self, folder: Path) -> None:
        """Open the file in `folder`, made when missing."""
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(
            folder / "simulators.sqlite3", check_same_thread=False, isolation_level=None
        )
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        # A killed process loses nothing this way; only a power cut might lose the last moments.
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA.read_text("utf-8"))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def change(self) -> Generator[Tx]:
        """Give the connection to one thread; all it does there happens, or nothing."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def rows(self, statement: str, *values: str | int) -> list[Row]:
        """Return what a question finds."""
        with self._lock:
            return self._db.execute(statement, values).fetchall()

    def setting(self, name: str, *, default: str) -> str:
        """Return a kept setting."""
        found = self.rows("SELECT value FROM setting WHERE name = ?", name)
        return str(found[0]["value"]) if found else default

    def keep_setting(self, name: str, *, value: str) -> None:
        """Keep a setting, also over a restart."""
        with self.change() as tx:
            tx.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", (name, value))


def drop_file(folder: Path, *, name: str, content: bytes) -> Path:
    """Put a file into a folder so that a reader sees all of it or nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{name}.part"
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return unfinished.replace(folder / name)
