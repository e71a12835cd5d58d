"""What each command does and prints: processes, days, balances, proofs."""

import argparse
import json
from datetime import date
from functools import partial
from pathlib import Path

import structlog

from api.application import application
from api.by_hand import operator
from api.close_days import close_open_days, why_not_tried
from api.composition import CLOSE, LOOK, SCHEDULE, SEAL_KEY, WEB, open_house
from api.far_side import Sandbox
from api.house import House
from api.inbox import Offered, printable_name
from api.postgres.migrate import migrate
from api.postgres.prepare import prepare
from api.processes import Child, Processes
from api.schedule_process import run_schedule
from api.screen import counted, show
from api.seals import SealFolder, known_key, seal_days
from api.settings import SettingsWrong, read_settings
from api.telemetry import start_logs
from api.web import open_ports, work
from gateways.transport import Limits, open_client
from ledger.audit_record import Doer
from reconciliation.close_day import DayClosed
from reconciliation.day_report import text_of
from reconciliation.file import FileState
from reconciliation.proofs.contract import FarSide, Holds, Means, Result, Violated
from reconciliation.proofs.line import line
from reconciliation.proofs.prove import prove as run_proofs


def web(chosen: argparse.Namespace) -> int:
    """Answer on the three hosts with a number of workers until interrupted."""
    settings = read_settings("web", WEB)
    start_logs(level=settings.log_level)
    sockets = open_ports(settings)
    app = application(open_house(settings, process="web", roles=WEB)).built()
    workers = [
        Child(f"web-{ordinal}", partial(work, app, sockets))
        for ordinal in range(1, chosen.workers + 1)
    ]
    log = structlog.get_logger()
    Processes(workers, say=log.info, pid_folder=Path("var") / "pids").run(when_up=lambda: None)
    return 0


def schedule(_chosen: argparse.Namespace) -> int:
    """Run what is due until interrupted."""
    settings = read_settings("schedule", (*SCHEDULE, SEAL_KEY))
    start_logs(level=settings.log_level)
    run_schedule(settings)
    return 0


def prepare_database(chosen: argparse.Namespace) -> int:
    """Make a database ready for its first migration, and its cluster's roles with it."""
    prepare(chosen.url)
    show("the database is prepared; migrate it as clearing_migrator")
    return 0


def run_migrations(chosen: argparse.Namespace) -> int:
    """Bring a database to the newest shape of its tables."""
    if not chosen.url:
        raise SettingsWrong("CLEARING_MIGRATE_URL (or --url): the database to migrate is not given")
    before, after = migrate(chosen.url, revision=chosen.revision)
    show(f"already at {after}" if before == after else f"{before or 'nothing'} -> {after}")
    return 0


def close_day(chosen: argparse.Namespace) -> int:
    """Close one day or every open one, and print each day's report; 1 when one stays open."""
    # The key to seal with is missed before a day is closed rather than after.
    settings = read_settings("close-day", (*CLOSE, SEAL_KEY))
    house = open_house(settings, process="close-day", roles=CLOSE)
    return close_days(house, only=chosen.date, by=operator(chosen.reason))


def close_days(house: House, *, only: date | None, by: Doer | None) -> int:
    """Close the wanted days of a house and print each report, or what stands in the way.

    `by` is the person who wants it, None when a program does.
    In the sandbox a day may be closed before it is over: its far sides send their files when asked.
    """
    tried = close_open_days(
        house.open_recon_tx,
        house,
        is_wanted=lambda day: only is None or day == only,
        early=house.settings.sandbox,
        by=by,
    )
    if not tried and only is None:
        show("no day: nothing to close, no movements on an open day")
    for one in tried:
        for offered in one.offered:
            _show_file(offered)
        if isinstance(one.outcome, DayClosed):
            show(text_of(one.outcome.report))
        else:
            show(f"day {one.outcome.business_date} stays open:")
            for reason in one.outcome.reasons:
                show(f"  {reason.obstacle}  {reason.subject}: {reason.text}")
    for one in seal_days(house.open_recon_tx, house):
        show(
            f"day {one.day.business_date} is sealed as number {one.day.sequence}: {one.root.hex()}"
        )
    if not tried and only is not None:
        show(why_not_tried(house.open_recon_tx, house, only))
    return 0 if all(isinstance(one.outcome, DayClosed) for one in tried) else 1


def prove(chosen: argparse.Namespace) -> int:
    """Check every invariant and print a line each; 1 on a violation."""
    house = open_house(read_settings("prove", LOOK), process="prove", roles=LOOK)
    return prove_house(house, as_json=chosen.json)


def prove_house(house: House, *, as_json: bool) -> int:
    """Run every proof against a house's database; in the sandbox the far sides are asked too."""
    means = Means(
        gateways=house.gateways,
        calendar=house.calendar,
        public_keys=house.public_keys,
        far_side=_far_side(house),
        seals=SealFolder(house.settings.seals),
        seal_key=known_key(house.settings),
        now=house.clock(),
    )
    results = run_proofs(house.open_auditor_tx, means)
    for result in results:
        show(_as_json(result) if as_json else line(result))
    return 0 if all(isinstance(result.outcome, Holds) for result in results) else 1


def _show_file(offered: Offered) -> None:
    verdict = offered.verdict
    name = printable_name(offered.path)
    if verdict.state is FileState.QUARANTINED:
        show(f"file {name} is quarantined: {verdict.reason}")
    else:
        show(f"file {name} is {verdict.state}: {counted(verdict.item_count, 'line')}")


def _far_side(house: House) -> FarSide | None:
    if house.settings.far_side_url is None:
        return None
    with open_client(Limits()) as client:
        return Sandbox(client, house.settings.far_side_url).told()


def _as_json(result: Result) -> str:
    told: dict[str, object] = {"id": result.id, "sentence": result.sentence}
    match result.outcome:
        case Holds(count=count):
            told |= {"holds": True, "count": count}
        case Violated() as violated:
            told |= {"holds": False, "rows": violated.rows, "total": violated.total}
    return json.dumps(told, ensure_ascii=False)
