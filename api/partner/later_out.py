"""What became of what a payment is for, as JSON: the same facts and words as its payer is told."""

from collections.abc import Callable, Mapping, Sequence

from pydantic import BaseModel, Field

from api.language import Language, Speech
from api.later_words import if_still_paid, since_paid
from api.partner.vietnam_time import VietnamTime
from payments.later import DueBack, Later, Turn
from payments.payment import Payment


class DueBackOut(BaseModel):
    """More was paid for an obligation than is due: the difference has to be paid back."""

    amount_vnd: int
    paid_vnd: int
    due_vnd: int
    found_at: VietnamTime


class ChangeOut(BaseModel):
    """What became of one obligation of a payment since it was opened."""

    number: str
    turn: Turn
    at: VietnamTime | None
    is_open: bool = Field(description="whether it, or what replaced it, has more left to pay")
    due_back: DueBackOut | None


class LaterOut(BaseModel):
    """What the payer has to be told: before money came what becomes of it, after it what did.

    `text` is empty where `changes` is, and while people look at money that was taken.
    """

    changes: list[ChangeOut]
    text: list[str]
    text_en: list[str]


def later_of_payment(
    payment: Payment,
    later: Sequence[Later],
    speeches: Mapping[Language, Speech],
    *,
    is_proven: bool,
) -> LaterOut:
    """Return what a payer is told: who may still pay, or who has a proof of having paid."""
    if is_proven:
        return later_of_proof(later, speeches)
    return _later(later, lambda speech: if_still_paid(payment, later, speech), speeches)


def later_of_proof(later: Sequence[Later], speeches: Mapping[Language, Speech]) -> LaterOut:
    """Return what a payer is told beside the proof."""
    return _later(later, lambda speech: [since_paid(each, speech) for each in later], speeches)


def _later(
    later: Sequence[Later],
    words: Callable[[Speech], list[str]],
    speeches: Mapping[Language, Speech],
) -> LaterOut:
    return LaterOut(
        changes=[
            ChangeOut(
                number=each.number,
                turn=each.turn,
                at=each.at,
                is_open=each.is_open,
                due_back=None if each.due_back is None else _due_back(each.due_back),
            )
            for each in later
        ],
        text=words(speeches[Language.VI]),
        text_en=words(speeches[Language.EN]),
    )


def _due_back(due_back: DueBack) -> DueBackOut:
    return DueBackOut(
        amount_vnd=due_back.amount.vnd,
        paid_vnd=due_back.paid.vnd,
        due_vnd=due_back.due.vnd,
        found_at=due_back.found_at,
    )
