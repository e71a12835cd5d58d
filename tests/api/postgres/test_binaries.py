"""Which PostgreSQL is found, and how its programs are made readable."""

import os
import shutil
import stat
from pathlib import Path

import pytest

from api.postgres import binaries
from api.postgres.binaries import (
    VERSION_MIN,
    Binaries,
    can_enter,
    find_binaries,
    run_as,
    server_user,
    short_name,
)
from api.postgres.errors import BinariesMissing

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user to run it as")


def test_a_usable_postgresql_is_found_without_a_setting():
    found = find_binaries(None, server_user())
    assert found.version >= VERSION_MIN
    assert run_as(server_user(), [found.program("postgres"), "--version"], timeout_s=30).stdout


def test_pgbench_comes_with_the_wheel():
    assert Path(find_binaries(None, server_user()).program("pgbench")).exists()


def test_a_setting_wins_and_is_refused_when_too_old(tmp_path: Path):
    with pytest.raises(BinariesMissing, match=f"no PostgreSQL {VERSION_MIN} or newer.*bin"):
        find_binaries(programs_of_version(tmp_path / "bin", "14.2"), None)


def test_a_setting_that_names_no_programs_is_refused(tmp_path: Path):
    with pytest.raises(BinariesMissing, match=str(tmp_path)):
        find_binaries(tmp_path, None)


def test_programs_of_another_machine_are_passed_over(tmp_path: Path):
    broken = programs_of_version(tmp_path / "bin", "16.1")
    (broken / "postgres").write_bytes(b"\x7fELF not for this machine")
    with pytest.raises(BinariesMissing):
        find_binaries(broken, None)


def test_programs_are_used_where_they_are_when_readable(tmp_path: Path):
    programs = programs_of_version(tmp_path / "bin", "16.1")
    assert find_binaries(programs, None) == Binaries(programs, 16)


def test_a_missing_folder_cannot_be_entered(tmp_path: Path):
    assert not can_enter(tmp_path / "missing", None)
    assert can_enter(tmp_path, None)


def test_short_names_differ_by_path_and_stay_the_same():
    assert short_name(Path("/a")) == short_name(Path("/a"))
    assert short_name(Path("/a")) != short_name(Path("/b"))


@AS_ROOT
def test_root_finds_another_user_and_is_that_user_in_what_it_runs():
    user = server_user()
    assert user is not None
    assert user.uid != 0
    assert run_as(user, ["id", "-u"], timeout_s=30).stdout.strip() == str(user.uid)


@AS_ROOT
def test_programs_in_a_private_folder_are_copied_and_the_folder_stays_private(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
):
    shared = Path("/tmp") / f"clearing-shared-{os.getpid()}"  # noqa: S108 (must be open to all)
    monkeypatch.setattr(binaries, "SHARED_FOLDER", shared)
    private = tmp_path_factory.mktemp("private")
    private.chmod(0o700)
    programs = programs_of_version(private / "packages" / "postgres" / "bin", "16.1")
    before = os.umask(0o077)
    found = find_binaries(programs, server_user())
    os.umask(before)
    assert found.folder.is_relative_to(shared)
    assert can_enter(found.folder, server_user())
    assert find_binaries(programs, server_user()) == found
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    shutil.rmtree(shared)


def programs_of_version(folder: Path, version: str) -> Path:
    """Make programs that do nothing but tell their version."""
    folder.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        (folder / name).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        (folder / name).chmod(0o755)
    return folder
