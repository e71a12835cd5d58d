"""Everything on one machine: database, far sides, web, schedule; data is kept between starts."""

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import socket
import sys
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import httpx2
from starlette.types import ASGIApp

from api import clock, unattended
from api.access.key_text import SANDBOX, read_key
from api.application import application
from api.composition import WEB, open_house
from api.demo_certificate import CERTIFICATE, KEY, make_certificate
from api.house import House
from api.issue_key import drawn_key, enrol
from api.postgres.embedded import Server
from api.postgres.migrate import ready_database
from api.processes import Child, Processes, ProcessFailed
from api.sandbox import (
    ACCOUNTANTS,
    AUTHORITIES,
    BENEFICIARIES,
    PARTNER,
    PROVIDERS,
    sample_decisions,
    sample_obligations,
)
from api.schedule_process import run_schedule
from api.screen import Steps, show
from api.settings import Settings, read_settings
from api.settings_file import read_settings_file, write_settings_file
from api.staff_right import StaffRight
from api.telemetry import start_logs
from api.web import open_ports, work
from payments.postgres.authority_rows import authorities_by_code
from payments.push_authorities import push_authorities
from payments.push_beneficiaries import push_beneficiaries
from payments.push_obligations import push_obligations

DATABASE = "clearing"
WORKERS = 2
"""Processes that answer: one per core of a small machine."""
FAULTS = "lost=0.1,doubled=0.2,late=0.1,late_s=3"
"""What goes wrong at the simulated gateway during an unattended run, in parts of one."""

SETTINGS_FILE = "settings.env"
SENDER = "no-reply@example.vn"
"""Who the demo's mail is from; none of it leaves this machine."""


class _Finished(Exception):
    """The unattended run is over; `status` is what the command leaves with."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


@dataclass(frozen=True, slots=True)
class _Demo:
    """One demo: where its data is, and what it was told."""

    folder: Path
    environment: Mapping[str, str]
    settings: Settings
    payments: int | None
    seed: int

    @property
    def far_side_port(self) -> str:
        return str(self.settings.far_side_url).rpartition(":")[2]


def demo(*, folder: Path, first_port: int, payments: int | None, seed: int | None) -> int:
    """Run everything until interrupted, or `payments` payments unattended; return the status.

    Raises:
        api.processes.ProcessFailed, api.postgres.errors.ServerFailed: with one clear line.
    """
    folder = folder.resolve()
    with _alone_in(folder):
        return _demo(folder, first_port=first_port, payments=payments, seed=seed)


def _demo(folder: Path, *, first_port: int, payments: int | None, seed: int | None) -> int:
    server = Server(folder / "postgres")
    environment = _environment(folder, server, first_port=first_port)
    os.environ.update(environment)
    settings = read_settings()
    start_logs(level="warning")
    chosen = _Demo(folder, environment, settings, payments, seed or 1 + secrets.randbelow(99_999))
    sockets = open_ports(settings)
    steps = Steps(total=5)
    try:
        steps.take("PostgreSQL", server.start)
        steps.take("tables", partial(ready_database, server, DATABASE))
        house = open_house(settings, process="demo")
        steps.take("sample decisions", partial(_fill, house, environment))
        # A house of its own for the workers: connections opened here must not cross a fork.
        app = steps.take("pages", partial(_pages, settings))
        return _run(chosen, house, _children(chosen, app, sockets), steps)
    finally:
        for opened in sockets:
            opened.close()
        server.stop()
        show(f"stopped; the data stays in {_places(folder, server)}")


def _places(folder: Path, server: Server) -> str:
    """Return where the data is, which is two places where root's folder is closed to others."""
    is_below = server.data.is_relative_to(folder)
    return str(folder) if is_below else f"{folder} and {server.data}"


