"""What became of a proof of payment, in words: on pages, papers and in JSON alike."""

from collections.abc import Sequence

from api.language import Speech
from ledger.money import Money
from payments.proven import AcknowledgementTurn, Ended

_TURNED = {
    AcknowledgementTurn.REVOKED: (
        "Giấy số %(number)s không còn giá trị từ %(at)s: toàn bộ số tiền, %(back)s, đã được"
        " hoàn lại (hoàn tiền số %(refund)s)."
    ),
    AcknowledgementTurn.REPLACED: (
        "Giấy số %(number)s đã được thay bằng giấy số %(new)s từ %(at)s: một phần số tiền,"
        " %(back)s, đã được hoàn lại (hoàn tiền số %(refund)s), còn lại %(kept)s."
    ),
}


def ended_words(ended: Sequence[Ended], speech: Speech, *, paid: Money) -> list[str]:
    """Return what became of each proof of a payment of `paid` that counts no more."""
    return [
        speech.say(
            _TURNED[each.turn],
            number=each.number,
            new="" if each.successor is None else each.successor.number,
            at=speech.instant(each.at),
            refund=each.refund_number,
            back=speech.dong(back),
            kept=speech.dong(each.kept),
        )
        for each, back in zip(ended, went_back(ended, paid=paid), strict=True)
    ]


def went_back(ended: Sequence[Ended], *, paid: Money) -> list[Money]:
    """Return how much each refund of a payment of `paid` gave back."""
    before = [paid, *(each.kept for each in ended)]
    return [had - each.kept for had, each in zip(before, ended, strict=False)]
