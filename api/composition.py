"""Builds and joins everything: the one place that knows all parts by name."""

import os
from collections.abc import Mapping
from datetime import timedelta

from api import clock
from api.house import House
from api.keys import personal_keys_of, public_keys_of, signer_of
from api.page import Pages
from api.partner.delivery import deliverer
from api.postgres.pool import LONG_STATEMENT_MS, open_pool
from api.schedule import Fenced, Job
from api.settings import Settings
from gateways.contract import Gateway
from gateways.registry import open_gateways
from gateways.transport import Limits, Transport, open_client
from payments.ask_gateway import ask_gateway
from payments.ask_plan import AskPlan
from payments.expire_payments import expire_payments
from payments.obligations.rates import load_rates
from payments.postgres import idempotency_rows
from payments.tell_provider import tell_provider
from reconciliation.business_day import load_calendar

CALLBACK_CONNECTIONS = 2
ASK_LIMIT_MAX = 200
TELL_LIMIT_MAX = 500
EXPIRE_LIMIT_MAX = 500
KEYS_KEPT = timedelta(days=30)
"""How long a repeat of a request gets its first answer."""


def gateways_of(environ: Mapping[str, str]) -> Mapping[str, Gateway]:
    """Return the gateways set up in the environment.

    Raises:
        gateways.errors.Misconfigured: a setting of a gateway is missing or wrong.
    """
    transport = Transport(client=open_client(Limits()), monotonic_ms=clock.monotonic_ms)
    return open_gateways(transport, environ)


def open_house(settings: Settings, *, process: str) -> House:
    """Return the parts of one process; connections are made when first needed."""
    return House(
        settings=settings,
        clock=clock.now,
        open_tx=open_pool(
            settings.database_url, connections_max=settings.threads_max, name=process
        ),
        open_callback_tx=open_pool(
            settings.database_url, connections_max=CALLBACK_CONNECTIONS, name=f"{process} callbacks"
        ),
        open_recon_tx=open_pool(
            settings.recon_database_url,
            connections_max=2,
            name=f"{process} reconciliation",
            statement_ms=LONG_STATEMENT_MS,
        ),
        gateways=gateways_of(os.environ),
        calendar=load_calendar(),
        rates=load_rates(),
        personal_keys=personal_keys_of(settings),
        ask_plan=_ask_plan(settings),
        signer=signer_of(settings),
        public_keys=public_keys_of(settings),
        pages=Pages(
            sandbox=settings.sandbox,
            citizen_url=settings.citizen_url,
            staff_url=settings.staff_url,
        ),
    )


def jobs_of(house: House) -> list[Job]:
    """Return the acts of the schedule and how often each is due."""
    deliver = deliverer(open_client(Limits()), house.settings.subscribers, house.clock)

    def ask(fenced: Fenced) -> object:
        return ask_gateway(
            fenced(house.open_tx),
            house.gateways,
            plan=house.ask_plan,
            calendar=house.calendar,
            signer=house.signer,
            now=house.clock(),
            limit_max=ASK_LIMIT_MAX,
        )

    def expire(fenced: Fenced) -> object:
        return expire_payments(fenced(house.open_tx), now=house.clock(), limit_max=EXPIRE_LIMIT_MAX)

    def tell(fenced: Fenced) -> object:
        return tell_provider(
            fenced(house.open_tx), deliver, now=house.clock(), limit_max=TELL_LIMIT_MAX
        )

    def forget(fenced: Fenced) -> object:
        with fenced(house.open_tx)() as tx:
            return idempotency_rows.forget(tx, before=house.clock() - KEYS_KEPT)

    often_s = min(10, house.settings.ask_first_s)
    return [
        Job("ask_gateway", ask, every_s=often_s),
        Job("expire_payments", expire, every_s=30),
        Job("tell_provider", tell, every_s=2),
        Job("forget_keys", forget, every_s=3_600),
    ]


def _ask_plan(settings: Settings) -> AskPlan:
    first = timedelta(seconds=settings.ask_first_s)
    return AskPlan(
        first=first,
        interval_max=timedelta(seconds=settings.ask_longest_s),
        # A question asked twice is harmless, so a quick plan may also give up on a dead asker soon.
        lease=min(timedelta(minutes=2), max(timedelta(seconds=10), 2 * first)),
    )
