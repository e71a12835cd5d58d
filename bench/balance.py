"""One account's balance in a book of years, beside a bare read: `clearing bench balance`.

As the program reads it, through `ledger.postgres.balances` in a transaction of its own, on a
connection that is open. Reading one row by its key the same way says how much of that is Python
and the way there; pgbench's select-only says what the server does without either.
"""

import secrets
from collections.abc import Callable
from datetime import date, datetime, time
from functools import partial

import sqlalchemy as sa

from api.clock import VIETNAM
from bench.growth import Plan
from bench.pgbench import TPCB, ready_tpcb, run_pgbench
from bench.place import BOOK, Place
from bench.timing import in_ms, table, timed
from ledger.accounts import Account, AccountKind
from ledger.postgres.balances import Balance, balance
from ledger.postgres.transaction import OpenTx

MEDIAN_MAX_US = 10_000
READER = "clearing_report"
GATEWAY = Account(AccountKind.RECEIVABLE, "vnpay")
BARE = sa.text("SELECT account_id FROM ledger.account WHERE code = :code")


def measure_balance(place: Place, plan: Plan, *, seconds: int) -> tuple[list[str], bool]:
    """Return the figures of a filled book, and whether every median kept its limit."""
    with place.book(BOOK, role=READER) as open_tx:
        timings = [timed("(one row by its key)", partial(_bare, open_tx), seconds=seconds)]
        timings += [
            timed(name, read, seconds=seconds, median_max_us=MEDIAN_MAX_US)
            for name, read in _questions(open_tx, plan).items()
        ]
    lines = [*table(timings), *_select_only(place, seconds=seconds)]
    return lines, all(one.is_within for one in timings)


def _questions(open_tx: OpenTx, plan: Plan) -> dict[str, Callable[[], Balance]]:
    """Return what is asked, by the words of the table: whose balance, and when on which clock."""
    ask = partial(_read, open_tx)
    middle = plan.days[plan.closed_days // 2]
    return {
        "a treasury's hot account, now": partial(ask, plan.hot),
        "a gateway's account, now": partial(ask, GATEWAY),
        "any account, now": lambda: ask(_any(plan)),
        "hot, through the last closed day": partial(ask, plan.hot, as_of=plan.last_closed),
        "hot, through a day in the middle": partial(ask, plan.hot, as_of=middle),
        "any, through a day in the middle": lambda: ask(_any(plan), as_of=middle),
        "hot, as known at noon of the last day": partial(ask, plan.hot, known=_noon(plan.last)),
        "any, as known at noon of the last day": lambda: ask(_any(plan), known=_noon(plan.last)),
        "hot, as known at noon in the middle": partial(ask, plan.hot, known=_noon(middle)),
    }


def _read(
    open_tx: OpenTx, account: Account, *, as_of: date | None = None, known: datetime | None = None
) -> Balance:
    with open_tx() as tx:
        return balance(tx, account, as_of=as_of, recorded_by=known)


def _bare(open_tx: OpenTx) -> None:
    with open_tx() as tx:
        tx.execute(BARE, {"code": GATEWAY.code}).scalar_one()


def _any(plan: Plan) -> Account:
    return plan.party(secrets.randbelow(plan.parties))


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=VIETNAM)


def _select_only(place: Place, *, seconds: int) -> list[str]:
    if not place.pgbench:
        return []
    ready_tpcb(place)
    address = place.address(TPCB)
    rate = run_pgbench(
        place.pgbench, address=address, clients=1, seconds=seconds, is_select_only=True
    )
    return [f"pgbench select-only, 1 client: {in_ms(rate.latency_us)} ms on average"]
