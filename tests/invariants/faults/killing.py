"""Work done by a process of its own that is killed, frozen or thawed in the middle of it."""

import os
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager


def die() -> None:
    """End this process as a power cut would: nothing is undone, closed or told."""
    os.kill(os.getpid(), signal.SIGKILL)


def killed(work: Callable[[], object]) -> None:
    """Do some work in a process of its own, which must be killed by it."""
    with forked(work) as pid:
        _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status), f"it was not killed but ended with {status}"
    assert os.WTERMSIG(status) == signal.SIGKILL


@contextmanager
def forked(work: Callable[[], object]) -> Generator[int]:
    """Give the id of a process that does some work and ends with 0, or 1 where it fails."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    try:
        yield pid
    finally:
        try:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass  # It ended by itself and was waited for.
