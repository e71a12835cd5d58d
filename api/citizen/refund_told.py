"""Money on its way back to a payer, in words: how much, how far, to where, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.clock import vietnam_day
from api.language import Speech
from ledger.money import ZERO, total
from ledger.postgres.transaction import Tx
from payments.postgres import capture_rows, refund_rows
from payments.refund import Refund, RefundCause, RefundRoute
from payments.refund_states import CALLED_OFF, RefundState

CREDITED_DAYS_MAX: Final = 45
"""How long a bank may take to show what its gateway gave back."""

_PROPOSED: Final = "Khoản hoàn %(amount)s đã được ghi sổ và đang chờ duyệt."
_UNDER_WAY: Final = {
    RefundRoute.GATEWAY: (
        "Đang hoàn %(amount)s về tài khoản, thẻ hoặc ví đã trả. Ngân hàng có thể mất đến %(days)s"
        " ngày để ghi có."
    ),
    RefundRoute.TRANSFER: "Đang chuyển khoản trả lại %(amount)s về tài khoản đã trả.",
    RefundRoute.STATE_PROCEDURE: (
        "Nhà nước đã nhận tiền này, nên %(amount)s được hoàn theo quyết định của cơ quan có thẩm"
        " quyền. Trang này cho biết khi có quyết định."
    ),
}
_DONE: Final = {
    RefundRoute.GATEWAY: (
        "Đã hoàn %(amount)s ngày %(day)s về tài khoản, thẻ hoặc ví đã trả. Nếu sau %(days)s ngày"
        " chưa thấy, hãy gọi chúng tôi và đọc số %(number)s."
    ),
    RefundRoute.TRANSFER: (
        "Đã chuyển khoản trả lại %(amount)s ngày %(day)s, mã giao dịch ngân hàng %(reference)s."
    ),
    RefundRoute.STATE_PROCEDURE: ("Đã hoàn %(amount)s ngày %(day)s theo quyết định %(decision)s."),
}
_TWICE: Final = (
    "Bạn đã nộp hai lần. Phần thừa %(amount)s sẽ được hoàn về tài khoản, thẻ hoặc ví đã trả."
)


@dataclass(frozen=True, slots=True)
class RefundsTold:
    """What a page says of refunds; `is_done` when nothing more is to come.

    `is_second` says that somebody paid a second time, and the first time counts.
    """

    sentences: tuple[str, ...]
    is_done: bool
    is_second: bool


def refunds_of(tx: Tx, payment_id: int, speech: Speech) -> RefundsTold | None:
    """Return what the payer of a payment is told of its refunds, None when there is none."""
    refunds = refund_rows.of_payments(tx, [payment_id])
    if not refunds:
        return None
    is_proven = capture_rows.fulfilling_key(tx, payment_id) is not None
    return refunds_told(refunds, speech, is_proven=is_proven)


def refunds_told(
    refunds: Sequence[Refund], speech: Speech, *, is_proven: bool
) -> RefundsTold | None:
    """Return what a payer is told of their refunds, None when there is none.

    `is_proven` says that the payment paid what it was for, so that a surplus was a second payment.
    """
    told = [each for each in refunds if each.state not in CALLED_OFF]
    if not told:
        return None
    back = [each for each in told if each.state is not RefundState.DONE]
    twice = total(each.amount for each in back if each.cause is RefundCause.DUPLICATE)
    said = [_sentence(each, speech) for each in told]
    is_second = is_proven and twice > ZERO
    if is_second:
        said.insert(0, speech.say(_TWICE, amount=speech.dong(twice)))
    return RefundsTold(tuple(said), is_done=not back, is_second=is_second)


def _sentence(refund: Refund, speech: Speech) -> str:
    amount = speech.dong(refund.amount)
    if refund.state is RefundState.PROPOSED:
        return speech.say(_PROPOSED, amount=amount)
    if refund.state is not RefundState.DONE or refund.finished_at is None:
        return speech.say(_UNDER_WAY[refund.route], amount=amount, days=CREDITED_DAYS_MAX)
    on = speech.day(refund.paid_back_on or vietnam_day(refund.finished_at))
    return speech.say(
        _DONE[refund.route],
        amount=amount,
        day=on,
        days=CREDITED_DAYS_MAX,
        number=refund.number,
        reference=refund.bank_reference,
        decision=refund.decision,
    )
