"""Each process of the running program speaks as the database roles it needs, and as no other."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psycopg
import pytest

from api.composition import CLOSE, LOOK, SCHEDULE, WEB, Role
from api.postgres.embedded import Server
from tests.program import Program, started_program

NAMES = {
    Role.APP: "clearing_app",
    Role.RECON: "clearing_recon",
    Role.REPORT: "clearing_report",
    Role.AUDITOR: "clearing_auditor",
}
CAME = re.compile(r"connection authorized: user=(\w+) database=clearing application_name=(.*)")
SEEN_MAX_S = 30
FORM_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Give the program running, every connection to whose database is written down."""
    folder = tmp_path_factory.mktemp("roles") / "demo"
    with started_program(folder) as running:
        with psycopg.connect(server_of(running).dsn(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET log_connections = on")
            connection.execute("SELECT pg_reload_conf()")
        yield running


def test_the_web_answers_as_app_and_report(program: Program) -> None:
    with httpx2.Client(base_url=program.staff_url, follow_redirects=True) as browser:
        token = FORM_TOKEN.search(browser.get("/sign-in").text)
        assert token is not None
        key = program.settings["CLEARING_STAFF_KEY"]
        page = browser.post("/sign-in", data={"form_token": token[1], "key": key})
        assert page.is_success
        assert browser.get("/trial-balance").is_success
    assert roles_of(program, "web", expected=len(WEB)) == {NAMES[role] for role in WEB}


def test_who_closes_by_hand_does_so_as_recon(program: Program) -> None:
    program.run("close-day")
    assert roles_of(program, "close-day", expected=len(CLOSE)) == {NAMES[role] for role in CLOSE}


@pytest.mark.parametrize("command", ["prove", "trial-balance"])
def test_who_only_looks_looks_as_auditor(program: Program, command: str) -> None:
    ran = program.run(command)
    assert ran.returncode == 0, ran.stderr
    assert roles_of(program, command, expected=len(LOOK)) == {NAMES[role] for role in LOOK}


def test_the_tables_were_made_by_the_migrator(program: Program) -> None:
    told = server_of(program).log.read_text(encoding="utf-8", errors="replace")
    assert "CREATE SCHEMA" in told  # Only what the migrator changes is logged.


def test_the_schedule_works_as_app_and_recon(program: Program) -> None:
    # Which of them it has been so far depends on what was due.
    assert roles_of(program, "schedule", expected=1) <= {NAMES[role] for role in SCHEDULE}


def server_of(program: Program) -> Server:
    return Server(Path(program.folder) / "postgres")


def roles_of(program: Program, process: str, *, expected: int) -> set[str]:
    """Return the roles a process has come as, waiting until there are as many as expected."""
    server = server_of(program)
    found: set[str] = set()
    for _ in range(SEEN_MAX_S * 5):
        with psycopg.connect(server.dsn(database="clearing")) as connection:
            now = connection.execute("SELECT usename, application_name FROM pg_stat_activity")
            came = [(str(role), str(name)) for role, name in now.fetchall()]
        came += CAME.findall(server.log.read_text(encoding="utf-8", errors="replace"))
        names = {f"clearing {process}", f"clearing {process} callbacks"}
        found = {role for role, name in came if name in names}
        if len(found) >= expected:
            break
        time.sleep(0.2)
    return found