@contextlib.contextmanager
def _alone_in(folder: Path) -> Generator[None]:
    """Keep a second demo out of the same folder, whose server the first to stop would take away.

    Raises:
        ProcessFailed: one runs there, or the folder cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
    except BlockingIOError as error:
        raise ProcessFailed(f"another demo runs with the data in {folder}") from error
    except (FileExistsError, NotADirectoryError, PermissionError) as error:
        raise ProcessFailed(f"cannot use {folder}: {error.strerror}") from error


def _run(chosen: _Demo, house: House, children: Sequence[Child], steps: Steps) -> int:
    started = clock.monotonic_ms()

    def when_up() -> None:
        steps.note("far sides, web, schedule", since_ms=started)
        if chosen.payments is None:
            show(_welcome(chosen))
        else:
            status = unattended.run(
                house,
                payments=chosen.payments,
                seed=chosen.seed,
                partner_key=chosen.environment["DEMO_PARTNER_KEY"],
            )
            raise _Finished(status)

    processes = Processes(children, say=_unheard, pid_folder=chosen.folder / "pids")
    try:
        processes.run(when_up=when_up)
    except _Finished as finished:
        return finished.status
    return 0


def _children(chosen: _Demo, app: ASGIApp, sockets: Sequence[socket.socket]) -> list[Child]:
    logs = chosen.folder / "logs"
    web = [
        Child(
            f"web-{ordinal}",
            partial(work, app, sockets),
            is_ready=partial(_answers, f"{chosen.settings.citizen_url}/health"),
            log=logs / "web.log",
        )
        for ordinal in range(1, WORKERS + 1)
    ]
    schedule = Child("schedule", partial(run_schedule, chosen.settings), log=logs / "schedule.log")
    return [_far_sides(chosen, logs), *web, schedule]


def _far_sides(chosen: _Demo, logs: Path) -> Child:
    environment = chosen.environment
    words = [
        *(sys.executable, "-m", "gateways.simulators"),
        *("--port", chosen.far_side_port),
        *("--state", str(chosen.folder / "far-sides")),
        *("--drop", str(chosen.settings.inbox)),
        *("--callback-url", f"{chosen.settings.partner_url}/callbacks/vnpay"),
        *("--tmn-code", environment["VNPAY_TMN_CODE"]),
        *("--hash-secret", environment["VNPAY_HASH_SECRET"]),
        *("--police-secret", environment["DEMO_EVENT_SECRET"]),
        *("--mail-port", environment["DEMO_MAIL_PORT"]),
        *("--agency-secret", environment["DEMO_AGENCY_SECRET"]),
        *("--agency-account", BENEFICIARIES[0].account_number),
        *("--platform-url", chosen.settings.partner_url),
        *("--accounts", ",".join(f"{one.code}={one.account_number}" for one in BENEFICIARIES)),
        *("--retry-ms", "20000"),
        *("--identity-client", chosen.settings.identity_client_id),
        # Joined, because a drawn secret may begin with a dash.
        f"--identity-secret={environment['CLEARING_IDENTITY_CLIENT_SECRET']}",
        *("--identity-redirect", f"{chosen.settings.citizen_url}/sign-in/back"),
        *("--people", ";".join(f"{one}={name}" for one, name in _people(chosen).items())),
    ]
    if chosen.payments is not None:
        words += ["--faults", f"{FAULTS},seed={chosen.seed}"]
    return Child(
        "far-sides",
        words,
        is_ready=partial(_answers, f"{chosen.settings.far_side_url}/simulator/health"),
        log=logs / "far-sides.log",
    )


def _environment(folder: Path, server: Server, *, first_port: int) -> dict[str, str]:
    """Return the demo's settings: secrets drawn once, addresses as asked for today."""
    path = folder / SETTINGS_FILE
    make_certificate(folder / "paper", now=clock.now())
    # What a demo of an earlier version had no need of is drawn now.
    kept = _drawn() | (read_settings_file(path) if path.exists() else {})
    if read_key(kept["DEMO_PARTNER_KEY"], environment=SANDBOX) is None:
        kept["DEMO_PARTNER_KEY"] = drawn_key(SANDBOX)  # An earlier version drew keys of no form.
    addresses = [f"http://127.0.0.1:{first_port + offset}" for offset in range(4)]
    citizen, staff, partner, far_side = addresses
    events = {
        "url": f"{far_side}/simulator/police/events",
        "secret": kept["DEMO_EVENT_SECRET"],
    }
    staff_keys = {name: _digest(kept[_key_name(name)]) for name in ACCOUNTANTS}
    mail_port = _free_port()
    values = kept | {
        "CLEARING_DATABASE_URL": server.dsn(role="clearing_app", database=DATABASE),
        "CLEARING_RECON_DATABASE_URL": server.dsn(role="clearing_recon", database=DATABASE),
        "CLEARING_REPORT_DATABASE_URL": server.dsn(role="clearing_report", database=DATABASE),
        "CLEARING_AUDITOR_DATABASE_URL": server.dsn(role="clearing_auditor", database=DATABASE),
        "CLEARING_MIGRATE_URL": server.dsn(role="clearing_migrator", database=DATABASE),
        "CLEARING_CITIZEN_URL": citizen,
        "CLEARING_STAFF_URL": staff,
        "CLEARING_PARTNER_URL": partner,
        "CLEARING_FAR_SIDE_URL": far_side,
        "CLEARING_INBOX": str(folder / "inbox"),
        "CLEARING_SEALS": str(folder / "seals"),
        "CLEARING_PAPER_CERTIFICATE": str(folder / "paper" / CERTIFICATE),
        "CLEARING_PAPER_KEY": str(folder / "paper" / KEY),
        "CLEARING_SANDBOX": "true",
        "CLEARING_ASK_FIRST_S": "3",
        "CLEARING_ASK_LONGEST_S": "60",
        "CLEARING_STAFF_KEYS": json.dumps(staff_keys),
        "CLEARING_STAFF_RIGHTS": json.dumps(dict.fromkeys(ACCOUNTANTS, tuple(StaffRight))),
        "CLEARING_MAIL": json.dumps(
            {"host": "127.0.0.1", "port": mail_port, "security": "none", "sender": SENDER}
        ),
        "DEMO_MAIL_PORT": str(mail_port),
        "CLEARING_AGENCIES": json.dumps({"DEMO01": _agency(far_side, kept["DEMO_AGENCY_SECRET"])}),
        "CLEARING_SUBSCRIBERS": json.dumps(dict.fromkeys(PROVIDERS, events)),
        "CLEARING_IDENTITY_ISSUER": f"{far_side}/identity",
        "CLEARING_IDENTITY_CLIENT_ID": "clearing-demo",
        "VNPAY_PAY_URL": f"{far_side}/vnpay/paymentv2/vpcpay.html",
        "VNPAY_API_URL": f"{far_side}/vnpay/merchant_webapi/api/transaction",
        "VNPAY_SERVER_ADDRESS": "127.0.0.1",
    }
    write_settings_file(path, values)
    return values


