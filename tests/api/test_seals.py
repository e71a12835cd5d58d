"""Seals leave the database once, whole, and are never changed outside; proofs come from there."""

import errno
import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from structlog.testing import capture_logs

from api.house import House
from api.keys import seal_key_of
from api.seals import (
    FolderUnusable,
    NotProvable,
    SealFolder,
    consistency_of,
    inclusion_of,
    known_key,
    publish_seals,
    seal_days,
)
from api.settings import SettingsWrong
from ledger.merkle import is_consistent, is_included, leaf_hash
from ledger.postgres import seal_rows
from ledger.postgres.transaction import OpenTx
from ledger.seal import days_root_of
from tests.ledger.samples import DAY, capture
from tests.ledger.sealing import SECOND, THIRD, close, write_down

NOTE, ROWS = "2026-11-20.note", "2026-11-20.rows"


@pytest.fixture
def closed(house: House) -> House:
    """Give a house with two closed days of two entries and one."""
    write_down(house.open_recon_tx)
    close(house.open_recon_tx, DAY, 1, 2)
    close(house.open_recon_tx, SECOND, 3)
    return house


@pytest.fixture
def sealed(closed: House) -> House:
    """Give the same house with both days sealed and published."""
    assert len(seal_days(closed.open_recon_tx, closed)) == 2
    return closed


def publish(house: House) -> list[str]:
    """Publish what is missing and return the events of what went wrong."""
    key = seal_key_of(house.settings).verifier
    with capture_logs() as logs:
        publish_seals(house.open_recon_tx, SealFolder(house.settings.seals), key=key)
    return [str(one["event"]) for one in logs if one["log_level"] == "error"]


def files(house: House) -> dict[str, bytes]:
    """Return everything in the folder."""
    return {path.name: path.read_bytes() for path in sorted(house.settings.seals.iterdir())}


def test_every_closed_day_is_sealed_and_published(sealed: House) -> None:
    with sealed.open_recon_tx() as tx:
        first, second = seal_rows.all_seals(tx)
        leaves = list(seal_rows.leaves(tx, first.day))
    found = files(sealed)
    assert sorted(found) == [NOTE, ROWS, "2026-11-21.note", "2026-11-21.rows", "key.pub"]
    assert found[NOTE].decode() == first.note
    assert found["2026-11-21.note"].decode() == second.note
    rows = "".join(f"{leaf.name} {leaf.hash.hex()}\n" for leaf in leaves)
    assert found[ROWS].decode() == rows
    assert [leaf.name.split()[0] for leaf in leaves] == ["day", "entry", "entry", "audit"]
    assert found["key.pub"].decode() == seal_key_of(sealed.settings).verifier.line + "\n"


def test_sealing_again_changes_nothing(sealed: House) -> None:
    before = files(sealed)
    assert seal_days(sealed.open_recon_tx, sealed) == []
    assert files(sealed) == before


@pytest.mark.parametrize("lost", [{NOTE}, {ROWS}, {NOTE, ROWS}, {"key.pub"}])
def test_what_is_missing_outside_is_written_again_to_the_byte(
    sealed: House, lost: set[str]
) -> None:
    before = files(sealed)
    for name in lost:
        (sealed.settings.seals / name).unlink()
    assert publish(sealed) == []
    assert files(sealed) == before


def test_what_a_crash_left_half_written_is_written_over(sealed: House) -> None:
    before = files(sealed)
    (sealed.settings.seals / ROWS).unlink()
    (sealed.settings.seals / f"{ROWS}.part").write_text("day 00\nentry 1 0")
    assert publish(sealed) == []
    assert files(sealed) == before


def test_a_note_that_was_changed_outside_is_told_and_left_alone(sealed: House) -> None:
    (sealed.settings.seals / NOTE).write_text("something else")
    before = files(sealed)
    assert publish(sealed) == ["seal.note_differs"]
    assert files(sealed) == before


def test_another_key_outside_is_told_and_left_alone(sealed: House) -> None:
    (sealed.settings.seals / "key.pub").write_text("another key")
    assert publish(sealed) == ["seal.key_differs"]
    assert files(sealed)["key.pub"] == b"another key"


def change_a_row(open_tx: OpenTx) -> None:
    with open_tx() as tx:
        tx.execute(text("ALTER TABLE ledger.entry DISABLE TRIGGER ALL"))
        tx.execute(text("UPDATE ledger.entry SET source = 'evidence:9' WHERE source LIKE '%1'"))


