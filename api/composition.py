"""Builds and joins everything: the one place that knows all parts by name."""

import enum
import os
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy.exc import ArgumentError

from api import clock
from api.house import House, LookHouse
from api.identity import Client, IdentityProvider
from api.keys import personal_keys_of, public_keys_of, signer_of
from api.mail import mailer
from api.page import Pages
from api.paper_signature import paper_signer_of
from api.partner.delivery import deliverer
from api.partner.portal_confirm import portal_deliverer
from api.postgres import quota_rows
from api.postgres.pool import open_pool
from api.refund_jobs import refund_jobs
from api.schedule import Fenced, Job
from api.settings import PREFIX, LookSettings, Settings, SettingsWrong
from api.webhook_job import webhook_job
from gateways.contract import Gateway
from gateways.registry import open_gateways
from gateways.transport import Limits, Transport, open_client
from ledger.postgres.months import open_months
from ledger.postgres.transaction import OpenTx, Tx
from payments.ask_gateway import ask_gateway
from payments.ask_plan import AskPlan
from payments.expire_payments import expire_payments
from payments.obligations.rates import load_rates
from payments.postgres import idempotency_rows
from payments.tell_plan import TellPlan
from payments.tell_provider import tell_provider
from payments.tell_watchers import tell_watchers
from reconciliation.business_day import load_calendar

_log = structlog.get_logger()

CALLBACK_CONNECTIONS = 2
ASK_LIMIT_MAX = 200
TELL_LIMIT_MAX = 500
EXPIRE_LIMIT_MAX = 500
WATCHERS_LIMIT_MAX = 100
MONTHS_AHEAD = timedelta(days=60)
"""How far ahead the book has its months open."""
KEYS_KEPT = timedelta(days=30)
"""How long a repeat of a request gets its first answer."""


class Role(enum.StrEnum):
    """A role of the database a process may speak as; the value is the setting with its address."""

    APP = "database_url"
    RECON = "recon_database_url"
    REPORT = "report_database_url"
    AUDITOR = "auditor_database_url"


WEB: Final = (Role.APP, Role.REPORT)
SCHEDULE: Final = (Role.APP, Role.RECON)
CLOSE: Final = (Role.RECON,)
LOOK: Final = (Role.AUDITOR,)
EXPORT: Final = (Role.AUDITOR, Role.RECON)
"""What each process is, and is nothing more: answering, the schedule, closing by hand, looking,
taking the journal out, which is recorded. The first three and `prove` need all of `Settings`;
the others that look need only their addresses, and `seals` where they read the folder."""
SEAL_KEY: Final = "seal_key"
"""What the schedule and closing by hand need besides."""


def gateways_of(environ: Mapping[str, str], *, threads_max: int) -> Mapping[str, Gateway]:
    """Return the gateways set up in the environment; none takes the last of our threads.

    Raises:
        gateways.errors.Misconfigured: a setting of a gateway is missing or wrong.
    """
    limits = Limits(calls_max=max(1, threads_max - 1))
    transport = Transport(open_client(limits), clock.monotonic_ms, limits)
    return open_gateways(transport, environ)


def open_house(settings: Settings, *, process: str, roles: Collection[Role] = tuple(Role)) -> House:
    """Return the parts of one process; connections are made when first needed.

    Raises:
        SettingsWrong: the address of one of the `roles` is not set.
    """
    speak = partial(_speak, settings, process, roles)
    return House(
        settings=settings,
        clock=clock.now,
        open_tx=speak(Role.APP, connections_max=settings.threads_max),
        open_callback_tx=speak(
            Role.APP, connections_max=CALLBACK_CONNECTIONS, name=f"{process} callbacks"
        ),
        open_recon_tx=speak(Role.RECON, connections_max=2),
        open_report_tx=speak(Role.REPORT, connections_max=2),
        open_auditor_tx=speak(Role.AUDITOR, connections_max=2),
        gateways=gateways_of(os.environ, threads_max=settings.threads_max),
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
            sends_mail=settings.mail is not None,
        ),
        identity=_identity(settings),
        paper_signer=paper_signer_of(settings),
    )


def open_look_house(
    settings: LookSettings, *, process: str, roles: Collection[Role] = LOOK
) -> LookHouse:
    """Return the parts of a command that only reads the book.

    Raises:
        SettingsWrong: the address of one of the `roles` is not set.
    """
    speak = partial(_speak, settings, process, roles, connections_max=1)
    return LookHouse(open_recon_tx=speak(Role.RECON), open_auditor_tx=speak(Role.AUDITOR))


