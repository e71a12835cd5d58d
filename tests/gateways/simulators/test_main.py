"""The far sides as a process: started, killed, started again."""

import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from gateways.simulators.__main__ import main

PROJECT = Path(__file__).parents[3]


def words(folder: Path, port: int) -> list[str]:
    return [
        *("--port", str(port), "--state", str(folder / "state"), "--drop", str(folder / "drop")),
        *("--callback-url", "http://127.0.0.1:9/ipn", "--accounts", "KBNN-0021,BHXH-01"),
    ]


@contextmanager
def running(folder: Path) -> Generator[tuple[subprocess.Popen[str], httpx2.Client]]:
    """Give a process that listens, and a client to it."""
    command = [sys.executable, "-m", "gateways.simulators", *words(folder, 0)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().rpartition(" ")[2].strip()
            with httpx2.Client(base_url=address, timeout=10) as client:
                yield process, client
        finally:
            process.kill()


def test_what_a_killed_process_knew_the_next_one_knows(tmp_path: Path):
    with running(tmp_path) as (process, client):
        statement = {"business_date": "2026-09-01"}
        made = client.post("/simulator/treasury/statement", json=statement).json()
        assert len(made["statements"]) == 2
        process.kill()
    with running(tmp_path) as (process, client):
        again = client.post("/simulator/treasury/statement", json=statement).json()
        assert (again["file"], again["statements"]) == (made["file"], [])
        process.terminate()
        assert process.wait(timeout=10) in {0, -15}


def test_a_port_in_use_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(words(tmp_path, port)) == 1
    said = capsys.readouterr().err
    assert str(port) in said
    assert said.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "state").write_text("a file where a folder should be")
    assert main(words(tmp_path, 0)) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_faults_that_make_no_sense_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main([*words(tmp_path, 0), "--faults", "lost=often"])
    assert ended.value.code == 2
    assert "--faults" in capsys.readouterr().err
