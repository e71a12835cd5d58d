"""Everything on one machine: unattended to the proof, kept between starts, clear when it cannot."""

import fcntl
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.free_ports import free_ports

ROOT = Path(__file__).parents[2]


def _demo(folder: Path, *words: str, port: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "api.command_line", "demo", "--data", str(folder)]
    return subprocess.run(
        [*command, "--port", str(port), *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.fixture
def port() -> int:
    """Give the first of four free ports in a row."""
    return free_ports(4)


def test_a_portals_day_is_paid_closed_and_proven_twice(reachable_path: Path, port: int) -> None:
    once = _demo(reachable_path / "demo", "--payments", "20", port=port)
    assert once.returncode == 0, once.stdout + once.stderr
    assert "violated" not in once.stdout
    assert len(re.findall(r"^I\d+ +holds", once.stdout, re.MULTILINE)) == 16
    again = _demo(reachable_path / "demo", "--payments", "10", port=port)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "30 paid orders at the far side" in again.stdout


def test_a_port_in_use_is_one_line_before_anything_starts(reachable_path: Path, port: int) -> None:
    with socket.create_server(("127.0.0.1", port + 1)):
        refused = _demo(reachable_path / "demo", port=port)
    assert refused.returncode == 1
    assert refused.stderr.strip().splitlines() == [
        f"clearing: cannot listen on 127.0.0.1 port {port + 1}: it is in use"
    ]


def test_a_second_demo_in_the_same_folder_is_one_line(reachable_path: Path, port: int) -> None:
    folder = reachable_path / "demo"
    folder.mkdir()
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = _demo(folder, port=port)
    assert refused.returncode == 1
    assert refused.stderr.strip() == f"clearing: another demo runs with the data in {folder}"


def test_a_folder_that_cannot_be_made_is_one_line(reachable_path: Path, port: int) -> None:
    (reachable_path / "file").write_text("in the way")
    refused = _demo(reachable_path / "file" / "demo", port=port)
    assert refused.returncode == 1
    assert len(refused.stderr.strip().splitlines()) == 1
