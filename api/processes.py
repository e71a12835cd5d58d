"""Several processes of ours as one: started in order, kept alive, stopped in reverse."""

import contextlib
import ctypes
import errno
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import NoReturn

READY_MAX_S = 30
STOP_MAX_S = 10
FAILURES_MAX = 8

_POLL_MS = 20
_STEADY_MS = 1_000
_PAUSE_MAX_MS = 5_000
_BACKLOG_MAX = 1_024
_LOG_BYTES_MAX = 20_000_000
_LAST_BYTES = 4_000
_ASKED_TO_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SET_PARENT_DEATH_SIGNAL = 1


class ProcessFailed(Exception):
    """One of the processes cannot do its work; the message is one line for a person."""


@dataclass(frozen=True, slots=True)
class Child:
    """One process to keep alive.

    `run` is a program's argument list, or a function called in a fork, which starts at once
    because everything is imported already. `is_ready` is asked until it says True; without one,
    a process counts as ready when it has lived for a second. What it prints goes to `log`, to our
    own output when None. Dying `failures_max` times in a row before it was ready stops everything.
    """

    name: str
    run: Sequence[str] | Callable[[], None]
    is_ready: Callable[[], bool] | None = None
    log: Path | None = None
    ready_max_s: int = READY_MAX_S
    stop_max_s: int = STOP_MAX_S
    failures_max: int = FAILURES_MAX


@dataclass(slots=True)
class _Place:
    """Where one child runs, dies and runs again."""

    child: Child
    pid: int = 0  # 0 while there is none
    is_ready: bool = False
    began_ms: int = 0
    failures: int = 0
    next_start_ms: int = 0


@dataclass(slots=True)
class Processes:
    """The processes of one program; their parent starts no threads, because it forks.

    `say` is told what happens: an event's name and its fields. In `pid_folder` each running
    process has a file with its pid.
    """

    children: Sequence[Child]
    say: Callable[..., object]
    pid_folder: Path
    _places: list[_Place] = field(default_factory=list[_Place], init=False)
    _times_asked: int = field(default=0, init=False)

    def run(self, *, when_up: Callable[[], None]) -> None:
        """Start all in order, call `when_up`, keep them alive until SIGINT or SIGTERM, stop all.

        A second signal while stopping kills what is left.

        Raises:
            ProcessFailed: a process did not become ready or keeps dying; all are stopped.
        """
        self.pid_folder.mkdir(parents=True, exist_ok=True)
        with _heard(self._on_signal):
            try:
                for child in self.children:
                    self._start_first(child)
                if not self._times_asked:
                    when_up()
                while not self._times_asked:
                    for place in self._places:
                        self._look_after(place)
                    time.sleep(_POLL_MS / 1_000)
            finally:
                for place in reversed(self._places):
                    self._stop(place)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._times_asked += 1

    def _start_first(self, child: Child) -> None:
        """Start a process for the first time, when its failure is the person's to mend."""
        place = _Place(child)
        self._places.append(place)
        if not self._times_asked:
            self._start(place)
        while not place.is_ready and not self._times_asked:
            if self._is_dead(place):
                raise ProcessFailed(f"{child.name} did not start: {_last_words(child)}")
            self._see_ready(place)
            time.sleep(_POLL_MS / 1_000)

    def _look_after(self, place: _Place) -> None:
        if place.pid and self._is_dead(place):
            place.failures = 0 if place.is_ready else place.failures + 1
            if place.failures >= place.child.failures_max:
                reason = _last_words(place.child)
                raise ProcessFailed(f"{place.child.name} died {place.failures} times: {reason}")
            pause_ms = min(50 * 2**place.failures, _PAUSE_MAX_MS) if place.failures else 0
            place.next_start_ms = _now_ms() + pause_ms
        if not place.pid and _now_ms() >= place.next_start_ms:
            self._start(place)
        if not place.is_ready:
            self._see_ready(place)

    def _see_ready(self, place: _Place) -> None:
        """Note when a process became ready, and kill one that took too long."""
        if not place.pid:
            return
        lived_ms = _now_ms() - place.began_ms
        is_ready = place.child.is_ready
        place.is_ready = lived_ms >= _STEADY_MS if is_ready is None else is_ready()
        if place.is_ready:
            self.say("process.ready", name=place.child.name, pid=place.pid, after_ms=lived_ms)
        elif lived_ms > place.child.ready_max_s * 1_000:
            self.say("process.not_ready", name=place.child.name, after_ms=lived_ms)
            _kill(place.pid)

    def _start(self, place: _Place) -> None:
        parent = os.getpid()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()  # Else the child would print it once more.
        with _deaf():
            pid = os.fork()
            if pid == 0:
                _become(place.child, parent)
        place.pid = pid
        place.is_ready = False
        place.began_ms = _now_ms()
        self._pid_file(place).write_text(f"{pid}\n")
        self.say("process.started", name=place.child.name, pid=pid)

    def _is_dead(self, place: _Place) -> bool:
        pid, status = os.waitpid(place.pid, os.WNOHANG)
        if pid == 0:
            return False
        code = os.waitstatus_to_exitcode(status)
        self.say("process.ended", name=place.child.name, pid=pid, code=code)
        self._pid_file(place).unlink(missing_ok=True)
        place.pid = 0
        return True

    def _stop(self, place: _Place) -> None:
        if not place.pid:
            return
        asked_once = self._times_asked
        deadline_ms = _now_ms() + place.child.stop_max_s * 1_000
        os.kill(place.pid, signal.SIGTERM)
        while not self._is_dead(place):
            if _now_ms() > deadline_ms or self._times_asked > max(asked_once, 1):
                self.say("process.killed", name=place.child.name, pid=place.pid)
                _kill(place.pid)
                deadline_ms = _now_ms() + place.child.stop_max_s * 1_000
            time.sleep(_POLL_MS / 1_000)

    def _pid_file(self, place: _Place) -> Path:
        return self.pid_folder / f"{place.child.name}.pid"


