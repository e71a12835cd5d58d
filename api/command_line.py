"""The `clearing` command line: what operators type."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path

from api import book, commands
from api.asked import NoInstant, day_of, instant_of
from api.authority_command import add_authority
from api.book import AccountUnknown, SpanRefused
from api.demo import demo
from api.export import FORMATS, NotExported, export
from api.far_side import FarSideAway
from api.log_proof import CONSISTENCY, INCLUSION, log_proof
from api.more_commands import add_more
from api.partner_command import add_partner
from api.postgres.errors import DatabaseRefused, ServerFailed
from api.processes import ProcessFailed
from api.rates_command import add_rates
from api.seals import FolderUnusable
from api.settings import SettingsWrong
from api.settings_file import DEMO_SETTINGS, load_settings_file
from api.verify_log import verify_log
from api.verify_proof_command import add_verify_proof
from bench.command import SAYS, STORED, WHAT, bench
from gateways.errors import Misconfigured
from ledger.accounts import Account, account_of
from ledger.audit_record import REASON_MAX, REASON_SHAPE, StockReason, reason_of
from ledger.errors import BookUnreachable, InstantOpen
from ledger.postgres.verify_log.__main__ import add_options
from reconciliation.errors import ReconciliationError

PORT_MIN, PORT_MAX = 1024, 65532
"""The first port of four in a row, all of them open to everybody."""

AddVerb = Callable[..., argparse.ArgumentParser]
"""Adds one command to the parser: its name, then what argparse takes."""

_TOLD = (
    SettingsWrong,
    Misconfigured,
    ProcessFailed,
    ServerFailed,
    DatabaseRefused,
    BookUnreachable,
    InstantOpen,
    SpanRefused,
    AccountUnknown,
    ReconciliationError,
    FarSideAway,
    NotExported,
    FolderUnusable,
)
"""What stops a command with one line instead of a traceback."""

_EPILOGUE = """\
Settings come from the environment (CLEARING_..., VNPAY_...) or from --settings FILE. Without
either, commands speak to the demo of this folder, whose settings stand in var/demo/settings.env.
Exit status: 0 done, 1 not done (a day that cannot close, a proof that fails), 2 wrong usage."""


_RECORDED_BY = "as the book stood then, such as 2026-11-23T17:00:00+07:00 (default: now)"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its status."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = chosen.run
    of_demo = False
    try:
        if chosen.needs_settings:
            of_demo = load_settings_file(chosen.settings, environ=os.environ)
        status = run(chosen)
    except _TOLD as refusal:
        is_away = of_demo and isinstance(refusal, BookUnreachable | FarSideAway)
        sys.exit(f"clearing: {refusal}{' (is the demo running?)' if is_away else ''}")
    except OSError as error:
        # Python would try once more to write the rest, and complain, while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            sys.exit(1)  # Whoever read us has seen enough.
        sys.exit(f"clearing: {error}")
    except KeyboardInterrupt:
        sys.exit("clearing: interrupted; whatever was not finished goes on at the next run")
    sys.exit(status)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="clearing",
        description="Online payment clearing: take payments, keep the book, prove each day.",
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help="read settings from this file of NAME=value lines",
    )
    add = parser.add_subparsers(title="commands", required=True, metavar="COMMAND").add_parser
    _add_demo(add)
    _add_processes(add)
    _add_days(add)
    _add_book(add)
    _add_export(add)
    _add_log_proof(add)
    _add_verify_log(add)
    add_verify_proof(add)
    add_rates(add)
    add_authority(add)
    add_partner(add)
    add_more(add)
    _add_bench(add)
    return parser


def _add_demo(add: AddVerb) -> None:
    one = _verb(
        add,
        "demo",
        "start everything on this machine with simulated far sides; Ctrl-C stops it",
        lambda chosen: demo(
            folder=chosen.data,
            first_port=chosen.port,
            payments=chosen.payments,
            seed=chosen.seed,
        ),
        needs_settings=False,
    )
    one.add_argument(
        "--payments",
        type=_count,
        metavar="N",
        help="unattended: make N payments with lost, doubled and late callbacks, close the day,"
        " prove it, print it and stop",
    )
    one.add_argument(
        "--port",
        type=_port,
        default=8700,
        metavar="P",
        help="first of four ports in a row: citizen, staff, partner, far sides (default 8700)",
    )
    one.add_argument(
        "--data",
        type=Path,
        default=DEMO_SETTINGS.parent,
        metavar="DIR",
        help="where data is kept between starts (default var/demo)",
    )
    one.add_argument(
        "--seed",
        type=_count,
        metavar="S",
        help="same seed, same payments and faults (default: drawn)",
    )


def _add_processes(add: AddVerb) -> None:
    web = _verb(add, "web", "answer citizens, staff and partners", commands.web)
    web.add_argument(
        "--workers", type=_count, default=2, metavar="N", help="processes that answer (default 2)"
    )
    _verb(
        add,
        "schedule",
        "ask gateways, tell authorities and close days, each when it is due",
        commands.schedule,
    )
    prepare = _verb(
        add,
        "prepare-database",
        "create a database, its roles and their limits: once, as a superuser",
        commands.prepare_database,
        needs_settings=False,
    )
    prepare.add_argument("--url", metavar="URL", required=True, help="address as a superuser")
    migrate = _verb(
        add,
        "migrate",
        "bring the database to the newest shape of its tables",
        commands.run_migrations,
        needs_settings=False,
    )
    migrate.add_argument(
        "--url",
        metavar="URL",
        default=os.environ.get("CLEARING_MIGRATE_URL"),
        help="address as clearing_migrator (default $CLEARING_MIGRATE_URL)",
    )
    migrate.add_argument("--revision", default="head", help="stop at this revision")


def _add_days(add: AddVerb) -> None:
    close = _verb(
        add,
        "close-day",
        "read the day's files, match the three sides, post, and close the day",
        commands.close_day,
    )
    close.add_argument(
        "date",
        nargs="?",
        type=_day,
        help="business day, YYYY-MM-DD (default: every open day with movements, oldest first)",
    )
    close.add_argument(
        "--reason",
        type=_reason,
        default=str(StockReason.CLOSED_BY_HAND),
        metavar="TEXT",
        help="why, for the audit record (default: %(default)s)",
    )
    prove = _verb(
        add,
        "prove",
        "check every invariant on this database, one line each; exit 1 on a violation",
        commands.prove,
    )
    prove.add_argument("--json", action="store_true", help="one JSON document per line")


def _add_book(add: AddVerb) -> None:
    whole = _verb(
        add,
        "trial-balance",
        "print every account: what it held, took in on either side, and holds",
        book.trial_balance,
    )
    _add_span(whole, last_option="--as-of")
    one = _verb(add, "account", "print what passed through one account", book.account)
    one.add_argument("account", type=_account, metavar="CODE", help="such as receivable:vnpay")
    _add_span(one, last_option="--to")
    one.add_argument("--lines", action="store_true", help="every movement, with running balances")


def _add_span(verb: argparse.ArgumentParser, *, last_option: str) -> None:
    verb.add_argument(
        "--from",
        dest="first",
        type=_day,
        metavar="DATE",
        help="first business day; the opening is what stood before (default: the first of all)",
    )
    verb.add_argument(
        last_option,
        dest="last",
        type=_day,
        metavar="DATE",
        help="last business day (default: the last)",
    )
    verb.add_argument("--recorded-by", type=_instant, metavar="INSTANT", help=_RECORDED_BY)


def _add_log_proof(add: AddVerb) -> None:
    one = _verb(
        add,
        "log-proof",
        "print the proof that an entry is sealed, or that one day's log begins another's",
        log_proof,
    )
    one.add_argument("kind", choices=[INCLUSION, CONSISTENCY], help="what to prove")
    one.add_argument("about", nargs="+", metavar="KEY|DAY", help="an entry's key, or two days")


def _add_verify_log(add: AddVerb) -> None:
    add_options(
        _verb(
            add,
            "verify-log",
            "check every sealed day as an auditor does and name what was changed; or a proof",
            verify_log,
        )
    )


def _add_export(add: AddVerb) -> None:
    one = _verb(
        add,
        "export",
        "write the journal for a spreadsheet, hledger or beancount; an audit record says who did",
        export,
    )
    one.add_argument("format", choices=[*FORMATS], help="what is to read it")
    one.add_argument(
        "--from",
        dest="first",
        type=_day,
        metavar="DATE",
        help="first business day; what stood before opens the journal (default: the first of all)",
    )
    one.add_argument(
        "--to", dest="last", type=_day, metavar="DATE", help="last business day (default: the last)"
    )
    one.add_argument(
        "--recorded-by",
        type=_instant,
        metavar="INSTANT",
        help=_RECORDED_BY,
    )
    one.add_argument("--output", type=Path, metavar="FILE", help="write here, whole or not at all")
    one.add_argument("--force", action="store_true", help="replace FILE when it is there")
    one.add_argument(
        "--reason",
        type=_reason,
        default=str(StockReason.TAKEN_OUT_BY_HAND),
        metavar="TEXT",
        help="why, for the audit record (default: %(default)s)",
    )


def _add_bench(add: AddVerb) -> None:
    one = _verb(
        add,
        "bench",
        "measure beside a stated limit in the same run and print the ratios",
        lambda chosen: bench(
            chosen.what, stored=chosen.stored, seconds=chosen.seconds, strict=chosen.strict
        ),
        needs_settings=False,
    )
    one.add_argument("what", choices=WHAT, nargs="+", metavar="WHAT", help=f"one or more of {SAYS}")
    one.add_argument(
        "--stored",
        type=partial(_count, most=100_000_000),
        metavar="N",
        help=f"transfers in the book before (default: none for post, {STORED:,} else)",
    )
    one.add_argument(
        "--seconds", type=_count, default=8, metavar="S", help="length of one measurement"
    )
    one.add_argument("--strict", action="store_true", help="exit 1 when a ratio misses its budget")


def _verb(
    add: AddVerb,
    name: str,
    text: str,
    run: Callable[[argparse.Namespace], int],
    *,
    needs_settings: bool = True,
) -> argparse.ArgumentParser:
    verb = add(name, help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=run, needs_settings=needs_settings)
    return verb


def _day(text: str) -> date:
    day = day_of(text)
    if day is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2026-11-23")
    return day


def _instant(text: str) -> datetime:
    instant = instant_of(text)
    if isinstance(instant, NoInstant):
        raise argparse.ArgumentTypeError(
            f"{text!r} {instant.value}; one is like 2026-11-23T17:00:00+07:00"
        )
    return instant


def _account(text: str) -> Account:
    try:
        return account_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an account like receivable:vnpay"
        ) from error


def _reason(text: str) -> str:
    reason = reason_of(text)
    if not REASON_SHAPE.fullmatch(reason):
        raise argparse.ArgumentTypeError(f"a reason has 1 to {REASON_MAX} characters")
    return reason


def _port(text: str) -> int:
    if not text.isdecimal() or not PORT_MIN <= int(text) <= PORT_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from {PORT_MIN} to {PORT_MAX}")
    return int(text)


def _count(text: str, *, most: int = 1_000_000) -> int:
    if not text.isdecimal() or not 0 < int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {most:,}")
    return int(text)


if __name__ == "__main__":
    main()
