"""What a visitor found, side by side: choose several of one account, and pay them at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse

from api.access.carried import CARRIED_MAX, basket_of, keep_basket
from api.access.citizen_session import Visitor, visitor_of
from api.access.obligation_token import open_obligation, seal_obligation
from api.access.own_payment import client_of
from api.access.person_session import Person, person_of, remember_person
from api.citizen.fine import KIND_NAMES
from api.citizen.sorts import SEARCHES, SORTS
from api.house import House
from api.page import in_both_languages, local
from ledger.money import Money, total
from payments.beneficiary import Beneficiary
from payments.errors import NotFound
from payments.found import Found
from payments.obligations.registry import KINDS
from payments.postgres.showing_rows import owed_by
from payments.show_obligations import show_obligations

OWED_MAX: Final = 100
"""So many of one person are shown; open ones come first."""

UNDECIDED: Final = frozenset(code for code, kind in KINDS.items() if not kind.is_payable)
"""Kinds that may be found and not paid: papers that no decision has followed yet."""

Where = Literal["found", "mine"]


class ChooseForm(BaseModel):
    """Which of the list to pay; each word is one we handed to this very visitor."""

    model_config = ConfigDict(extra="forbid")

    form_token: str = Field(max_length=200)
    where: Where
    pick: list[Annotated[str, Field(max_length=300)]] = Field(
        default_factory=list[str], max_length=OWED_MAX
    )


class ForgetForm(BaseModel):
    """Which one to take off the list."""

    model_config = ConfigDict(extra="forbid")

    form_token: str = Field(max_length=200)
    pick: str = Field(max_length=300)


@dataclass(frozen=True, slots=True)
class Card:
    """One obligation of a list, and the word that chooses it."""

    found: Found
    pick: str


@dataclass(frozen=True, slots=True)
class Group:
    """Those that one payment can take: all go to one account."""

    beneficiary: Beneficiary
    cards: tuple[Card, ...]

    @property
    def total(self) -> Money:
        """Return what all of them come to."""
        return total(card.found.quote.total for card in self.cards if card.found.quote)


def routes(house: House) -> APIRouter:
    """Return the list of what was found, and the ways to choose and to forget."""
    pages = APIRouter()

    @pages.get("/found")
    def found(request: Request) -> Response:
        return show_list(house, request, "found", errors={})

    @pages.post("/choose")
    def choose(request: Request, form: Annotated[ChooseForm, Form()]) -> Response:
        visitor = visitor_of(request, house.settings)
        visitor.require_own_form(request, form.form_token)
        say = house.pages.speech(request).say
        if not form.pick:
            words = say("Chọn ít nhất một khoản")
            return show_list(house, request, form.where, errors={"pick": words})
        if len(form.pick) > CARRIED_MAX:
            words = say("Chọn nhiều nhất %(most)s khoản một lần", most=CARRIED_MAX)
            return show_list(house, request, form.where, errors={"pick": words})
        picked = [_opened(house, visitor, word) for word in form.pick]
        basket = basket_of(request, visitor, now=house.clock())
        person = person_of(request, visitor, now=house.clock())
        if form.where == "found":
            chosen = basket.choosing(picked)
        else:
            own = [each for each in _own(house, person) if each in picked]
            chosen = basket.finding(own, now=house.clock())
        response = RedirectResponse(local(request, "/fine"), 303)
        return keep_basket(response, chosen, visitor, now=house.clock())

    @pages.post("/found/forget")
    def forget(request: Request, form: Annotated[ForgetForm, Form()]) -> Response:
        visitor = visitor_of(request, house.settings)
        visitor.require_own_form(request, form.form_token)
        basket = basket_of(request, visitor, now=house.clock())
        left = basket.without(_opened(house, visitor, form.pick))
        response = RedirectResponse(local(request, "/found"), 303)
        return keep_basket(response, left, visitor, now=house.clock())

    return in_both_languages(pages)


def show_list(
    house: House, request: Request, name: Where, *, errors: Mapping[str, str]
) -> Response:
    """Return the page of what was found, or of what the person signed in owes."""
    visitor = visitor_of(request, house.settings)
    person = person_of(request, visitor, now=house.clock())
    if name == "mine" and person is None:
        return RedirectResponse(local(request, "/sign-in"), 303)
    shown = _shown(house, request, visitor, person if name == "mine" else None)
    if name == "found" and not shown:
        return RedirectResponse(local(request, "/find-fine"), 303)
    cards = [Card(each, _sealed(house, visitor, each)) for each in shown]
    response = house.pages.show(
        request,
        f"citizen/{name}.html",
        here=f"/{name}",
        status=422 if errors else 200,
        errors=errors,
        every=cards,
        groups=grouped(cards),
        closed=[card for card in cards if not _is_payable(card)],
        total=total(card.found.quote.total for card in cards if card.found.quote),
        kind_names=KIND_NAMES,
        search=SEARCHES[SORTS[shown[-1].kind]] if shown else "/",
        undecided=UNDECIDED,
        today=house.today(),
        token=visitor.token(),
    )
    remember_person(response, person, visitor, now=house.clock())
    return visitor.remember(response)


def grouped(cards: Sequence[Card]) -> list[Group]:
    """Return what can be paid, those of one account together, the nearest deadline first."""
    payable = sorted(filter(_is_payable, cards), key=_urgency)
    accounts = {card.found.beneficiary.code: card.found.beneficiary for card in payable}
    return [
        Group(account, tuple(card for card in payable if card.found.beneficiary.code == code))
        for code, account in accounts.items()
    ]


def _shown(house: House, request: Request, visitor: Visitor, person: Person | None) -> list[Found]:
    basket = basket_of(request, visitor, now=house.clock())
    wanted = basket.known if person is None else _own(house, person)
    with house.open_tx() as tx:
        return show_obligations(
            tx,
            wanted,
            on=house.today(),
            keys=house.personal_keys,
            rates=house.rates,
            person=() if person is None else person.indexes,
        )


def _own(house: House, person: Person | None) -> Sequence[int]:
    """Return what a person owes or owed, nothing when nobody is signed in."""
    if person is None:
        return ()
    with house.open_tx() as tx:
        return owed_by(tx, person.indexes, rows_max=OWED_MAX)


def _is_payable(card: Card) -> bool:
    return card.found.quote is not None and card.found.being_paid_until is None


def _urgency(card: Card) -> tuple[bool, str, str]:
    deadline = card.found.quote.deadline if card.found.quote else None
    return deadline is None, str(deadline), card.found.number


def _sealed(house: House, visitor: Visitor, found: Found) -> str:
    return seal_obligation(house, found.obligation_id, bound_to=client_of(visitor))


def _opened(house: House, visitor: Visitor, word: str) -> int:
    """Return the obligation a word of ours chooses, 0 when it is not ours or not theirs."""
    try:
        return open_obligation(house, word, bound_to=client_of(visitor))
    except NotFound:
        return 0