def open_port(*, host: str, port: int) -> socket.socket:
    """Return a socket that listens, to be inherited by the processes that answer on it.

    Opened by the parent, it refuses nobody while a process is on its way back.

    Raises:
        ProcessFailed: the port is taken, not allowed or not of this machine.
    """
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(_BACKLOG_MAX)
    except OSError as trouble:
        listening.close()
        reason = "it is in use" if trouble.errno == errno.EADDRINUSE else trouble.strerror
        raise ProcessFailed(f"cannot listen on {host} port {port}: {reason}") from trouble
    return listening


def _become(child: Child, parent: int) -> NoReturn:
    """Turn this fork into the child; never returns into the parent's code."""
    code = 1
    try:
        os.setsid()  # Ctrl-C is for the parent, which stops all in order.
        _die_with(parent)
        for number in _ASKED_TO_STOP:
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ASKED_TO_STOP)
        _print_to(child.log)
        if callable(child.run):
            child.run()
        else:
            os.execvp(child.run[0], list(child.run))  # noqa: S606 (no shell between us)
        code = 0
    except SystemExit as wish:
        code = wish.code if isinstance(wish.code, int) else int(wish.code is not None)
        if isinstance(wish.code, str):
            print(wish.code, file=sys.stderr)  # noqa: T201 (the log of a process that ends)
    except OSError as trouble:
        print(trouble, file=sys.stderr)  # noqa: T201 (the log of a process that ends)
    except BaseException:  # noqa: BLE001 (nothing may unwind into the parent's code)
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)  # Not sys.exit: what the parent wants done at its own exit is not ours.


def _die_with(parent: int) -> None:
    """Ask the kernel to end us should the parent be killed; where it cannot, we live on."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)  # It died before we could ask.


def _print_to(log: Path | None) -> None:
    if log is None:
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LOG_BYTES_MAX:
        log.rename(log.with_suffix(".old"))
    with log.open("ab") as opened:
        os.dup2(opened.fileno(), 1)
        os.dup2(opened.fileno(), 2)
    sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)


def _kill(pid: int) -> None:
    """Kill a child and all it started; a child that has no session yet is killed alone."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    os.kill(pid, signal.SIGKILL)


def _last_words(child: Child) -> str:
    if child.log is None or not child.log.exists():
        return "it ended, and what it said is above"
    said = child.log.read_bytes()[-_LAST_BYTES:].decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(said) if line.strip()), "it said nothing")


@contextlib.contextmanager
def _heard(handler: Callable[[int, FrameType | None], None]) -> Generator[None]:
    before = {number: signal.signal(number, handler) for number in _ASKED_TO_STOP}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


@contextlib.contextmanager
def _deaf() -> Generator[None]:
    """Hold signals back, so that none is lost in a fork that does not listen yet."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _ASKED_TO_STOP)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ASKED_TO_STOP)


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000
