"""A PostgreSQL server of our own: started, found again, stopped, crashed on purpose."""

import atexit
import contextlib
import fcntl
import os
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Generator
from pathlib import Path
from urllib.parse import quote

import psycopg

from api.postgres.binaries import (
    Binaries,
    can_enter,
    find_binaries,
    run_as,
    server_user,
    shared_folder,
    short_name,
)
from api.postgres.errors import ServerFailed

SUPERUSER = "postgres"
START_MAX_S = 120
STOP_MAX_S = 60
_SOCKET_PATH_MAX = 107
_POLL_MS = 20
_LOG_BYTES_MAX = 10_000_000
_LOG_LINES_SHOWN = 15
_BUILTIN_LOCALE_SINCE = 17
_START_MARK = b"--- start ---"
_LOST_TO_TESTS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Server:
    """One data folder and the server over it, reached through a socket only its owner can open.

    `durable=False` trades safety for speed and is for throw-away test data only.
    """

    def __init__(self, folder: Path, *, binaries: Path | None = None, durable: bool = True) -> None:
        """Settle where the data and the socket stand; nothing is started yet.

        Raises:
            ServerFailed: the folder cannot be made.
        """
        self._user = server_user()
        self._explicit = binaries
        self._durable = durable
        self._home = self._settle(folder.resolve())
        self._sockets = self._home / "socket"
        if len(os.fsencode(self._sockets / ".s.PGSQL.5432.lock")) > _SOCKET_PATH_MAX:
            # A fixed place and not TMPDIR: another shell must find the same server.
            self._sockets = Path("/tmp") / f"clearing-{os.geteuid()}-{short_name(self._home)}"  # noqa: S108 (owner and mode are checked before use)
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        """Return the data folder, which is not below the given one if root hides that one."""
        return self._home / "data"

    @property
    def log(self) -> Path:
        """Return the file the server writes its messages to."""
        return self._home / "server.log"

    def dsn(self, *, role: str = SUPERUSER, database: str = "postgres") -> str:
        """Return the address of a database as one role, for psycopg and SQLAlchemy alike."""
        return f"postgresql://{quote(role)}@/{quote(database)}?host={quote(str(self._sockets), '')}"

    def binaries(self) -> Binaries:
        """Return the programs this server runs, `pgbench` among them."""
        return find_binaries(self._explicit, self._user)

    def is_running(self) -> bool:
        """Say whether it answers now: a real connection, because a pid proves nothing."""
        try:
            psycopg.connect(self.dsn(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self) -> bool:
        """Start the server, or find it running; return True when this call started it.

        Raises:
            BinariesMissing: no PostgreSQL to run.
            ServerFailed: it does not answer within `START_MAX_S`; the message says why.
        """
        with self._alone():
            if self.is_running():
                return False
            programs = self.binaries()
            self._make_data(programs)
            self._launch(programs)
        atexit.register(self._stop_quietly)
        return True

    def stop(self) -> None:
        """Stop the server in order: sessions are ended, all is written out.

        Raises:
            ServerFailed: it is still there after `STOP_MAX_S`.
        """
        with self._alone():
            self._end(signal.SIGINT)
        atexit.unregister(self._stop_quietly)

    def crash(self) -> None:
        """Stop it as a power cut would, nothing written out; the next start recovers."""
        with self._alone():
            self._end(signal.SIGQUIT)

    def _settle(self, folder: Path) -> Path:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not can_enter(folder, self._user):
                # Opening somebody's private folder to the server's user is not ours to do.
                folder = shared_folder(short_name(folder))
        except OSError as trouble:
            raise ServerFailed(f"cannot use {folder}: {trouble.strerror}") from trouble
        return folder

    @contextlib.contextmanager
    def _alone(self) -> Generator[None]:
        with (self._home / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make_data(self, programs: Binaries) -> None:
        self._own(self._sockets)
        if self.data.exists():
            self._check_version(programs)
            return
        unfinished = self._home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._own(unfinished)
        # Byte order everywhere, so that no update of the system's locale breaks an index.
        if programs.version >= _BUILTIN_LOCALE_SINCE:
            locale = ["--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        else:
            locale = ["--locale=C.UTF-8"]
        command = [
            programs.program("initdb"),
            f"--pgdata={unfinished}",
            f"--username={SUPERUSER}",
            "--encoding=UTF8",
            "--auth=trust",
            "--data-checksums",
            *locale,
            *([] if self._durable else ["--no-sync"]),
        ]
        made = run_as(self._user, command, timeout_s=START_MAX_S)
        if made.returncode != 0:
            raise ServerFailed(self._reason(made.stderr))
        unfinished.rename(self.data)

    def _own(self, folder: Path) -> None:
        """Make a folder that the server's account alone can enter, or see that it is one."""
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            found = folder.lstat()
            if found.st_uid == os.geteuid() and self._user is not None:
                os.chown(folder, self._user.uid, self._user.gid)
                found = folder.lstat()
        except OSError as trouble:
            raise ServerFailed(f"cannot make {folder}: {trouble.strerror}") from trouble
        owner = self._user.uid if self._user else os.geteuid()
        if found.st_uid != owner or stat.S_IMODE(found.st_mode) != 0o700:
            raise ServerFailed(f"{folder} belongs to somebody else or is open to others")

    def _check_version(self, programs: Binaries) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != str(programs.version):
            msg = f"{self.data} was made by PostgreSQL {found}, but {programs.version} is here"
            raise ServerFailed(msg)

    def _launch(self, programs: Binaries) -> None:
        deadline = time.monotonic() + START_MAX_S
        self._spawn(programs)
        while not self.is_running():
            if time.monotonic() > deadline:
                self._kill_child()
                raise ServerFailed(f"no answer within {START_MAX_S} s: {self._reason()}")
            if self._child is not None and self._child.poll() is not None:
                if not self._is_left_over():
                    raise ServerFailed(self._reason())
                time.sleep(_POLL_MS * 10 / 1_000)  # Sessions of a killed server are still ending.
                self._spawn(programs)
            time.sleep(_POLL_MS / 1_000)

    def _spawn(self, programs: Binaries) -> None:
        if self._child is not None:
            self._child.wait()  # Ended by somebody else; nothing of ours runs when we get here.
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES_MAX:
            self.log.rename(self.log.with_suffix(".log.1"))
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={self._sockets}",
            "unix_socket_permissions=0700",
            "timezone=UTC",
            "log_timezone=UTC",
            "log_min_messages=log",
            *(() if self._durable else _LOST_TO_TESTS),
        ]
        user = self._user
        with self.log.open("ab") as log:
            log.write(_START_MARK + b"\n")
            log.flush()
            self._child = subprocess.Popen(
                [
                    programs.program("postgres"),
                    "-D",
                    str(self.data),
                    *(word for setting in settings for word in ("-c", setting)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_clean_environment(),
                user=user.uid if user else None,
                group=user.gid if user else None,
                extra_groups=[] if user else None,
                start_new_session=True,  # Ctrl-C is for us; we then stop the server, last.
            )

    def _is_left_over(self) -> bool:
        said = self._last_words()
        return "lock file" in said or "shared memory block" in said

    def _end(self, how: signal.Signals) -> None:
        pid = self._pid()
        if pid is None:
            return
        os.kill(pid, how)
        deadline = time.monotonic() + STOP_MAX_S
        while self._pid() == pid:
            if time.monotonic() > deadline:
                raise ServerFailed(f"still running {STOP_MAX_S} s after being told to stop")
            time.sleep(_POLL_MS / 1_000)
        self._child = None

    def _pid(self) -> int | None:
        """Return the running server's process, ours or one found; None when there is none."""
        if self._child is not None:
            return self._child.pid if self._child.poll() is None else None
        if not self.is_running():
            return None
        return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])

    def _kill_child(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None

    def _stop_quietly(self) -> None:
        # A folder that is gone took its server along.
        with contextlib.suppress(ServerFailed, FileNotFoundError):
            self.stop()

    def _last_words(self) -> str:
        if not self.log.exists():
            return ""
        return self.log.read_bytes().rpartition(_START_MARK)[2].decode(errors="replace").strip()

    def _reason(self, said: str | None = None) -> str:
        """Return what the server's own words come down to, as few as will help."""
        words = self._last_words() if said is None else said.strip()
        if "No space left on device" in words:
            return f"the disk that holds {self._home} is full"
        last = "\n".join(words.splitlines()[-_LOG_LINES_SHOWN:])
        return f"PostgreSQL would not start in {self._home}; it said:\n{last}"


def _clean_environment() -> dict[str, str]:
    """Return our environment without what would steer the server from outside."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return {**kept, "LC_ALL": "C"}
