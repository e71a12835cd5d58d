"""The whole program as `demo` starts it, and a real browser in front of it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from api.clock import now, vietnam_day
from api.sandbox import ACCOUNTANTS, sample_decisions
from api.settings_file import read_settings_file
from tests.journeys.program import Decision, Program

PROJECT = Path(__file__).parents[2]
START_S_MAX = 90
SOURCES = (f"198.51.{ordinal}.1" for ordinal in count(1))
"""A network of its own for each browser, so that no journey uses up the searches of another."""
STEP_MS_MAX = 15_000


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Give a running demo with data of its own, stopped as Ctrl-C stops it."""
    folder = tmp_path_factory.mktemp("demo")
    folder.chmod(0o755)
    first_port = _four_free_ports()
    command = [sys.executable, "-m", "api.command_line", "demo"]
    options = ["--port", str(first_port), "--data", str(folder)]
    heard = folder / "heard.txt"
    with heard.open("w") as out:
        proxied = os.environ | {"CLEARING_PROXY_HOPS": "1"}
        child = subprocess.Popen(
            [*command, *options], cwd=PROJECT, stdout=out, stderr=out, env=proxied
        )
        try:
            _wait_until_up(child, first_port, heard)
            settings = read_settings_file(folder / "settings.env")
            yield Program(
                citizen=f"http://127.0.0.1:{first_port}",
                staff=f"http://127.0.0.1:{first_port + 1}",
                far_side=f"http://127.0.0.1:{first_port + 3}",
                staff_key=settings["CLEARING_STAFF_KEY"],
                person_keys={name: settings[f"DEMO_{name.upper()}_KEY"] for name in ACCOUNTANTS},
                settings_file=folder / "settings.env",
                decisions=tuple(
                    Decision(one.number, one.decided_on or vietnam_day(now()), one.subject)
                    for one in sample_decisions(vietnam_day(now()))
                ),
            )
        finally:
            child.send_signal(signal.SIGINT)
            child.wait(timeout=60)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give Debian's chromium, or skip where there is none."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    # Chromium's own sandbox refuses to run as root.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    expect.set_options(timeout=STEP_MS_MAX)
    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=chromium, args=options)
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Give a browser without cookies, whose console must stay empty."""
    opened = browser.new_context(
        viewport={"width": 1000, "height": 900},
        locale="vi-VN",
        extra_http_headers={"x-forwarded-for": next(SOURCES)},
    )
    opened.set_default_timeout(STEP_MS_MAX)
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # A form sent back for mending is an answer, though the browser calls it a failure.
        if message.type in {"error", "warning"} and "status of 422" not in message.text:
            complaints.append(message.text)

    opened.on("console", hear)
    opened.on("weberror", lambda error: complaints.append(str(error.error)))
    yield opened
    opened.close()
    assert not complaints, "the browser complains"


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Give one tab."""
    return context.new_page()


@pytest.fixture
def page_without_script(browser: Browser) -> Iterator[Page]:
    """Give one tab of a browser that runs no script."""
    opened = browser.new_context(
        java_script_enabled=False, extra_http_headers={"x-forwarded-for": next(SOURCES)}
    )
    opened.set_default_timeout(STEP_MS_MAX)
    yield opened.new_page()
    opened.close()


def _four_free_ports() -> int:
    """Return the first of four ports in a row that nobody listens on."""
    for first in range(8_700, 18_700, 4):
        if all(_is_free(port) for port in range(first, first + 4)):
            return first
    raise AssertionError("no four free ports in a row")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _wait_until_up(child: subprocess.Popen[bytes], first_port: int, heard: Path) -> None:
    until = time.monotonic() + START_S_MAX
    while time.monotonic() < until:
        if child.poll() is not None:
            break
        if "Ctrl-C stops everything" in heard.read_text():
            assert httpx2.get(f"http://127.0.0.1:{first_port}/health").is_success
            return
        time.sleep(0.2)
    raise AssertionError(f"the program did not start:\n{heard.read_text()}")
