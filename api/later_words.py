"""What became of what somebody pays, in words: on pages and in JSON alike."""

from collections.abc import Sequence

from api.language import Speech
from ledger.money import ZERO
from payments.later import DueBack, Later, Turn
from payments.payment import Payment
from payments.states import PaymentState

_BEFORE_MONEY = frozenset(
    {
        PaymentState.CREATED,
        PaymentState.PENDING,
        PaymentState.UNKNOWN,
        PaymentState.FAILED,
        PaymentState.EXPIRED,
    }
)

_TURNED = {
    Turn.CANCELLED: "Cơ quan đã hủy khoản số %(number)s%(when)s.",
    Turn.REPLACED: (
        "Khoản số %(number)s đã được thay bằng quyết định khác%(when)s; tiền đã nộp được tính cho"
        " quyết định đó."
    ),
    Turn.CORRECTED: "Cơ quan đã sửa khoản số %(number)s%(when)s.",
}
_IF_PAID = {
    Turn.REPLACED: (
        "Khoản số %(numbers)s đã được thay bằng quyết định khác. Xin đừng trả tiền nữa. Nếu bạn"
        " vẫn trả, số tiền được tính cho quyết định mới: phần thừa phải được hoàn lại, phần thiếu"
        " còn phải nộp."
    ),
    Turn.CORRECTED: (
        "Cơ quan đã sửa khoản số %(numbers)s. Nếu bạn vẫn trả, số tiền đã báo vẫn được nhận: phần"
        " thừa phải được hoàn lại, phần thiếu còn phải nộp."
    ),
}
_ALL_CANCELLED = (
    "Cơ quan đã hủy khoản số %(numbers)s. Xin đừng trả tiền nữa. Nếu bạn vẫn trả, toàn bộ số tiền"
    " được ghi sổ để hoàn lại cho bạn."
)
_SOME_CANCELLED = (
    "Cơ quan đã hủy khoản số %(numbers)s. Xin đừng trả tiền nữa; hãy tìm và nộp các khoản còn lại."
    " Nếu bạn vẫn trả, các khoản còn lại được nộp, và tiền của khoản đã hủy phải được hoàn lại cho"
    " bạn."
)


def since_paid(later: Later, speech: Speech) -> str:
    """Return what became of an obligation after it was paid, and what is due back or left."""
    when = "" if later.at is None else f" ({speech.instant(later.at)})"
    said = [speech.say(_TURNED[later.turn], number=later.number, when=when)]
    if later.due_back is not None:
        said.append(refund_words(later.due_back, speech))
    if later.is_open:
        said.append(speech.say("Còn phải nộp thêm; hãy tra cứu lại."))
    return " ".join(said)


def refund_words(due_back: DueBack, speech: Speech) -> str:
    """Return how much has to be paid back, and why; or that it went back."""
    if due_back.went_back >= due_back.amount:
        return speech.say(
            "Đã hoàn lại đủ %(back)s: đã nộp %(paid)s, chỉ phải nộp %(due)s.",
            back=speech.dong(due_back.amount),
            paid=speech.dong(due_back.paid),
            due=speech.dong(due_back.due),
        )
    if due_back.went_back > ZERO:
        return speech.say(
            "Còn phải hoàn lại %(left)s: đã hoàn %(done)s trong số %(back)s.",
            left=speech.dong(due_back.amount - due_back.went_back),
            done=speech.dong(due_back.went_back),
            back=speech.dong(due_back.amount),
        )
    return speech.say(
        "Phải hoàn lại %(back)s: đã nộp %(paid)s, chỉ phải nộp %(due)s.",
        back=speech.dong(due_back.amount),
        paid=speech.dong(due_back.paid),
        due=speech.dong(due_back.due),
    )


def if_still_paid(payment: Payment, later: Sequence[Later], speech: Speech) -> list[str]:
    """Return what becomes of money that still comes for what reads otherwise by now.

    Nothing once it is there: then the state of the payment says it.
    """
    if payment.state not in _BEFORE_MONEY:
        return []
    cancelled = [each.number for each in later if each.turn is Turn.CANCELLED]
    said: list[str] = []
    if cancelled:
        is_all = len(cancelled) == len({line.obligation_id for line in payment.lines})
        text = _ALL_CANCELLED if is_all else _SOME_CANCELLED
        said.append(speech.say(text, numbers=", ".join(cancelled)))
    for turn, text in _IF_PAID.items():
        numbers = [each.number for each in later if each.turn is turn]
        if numbers:
            said.append(speech.say(text, numbers=", ".join(numbers)))
    return said
