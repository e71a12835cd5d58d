"""One fine: what is owed and why, who receives it, and the ways to pay."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from api.access.carried import carried, carried_cookie
from api.access.citizen_session import Visitor, visitor_of
from api.access.own_payment import own_holder
from api.house import House
from api.language import Language, Speech
from api.page import in_both_languages, local
from gateways.contract import Gateway
from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.errors import GatewayNotOffered
from payments.look_up import Found, look_up
from payments.obligations.registry import KINDS
from payments.payment import Payment
from payments.routing import offered, takes
from payments.states import PaymentState


@dataclass(frozen=True, slots=True)
class Method:
    """One gateway as a payer chooses it; closed when the amount is outside its limits."""

    code: str
    name: str
    hosts: tuple[str, ...]
    amount_min: Money
    amount_max: Money
    is_open: bool


def routes(house: House) -> APIRouter:
    """Return the page of the fine that was found."""
    pages = APIRouter()

    @pages.get("/fine")
    def fine(request: Request) -> Response:
        return show_fine(house, request, errors={})

    return in_both_languages(pages)


def show_fine(house: House, request: Request, *, errors: Mapping[str, str]) -> Response:
    """Return the page of the fine this visitor found last, or lead to the search."""
    visitor = visitor_of(request, house.settings)
    with house.open_tx() as tx:
        found = found_again(tx, house, request, visitor)
        if found is None:
            return RedirectResponse(local(request, "/find-fine"), 303)
        own = own_holder(tx, visitor, found.obligation_id)
    speech = house.pages.speech(request)
    return visitor.remember(
        house.pages.show(
            request,
            "citizen/fine.html",
            status=422 if errors else 200,
            errors=errors,
            found=found,
            kind_name=KINDS[found.kind].name,
            quote=found.quote,
            beneficiary=found.beneficiary,
            total_tomorrow=found.total_tomorrow,
            being_paid_until=None if _is_free_for(own) else found.being_paid_until,
            is_own=own is not None,
            methods=methods(house, speech, found),
        )
    )


def found_again(tx: Tx, house: House, request: Request, visitor: Visitor) -> Found | None:
    """Return what the visitor's last look-up finds now, None when it is over or finds nothing."""
    return found_by(tx, house, visitor, carried_cookie(house.settings).read(request))


def found_by(tx: Tx, house: House, visitor: Visitor, sealed: str) -> Found | None:
    """Return what a carried question finds now, None when it is not this visitor's."""
    question = carried(house.settings, sealed, visitor=visitor.name, now=house.clock())
    if question is None:
        return None
    answer = look_up(tx, question, on=house.today(), keys=house.personal_keys, rates=house.rates)
    return answer if isinstance(answer, Found) else None


def methods(house: House, speech: Speech, found: Found) -> list[Method]:
    """Return the ways to pay: open ones in an order that favours none, then closed ones."""
    if found.quote is None:
        return []
    amount = found.quote.total
    try:
        able = offered(house.gateways, amount=amount, seed=found.number)
    except GatewayNotOffered:
        able = []
    closed = [gateway for gateway in house.gateways.values() if gateway not in able]
    return [method_of(gateway, speech, amount) for gateway in [*able, *closed]]


def method_of(gateway: Gateway, speech: Speech, amount: Money) -> Method:
    """Return a gateway as it is shown for an amount."""
    capabilities = gateway.capabilities
    return Method(
        code=gateway.code,
        name=gateway_name(gateway, speech),
        hosts=tuple(sorted(urlsplit(origin).netloc for origin in capabilities.pay_origins)),
        amount_min=capabilities.amount_min,
        amount_max=capabilities.amount_max,
        is_open=takes(gateway, amount),
    )


def gateway_name(gateway: Gateway, speech: Speech) -> str:
    """Return a gateway's name in this language."""
    capabilities = gateway.capabilities
    return capabilities.name_en if speech.language is Language.EN else capabilities.name_vi


def gateway_names(house: House, speech: Speech) -> Mapping[str, str]:
    """Return every gateway's name in this language, by code."""
    return {code: gateway_name(gateway, speech) for code, gateway in house.gateways.items()}


def _is_free_for(own: Payment | None) -> bool:
    """Say whether a visitor may go on paying: what holds the fine never reached a gateway."""
    return own is not None and own.state is PaymentState.CREATED
