"""What authorities send in JSON, read item by item: one that cannot be read sinks no other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeGuard, TypeVar

from payments.errors import InputRefused
from payments.obligation import NUMBER_MAX, PERSONAL_MAX, NewObligation
from payments.obligation_change import (
    DOCUMENT_MAX,
    REASON_MAX,
    ChangeAct,
    ChangeOutcome,
    ChangeVerdict,
    Instalment,
    ObligationChange,
)
from payments.obligations.body import Body
from payments.push_obligations import PushOutcome, PushVerdict
from payments.take_in import Told, Unreadable

CODE_MAX: Final = 40
INSTALMENTS_MAX: Final = 12
VERSION_MAX: Final = 1_000_000

_OBLIGATION: Final = (
    *("kind", "number", "decided_on", "subject", "personal", "facts", "beneficiary"),
)
_CHANGE: Final = (
    *("kind", "number", "act", "reason", "document", "version", "facts", "personal", "subject"),
    *("decided_on", "beneficiary", "period", "instalments", "successor"),
)

Item = TypeVar("Item")
Verdict = TypeVar("Verdict", bound=Told)


@dataclass(frozen=True, slots=True)
class Sent:
    """A body of a bulk door: whom it speaks for, and its items unread."""

    authority: str
    items: Sequence[object]


def read_sent(value: object, *, items: str, items_max: int) -> Sent:
    """Return the authority and the items of a body.

    Raises:
        InputRefused: the body has another shape, or too many items.
    """
    body = _object(value)
    body.only("authority", items)
    found = body.values.get(items)
    if not _is_list(found):
        raise InputRefused(field=items, reason="is a list")
    if not 0 < len(found) <= items_max:
        raise InputRefused(field=items, reason=f"has 1 to {items_max} entries")
    return Sent(body.text("authority", length_max=CODE_MAX), found)


def read_pushed(sent: Sent) -> list[NewObligation | Unreadable[PushVerdict]]:
    """Return what is pushed, in order, with the verdict already on what cannot be read."""
    return _read(
        sent,
        _obligation,
        lambda number, problem: PushVerdict(
            number, PushOutcome.REFUSED, field=problem.field, reason=problem.reason
        ),
    )


def read_changes(sent: Sent) -> list[ObligationChange | Unreadable[ChangeVerdict]]:
    """Return the changes, in order, with the verdict already on what cannot be read."""
    return _read(
        sent,
        _change,
        lambda number, problem: ChangeVerdict(
            number, ChangeOutcome.REFUSED, field=problem.field, reason=problem.reason
        ),
    )


def _read(
    sent: Sent,
    read: Callable[[Body, str], Item],
    refused: Callable[[str, InputRefused], Verdict],
) -> list[Item | Unreadable[Verdict]]:
    items: list[Item | Unreadable[Verdict]] = []
    for value in sent.items:
        try:
            items.append(read(_object(value), sent.authority))
        except InputRefused as problem:
            number = value.get("number") if _is_object(value) else None
            shown = number if isinstance(number, str) else ""
            items.append(Unreadable(refused(shown, problem)))
    return items


def _obligation(body: Body, authority: str) -> NewObligation:
    body.only(*_OBLIGATION)
    return NewObligation(
        provider=authority,
        kind=body.text("kind", length_max=CODE_MAX),
        number=body.text("number", length_max=NUMBER_MAX),
        decided_on=body.day("decided_on") if body.has("decided_on") else None,
        subject=body.text("subject", length_max=CODE_MAX) if body.has("subject") else "",
        personal=_personal(body) or {},
        facts=body.part("facts").values,
        beneficiary=body.text("beneficiary", length_max=CODE_MAX),
    )


def _change(body: Body, authority: str) -> ObligationChange:
    body.only(*_CHANGE)
    act = body.text("act", length_max=CODE_MAX)
    if act not in set(ChangeAct):
        raise body.refused("act", reason=f"is one of {', '.join(ChangeAct)}")
    return ObligationChange(
        provider=authority,
        kind=body.text("kind", length_max=CODE_MAX),
        number=body.text("number", length_max=NUMBER_MAX),
        act=ChangeAct(act),
        reason=body.text("reason", length_max=REASON_MAX),
        document=body.text("document", length_max=DOCUMENT_MAX),
        version=(body.whole("version", least=1, most=VERSION_MAX) if body.has("version") else None),
        facts=body.part("facts").values if body.has("facts") else None,
        personal=_personal(body),
        subject=body.text("subject", length_max=CODE_MAX) if body.has("subject") else None,
        decided_on=body.day("decided_on") if body.has("decided_on") else None,
        beneficiary=(
            body.text("beneficiary", length_max=CODE_MAX) if body.has("beneficiary") else None
        ),
        period=_period(body) if body.has("period") else None,
        instalments=_instalments(body) if body.has("instalments") else None,
        successor=(
            _obligation(body.part("successor"), authority) if body.has("successor") else None
        ),
    )


def _period(body: Body) -> tuple[date, date]:
    period = body.part("period")
    period.only("first", "last")
    first, last = period.day("first"), period.day("last")
    if last < first:
        raise period.refused("last", reason="is before the first day")
    return first, last


def _instalments(body: Body) -> tuple[Instalment, ...]:
    parts = body.parts("instalments", parts_max=INSTALMENTS_MAX)
    for part in parts:
        part.only("due_on", "amount_vnd")
    return tuple(Instalment(part.day("due_on"), part.amount("amount_vnd")) for part in parts)


def _personal(body: Body) -> dict[str, str] | None:
    if not body.has("personal"):
        return None
    fields = body.part("personal")
    return {
        name: fields.text(name, length_max=PERSONAL_MAX)
        for name in fields.values
        if fields.has(name)
    }


def _object(value: object) -> Body:
    if not _is_object(value):
        raise InputRefused(field="", reason="is an object")
    return Body(value)


def _is_object(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, dict)


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)
