"""The parts of the bootstrap that decide; the whole is run by whoever starts the program."""

import ast
import fcntl
import subprocess
import sys
import time
from pathlib import Path

import pytest

from api.__main__ import (
    PROJECT,
    Refused,
    check_machine,
    pinned,
    ready_environment,
    settings_for_uv,
    stamp_of,
)

LOCK = """\
uuid-tools==1.0 \\
    --hash=sha256:aa
uv==0.13.9 \\
    --hash=sha256:bb \\
    --hash=sha256:cc
uvicorn==0.54.0 ; sys_platform != 'emscripten' \\
    --hash=sha256:dd
"""


def nothing(name: str) -> str | None:
    del name
    return None


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (4, 0)])
def test_a_python_new_enough_is_accepted(version: tuple[int, int]):
    check_machine(version, has_ensurepip=True, find=nothing)


@pytest.mark.parametrize("version", [(2, 7), (3, 8), (3, 10)])
def test_an_old_python_is_refused_with_its_version(version: tuple[int, int]):
    with pytest.raises(Refused, match=f"this is {version[0]}.{version[1]}; install Python 3.11"):
        check_machine(version, has_ensurepip=True, find=nothing)


def test_an_old_python_is_told_of_a_newer_one_beside_it():
    def find(name: str) -> str | None:
        return f"/usr/bin/{name}" if name == "python3.12" else None

    with pytest.raises(Refused, match=r"run it as: python3\.12 -m api"):
        check_machine((3, 10), has_ensurepip=True, find=find)


def test_a_missing_part_of_python_is_named_with_the_line_that_installs_it():
    with pytest.raises(Refused, match=r"apt-get install python3\.11-venv$"):
        check_machine((3, 11), has_ensurepip=False, find=nothing)


def test_the_bootstrap_is_readable_by_a_python_too_old_for_it():
    text = (PROJECT / "api" / "__main__.py").read_text()
    tree = ast.parse(text, feature_version=(3, 8))
    futures = [node.module for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert "__future__" in futures  # Else annotations of today are evaluated, and fail there.


def test_a_pin_is_taken_with_all_its_hashes_and_nothing_else():
    assert pinned("uv", lock=LOCK) == (
        "uv==0.13.9 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"
    )


def test_a_pin_that_is_not_there_is_refused():
    with pytest.raises(Refused, match="names no pip"):
        pinned("pip", lock=LOCK)


def test_the_real_lock_pins_the_installer():
    lock = (PROJECT / "requirements-dev.txt").read_text()
    assert pinned("uv", lock=lock).count("--hash=sha256:") > 3


def test_uv_is_told_to_fetch_from_where_pip_would():
    said = """\
global.index-url='https://mirror.example/simple'
global.extra-index-url='https://one.example\\nhttps://two.example'
:env:.find-links='/a /b'
:env:.cert='/etc/ca.pem'
global.timeout='60'
"""
    assert settings_for_uv(said) == {
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "UV_INDEX": "https://one.example https://two.example",
        "UV_FIND_LINKS": "/a,/b",
        "SSL_CERT_FILE": "/etc/ca.pem",
    }


def test_a_stamp_changes_with_the_lock_and_the_place():
    stamps = {
        stamp_of(b"lock", Path("/here")),
        stamp_of(b"other lock", Path("/here")),
        stamp_of(b"lock", Path("/there")),
    }
    assert len(stamps) == 3
    assert stamp_of(b"lock", Path("/here")) in stamps


def test_a_stamped_environment_is_used_as_it_is(tmp_path: Path):
    (tmp_path / "requirements.txt").write_text(LOCK)
    (tmp_path / ".venv").mkdir()
    stamp = stamp_of(LOCK.encode(), tmp_path)
    (tmp_path / ".venv" / "requirements.txt.stamp").write_text(stamp)
    python = ready_environment(tmp_path, "requirements.txt")
    assert python == tmp_path / ".venv" / "bin" / "python"
    assert not python.exists()  # Nothing was made: the stamp was believed.


def test_a_folder_that_cannot_be_written_is_refused_in_one_line(tmp_path: Path):
    (tmp_path / "requirements.txt").write_text(LOCK)
    (tmp_path / "var").write_text("a file where the folder should be")
    with pytest.raises(Refused, match="cannot write in"):
        ready_environment(tmp_path, "requirements.txt")


def test_two_that_start_together_do_not_make_it_twice(tmp_path: Path):
    # The second finds the stamp the first left while it waited for the lock.
    (tmp_path / "requirements.txt").write_text(LOCK)
    (tmp_path / "var").mkdir()
    script = f"""
import pathlib
from api.__main__ import ready_environment, stamp_of
project = pathlib.Path({str(tmp_path)!r})
print("asks", flush=True)
ready_environment(project, "requirements.txt")
print("done", flush=True)
"""
    with (tmp_path / "var" / "bootstrap.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = subprocess.Popen(
            [sys.executable, "-c", script], cwd=PROJECT, stdout=subprocess.PIPE, text=True
        )
        assert second.stdout is not None
        assert second.stdout.readline() == "asks\n"
        time.sleep(1 / 2)  # It waits for the lock now.
        (tmp_path / ".venv").mkdir()
        stamp = stamp_of(LOCK.encode(), tmp_path)
        (tmp_path / ".venv" / "requirements.txt.stamp").write_text(stamp)
    said, _ = second.communicate(timeout=60)
    assert said == "done\n"
