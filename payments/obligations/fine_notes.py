"""What whoever pays a fine must know besides the amounts: days, deferral, instalments."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from ledger.money import Money, total
from payments.obligations.fine_facts import FineFacts
from payments.obligations.fine_surcharge import Lateness, is_rest_day, left_of_instalments
from payments.quote import Note, NoteValue

REST_DAY_NOTE = (
    "Hạn nộp %(day)s là ngày nghỉ. Chưa có văn bản nói hạn này có lùi sang ngày làm việc "
    "tiếp theo hay không; ở đây hạn không lùi."
)
MIDNIGHT_NOTE = (
    "Số tiền này tính cho ngày %(day)s. Nếu bạn bắt đầu nộp trước nửa đêm và trả xong trong thời "
    "gian khoản này được giữ, số tiền không đổi; sau đó tiền chậm nộp tính lại theo ngày trả."
)
COUNTED_NOTE = (
    "Ngày cuối của hạn (%(due)s) và chính ngày nộp (%(day)s) không tính chậm nộp, nên số ngày chậm "
    "nộp ít hơn số ngày quá hạn một ngày."
)
SUSPENDED_NOTE = (
    "Hạn nộp theo quyết định là %(due)s. Đang được hoãn hoặc xem xét giảm, miễn đến hết ngày "
    "%(day)s: tiền chậm nộp không tính trong thời gian đó."
)
INSTALMENT_NOTE = (
    "Được nộp nhiều lần: đây là lần %(which)s trong %(of)s lần, hạn %(day)s; "
    "sau lần này còn %(left)s."
)
MISSED_NOTE = "Đã quá hạn ngày %(day)s của lần nộp %(which)s, còn %(left)s chưa nộp."
UNSURE_NOTE = (
    "Tiền chậm nộp ghi là chưa xác nhận vì chưa có văn bản nói rõ cách tính khi lỡ một lần nộp; ở "
    "đây chỉ tính trên số tiền của lần bị lỡ, từ ngày sau hạn của lần đó đến trước ngày nộp."
)

NOTE_TEXTS: Final = (
    *(REST_DAY_NOTE, MIDNIGHT_NOTE, COUNTED_NOTE, SUSPENDED_NOTE),
    *(INSTALMENT_NOTE, MISSED_NOTE, UNSURE_NOTE),
)


def fine_notes(
    fine: FineFacts, at: int | None, late: Lateness, *, due: date, on: date, paid: Money
) -> tuple[Note, ...]:
    """Return what a payer must know; `at` is the instalment offered, `paid` what was paid on it."""
    notes: list[Note] = []
    if at is not None:
        due = fine.instalments[at].due_on
    is_given = at is None and fine.deadline_given is not None
    if not is_given and is_rest_day(due):
        notes.append(Note("deadline_on_rest_day", REST_DAY_NOTE, {"day": due}))
    if at is not None:
        notes.extend(_instalment_notes(fine, at, on=on, paid=paid))
    if late.days and fine.instalments:
        notes.append(Note("instalment_surcharge_unsure", UNSURE_NOTE, is_warning=True))
    still = [last for first, last in fine.suspended if first <= on <= last]
    if still:
        notes.append(Note("suspended", SUSPENDED_NOTE, {"due": due, "day": max(still)}))
    elif on > due:
        if not fine.suspended:  # Days that were deferred are counted off in their own step.
            notes.append(Note("days_counted", COUNTED_NOTE, {"due": due, "day": on}))
        notes.append(Note("priced_for_today", MIDNIGHT_NOTE, {"day": on}))
    return tuple(notes)


def _instalment_notes(fine: FineFacts, at: int, *, on: date, paid: Money) -> Iterator[Note]:
    """Yield which instalment is offered, and each whose last day has passed."""
    left = left_of_instalments(fine, credited=paid)
    told: dict[str, NoteValue] = {
        "which": at + 1,
        "of": len(fine.instalments),
        "day": fine.instalments[at].due_on,
        "left": total(left[at + 1 :]),
    }
    yield Note("instalment", INSTALMENT_NOTE, told)
    for which, (each, amount) in enumerate(zip(fine.instalments, left, strict=True), start=1):
        if each.due_on < on and amount.is_positive:
            missed: dict[str, NoteValue] = {"which": which, "day": each.due_on, "left": amount}
            yield Note("instalment_missed", MISSED_NOTE, missed, is_warning=True)
