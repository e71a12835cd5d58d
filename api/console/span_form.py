"""Three fields that ask the book: first and last business day, and the instant recorded by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, Generic, TypeVar
from urllib.parse import urlencode

from api.asked import NoInstant, form_day_of, instant_of
from ledger.errors import InstantAhead, StillRecording
from ledger.exports.journal import Span, instant_text
from ledger.postgres.recorded import fix_instant
from ledger.postgres.transaction import OpenTx, Tx

Told = TypeVar("Told")

_FIRST: Final = "Ngày đầu không đúng. Ví dụ: 01/11/2026"
_LAST: Final = "Ngày cuối không đúng. Ví dụ: 23/11/2026"
_ORDER: Final = "Ngày cuối phải bằng hoặc sau ngày đầu"
_INSTANTS: Final[Mapping[NoInstant, str]] = MappingProxyType(
    {
        NoInstant.UNREADABLE: "Thời điểm không đúng. Ví dụ: 2026-11-23T17:00:00+07:00",
        NoInstant.ZONELESS: "Thời điểm phải có cả múi giờ. Ví dụ: 2026-11-23T17:00:00+07:00",
        NoInstant.OUTSIDE: "Thời điểm nằm ngoài phạm vi của sổ: từ năm 2000 đến năm 9998",
    }
)
_AHEAD: Final = "Thời điểm này chưa đến. Hãy chọn một thời điểm đã qua"
_RECORDING: Final = "Bút toán của thời điểm này vẫn đang được ghi. Hãy thử lại sau ít giây"


@dataclass(frozen=True, slots=True)
class SpanForm:
    """The fields as typed; '' is no bound, and now."""

    first: str
    last: str
    recorded_by: str

    def wrong(self) -> dict[str, str]:
        """Return what cannot be asked, in Vietnamese by field."""
        first, last = form_day_of(self.first), form_day_of(self.last)
        found: dict[str, str] = {}
        if self.first and first is None:
            found["first"] = _FIRST
        if self.last and last is None:
            found["last"] = _LAST
        if first is not None and last is not None and last < first:
            found["last"] = _ORDER
        instant = self.instant
        if isinstance(instant, NoInstant):
            found["recorded_by"] = _INSTANTS[instant]
        return found

    @property
    def instant(self) -> datetime | NoInstant | None:
        """Return the instant recorded by, None for now, or why it is none."""
        return instant_of(self.recorded_by) if self.recorded_by else None


@dataclass(frozen=True, slots=True)
class Answered(Generic[Told]):
    """What the book told of a span; or what is wrong, by field, and the status that says so."""

    span: Span | None
    told: Told | None
    errors: Mapping[str, str]
    status: int


def ask(open_tx: OpenTx, form: SpanForm, question: Callable[[Tx, Span], Told]) -> Answered[Told]:
    """Ask the book about a span, once nothing is recorded any more by its instant."""
    wrong, instant = form.wrong(), form.instant
    if wrong or isinstance(instant, NoInstant):
        return Answered(None, None, wrong, 422)
    try:
        with open_tx() as tx:
            span = Span(form_day_of(form.first), form_day_of(form.last), fix_instant(tx, instant))
            return Answered(span, question(tx, span), {}, 200)
    except InstantAhead:
        return Answered(None, None, {"recorded_by": _AHEAD}, 422)
    except StillRecording:
        return Answered(None, None, {"recorded_by": _RECORDING}, 503)


def query_of(span: Span) -> str:
    """Return the part of an address that gives the same answer whenever it is asked."""
    words = {
        "first": span.first or "",
        "last": span.last or "",
        "recorded_by": instant_text(span.recorded_by),
    }
    return urlencode(words)
