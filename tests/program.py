"""The whole program as a person starts it: its own processes, in a folder of the test's own."""

import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.settings_file import read_settings_file
from tests.free_ports import free_ports

ROOT = Path(__file__).parents[1]
START_MAX_S = 60
STOP_MAX_S = 60
COMMAND_MAX_S = 240


@dataclass(frozen=True, slots=True)
class Program:
    """A running demo: where its data is, and its settings by name."""

    folder: Path
    settings: dict[str, str]

    @property
    def citizen_url(self) -> str:
        """Return the address of the citizens' pages."""
        return self.settings["CLEARING_CITIZEN_URL"]

    @property
    def staff_url(self) -> str:
        """Return the address of the staff console."""
        return self.settings["CLEARING_STAFF_URL"]

    @property
    def far_side_url(self) -> str:
        """Return the address of the simulated far sides."""
        return self.settings["CLEARING_FAR_SIDE_URL"]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one command of the command line against it."""
        settings = str(self.folder / "settings.env")
        command = [sys.executable, "-m", "api.command_line", "--settings", settings, *words]
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=COMMAND_MAX_S, check=False
        )

    def pid_of(self, name: str) -> int | None:
        """Return the pid of one of its processes, None while there is none."""
        try:
            return int((self.folder / "pids" / f"{name}.pid").read_text())
        except (OSError, ValueError):
            return None


@contextmanager
def started_program(folder: Path) -> Generator[Program]:
    """Start the demo in a folder, give it when it answers, and interrupt it in the end."""
    port = free_ports(4)
    said = folder.with_suffix(".log")
    command = [sys.executable, "-m", "api.command_line", "demo"]
    with said.open("wb") as log:
        running = subprocess.Popen(
            [*command, "--data", str(folder), "--port", str(port)], cwd=ROOT, stdout=log, stderr=log
        )
        try:
            _wait_until_up(running, said)
            yield Program(folder, read_settings_file(folder / "settings.env"))
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(STOP_MAX_S)


def _wait_until_up(running: subprocess.Popen[bytes], said: Path) -> None:
    """Wait until the demo says where it is, which it does once all its parts answer."""
    for _ in range(START_MAX_S * 5):
        if "Ctrl-C stops everything" in said.read_text():
            return
        if running.poll() is not None:
            break
        time.sleep(0.2)
    raise RuntimeError(f"the program did not start: {said.read_text()[-2000:]}")