@pytest.mark.parametrize("lost", [NOTE, ROWS])
def test_nothing_is_written_of_a_day_whose_rows_changed_since(
    sealed: House, owner_open_tx: OpenTx, lost: str
) -> None:
    (sealed.settings.seals / lost).unlink()
    change_a_row(owner_open_tx)
    before = files(sealed)
    assert publish(sealed) == ["seal.rows_differ"]
    assert files(sealed) == before


def test_a_day_that_is_not_as_closed_is_told_and_earlier_seals_are_out(
    closed: House, owner_open_tx: OpenTx
) -> None:
    with owner_open_tx() as tx:
        tx.execute(text("ALTER TABLE ledger.closed_day DISABLE TRIGGER ALL"))
        tx.execute(
            text("UPDATE ledger.closed_day SET checksum = sha256('') WHERE business_date = :day"),
            {"day": SECOND},
        )
    with capture_logs() as logs:
        made = seal_days(closed.open_recon_tx, closed)
    assert [one.day.business_date for one in made] == [DAY]
    assert ("seal.refused", "2026-11-21") in {(one["event"], one.get("day")) for one in logs}
    assert sorted(files(closed)) == [NOTE, ROWS, "key.pub"]


def test_while_somebody_else_publishes_nothing_is_written(closed: House) -> None:
    key = seal_key_of(closed.settings)
    assert len(seal_days(closed.open_recon_tx, closed)) == 2
    (closed.settings.seals / NOTE).unlink()
    with closed.open_recon_tx() as tx:
        assert seal_rows.take_turn(tx)
        publish_seals(closed.open_recon_tx, SealFolder(closed.settings.seals), key=key.verifier)
    assert NOTE not in files(closed)
    assert publish(closed) == []
    assert NOTE in files(closed)


def test_who_has_no_key_seals_nothing(closed: House) -> None:
    without = replace(closed, settings=closed.settings.model_copy(update={"seal_key": None}))
    with pytest.raises(SettingsWrong, match="CLEARING_SEAL_KEY"):
        seal_days(without.open_recon_tx, without)


def test_who_has_no_key_checks_with_the_published_one(sealed: House) -> None:
    without = sealed.settings.model_copy(update={"seal_key": None})
    assert known_key(without) == known_key(sealed.settings)
    assert known_key(without) == seal_key_of(sealed.settings).verifier
    (sealed.settings.seals / "key.pub").write_text("no key\n")
    with pytest.raises(SettingsWrong, match=r"key\.pub"):
        known_key(without)
    (sealed.settings.seals / "key.pub").unlink()
    assert known_key(without) is None


def test_a_key_of_another_seed_is_another_key(sealed: House) -> None:
    other = sealed.settings.model_copy(update={"seal_key": SecretStr("66" * 32)})
    assert known_key(other) != known_key(sealed.settings)


@pytest.mark.parametrize(("number", "day"), [(1, DAY), (2, DAY), (3, SECOND)])
def test_an_entry_is_proven_to_stand_under_its_days_root(
    sealed: House, number: int, day: date
) -> None:
    with sealed.open_auditor_tx() as tx:
        proof = inclusion_of(tx, SealFolder(sealed.settings.seals), capture(number).key)
        kept = seal_rows.seal_of(tx, day)
    assert kept is not None
    assert proof["note"] == kept.note
    assert f"\ncaptured:vnpay:{number}\n" in proof["leaf"]
    assert is_included(
        leaf_hash(proof["leaf"].encode()),
        index=proof["index"],
        size=proof["size"],
        path=[bytes.fromhex(step) for step in proof["path"]],
        root=kept.root,
    )


def file_for_folder(folder: Path) -> Path:
    folder.write_text("no folder")
    return folder


def dangling_folder(folder: Path) -> Path:
    folder.symlink_to("nowhere")
    return folder


def folder_for(name: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).mkdir(parents=True)
        return folder / name

    return make


@pytest.mark.parametrize(
    "spoil",
    [
        file_for_folder,
        dangling_folder,
        folder_for(NOTE),
        folder_for("key.pub"),
        folder_for(f"{ROWS}.part"),
    ],
)
def test_a_folder_that_cannot_be_used_is_named_and_days_are_sealed_all_the_same(
    closed: House, spoil: Callable[[Path], Path]
) -> None:
    folder = closed.settings.seals
    path = spoil(folder)
    with pytest.raises(FolderUnusable, match=re.escape(str(path))):
        seal_days(closed.open_recon_tx, closed)
    with closed.open_auditor_tx() as tx:
        assert len(seal_rows.all_seals(tx)) == 2
    path.rmdir() if path.is_dir() else path.unlink()
    assert publish(closed) == []
    assert sorted(files(closed)) == [NOTE, ROWS, "2026-11-21.note", "2026-11-21.rows", "key.pub"]


