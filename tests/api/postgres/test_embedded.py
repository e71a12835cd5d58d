"""The server of our own, really started, stopped, crashed and killed."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from api.postgres import binaries
from api.postgres.binaries import find_binaries, server_user
from api.postgres.embedded import Server
from api.postgres.errors import ServerFailed

PROJECT = Path(__file__).resolve().parents[3]
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user to run it as")


@pytest.fixture
def fresh(reachable_path: Path) -> Iterator[Server]:
    """Give a server not started yet, ended whatever the test does."""
    made = Server(reachable_path / "postgres", durable=False)
    yield made
    made.stop()


def test_the_first_start_makes_the_data_and_the_second_finds_it_running(fresh: Server):
    assert fresh.start() is True
    assert fresh.start() is False
    assert one(fresh, "SHOW server_encoding") == "UTF8"


def test_text_is_ordered_by_bytes_whatever_the_machine_speaks(fresh: Server):
    fresh.start()
    assert one(fresh, "SELECT 'Z' < 'a' AND 'z' < 'đ'") is True


def test_a_new_server_object_finds_and_stops_a_running_server(reachable_path: Path, fresh: Server):
    fresh.start()
    found = Server(reachable_path / "postgres", durable=False)
    assert found.start() is False
    found.stop()
    assert not fresh.is_running()


def test_an_orderly_stop_keeps_what_was_written(fresh: Server):
    fresh.start()
    keep_a_row(fresh)
    fresh.stop()
    assert not fresh.is_running()
    fresh.start()
    assert one(fresh, "SELECT count(*) FROM kept") == 1


def test_a_crash_loses_nothing_that_was_committed(reachable_path: Path):
    server = Server(reachable_path / "durable")
    server.start()
    try:
        keep_a_row(server)
        server.crash()
        assert not server.is_running()
        server.start()
        assert one(server, "SELECT count(*) FROM kept") == 1
        assert one(server, "SHOW fsync") == "on"
    finally:
        server.stop()


def test_a_crash_asked_for_by_another_object_is_survived(reachable_path: Path, fresh: Server):
    fresh.start()
    Server(reachable_path / "postgres", durable=False).crash()
    assert fresh.start() is True
    assert one(fresh, "SELECT 1") == 1


def test_a_killed_server_is_started_again_although_its_sessions_linger(fresh: Server):
    fresh.start()
    with psycopg.connect(fresh.dsn()) as lingering:
        lingering.execute("SELECT 1")
        os.kill(int((fresh.data / "postmaster.pid").read_text().split("\n")[0]), signal.SIGKILL)
        assert fresh.start() is True
        assert one(fresh, "SELECT 1") == 1
        with pytest.raises(psycopg.OperationalError):
            lingering.execute("SELECT 1")


def test_processes_that_start_it_together_share_one_server(reachable_path: Path):
    script = (
        "from pathlib import Path; from api.postgres.embedded import Server; import sys;"
        f"server = Server(Path({str(reachable_path / 'postgres')!r}), durable=False);"
        "print(server.start()); sys.stdout.flush(); sys.stdin.read()"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    answers = sorted(child.stdout.readline().strip() for child in started if child.stdout)
    assert answers == ["False", "False", "True"]
    for child in started:
        child.communicate()
        assert child.returncode == 0
    assert not Server(reachable_path / "postgres").is_running()  # Its starter stopped it at exit.


def test_nobody_else_can_reach_the_socket(fresh: Server):
    fresh.start()
    assert one(fresh, "SHOW listen_addresses") == ""
    socket_folder = Path(str(one(fresh, "SHOW unix_socket_directories")))
    assert stat.S_IMODE(socket_folder.stat().st_mode) == 0o700


def test_a_path_too_long_for_a_socket_is_no_obstacle(reachable_path: Path):
    server = Server(reachable_path / ("long" * 30), durable=False)
    server.start()
    try:
        socket_folder = Path(str(one(server, "SHOW unix_socket_directories")))
        assert not socket_folder.is_relative_to(reachable_path)
    finally:
        server.stop()
    shutil.rmtree(socket_folder)


def test_data_of_another_version_is_refused_by_name(fresh: Server):
    fresh.start()
    fresh.stop()
    (fresh.data / "PG_VERSION").write_text("14\n")
    with pytest.raises(ServerFailed, match="was made by PostgreSQL 14"):
        fresh.start()


def test_a_socket_folder_open_to_others_is_refused(reachable_path: Path):
    (reachable_path / "postgres" / "socket").mkdir(parents=True)
    (reachable_path / "postgres" / "socket").chmod(0o777)
    with pytest.raises(ServerFailed, match="open to others"):
        Server(reachable_path / "postgres", durable=False).start()


def test_a_full_disk_is_said_in_one_line(reachable_path: Path):
    programs = fake_programs(
        reachable_path, "echo 'could not write: No space left on device' >&2; exit 1"
    )
    server = Server(reachable_path / "postgres", binaries=programs)
    with pytest.raises(ServerFailed, match=r"the disk that holds .* is full"):
        server.start()


def test_a_server_that_will_not_start_shows_its_own_words(reachable_path: Path):
    programs = fake_programs(
        reachable_path, "echo 'FATAL: bad setting' >&2; exit 1", only="postgres"
    )
    server = Server(reachable_path / "postgres", binaries=programs)
    with pytest.raises(ServerFailed, match="FATAL: bad setting"):
        server.start()


def test_a_folder_that_cannot_be_made_is_said_in_one_line(reachable_path: Path):
    (reachable_path / "file").touch()
    with pytest.raises(ServerFailed, match="cannot use"):
        Server(reachable_path / "file" / "postgres")


@AS_ROOT
def test_root_runs_programs_of_a_private_environment(
    reachable_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(binaries, "SHARED_FOLDER", reachable_path / "shared")
    private = reachable_path / "private"
    private.mkdir(mode=0o700)
    origin = find_binaries(None, server_user()).folder
    for name in (origin.parents[1].name, f"{origin.parents[1].name}.libs"):
        if (origin.parents[2] / name).exists():
            shutil.copytree(origin.parents[2] / name, private / name, symlinks=True)
    programs = private / origin.relative_to(origin.parents[2])
    server = Server(reachable_path / "postgres", binaries=programs, durable=False)
    server.start()
    try:
        assert one(server, "SELECT 1") == 1
        assert server.binaries().folder.is_relative_to(reachable_path / "shared")
    finally:
        server.stop()


@AS_ROOT
def test_root_runs_it_as_another_user_and_opens_no_private_folder(
    reachable_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(binaries, "SHARED_FOLDER", reachable_path / "shared")
    private = reachable_path / "private"
    private.mkdir(mode=0o700)
    before = os.umask(0o077)
    server = Server(private / "postgres", durable=False)
    try:
        server.start()
        assert one(server, "SELECT 1") == 1
        assert server.data.is_relative_to(reachable_path / "shared")
        assert server.data.stat().st_uid != 0
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
    finally:
        os.umask(before)
        server.stop()


def one(server: Server, question: str) -> object:
    with psycopg.connect(server.dsn()) as connection:
        row = connection.execute(question.encode()).fetchone()
        assert row is not None
        return row[0]


def keep_a_row(server: Server) -> None:
    with psycopg.connect(server.dsn()) as connection:
        connection.execute("CREATE TABLE kept (number int)")
        connection.execute("INSERT INTO kept VALUES (1)")


def fake_programs(folder: Path, words: str, *, only: str = "") -> Path:
    """Make programs that say they are PostgreSQL and then fail as told."""
    programs = folder / "bin"
    programs.mkdir()
    version = "echo 'postgres (PostgreSQL) 18.0'; exit 0"
    make_data = (
        'for word; do case $word in --pgdata=*) echo 18 > "${word#*=}/PG_VERSION";; esac; done'
    )
    for name in ("initdb", "postgres"):
        act = words if only in {"", name} else make_data
        text = f'#!/bin/sh\n[ "$1" = --version ] && {{ {version}; }}\n{act}\n'
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    return programs
