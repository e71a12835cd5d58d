"""A tax office's notice on land: all its lines are paid together, and none is computed here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from payments.obligations.body import Body
from payments.obligations.contract import Facts, ObligationKind, PaidPart, Priced, SecondFact
from payments.obligations.less_paid import PAID_STEP, WHOLE_STEP, less_paid
from payments.obligations.pushed_lines import (
    PUSHED_RULE,
    PushedLine,
    kept_lines,
    quoted_lines,
    read_lines,
)
from payments.obligations.rates import Rates
from payments.quote import Note

NAME = "Nghĩa vụ tài chính về đất đai"
TOGETHER_NOTE = "Các khoản của thông báo phải nộp cùng lúc, đủ số tiền ghi trên thông báo."
LATE_NOTE = (
    "Đã quá hạn nộp %(day)s ghi trên thông báo. Tiền chậm nộp, nếu có, do cơ quan thuế tính và "
    "thông báo riêng; không nằm trong số tiền này."
)

_FIELDS: Final = ("title", "authority", "issued_on", "due_on", "lines", "budget")


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """What a notice says; `due_on` is None where it gives no last day."""

    title: str
    authority: str
    issued_on: date
    due_on: date | None
    lines: tuple[PushedLine, ...]
    budget: Mapping[str, str]


def read_notice(values: Mapping[str, object]) -> NoticeFacts:
    """Return a notice's facts, or refuse the field that cannot be right.

    Raises:
        InputRefused: a field is missing, unknown, of the wrong type, or against another field.
    """
    body = Body(values)
    body.only(*_FIELDS)
    notice = NoticeFacts(
        title=body.text("title"),
        authority=body.text("authority"),
        issued_on=body.day("issued_on"),
        due_on=body.day("due_on") if body.has("due_on") else None,
        lines=read_lines(body),
        budget=body.budget(),
    )
    if not notice.lines:
        raise body.refused("lines", reason="has at least one entry")
    if notice.due_on is not None and notice.due_on < notice.issued_on:
        raise body.refused("due_on", reason="is before the notice was issued")
    return notice


def _read_facts(values: Mapping[str, object]) -> Facts:
    notice = read_notice(values)
    kept: dict[str, object] = {
        "title": notice.title,
        "authority": notice.authority,
        "issued_on": notice.issued_on.isoformat(),
        "lines": kept_lines(notice.lines),
        "budget": dict(notice.budget),
    }
    if notice.due_on is not None:
        kept["due_on"] = notice.due_on.isoformat()
    return kept


def _price(
    facts: Facts, *, beneficiary: str, on: date, rates: Rates, paid: Sequence[PaidPart]
) -> Priced:
    del rates  # The tax office has computed every line.
    notice = read_notice(facts)
    lines = quoted_lines(notice.lines, part="land", beneficiary=beneficiary, budget=notice.budget)
    notes: list[Note] = []
    if len(notice.lines) > 1:
        notes.append(Note("paid_together", TOGETHER_NOTE))
    if notice.due_on is not None and on > notice.due_on:
        notes.append(Note("past_due", LATE_NOTE, {"day": notice.due_on}, is_warning=True))
    return Priced(notice.due_on, less_paid(lines, paid), tuple(notes))


def _purpose(facts: Facts, number: str) -> str:
    notice = read_notice(facts)
    return f"Nộp theo thông báo {number} ngày {notice.issued_on:%d/%m/%Y}, {notice.authority}"


def _title(facts: Facts) -> str:
    return read_notice(facts).title


def _authority(facts: Facts) -> str:
    return read_notice(facts).authority


KIND = ObligationKind(
    code="land_notice",
    name=NAME,
    second_facts=frozenset({SecondFact.SUBJECT}),
    read_facts=_read_facts,
    price=_price,
    purpose=_purpose,
    title=_title,
    authority=_authority,
    texts=(PUSHED_RULE, TOGETHER_NOTE, LATE_NOTE, PAID_STEP, WHOLE_STEP),
)
