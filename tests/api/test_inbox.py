"""The folders partners' files arrive in."""

import os
from pathlib import Path

import pytest

from api import inbox
from api.house import House
from api.inbox import TAKEN, receive_inbox
from reconciliation.file import FileState

EMPTY_REPORT = (
    b"REPORT,DVCTEST1,20261123,1\n"
    b"TxnRef,TransactionNo,TransactionType,Amount,Fee,PayDate,Beneficiary,Payout\n"
    b"TOTAL,0,0,0,COMPLETE\n"
)


def _drop(house: House, name: str, content: bytes, *, source: str = "vnpay") -> Path:
    path = house.settings.inbox / source / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_an_inbox_that_nobody_made_yet_is_empty(house: House) -> None:
    assert receive_inbox(house.open_recon_tx, house) == []


def test_a_believed_file_moves_on(house: House) -> None:
    path = _drop(house, "vnpay-20261123-v1.csv", EMPTY_REPORT)
    (offered,) = receive_inbox(house.open_recon_tx, house)
    assert offered.verdict.state is FileState.ACCEPTED
    assert not path.exists()
    assert (path.parent / TAKEN / path.name).read_bytes() == EMPTY_REPORT


def test_f43_a_file_cut_short_stays_with_its_reason(house: House) -> None:
    path = _drop(house, "vnpay-20261123-v1.csv", EMPTY_REPORT[:-10])
    (offered,) = receive_inbox(house.open_recon_tx, house)
    assert offered.verdict.state is FileState.QUARANTINED
    assert offered.verdict.reason
    assert path.exists()


def test_f42_the_same_file_under_another_name_adds_nothing(house: House) -> None:
    _drop(house, "vnpay-20261123-v1.csv", EMPTY_REPORT)
    (first,) = receive_inbox(house.open_recon_tx, house)
    _drop(house, "renamed.csv", EMPTY_REPORT)
    (second,) = receive_inbox(house.open_recon_tx, house)
    assert second.verdict.file_id == first.verdict.file_id
    assert not second.verdict.is_new


def test_a_file_still_being_written_is_left_alone(house: House) -> None:
    path = _drop(house, ".vnpay-20261123-v1.csv.part", EMPTY_REPORT)
    assert receive_inbox(house.open_recon_tx, house) == []
    assert path.exists()


def test_what_is_no_file_and_no_source_is_left_alone(house: House) -> None:
    (house.settings.inbox / "vnpay" / "folder").mkdir(parents=True)
    _drop(house, "file.csv", EMPTY_REPORT, source="nobody")
    assert receive_inbox(house.open_recon_tx, house) == []


def test_files_are_offered_in_the_order_of_their_names(house: House) -> None:
    for name in ("b.csv", "a.csv", "c.csv"):
        _drop(house, name, name.encode())
    offered = receive_inbox(house.open_recon_tx, house)
    assert [one.path.name for one in offered] == ["a.csv", "b.csv", "c.csv"]


def test_a_file_beyond_any_size_is_left_unread_and_the_others_are_read(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "FILE_BYTES_MAX", len(EMPTY_REPORT))
    huge = _drop(house, "0huge.csv", EMPTY_REPORT + b"x")
    _drop(house, "vnpay-20261123-v1.csv", EMPTY_REPORT)
    (offered,) = receive_inbox(house.open_recon_tx, house)
    assert offered.verdict.state is FileState.ACCEPTED
    assert huge.exists()


def test_a_name_of_odd_bytes_is_kept_in_printable_form(house: House) -> None:
    folder = house.settings.inbox / "vnpay"
    folder.mkdir(parents=True)
    for name in (b"bad\xff.csv", b"two\nlines\x1b[31m.csv"):
        (folder / os.fsdecode(name)).write_bytes(name)
    offered = receive_inbox(house.open_recon_tx, house)
    assert [one.verdict.state for one in offered] == [FileState.QUARANTINED] * 2
    names = [inbox.printable_name(one.path) for one in offered]
    assert names == ["bad\\xff.csv", "two\\nlines\\x1b[31m.csv"]


def test_a_link_is_not_followed(house: House) -> None:
    target = house.settings.inbox / "secret"
    _drop(house, "a.csv", b"x")
    target.write_bytes(EMPTY_REPORT)
    (house.settings.inbox / "vnpay" / "link.csv").symlink_to(target)
    assert [one.path.name for one in receive_inbox(house.open_recon_tx, house)] == ["a.csv"]


def test_a_days_second_file_comes_after_its_first(house: House) -> None:
    for name in ("d-2.csv", "d.csv"):
        _drop(house, name, name.encode())
    offered = receive_inbox(house.open_recon_tx, house)
    assert [one.path.name for one in offered] == ["d.csv", "d-2.csv"]
