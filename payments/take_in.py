"""Let in what an authority sends: within its quota, written down before and after."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, Protocol, TypeGuard, TypeVar

from ledger.postgres.transaction import OpenTx, Tx
from payments.authority import REQUESTS_PER_MINUTE_MAX
from payments.errors import InputRefused, NotFound, QuotaSpent
from payments.intake import (
    FIELD_SHOWN_MAX,
    NUMBER_SHOWN_MAX,
    REASON_SHOWN_MAX,
    Channel,
    Received,
    Refusal,
    shown,
)
from payments.postgres.authority_rows import authorities_by_code, authority_of
from payments.postgres.intake_rows import finish_intake, insert_intake, spent
from payments.vietnam_time import vietnam_date

MINUTE: Final = timedelta(minutes=1)
_TAKEN: Final = frozenset({"new", "same_again", "changed"})


class Told(Protocol):
    """What every verdict says; `field` and `reason` are '' for what was taken in."""

    @property
    def number(self) -> str:
        """Return the number of the obligation."""
        ...

    @property
    def outcome(self) -> str:
        """Return what became of it."""
        ...

    @property
    def field(self) -> str:
        """Return the field that is wrong."""
        ...

    @property
    def reason(self) -> str:
        """Return why."""
        ...


Item = TypeVar("Item")
Verdict = TypeVar("Verdict", bound=Told)


@dataclass(frozen=True, slots=True)
class Unreadable(Generic[Verdict]):
    """A part of a body that could not be read: its verdict stands already."""

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class TakenIn(Generic[Verdict]):
    """What became of a body: its number in the log, and one verdict each in the order sent."""

    intake_id: int
    counts: dict[str, int]
    verdicts: Sequence[Verdict]


def take_in(
    open_tx: OpenTx,
    received: Received,
    items: Sequence[Item | Unreadable[Verdict]],
    act: Callable[[Tx, Sequence[Item]], Sequence[Verdict]],
    *,
    now: datetime,
    of_staff: bool = False,
) -> TakenIn[Verdict]:
    """Write down that a body came, do `act` on what is readable in it, and write down the result.

    What was kept and its result commit together; a body without a result changed nothing. Staff may
    send for any authority, a partner for those it speaks for.

    Raises:
        NotFound: there is no such authority, or this partner does not speak for it.
        InputRefused: the authority may push nothing new that day, or so much in no minute.
        QuotaSpent: it has sent its share of this minute.
    """
    assert received.item_count == len(items), "every part of a body is either read or refused"
    with open_tx() as tx:
        intake_id = _let_in(tx, received, now=now, of_staff=of_staff)
    with open_tx() as tx:
        told = iter(act(tx, [each for each in items if _is_readable(each)]))
        verdicts = [each.verdict if _is_unreadable(each) else next(told) for each in items]
        counts = dict(Counter(str(each.outcome) for each in verdicts))
        finish_intake(tx, intake_id, counts=counts, refusals=_refusals(verdicts), now=now)
    return TakenIn(intake_id, counts, verdicts)


def _is_readable(each: Item | Unreadable[Verdict]) -> TypeGuard[Item]:
    return not isinstance(each, Unreadable)


def _is_unreadable(each: object | Unreadable[Verdict]) -> TypeGuard[Unreadable[Verdict]]:
    return isinstance(each, Unreadable)


def _let_in(tx: Tx, received: Received, *, now: datetime, of_staff: bool) -> int:
    code = received.authority
    # Whoever asks next waits here, so that two bodies at once cannot both be the last allowed.
    authority = (
        authorities_by_code(tx, {code}, locked=True).get(code)
        if of_staff
        else authority_of(tx, received.client, code=code, locked=True)
    )
    if authority is None:
        raise NotFound(code)
    if received.channel is not Channel.CHANGES and not authority.is_in_force(vietnam_date(now)):
        then = f"; {authority.successor} took over" if authority.successor else ""
        raise InputRefused(field="authority", reason=f"may push nothing new today{then}")
    most = authority.items_per_minute_max
    if received.item_count > most:
        raise InputRefused(field="authority", reason=f"may send at most {most} a minute")
    before = spent(tx, code, since=now - MINUTE)
    if before.bodies >= REQUESTS_PER_MINUTE_MAX or before.items + received.item_count > most:
        oldest = before.since or now
        raise QuotaSpent(retry_after_s=max(1, (oldest + MINUTE - now).seconds + 1))
    return insert_intake(tx, received, now=now)


def _refusals(verdicts: Sequence[Told]) -> list[Refusal]:
    return [
        Refusal(
            place=place,
            number=shown(each.number, length_max=NUMBER_SHOWN_MAX),
            outcome=str(each.outcome),
            field=shown(each.field, length_max=FIELD_SHOWN_MAX),
            reason=shown(each.reason, length_max=REASON_SHOWN_MAX),
        )
        for place, each in enumerate(verdicts)
        if each.outcome not in _TAKEN
    ]
