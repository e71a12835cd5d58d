"""What a visitor has proven it may see, carried from page to page without being readable."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.access.citizen_session import Visitor
from api.access.cookies import Cookie
from api.access.sealed import Seal, seal_for
from api.settings import Settings

CARRIED_AGE_MAX_S: Final = 3600
CARRIED_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Basket:
    """The obligations one browser found: by their facts, by the code on the paper, signed in.

    `found` says when each was proven, oldest first. `chosen` are those about to be paid.
    """

    found: tuple[tuple[int, datetime], ...] = ()
    chosen: tuple[int, ...] = ()

    @property
    def known(self) -> tuple[int, ...]:
        """Return what may be seen, oldest find first."""
        return tuple(obligation_id for obligation_id, _ in self.found)

    def finding(self, obligation_ids: Collection[int], *, now: datetime) -> "Basket":
        """Return the basket with these found now and chosen alone; the oldest make room."""
        others = [each for each in self.found if each[0] not in obligation_ids]
        found = [*others, *((each, now) for each in dict.fromkeys(obligation_ids))]
        return Basket(tuple(found[-CARRIED_MAX:]), tuple(obligation_ids)[-CARRIED_MAX:])

    def choosing(self, obligation_ids: Collection[int]) -> "Basket":
        """Return the basket with those of these chosen that may be seen."""
        return Basket(self.found, tuple(each for each in self.known if each in obligation_ids))

    def without(self, obligation_id: int) -> "Basket":
        """Return the basket with one forgotten."""
        return Basket(
            tuple(each for each in self.found if each[0] != obligation_id),
            tuple(each for each in self.chosen if each != obligation_id),
        )


def carry(basket: Basket, visitor: Visitor, *, now: datetime) -> str:
    """Return the basket as an opaque text that opens for this visitor only."""
    words = {
        "visitor": visitor.name,
        "found": " ".join(f"{each}@{int(at.timestamp())}" for each, at in basket.found),
        "chosen": " ".join(str(each) for each in basket.chosen),
    }
    return _seal(visitor.settings).close(words, now=now)


def carried(text: str, visitor: Visitor, *, now: datetime) -> Basket:
    """Return the basket that was carried, each find for an hour; empty when it is not theirs."""
    words = _seal(visitor.settings).open(text, now=now)
    if words is None or words["visitor"] != visitor.name:
        return Basket()
    pairs = [pair.split("@") for pair in words["found"].split()]
    found = [(int(each), datetime.fromtimestamp(int(at), UTC)) for each, at in pairs]
    young = [pair for pair in found if (now - pair[1]).total_seconds() < CARRIED_AGE_MAX_S]
    return Basket(tuple(young)).choosing([int(each) for each in words["chosen"].split()])


def basket_of(request: Request, visitor: Visitor, *, now: datetime) -> Basket:
    """Return what the browser of a request has found."""
    return carried(_cookie(visitor.settings).read(request), visitor, now=now)


def keep_basket(response: Response, basket: Basket, visitor: Visitor, *, now: datetime) -> Response:
    """Return the answer, with the basket kept in the browser."""
    _cookie(visitor.settings).keep(response, carry(basket, visitor, now=now))
    return response


def keep_found(
    request: Request, response: Response, visitor: Visitor, obligation_id: int, *, now: datetime
) -> Response:
    """Return the answer, with one more find kept in the browser and chosen."""
    basket = basket_of(request, visitor, now=now).finding([obligation_id], now=now)
    return keep_basket(response, basket, visitor, now=now)


def forget_basket(response: Response, settings: Settings) -> None:
    """Let the browser forget all it found."""
    _cookie(settings).drop(response)


def _cookie(settings: Settings) -> Cookie:
    https = settings.citizen_url.startswith("https:")
    return Cookie("found", https=https, age_max_s=CARRIED_AGE_MAX_S)


def _seal(settings: Settings) -> Seal:
    return seal_for(settings, "basket", age_max_s=CARRIED_AGE_MAX_S)
