"""What is about to be paid, one or several: what is owed and why, who receives it, ways to pay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from api.access.carried import Basket, basket_of
from api.access.citizen_session import Visitor, visitor_of
from api.access.own_payment import own_holders
from api.access.person_session import Person, person_of, remember_person
from api.citizen.sorts import SEARCHES, SORTS
from api.house import House
from api.language import Language, Speech
from api.later_words import if_still_paid
from api.page import in_both_languages, local
from gateways.contract import Gateway
from ledger.money import Money, total
from ledger.postgres.transaction import Tx
from payments.beneficiary import Beneficiary
from payments.errors import GatewayNotOffered
from payments.found import Found, Sight
from payments.obligations.registry import KINDS
from payments.payment import Payment
from payments.postgres import later_rows
from payments.routing import offered, takes
from payments.show_obligations import show_obligations
from payments.states import PaymentState

KIND_NAMES = {code: kind.name for code, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Method:
    """One gateway as a payer chooses it; closed when the amount is outside its limits."""

    code: str
    name: str
    hosts: tuple[str, ...]
    amount_min: Money
    amount_max: Money
    is_open: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """What a visitor is about to pay; `held` are those a payment of this very browser holds."""

    visitor: Visitor
    person: Person | None
    basket: Basket
    shown: tuple[Found, ...]
    held: Mapping[int, Payment]

    @property
    def open(self) -> tuple[Found, ...]:
        """Return those that can be paid now, or that an own payment of just these is paying."""
        own = self.own
        return tuple(
            each for each in self.shown if each.quote and (own or each.being_paid_until is None)
        )

    @property
    def own(self) -> Payment | None:
        """Return the payment this browser began of exactly what is chosen, None without one."""
        began = {payment.number: payment for payment in self.held.values()}
        if len(began) != 1 or set(self.held) != set(self.basket.chosen):
            return None
        (payment,) = began.values()
        paid = {line.obligation_id for line in payment.lines}
        return payment if paid == set(self.held) else None

    @property
    def held_until(self) -> datetime | None:
        """Return until when a payment stands in the way: a foreign one, or ours on its way."""
        never_left = self.own is not None and self.own.state is PaymentState.CREATED
        until = [each.being_paid_until for each in self.shown if each.being_paid_until]
        return None if never_left else max(until, default=None)

    @property
    def total(self) -> Money:
        """Return what those that can be paid now come to."""
        return total(each.quote.total for each in self.open if each.quote)

    @property
    def account(self) -> Beneficiary | None:
        """Return the one account that those that can be paid go to, None where there are more."""
        accounts = {each.beneficiary.code: each.beneficiary for each in self.open}
        return next(iter(accounts.values())) if len(accounts) == 1 else None

    @property
    def others(self) -> int:
        """Return how many more this visitor found."""
        return len(self.basket.known) - len(self.shown)


def routes(house: House) -> APIRouter:
    """Return the page of what was found or chosen."""
    pages = APIRouter()

    @pages.get("/fine")
    def fine(request: Request) -> Response:
        return show_fine(house, request, errors={})

    return in_both_languages(pages)


def show_fine(house: House, request: Request, *, errors: Mapping[str, str]) -> Response:
    """Return the page of what this visitor chose last, or lead to the search."""
    visitor = visitor_of(request, house.settings)
    with house.open_tx() as tx:
        choice = chosen_now(tx, house, request, visitor)
        found = next(iter(choice.shown), None)
        paying = None if found is None else choice.held.get(found.obligation_id)
        later = () if paying is None else later_rows.later_of(tx, paying.payment_id)
    if found is None:
        return RedirectResponse(local(request, "/find-fine"), 303)
    if len(choice.shown) > 1:
        return show_several(house, request, choice, errors=errors)
    speech = house.pages.speech(request)
    return remembered(
        house,
        choice,
        house.pages.show(
            request,
            "citizen/fine.html",
            status=422 if errors else 200,
            errors=errors,
            found=found,
            is_mine=found.sight is Sight.OWN,
            kind_name=KIND_NAMES[found.kind],
            sort=SORTS[found.kind],
            search=SEARCHES[SORTS[found.kind]],
            quote=found.quote,
            beneficiary=found.beneficiary,
            total_tomorrow=found.total_tomorrow,
            being_paid_until=choice.held_until,
            is_own=paying is not None,
            if_still_paid=[] if paying is None else if_still_paid(paying, later, speech),
            others=choice.others,
            methods=methods(house, speech, choice),
        ),
    )


def show_several(
    house: House,
    request: Request,
    choice: Choice,
    *,
    errors: Mapping[str, str],
    missing: Sequence[Found] = (),
) -> Response:
    """Return the page of several; `missing` cannot be paid any more, and the rest stays chosen."""
    if choice.open and choice.account is None:
        return RedirectResponse(local(request, "/found"), 303)
    speech = house.pages.speech(request)
    return remembered(
        house,
        choice,
        house.pages.show(
            request,
            "citizen/several.html",
            here="/fine",
            status=422 if errors else 409 if missing else 200,
            errors=errors,
            shown=choice.open,
            closed=[each for each in choice.shown if each not in choice.open],
            missing=missing,
            held=choice.held,
            being_paid_until=choice.held_until if choice.own else None,
            kind_names=KIND_NAMES,
            search=SEARCHES[SORTS[choice.shown[0].kind]],
            total=choice.total,
            beneficiary=choice.account,
            others=choice.others,
            methods=methods(house, speech, choice),
        ),
    )


def chosen_now(
    tx: Tx, house: House, request: Request, visitor: Visitor, *, basket: Basket | None = None
) -> Choice:
    """Return what is chosen as it stands now, of the basket the browser or a form brought."""
    carried = basket_of(request, visitor, now=house.clock()) if basket is None else basket
    person = person_of(request, visitor, now=house.clock())
    shown = show_obligations(
        tx,
        carried.chosen,
        on=house.today(),
        keys=house.personal_keys,
        rates=house.rates,
        person=() if person is None else person.indexes,
    )
    held = own_holders(tx, visitor, carried.chosen)
    return Choice(visitor, person, carried, tuple(shown), held)


def remembered(house: House, choice: Choice, response: Response) -> Response:
    """Return the answer; who is signed in stays so for a while."""
    remember_person(response, choice.person, choice.visitor, now=house.clock())
    return choice.visitor.remember(response)


def methods(house: House, speech: Speech, choice: Choice) -> list[Method]:
    """Return the ways to pay: open ones in an order that favours none, then closed ones."""
    if not choice.open:
        return []
    amount = choice.total
    try:
        seed = " ".join(each.number for each in choice.open)
        able = offered(house.gateways, amount=amount, seed=seed)
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
