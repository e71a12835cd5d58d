"""`python3 -m api ...`: make this program's own environment, then run the command line in it.

Runs on the machine's bare Python: standard library only, and readable by versions too old for us.
"""

from __future__ import annotations  # So that an old Python gets far enough to be refused.

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VERSION_MIN = (3, 11)

_RUNTIME_LOCK = "requirements.txt"
_TEST_LOCK = "requirements-dev.txt"
_SETTINGS_OF_PIP_FOR_UV = {
    "cert": "SSL_CERT_FILE",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "index-url": "UV_DEFAULT_INDEX",
    "no-index": "UV_NO_INDEX",
}


class Refused(Exception):
    """This machine lacks something; the message is what to do about it."""


def main(arguments: Sequence[str]) -> None:
    """Make the environment if need be and become the program; does not return when all is well."""
    try:
        check_machine(sys.version_info[:2], has_ensurepip=_has_ensurepip(), find=shutil.which)
        is_test = bool(arguments) and arguments[0] == "test"
        python = ready_environment(PROJECT, _TEST_LOCK if is_test else _RUNTIME_LOCK)
    except Refused as refusal:
        sys.exit(f"clearing: {refusal}")
    except KeyboardInterrupt:
        sys.exit("clearing: stopped before the environment was ready; run it again to go on")
    module = ["tests.stages", *arguments[1:]] if is_test else ["api.command_line", *arguments]
    os.execv(python, [str(python), "-m", *module])


def check_machine(
    version: tuple[int, ...], *, has_ensurepip: bool, find: Callable[[str], str | None]
) -> None:
    """Refuse a machine that cannot hold our environment, with the command that mends it.

    Raises:
        Refused: Python is too old, or came without the part that makes environments.
    """
    wanted = ".".join(str(part) for part in VERSION_MIN)
    found = ".".join(str(part) for part in version)
    if version < VERSION_MIN:
        newer = next((name for name in _newer_names() if find(name)), None)
        advice = f"run it as: {newer} -m api ..." if newer else f"install Python {wanted}"
        raise Refused(f"needs Python {wanted} or newer and this is {found}; {advice}")
    if not has_ensurepip:
        sudo = "" if os.geteuid() == 0 else "sudo "
        raise Refused(
            f"this Python cannot make environments yet; run: {sudo}apt-get install "
            f"python{found}-venv"
        )


def ready_environment(project: Path, lock_name: str) -> Path:
    """Return the Python of an environment that holds what the lock file says, made if need be.

    Raises:
        Refused: something could not be made or fetched.
    """
    environment = project / ".venv"
    python = environment / "bin" / "python"
    lock_file = project / lock_name
    stamp = environment / f"{lock_name}.stamp"
    wanted = stamp_of(lock_file.read_bytes(), project)
    if _is_stamped(stamp, wanted):
        return python
    with _alone(project / "var"):
        if _is_stamped(stamp, wanted):
            return python  # Somebody else made it while we waited.
        if not _is_usable(python):
            with _step("making an environment in .venv"):
                shutil.rmtree(environment, ignore_errors=True)
                _run([sys.executable, "-m", "venv", str(environment)])
        with _step(f"installing what {lock_name} names"):
            _install(python, project, lock_file)
        _join(environment, project)
        stamp.write_text(wanted)
        if lock_name == _TEST_LOCK:  # Which holds all of the other.
            runtime = (project / _RUNTIME_LOCK).read_bytes()
            (environment / f"{_RUNTIME_LOCK}.stamp").write_text(stamp_of(runtime, project))
    return python


def stamp_of(lock: bytes, project: Path) -> str:
    """Return what marks an environment as holding this lock, for this Python, at this place."""
    place = f"{project}\n{sys.version_info[:2]}\n".encode()
    return hashlib.sha256(place + lock).hexdigest()


def pinned(name: str, *, lock: str) -> str:
    """Return the lines of a lock file that pin one package, hashes and all.

    Raises:
        Refused: the lock does not name it.
    """
    found = re.search(rf"^{re.escape(name)}==.*(?:\n[ \t].*)*", lock, re.MULTILINE)
    if found is None:
        raise Refused(f"the lock names no {name}")
    return found[0] + "\n"


def settings_for_uv(pip_says: str) -> dict[str, str]:
    """Return the environment that makes uv fetch from where pip was told to.

    `pip_says` is the output of `pip config list`, later lines winning.
    """
    found: dict[str, str] = {}
    for line in pip_says.splitlines():
        name, _, value = line.partition("=")
        setting = _SETTINGS_OF_PIP_FOR_UV.get(name.rpartition(".")[2])
        if setting:
            found[setting] = value.strip().strip("'\"").replace("\\n", " ").strip()
    if "UV_FIND_LINKS" in found:
        found["UV_FIND_LINKS"] = ",".join(found["UV_FIND_LINKS"].split())
    return found


def _install(python: Path, project: Path, lock_file: Path) -> None:
    with_pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    asked = subprocess.run(
        [str(python), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    surroundings = {
        "UV_INDEX_STRATEGY": "unsafe-best-match",  # As pip does; hashes say what is right.
        **settings_for_uv(asked.stdout),
        **os.environ,
    }
    try:
        uv_only = project / "var" / "uv.txt"
        uv_only.write_text(pinned("uv", lock=(project / _TEST_LOCK).read_text()))
        _run([*with_pip, "--require-hashes", "-r", str(uv_only)])
        _run(
            [
                str(python.with_name("uv")),
                "pip",
                "install",
                "--quiet",
                "--python",
                str(python),
                "--require-hashes",
                "-r",
                str(lock_file),
            ],
            surroundings,
        )
    except Refused as refusal:
        print(f"\n  {refusal}\n  going on with pip, which takes longer ...", end=" ", flush=True)
        _run([*with_pip, "--require-hashes", "--no-deps", "-r", str(lock_file)])


def _join(environment: Path, project: Path) -> None:
    """Make the project importable in its environment from any folder, and give it its command."""
    for packages in environment.glob("lib/python*/site-packages"):
        (packages / "clearing.pth").write_text(f"{project}\n")
    command = environment / "bin" / "clearing"
    command.write_text(f'#!/bin/sh\nexec "{environment}/bin/python" -m api.command_line "$@"\n')
    command.chmod(0o755)


def _is_stamped(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text() == wanted


def _is_usable(python: Path) -> bool:
    """Say whether that environment runs, has pip and is of this Python."""
    if not python.exists():
        return False
    question = "import pip, sys; print(sys.version_info[:2])"
    answer = subprocess.run(
        [str(python), "-c", question], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() == str(sys.version_info[:2])


def _run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        full = any("No space left on device" in line for line in said)
        reason = "the disk is full" if full else "\n  ".join(said[-6:])
        raise Refused(f"{Path(command[0]).name} failed: {reason}")


@contextlib.contextmanager
def _step(what: str) -> Generator[None]:
    print(f"{what} ...", end=" ", flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - began:.1f} s", flush=True)


@contextlib.contextmanager
def _alone(folder: Path) -> Generator[None]:
    try:
        folder.mkdir(exist_ok=True)
        lock = (folder / "bootstrap.lock").open("w")
    except OSError as trouble:
        raise Refused(f"cannot write in {folder}: {trouble.strerror}") from trouble
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _has_ensurepip() -> bool:
    return importlib.util.find_spec("ensurepip") is not None


def _newer_names() -> Iterator[str]:
    return (f"python3.{minor}" for minor in range(20, VERSION_MIN[1] - 1, -1))


if __name__ == "__main__":
    main(sys.argv[1:])