def jobs_of(house: House) -> list[Job]:
    """Return the acts of the schedule and how often each is due."""
    client = open_client(Limits())
    deliver = portal_deliverer(
        house.open_tx,
        client,
        house.settings.agencies,
        otherwise=deliverer(client, house.settings.subscribers, house.clock),
    )

    send_word = mailer(
        house.settings.mail,
        house.pages.speeches,
        house.clock,
        citizen_url=house.settings.citizen_url,
    )

    def ask(code: str, fenced: Fenced) -> object:
        asked = ask_gateway(
            fenced(house.open_tx),
            {code: house.gateways[code]},
            plan=house.ask_plan,
            calendar=house.calendar,
            signer=house.signer,
            rates=house.rates,
            now=house.clock(),
            limit_max=ASK_LIMIT_MAX,
        )
        for each in asked.failed:
            _log.error("ask_gateway.answer_failed", reference=each.reference, exc_info=each.fault)
        return asked

    def expire(fenced: Fenced) -> object:
        return expire_payments(fenced(house.open_tx), now=house.clock(), limit_max=EXPIRE_LIMIT_MAX)

    def tell(fenced: Fenced) -> object:
        return tell_provider(
            fenced(house.open_tx),
            deliver,
            now=house.clock(),
            limit_max=TELL_LIMIT_MAX,
            plan=TellPlan(away_after=timedelta(seconds=house.settings.away_after_s)),
        )

    def forget(fenced: Fenced) -> object:
        with fenced(house.open_tx)() as tx:
            return idempotency_rows.forget(tx, before=house.clock() - KEYS_KEPT)

    def forget_tries(fenced: Fenced) -> object:
        with fenced(house.open_tx)() as tx:
            return quota_rows.forget(tx, now=house.clock())

    def tell_who_waits(fenced: Fenced) -> object:
        return tell_watchers(
            fenced(house.open_tx),
            send_word,
            keys=house.personal_keys,
            now=house.clock(),
            limit_max=WATCHERS_LIMIT_MAX,
        )

    def months(fenced: Fenced) -> object:
        with fenced(house.open_recon_tx)() as tx:
            return open_months(tx, through=clock.vietnam_day(house.clock()) + MONTHS_AHEAD)

    often_s = min(10, house.settings.ask_first_s)
    return [
        *(Job(f"ask_{code}", partial(ask, code), every_s=often_s) for code in house.gateways),
        Job("expire_payments", expire, every_s=30),
        Job("tell_provider", tell, every_s=2),
        webhook_job(house),
        Job("forget_keys", forget, every_s=3_600),
        Job("forget_tries", forget_tries, every_s=600),
        Job("tell_watchers", tell_who_waits, every_s=60),
        Job("open_months", months, every_s=3_600),
        *refund_jobs(house),
    ]


def _speak(
    settings: Settings | LookSettings,
    process: str,
    roles: Collection[Role],
    role: Role,
    *,
    connections_max: int,
    name: str = "",
) -> OpenTx:
    if role not in roles:
        return _refusing(process, role)
    url: str = getattr(settings, role.value)
    if not url:
        raise SettingsWrong(f"setting {PREFIX}{role.value.upper()}: {process} needs it")
    try:
        return open_pool(url, connections_max=connections_max, name=name or process)
    except ArgumentError as error:
        raise SettingsWrong(
            f"setting {PREFIX}{role.value.upper()}: is not like postgresql://role@host/database"
        ) from error


def _refusing(process: str, role: Role) -> OpenTx:
    def refuse() -> AbstractContextManager[Tx]:
        raise AssertionError(f"{process} does not speak as {role.name}")

    return refuse


def _identity(settings: Settings) -> IdentityProvider | None:
    """Return where citizens sign in, None where that is not set up.

    Raises:
        SettingsWrong: it is set up by half, or its address is not safe outside the sandbox.
    """
    issuer, secret = settings.identity_issuer, settings.identity_client_secret.get_secret_value()
    if issuer is None:
        return None
    if not settings.identity_client_id or not secret:
        raise SettingsWrong(
            f"setting {PREFIX}IDENTITY_CLIENT_ID, {PREFIX}IDENTITY_CLIENT_SECRET: "
            "signing in needs both"
        )
    if not issuer.startswith("https:") and not settings.sandbox:
        raise SettingsWrong(f"setting {PREFIX}IDENTITY_ISSUER: is not an https address")
    return IdentityProvider(
        Client(
            issuer=issuer,
            client_id=settings.identity_client_id,
            client_secret=secret,
            redirect_uri=f"{settings.citizen_url}/sign-in/back",
            name=settings.identity_name,
            scope=settings.identity_scope,
            id_claim=settings.identity_id_claim,
            level_claim=settings.identity_level_claim,
        ),
        open_client(Limits(answer_s_max=10)),
    )


def _ask_plan(settings: Settings) -> AskPlan:
    first = timedelta(seconds=settings.ask_first_s)
    return AskPlan(
        first=first,
        interval_max=timedelta(seconds=settings.ask_longest_s),
        # A question asked twice is harmless, so a quick plan may also give up on a dead asker soon.
        lease=min(timedelta(minutes=2), max(timedelta(seconds=10), 2 * first)),
    )
