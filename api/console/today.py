"""The first page of the day: what is open, what waits, what arrived, what is not at zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import groupby
from typing import Final

from fastapi import APIRouter, Request, Response

from api.access.staff_session import staff_of
from api.console.words import word
from api.house import House
from api.page import in_both_languages
from ledger.accounts import Account
from ledger.money import Money, total
from ledger.postgres.balances import OpenBatch, uncleared
from ledger.postgres.transaction import Tx
from payments.postgres.unresolved_rows import Unresolved, unresolved
from reconciliation.postgres.break_rows import OpenBreak, open_on
from reconciliation.postgres.day_rows import KeptDay, last_days
from reconciliation.postgres.recent_rows import OpenDay, RecentFile, open_days, recent_files

DAYS_MAX: Final = 10
FILES_MAX: Final = 10
BREAKS_MAX: Final = 20
_SO_FAR: Final = date.max
"""A business day, open or closed, may lie ahead of the calendar; nothing of it is left out."""


@dataclass(frozen=True, slots=True)
class NotAtZero:
    """A clearing account in which batches still stand, and their sum."""

    account: Account
    batches: int
    net: Money


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything the page shows, read in one transaction."""

    open_days: Sequence[OpenDay]
    closed_days: Sequence[KeptDay]
    waiting: Sequence[Unresolved]
    standing: Sequence[NotAtZero]
    breaks: Sequence[OpenBreak]
    files: Sequence[RecentFile]


def routes(house: House) -> APIRouter:
    """Return the first page of the console."""
    pages = APIRouter()

    @pages.get("/")
    def today(request: Request) -> Response:
        staff = staff_of(request, house.settings, now=house.clock())
        with house.open_report_tx() as tx:
            desk = _desk(tx)
        page = house.pages.show(
            request,
            "console/today.html",
            desk=desk,
            now=house.clock(),
            word=partial(word, house.pages.speech(request)),
            staff_token=staff.token(),
        )
        return staff.remember(page, now=house.clock())

    return in_both_languages(pages)


def not_at_zero(batches: Sequence[OpenBatch]) -> list[NotAtZero]:
    """Return batches summed by account, in the order of the accounts."""
    in_order = sorted(batches, key=lambda batch: batch.account)
    by_account = groupby(in_order, key=lambda batch: batch.account)
    summed = ((account, list(group)) for account, group in by_account)
    return [
        NotAtZero(account, len(group), total(batch.net for batch in group))
        for account, group in summed
    ]


def _desk(tx: Tx) -> Desk:
    return Desk(
        open_days=open_days(tx, limit=DAYS_MAX),
        closed_days=last_days(tx, limit=DAYS_MAX),
        waiting=unresolved(tx),
        standing=not_at_zero(uncleared(tx, until=_SO_FAR)),
        breaks=open_on(tx, as_of=_SO_FAR, limit=BREAKS_MAX),
        files=recent_files(tx, limit=FILES_MAX),
    )
