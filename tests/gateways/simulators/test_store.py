"""What the far sides remember."""

import sqlite3
from pathlib import Path

import pytest

from gateways.simulators.store import Store, drop_file


def test_a_change_that_fails_leaves_nothing(store: Store):
    insert = "INSERT INTO setting (name, value) VALUES (?, ?)"
    with pytest.raises(sqlite3.IntegrityError), store.change() as tx:
        tx.executemany(insert, [("a", "1"), ("a", "2")])
    assert store.setting("a", default="none") == "none"


def test_what_is_kept_outlives_the_connection(tmp_path: Path):
    first = Store(tmp_path)
    first.keep_setting("a", value="1")
    first.keep_setting("a", value="2")
    first.close()
    second = Store(tmp_path)
    assert second.setting("a", default="") == "2"
    second.close()


def test_a_dropped_file_is_there_whole_and_nothing_else(tmp_path: Path):
    folder = tmp_path / "drop"
    drop_file(folder, name="a.csv", content=b"first")
    path = drop_file(folder, name="a.csv", content=b"second")
    assert path.read_bytes() == b"second"
    assert [one.name for one in folder.iterdir()] == ["a.csv"]