def _drawn() -> dict[str, str]:
    event_secret = base64.b64encode(secrets.token_bytes(24)).decode()
    staff_keys = {_key_name(name): secrets.token_urlsafe(18) for name in ACCOUNTANTS}
    return staff_keys | {
        "DEMO_SINCE": clock.vietnam_day(clock.now()).isoformat(),
        "DEMO_PARTNER_KEY": drawn_key(SANDBOX),
        "DEMO_EVENT_SECRET": f"whsec_{event_secret}",
        "DEMO_AGENCY_SECRET": secrets.token_hex(16),
        "CLEARING_SECRET_KEY": secrets.token_hex(32),
        "CLEARING_STAFF_KEY": secrets.token_urlsafe(18),
        "CLEARING_SIGNING_KEY": secrets.token_hex(32),
        "CLEARING_SEAL_KEY": secrets.token_hex(32),
        "CLEARING_QR_KEY": secrets.token_hex(32),
        "CLEARING_IDENTITY_CLIENT_SECRET": secrets.token_urlsafe(24),
        "CLEARING_PERSONAL_KEY": secrets.token_hex(32),
        "CLEARING_PERSONAL_INDEX_KEY": secrets.token_hex(32),
        "VNPAY_TMN_CODE": "DVCTEST1",
        "VNPAY_HASH_SECRET": secrets.token_hex(16).upper(),
    }


def _key_name(person: str) -> str:
    return f"DEMO_{person.upper()}_KEY"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _free_port() -> int:
    """Return a port nobody listens on now, for the simulated mail server."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _agency(far_side: str, secret: str) -> dict[str, object]:
    """Return the one-stop system of a province that the portal's dialect is spoken with."""
    return {
        "secret": secret,
        "confirm_url": f"{far_side}/simulator/agency/confirm",
        "accounts": [BENEFICIARIES[0].code],
        "fines_of": [PROVIDERS[0]],
    }


def _pages(settings: Settings) -> ASGIApp:
    return application(open_house(settings, process="web", roles=WEB)).built()


def _fill(house: House, environment: Mapping[str, str]) -> None:
    samples = sample_obligations(date.fromisoformat(environment["DEMO_SINCE"]))
    with house.open_tx() as tx:
        push_beneficiaries(tx, BENEFICIARIES)
        enrol(tx, PARTNER, key=environment["DEMO_PARTNER_KEY"], now=house.clock())
        # One that was ended by hand since stays ended.
        known = authorities_by_code(tx, {each.code for each in AUTHORITIES})
        push_authorities(tx, [each for each in AUTHORITIES if each.code not in known])
        push_obligations(tx, samples, keys=house.personal_keys, now=house.clock())


def _people(chosen: _Demo) -> Mapping[str, str]:
    """Return who owes something in the sample, by personal id: one may sign in as each."""
    samples = sample_obligations(date.fromisoformat(chosen.environment["DEMO_SINCE"]))
    return {
        one.personal["personal_id"]: one.personal["name"]
        for one in samples
        if "personal_id" in one.personal
    }


def _welcome(chosen: _Demo) -> str:
    since = date.fromisoformat(chosen.environment["DEMO_SINCE"])
    fines = "\n".join(
        f"    {fine.number}  dated {fine.decided_on:%d/%m/%Y}  plate {fine.subject}"
        for fine in sample_decisions(since)
    )
    others = "\n".join(
        f"    {one.number.partition('/')[0]}  last digits {one.subject}"
        for one in sample_obligations(since)
        if one.decided_on is None
    )
    people = "\n".join(
        f"             as {name}                 key {chosen.environment[_key_name(name)]}"
        for name in ACCOUNTANTS
    )
    looking_key = chosen.environment["CLEARING_STAFF_KEY"]
    return f"""
  Citizens   {chosen.settings.citizen_url}
  Staff      {chosen.settings.staff_url}    key {looking_key} (looks only)
{people}
  Partners   {chosen.settings.partner_url}    key {chosen.environment["DEMO_PARTNER_KEY"]}
  Far sides  {chosen.settings.far_side_url}    simulated VNPAY, treasury, police, a one-stop office

  Fines to find and pay:
{fines}

  Insurance, dossiers and a land notice:
{others}

  Then close the day from another terminal:  .venv/bin/clearing close-day
  Ctrl-C stops everything; the data stays in {chosen.folder}."""


def _answers(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=1).is_success
    except httpx2.HTTPError:
        return False


def _unheard(_event: str, **_fields: object) -> None:
    """Drop the supervisor's own news: the demo's terminal is for people."""
