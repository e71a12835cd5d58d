"""Processes really started, killed and stopped."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from api.processes import Child, Processes, ProcessFailed, open_port

T = TypeVar("T")
pytestmark = pytest.mark.filterwarnings(
    # The test runner's own threads; the program's parent has none.
    "ignore:.*multi-threaded, use of fork:DeprecationWarning"
)
PROJECT = Path(__file__).resolve().parents[2]
Said = list[tuple[str, dict[str, object]]]

SLEEPER = (sys.executable, "-c", "import time; time.sleep(60)")


class Listener:
    """Keeps what the processes' parent says, and does something at the first such word."""

    def __init__(self, reactions: dict[str, Callable[[], None]] | None = None) -> None:
        self.said: Said = []
        self._reactions = reactions or {}

    def __call__(self, event: str, **fields: object) -> None:
        self.said.append((event, fields))
        reaction = self._reactions.pop(event, None)
        if reaction is not None:
            reaction()

    def events(self, name: str) -> list[str]:
        return [event for event, fields in self.said if fields.get("name") == name]


def stop() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def touch(path: Path) -> Callable[[], None]:
    def run() -> None:
        path.touch()
        time.sleep(60)

    return run


def pid_in(folder: Path, name: str) -> int:
    return int((folder / f"{name}.pid").read_text())


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_children_start_in_order_and_stop_in_reverse(tmp_path: Path):
    listener = Listener()
    first = Child("first", touch(tmp_path / "1"), is_ready=(tmp_path / "1").exists)
    second = Child("second", touch(tmp_path / "2"), is_ready=(tmp_path / "2").exists)
    Processes([first, second], say=listener, pid_folder=tmp_path).run(when_up=stop)
    order = [(event, str(fields["name"])) for event, fields in listener.said]
    assert order == [
        ("process.started", "first"),
        ("process.ready", "first"),
        ("process.started", "second"),
        ("process.ready", "second"),
        ("process.ended", "second"),
        ("process.ended", "first"),
    ]


def test_nothing_is_left_after_the_stop(tmp_path: Path):
    pids: list[int] = []

    def look() -> None:
        pids.append(pid_in(tmp_path, "only"))
        assert is_alive(pids[0])
        stop()

    child = Child("only", touch(tmp_path / "1"), is_ready=(tmp_path / "1").exists)
    Processes([child], say=Listener(), pid_folder=tmp_path).run(when_up=look)
    assert not is_alive(pids[0])
    assert not (tmp_path / "only.pid").exists()


def test_a_forked_child_killed_hard_is_back_at_once(tmp_path: Path):
    killed_at: list[int] = []
    back_at: list[int] = []

    def kill() -> None:
        killed_at.append(time.monotonic_ns())
        os.kill(pid_in(tmp_path, "web"), signal.SIGKILL)

    def note_and_stop(event: str, **fields: object) -> None:
        del fields
        if event == "process.ready" and killed_at:
            back_at.append(time.monotonic_ns())
            stop()

    child = Child("web", touch(tmp_path / "1"), is_ready=(tmp_path / "1").exists)
    Processes([child], say=note_and_stop, pid_folder=tmp_path).run(when_up=kill)
    # Far above the tens of milliseconds it takes, because the machine may be busy.
    assert (back_at[0] - killed_at[0]) / 1_000_000 < 1_000


def test_a_program_that_cannot_start_is_named_with_its_last_words(tmp_path: Path):
    words = "print('port 8000 is in use'); raise SystemExit(1)"
    child = Child("web", (sys.executable, "-c", words), log=tmp_path / "web.log")
    with pytest.raises(ProcessFailed, match="web did not start: port 8000 is in use"):
        Processes([child], say=Listener(), pid_folder=tmp_path).run(when_up=stop)


def test_a_program_that_is_not_there_is_named(tmp_path: Path):
    child = Child("web", ("/nonexistent/program",), log=tmp_path / "web.log")
    with pytest.raises(ProcessFailed, match=r"web did not start.*No such file"):
        Processes([child], say=Listener(), pid_folder=tmp_path).run(when_up=stop)


def test_the_others_are_stopped_when_one_cannot_start(tmp_path: Path):
    listener = Listener()
    good = Child("good", touch(tmp_path / "1"), is_ready=(tmp_path / "1").exists)
    bad = Child("bad", (sys.executable, "-c", "raise SystemExit('no')"), log=tmp_path / "bad.log")
    with pytest.raises(ProcessFailed, match="no"):
        Processes([good, bad], say=listener, pid_folder=tmp_path).run(when_up=stop)
    assert listener.events("good")[-1] == "process.ended"


