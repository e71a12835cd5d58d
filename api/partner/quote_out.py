"""A quote as JSON: the same lines, steps and notes as on the page and on the proof."""

from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel, Field

from api.explained import doubt
from api.language import Language, Speech
from payments.quote import Note, Quote, QuoteLine, QuoteStep


class StepOut(BaseModel):
    """One step on the way to an amount: `base_vnd` times `count` units times `rate`.

    Where `power` is not zero: `base_vnd` times (1 + `rate`) to that power.
    """

    label: str
    label_en: str
    amount_vnd: int = Field(
        description="half a dong rounded up; below zero: the product is taken off, others bear it"
    )
    base_vnd: int
    count: int
    unit: str = Field(description="day, month, page, copy, time, or '' where nothing is counted")
    rate: str = Field(description="decimal text, '' for none")
    first: date | None = Field(description="first day the step spans")
    last: date | None = Field(description="last day the step spans")
    power: int = Field(description="0 where nothing is raised to a power")
    is_no_part: bool = Field(description="a later step is made of it; do not add it up")
    law: str
    status: str
    doubt: str = Field(description="what is not certain about its number, '' where nothing")
    doubt_en: str


class LineOut(BaseModel):
    """One amount with its reason; `status` says how sure the source of its numbers is."""

    part: str
    label: str
    label_en: str
    amount_vnd: int
    base_vnd: int
    days: int
    rate: str
    rule: str
    rule_en: str
    law: str
    status: str
    doubt: str = Field(description="what is not certain about its numbers, '' where nothing")
    doubt_en: str
    steps: list[StepOut]
    rounding: str
    rounding_en: str
    leaves_open: bool = Field(description="whether more is left to pay once this line is paid")
    budget: dict[str, str]


class NoteOut(BaseModel):
    """What a payer must know besides the amounts; `code` never changes, its words may."""

    code: str
    text: str
    text_en: str
    is_warning: bool


class QuoteOut(BaseModel):
    """What is due on one day; worthless the next."""

    kind: str
    number: str
    priced_on: date
    deadline: date | None
    total_vnd: int
    lines: list[LineOut]
    notes: list[NoteOut]


def quote_out(quote: Quote, speeches: Mapping[Language, Speech]) -> QuoteOut:
    """Return a quote in JSON, its words in both languages."""
    return QuoteOut(
        kind=quote.kind,
        number=quote.number,
        priced_on=quote.priced_on,
        deadline=quote.deadline,
        total_vnd=quote.total.vnd,
        lines=[line_out(line, speeches) for line in quote.lines],
        notes=[note_out(note, speeches) for note in quote.notes],
    )


def line_out(line: QuoteLine, speeches: Mapping[Language, Speech]) -> LineOut:
    """Return one amount with its reason."""
    english = speeches[Language.EN].say
    return LineOut(
        part=line.part,
        label=line.label,
        label_en=english(line.label),
        amount_vnd=line.amount.vnd,
        base_vnd=line.base.vnd,
        days=line.days,
        rate=line.rate,
        rule=line.rule,
        rule_en=english(line.rule) if line.rule else "",
        law=line.law,
        status=line.status,
        doubt=doubt(line.status, speeches[Language.VI]),
        doubt_en=doubt(line.status, speeches[Language.EN]),
        steps=[_step(step, speeches) for step in line.steps],
        rounding=line.rounding,
        rounding_en=english(line.rounding) if line.rounding else "",
        leaves_open=line.leaves_open,
        budget=dict(line.budget),
    )


def note_out(note: Note, speeches: Mapping[Language, Speech]) -> NoteOut:
    """Return one note with its values filled in."""
    return NoteOut(
        code=note.code,
        text=speeches[Language.VI].fill(note.text, note.values),
        text_en=speeches[Language.EN].fill(note.text, note.values),
        is_warning=note.is_warning,
    )


def _step(step: QuoteStep, speeches: Mapping[Language, Speech]) -> StepOut:
    return StepOut(
        label=step.label,
        label_en=speeches[Language.EN].say(step.label),
        amount_vnd=step.amount.vnd,
        base_vnd=step.base.vnd,
        count=step.count,
        unit=step.unit.value,
        rate=step.rate,
        first=step.first,
        last=step.last,
        power=step.power,
        is_no_part=not step.is_part,
        law=step.law,
        status=step.status,
        doubt=doubt(step.status, speeches[Language.VI]),
        doubt_en=doubt(step.status, speeches[Language.EN]),
    )
