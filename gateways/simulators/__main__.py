"""Runs the simulated far sides: `python -m gateways.simulators --help`."""

import argparse
import socket
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import uvicorn

from gateways.simulators import agency
from gateways.simulators.application import Settings, build
from gateways.simulators.faults import read_profile
from gateways.simulators.identity import Registered, read_people
from gateways.simulators.vnpay_callbacks import Rule
from gateways.simulators.vnpay_orders import Merchant

SANDBOX_TMN_CODE: Final = "DVCTEST1"
SANDBOX_HASH_SECRET: Final = "SANDBOXHASHSECRETWITHOUTANYVALUE"  # noqa: S105 - of simulated money
SANDBOX_POLICE_SECRET: Final = "whsec_c2FuZGJveCBwb2xpY2Ugd2ViaG9vayBzZWNyZXQ="  # noqa: S105 - likewise
SANDBOX_AGENCY_SECRET: Final = "sandbox-agency-secret"  # noqa: S105 - likewise


def main(words: Sequence[str]) -> int:
    """Serve until a signal comes; return 1 with one clear line when that is not possible."""
    parser = _parser()
    wanted = parser.parse_args(words)
    if wanted.faults is not None:
        try:
            read_profile(wanted.faults)
        except ValueError as problem:
            parser.error(f"--faults: {problem}")
    try:
        people = read_people(wanted.people)
    except ValueError as problem:
        parser.error(f"--people: {problem}")
    settings = Settings(
        state=wanted.state,
        drop=wanted.drop,
        merchant=Merchant(wanted.tmn_code, wanted.hash_secret),
        callbacks=Rule(wanted.callback_url, wanted.retry_ms, wanted.callback_workers),
        police_secret=wanted.police_secret,
        faults=wanted.faults,
        fee_vnd=wanted.fee_vnd,
        accounts=tuple(filter(None, wanted.accounts.split(","))),
        mail_port=wanted.mail_port,
        office=agency.Office(
            code=wanted.agency,
            secret=wanted.agency_secret,
            platform_url=wanted.platform_url,
            account=wanted.agency_account,
        ),
        registered=Registered(
            wanted.identity_client, wanted.identity_secret, wanted.identity_redirect, people
        ),
    )
    try:
        with socket.create_server((wanted.host, wanted.port)) as listener:
            _serve(listener, settings)
    except (OSError, sqlite3.Error) as problem:
        sys.stderr.write(f"simulated far sides cannot run on port {wanted.port}: {problem}\n")
        return 1
    return 0


def _serve(listener: socket.socket, settings: Settings) -> None:
    server = uvicorn.Server(uvicorn.Config(build(settings), access_log=False, log_level="warning"))
    host, port = listener.getsockname()[:2]
    sys.stdout.write(f"simulated far sides listen on http://{host}:{port}\n")
    sys.stdout.flush()
    with suppress(KeyboardInterrupt):  # The server has stopped cleanly by then.
        server.run(sockets=[listener])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gateways.simulators",
        description="A simulated VNPAY, State Treasury and police system for demo, sandbox, tests.",
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    add("--port", type=int, required=True, help="port to listen on; 0 takes a free one")
    add("--state", type=Path, required=True, help="folder of what is remembered over restarts")
    add("--drop", type=Path, required=True, help="folder that reports and statements drop into")
    add("--callback-url", required=True, help="where VNPAY's callbacks go")
    add("--retry-ms", type=int, default=300_000, help="wait between tries of a callback")
    add("--callback-workers", type=int, default=8, help="callbacks on their way at once")
    add("--tmn-code", default=SANDBOX_TMN_CODE, help="merchant code (default: %(default)s)")
    add("--hash-secret", default=SANDBOX_HASH_SECRET, help="merchant secret of simulated money")
    add("--police-secret", default=SANDBOX_POLICE_SECRET, help="webhook secret, whsec_...")
    add("--faults", help="for example lost=0.1,doubled=0.2,late=0.1,late_s=5,seed=7")
    add("--fee-vnd", type=int, default=0, help="fee kept back per payment in a report")
    add("--accounts", default="", help="accounts open from the start: CODE or CODE=NUMBER, ...")
    add("--identity-client", default="", help="who may ask for a sign-in")
    add("--identity-secret", default="", help="its secret")
    add("--identity-redirect", default="", help="the one address browsers are sent back to")
    add("--people", default="", help="who one may sign in as: ID=NAME;...")
    add("--agency", default="DEMO01", help="code of the one-stop system (default: %(default)s)")
    add("--agency-secret", default=SANDBOX_AGENCY_SECRET, help="its secret of the portal's dialect")
    add("--agency-account", default="", help="number of the account it collects to")
    add("--mail-port", type=int, help="port that takes mail; without it none is taken")
    add("--platform-url", default="http://127.0.0.1:9", help="where its orders go")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
