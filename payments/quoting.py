"""An obligation priced by its own kind."""

from dataclasses import replace
from datetime import date
from typing import Final

from payments.errors import NotPayable
from payments.later import Correction
from payments.obligation import Obligation
from payments.obligations.contract import Facts, ObligationKind
from payments.obligations.rates import Rates
from payments.obligations.registry import KINDS
from payments.quote import Note, NoteValue, Quote
from payments.vietnam_time import vietnam_date

CORRECTED_NOTE = (
    "Cơ quan đã đính chính, sửa đổi khoản này theo văn bản %(document)s, chúng tôi nhận ngày "
    "%(day)s. Số tiền ở đây tính theo nội dung mới nhất, có thể khác tờ giấy bạn có."
)
TEXTS: Final = (CORRECTED_NOTE,)
"""What is said of any kind, found in the catalogue."""

NO_OBLIGATION: Final = 0
"""The id in a quote of facts alone."""


def quote(obligation: Obligation, *, on: date, rates: Rates) -> Quote:
    """Return what is due on a date in Vietnam.

    Raises:
        NotPayable: nothing may be collected on this kind, or nothing is left to pay.
        RateMissing: a rate this price needs is not known for its date.
        PriceRefused: the law of that date does not allow what the facts say.
    """
    kind = KINDS[obligation.kind]
    priced = kind.price(
        obligation.facts,
        beneficiary=obligation.beneficiary,
        on=on,
        rates=rates,
        paid=obligation.paid,
    )
    if not priced.lines:
        raise NotPayable("nothing is left to pay")
    return Quote(
        obligation_id=obligation.obligation_id,
        kind=obligation.kind,
        number=obligation.number_shown,
        priced_on=on,
        deadline=priced.deadline,
        lines=priced.lines,
        notes=priced.notes,
    )


def with_correction(quoted: Quote, correction: Correction) -> Quote:
    """Return a quote that says first that the paper in hand is not the last word."""
    told: dict[str, NoteValue] = {
        "document": correction.document,
        "day": vietnam_date(correction.at),
    }
    note = Note("corrected", CORRECTED_NOTE, told, is_warning=True)
    return replace(quoted, notes=(note, *quoted.notes))


def quote_of_facts(kind: ObligationKind, facts: Facts, *, on: date, rates: Rates) -> Quote:
    """Return what these facts would cost on a date in Vietnam, of no obligation that is kept.

    Raises:
        NotPayable: nothing may be collected on this kind, or nothing is due.
        RateMissing: a rate this price needs is not known for its date.
        PriceRefused: the law of that date does not allow what the facts say.
    """
    priced = kind.price(facts, beneficiary="", on=on, rates=rates, paid=())
    if not priced.lines:
        raise NotPayable("nothing is due on these facts")
    return Quote(
        obligation_id=NO_OBLIGATION,
        kind=kind.code,
        number="",
        priced_on=on,
        deadline=priced.deadline,
        lines=priced.lines,
        notes=priced.notes,
    )