def test_a_day_that_cannot_be_published_does_not_stop_the_others(closed: House) -> None:
    (closed.settings.seals / NOTE).mkdir(parents=True)
    with pytest.raises(FolderUnusable, match=NOTE):
        seal_days(closed.open_recon_tx, closed)
    assert (closed.settings.seals / "2026-11-21.note").is_file()


def test_a_full_disk_leaves_nothing_half_written(
    closed: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", refuse)
        with pytest.raises(FolderUnusable, match=r"key\.pub\.part: No space left"):
            seal_days(closed.open_recon_tx, closed)
    assert list(closed.settings.seals.iterdir()) == []
    assert publish(closed) == []


def test_a_note_or_a_key_that_is_no_text_is_another_one(sealed: House) -> None:
    for name in (NOTE, "key.pub"):
        (sealed.settings.seals / name).write_bytes(b"\xff\xfe")
    assert publish(sealed) == ["seal.key_differs", "seal.note_differs"]
    without = sealed.settings.model_copy(update={"seal_key": None})
    with pytest.raises(SettingsWrong, match=r"key\.pub"):
        known_key(without)


def binary(folder: Path) -> None:
    (folder / ROWS).write_bytes(b"\xff\xfe\n" + (folder / ROWS).read_bytes())


def bad_hex(folder: Path) -> None:
    (folder / ROWS).write_text((folder / ROWS).read_text().replace("entry 2 ", "entry 2 zz"))


def swap(folder: Path) -> None:
    first, second, *rest = (folder / ROWS).read_text().splitlines(keepends=True)[1:]
    head = (folder / ROWS).read_text().splitlines(keepends=True)[0]
    (folder / ROWS).write_text("".join([head, second, first, *rest]))


def lose(folder: Path) -> None:
    (folder / ROWS).unlink()


def empty(folder: Path) -> None:
    (folder / ROWS).write_text("")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (swap, "not those of its seal"),
        (lose, "not published yet"),
        (empty, "not published yet"),
        (binary, "not those of its seal"),
        (bad_hex, "not those of its seal"),
    ],
)
def test_no_proof_is_given_from_rows_that_do_not_give_the_root(
    sealed: House, spoil: Callable[[Path], None], why: str
) -> None:
    spoil(sealed.settings.seals)
    with sealed.open_auditor_tx() as tx, pytest.raises(NotProvable, match=why):
        inclusion_of(tx, SealFolder(sealed.settings.seals), capture(1).key)


def test_no_proof_is_given_of_what_is_not_sealed(closed: House) -> None:
    for key in (capture(1).key, "captured:vnpay:none"):
        with closed.open_auditor_tx() as tx, pytest.raises(NotProvable, match="sealed day"):
            inclusion_of(tx, SealFolder(closed.settings.seals), key)


def test_what_was_typed_and_is_no_text_is_no_key(closed: House) -> None:
    with (
        closed.open_auditor_tx() as tx,
        pytest.raises(NotProvable, match=r"'\\udcff' is not a key of an entry"),
    ):
        inclusion_of(tx, SealFolder(closed.settings.seals), "\udcff")


def test_the_log_of_one_day_is_proven_to_begin_that_of_a_later(sealed: House) -> None:
    close(sealed.open_recon_tx, THIRD, 4)
    seal_days(sealed.open_recon_tx, sealed)
    with sealed.open_auditor_tx() as tx:
        roots = seal_rows.roots(tx)
        kept = seal_rows.all_seals(tx)
        for days in ((SECOND, THIRD), (THIRD, SECOND)):
            proof = consistency_of(tx, first=days[0], second=days[1])
            assert (proof["first"], proof["second"]) == (kept[1].note, kept[2].note)
            assert is_consistent(
                first=2,
                second=3,
                first_root=days_root_of(roots[:2]),
                second_root=days_root_of(roots),
                path=[bytes.fromhex(step) for step in proof["path"]],
            )


def test_no_consistency_is_proven_with_a_day_that_is_not_sealed(sealed: House) -> None:
    with sealed.open_auditor_tx() as tx, pytest.raises(NotProvable, match="must be sealed"):
        consistency_of(tx, first=DAY, second=THIRD)
