"""The trial balance of a book of years, beside a bare sum: `clearing bench trial-balance`.

The bare sum adds up the same transfers in one scan, without accounts: what nobody can do without.
"""

from datetime import date
from functools import partial

import sqlalchemy as sa

from bench.growth import Plan
from bench.place import BOOK, Place
from bench.timing import table, timed
from ledger.postgres.transaction import OpenTx
from ledger.postgres.trial_balance import trial_balance

MEDIAN_MAX_US = 2_000_000
READER = "clearing_report"
BARE = sa.text(
    "SELECT count(*), sum(amount_vnd) FROM ledger.transfer"
    " WHERE business_date > :after AND business_date <= :through"
)


def measure_trial_balance(place: Place, plan: Plan, *, seconds: int) -> tuple[list[str], bool]:
    """Return the figures of a filled book, and whether every median kept its limit."""
    middle = plan.days[plan.closed_days // 2]
    open_days = f"{plan.open_transfers:,} transfers in open days"
    asked = {
        "through the last closed day": plan.last_closed,
        "through a day in the middle": middle,
        f"now, {open_days}": None,
    }
    with place.book(BOOK, role=READER) as open_tx:
        timings = [
            timed(name, partial(_read, open_tx, day), seconds=seconds, median_max_us=MEDIAN_MAX_US)
            for name, day in asked.items()
        ]
        bare = partial(_sum, open_tx, plan)
        timings.append(timed(f"(bare sum of the {open_days})", bare, seconds=seconds))
    return table(timings), all(one.is_within for one in timings)


def _read(open_tx: OpenTx, as_of: date | None) -> None:
    with open_tx() as tx:
        assert trial_balance(tx, as_of=as_of).is_balanced, "the book was filled in balance"


def _sum(open_tx: OpenTx, plan: Plan) -> None:
    with open_tx() as tx:
        tx.execute(BARE, {"after": plan.last_closed, "through": plan.last}).one()