def test_a_child_that_keeps_dying_stops_everything(tmp_path: Path):
    started = tmp_path / "started"

    def live_well_once() -> None:
        if started.exists():
            raise SystemExit(3)
        started.touch()
        time.sleep(60)

    def kill() -> None:
        os.kill(pid_in(tmp_path, "web"), signal.SIGKILL)

    listener = Listener()
    answers = iter([True])
    child = Child(
        "web",
        live_well_once,
        is_ready=lambda: started.exists() and next(answers, False),
        failures_max=2,
    )
    with pytest.raises(ProcessFailed, match="web died 2 times"):
        Processes([child], say=listener, pid_folder=tmp_path).run(when_up=kill)
    assert listener.events("web").count("process.started") == 3


def test_a_child_that_never_gets_ready_is_given_up(tmp_path: Path):
    child = Child("web", SLEEPER, is_ready=lambda: False, ready_max_s=0)
    with pytest.raises(ProcessFailed, match="web did not start"):
        Processes([child], say=Listener(), pid_folder=tmp_path).run(when_up=stop)


def test_a_child_that_ignores_the_stop_is_killed_in_the_end(tmp_path: Path):
    def stubborn() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        (tmp_path / "1").touch()
        time.sleep(60)

    listener = Listener()
    child = Child("web", stubborn, is_ready=(tmp_path / "1").exists, stop_max_s=0)
    Processes([child], say=listener, pid_folder=tmp_path).run(when_up=stop)
    assert listener.events("web")[-2:] == ["process.killed", "process.ended"]


def test_a_second_signal_does_not_wait(tmp_path: Path):
    def stubborn() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        (tmp_path / "1").touch()
        time.sleep(60)

    def stop_twice() -> None:
        stop()
        threading.Timer(interval=1, function=stop).start()

    child = Child("web", stubborn, is_ready=(tmp_path / "1").exists, stop_max_s=60)
    began = time.monotonic()
    Processes([child], say=Listener(), pid_folder=tmp_path).run(when_up=stop_twice)
    assert time.monotonic() - began < 30


def test_a_stop_while_starting_is_heard(tmp_path: Path):
    listener = Listener({"process.started": stop})
    slow = Child("slow", SLEEPER, is_ready=lambda: False)
    after = Child("after", SLEEPER)
    Processes([slow, after], say=listener, pid_folder=tmp_path).run(when_up=stop)
    assert listener.events("after") == []
    assert listener.events("slow") == ["process.started", "process.ended"]


def test_children_end_with_a_parent_that_is_killed(tmp_path: Path):
    script = f"""
from pathlib import Path
from api.processes import Child, Processes
child = Child("web", ({sys.executable!r}, "-c", "import time; time.sleep(60)"))
Processes([child], say=lambda *a, **k: None, pid_folder=Path({str(tmp_path)!r})).run(
    when_up=lambda: None
)
"""
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=PROJECT)
    wait_for((tmp_path / "web.pid").exists)
    pid = int(wait_for((tmp_path / "web.pid").read_text))
    parent.kill()
    parent.wait()
    wait_for(lambda: not is_alive(pid) or is_zombie(pid))


def test_a_taken_port_is_refused_in_one_line():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ProcessFailed, match=f"port {port}: it is in use"):
            open_port(host="127.0.0.1", port=port)


def test_an_address_of_another_machine_is_refused_in_one_line():
    with pytest.raises(ProcessFailed, match=r"cannot listen on 192\.0\.2\.1"):
        open_port(host="192.0.2.1", port=0)


def test_a_port_refuses_nobody_while_its_process_is_on_the_way_back(tmp_path: Path):
    with open_port(host="127.0.0.1", port=0) as listening:

        def answer() -> None:
            (tmp_path / f"life {os.getpid()}").touch()
            for _ in range(100):
                connection, _ = listening.accept()
                with connection:
                    connection.sendall(str(os.getpid()).encode())

        def kill_and_ask() -> None:
            pid = pid_in(tmp_path, "web")
            os.kill(pid, signal.SIGKILL)
            wait_for(lambda: is_zombie(pid))  # Until then it might still accept, and be gone.
            # Nobody accepts now: the connection waits in the parent's socket.
            threading.Thread(target=ask).start()

        def ask() -> None:
            try:
                with socket.create_connection(listening.getsockname(), timeout=30) as connection:
                    answers.append(int(connection.recv(100)))
            finally:
                stop()

        answers: list[int] = []
        child = Child("web", answer, is_ready=lambda: any(tmp_path.glob("life *")))
        Processes([child], say=Listener(), pid_folder=tmp_path).run(when_up=kill_and_ask)
    assert len(answers) == 1


def wait_for(question: Callable[[], T]) -> T:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        answer = question()
        if answer:
            return answer
        time.sleep(1 / 100)
    msg = "it did not happen within 30 s"
    raise AssertionError(msg)


def is_zombie(pid: int) -> bool:
    return ") Z " in Path("/proc", str(pid), "stat").read_text()
