"""What became of a proof of payment, in words: on pages, papers and in JSON alike."""

from collections.abc import Sequence

from api.language import Speech
from payments.proven import AcknowledgementTurn, Ended

_TURNED = {
    AcknowledgementTurn.REVOKED: (
        "Giấy số %(number)s không còn giá trị từ %(at)s: toàn bộ số tiền đã được hoàn lại"
        " (hoàn tiền số %(refund)s)."
    ),
    AcknowledgementTurn.REPLACED: (
        "Giấy số %(number)s đã được thay bằng giấy số %(new)s từ %(at)s: một phần số tiền đã được"
        " hoàn lại (hoàn tiền số %(refund)s), còn lại %(kept)s."
    ),
}


def ended_words(ended: Sequence[Ended], speech: Speech) -> list[str]:
    """Return what became of each proof of a payment that counts no more."""
    return [
        speech.say(
            _TURNED[each.turn],
            number=each.number,
            new="" if each.successor is None else each.successor.number,
            at=speech.instant(each.at),
            refund=each.refund_number,
            kept=speech.dong(each.kept),
        )
        for each in ended
    ]
