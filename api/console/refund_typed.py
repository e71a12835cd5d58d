"""What people type about refunds: a reason, an amount, a day, a reference."""

import re
from datetime import date
from typing import Final

from api.asked import form_day_of
from api.language import Speech
from ledger.audit_record import REASON_MAX, reason_of
from ledger.money import VND_MAX, Money

TEXT_MAX: Final = 100
_SUM: Final = re.compile(r"[0-9]{1,3}(?:[., ]?[0-9]{3})*|[0-9]{1,16}")
_SIGNS: Final = str.maketrans("", "", "., ")


class TypedWrong(Exception):
    """Something typed cannot be right; nothing was done."""

    def __init__(self, field: str, words: str, **values: Money) -> None:
        """Keep the field, what to do about it in Vietnamese, and the amounts in that."""
        super().__init__(field)
        self.field = field
        self.words = words
        self.values = values

    def in_words(self, speech: Speech) -> dict[str, str]:
        """Return the field and its words in a language, as pages show them."""
        amounts = {name: speech.number(amount.vnd) for name, amount in self.values.items()}
        return {self.field: speech.say(self.words, **amounts)}


def reason_typed(text: str) -> str:
    """Return a reason for the audit record.

    Raises:
        TypedWrong: there is none, or it is too long.
    """
    reason = reason_of(text)
    if not 0 < len(reason) <= REASON_MAX:
        raise TypedWrong("reason", "Hãy ghi lý do, tối đa 500 ký tự")
    return reason


def text_typed(text: str, *, field: str) -> str:
    """Return a reference or the number of a document.

    Raises:
        TypedWrong: there is none, or it is too long.
    """
    typed = reason_of(text)
    if not 0 < len(typed) <= TEXT_MAX:
        raise TypedWrong(field, "Hãy điền mục này, tối đa 100 ký tự")
    return typed


def sum_typed(text: str, *, field: str) -> Money:
    """Return an amount such as `750.000`, `750,000` or `750000`.

    Raises:
        TypedWrong: it is none, or nothing.
    """
    typed = text.strip()
    vnd = int(typed.translate(_SIGNS)) if _SUM.fullmatch(typed) else 0
    if not 0 < vnd <= VND_MAX:
        raise TypedWrong(field, "Hãy ghi số tiền bằng chữ số, ví dụ 750.000")
    return Money(vnd)


def day_typed(text: str, *, field: str, today: date) -> date:
    """Return a day such as `23/11/2026`, today at the latest.

    Raises:
        TypedWrong: it is none, or lies ahead.
    """
    day = form_day_of(text.strip())
    if day is None or day > today:
        raise TypedWrong(field, "Hãy ghi ngày như 23/11/2026, không sau hôm nay")
    return day
