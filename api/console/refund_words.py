"""What the program wrote about a refund by itself, in words for people; its codes stay kept."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from api.console.refund_codes import CAUSES, OBSTACLES
from api.language import Speech
from payments.obligation_change import ChangeAct
from payments.refund import SYSTEM, TWO_PEOPLE, Obstacle, Refund

_SURPLUS: Final = re.compile(r"[a-z_]+: (?P<gateway>\S+) transaction (?P<transaction>.+)")
_NOT_THROUGH: Final = re.compile(
    r"(?P<number>RF\w+) did not go through (?P<gateway>\S+): (?P<code>.*)"
)
_LESS_DUE: Final = "less is due than was paid"
_REJECTED: Final = "rejected:"

OUTCOMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "approver_removed": "Người duyệt không còn quyền duyệt",
        "declined": "Đơn vị thanh toán từ chối",
        "no_answer": "Đơn vị thanh toán không trả lời",
        "not_offered": "Đơn vị thanh toán không hoàn được",
        "not_as_approved": "Khác nội dung đã duyệt",
        "not_in_part": "Đơn vị thanh toán chỉ hoàn toàn bộ",
        "put_off": "Chưa gửi được, sẽ gửi lại",
        "window_over": "Đã quá hạn hoàn ở đơn vị thanh toán",
        Obstacle.BENEFICIARY_HAS_IT: "Đơn vị thụ hưởng đã nhận tiền",
        Obstacle.NOT_DUE: OBSTACLES[Obstacle.NOT_DUE],
        TWO_PEOPLE: "Hai người cùng xác nhận",
    }
)
DECIDED: Final[Mapping[str, str]] = MappingProxyType(
    {
        ChangeAct.CORRECT: "Sửa theo văn bản %(document)s",
        ChangeAct.DEFER: "Hoãn theo văn bản %(document)s",
        ChangeAct.INSTALMENTS: "Nộp nhiều lần theo văn bản %(document)s",
        ChangeAct.CANCEL: "Hủy theo văn bản %(document)s",
        ChangeAct.SUPERSEDE: "Thay thế theo văn bản %(document)s",
        "superseded": "Được thay thế theo văn bản %(document)s",
        "captured": "Thu khi số phải nộp đã thay đổi, giao dịch %(document)s",
    }
)


def reason_words(speech: Speech, refund: Refund) -> str:
    """Return why money goes back, by its cause where nobody typed why."""
    if refund.proposed_by != SYSTEM:
        return refund.reason
    if refund.reason == _LESS_DUE:
        return speech.say("Số phải nộp nay ít hơn số đã nộp")
    if found := _SURPLUS.fullmatch(refund.reason):
        return speech.say(
            "%(cause)s: giao dịch %(transaction)s ở %(gateway)s",
            cause=speech.say(CAUSES[refund.cause]),
            **found.groupdict(),
        )
    if found := _NOT_THROUGH.fullmatch(refund.reason):
        return speech.say(
            "Khoản hoàn %(number)s không thành công qua %(gateway)s: %(why)s",
            number=found["number"],
            gateway=found["gateway"],
            why=outcome_words(speech, found["code"]),
        )
    return refund.reason


def document_words(speech: Speech, refund: Refund) -> str:
    """Return the document money goes back on, and what was decided there."""
    decided, _, document = refund.document.partition(":")
    if refund.proposed_by != SYSTEM or not document or decided not in DECIDED:
        return refund.document
    return speech.say(DECIDED[decided], document=document)


def outcome_words(speech: Speech, outcome: str) -> str:
    """Return the last word on a refund; a code of the gateway's own stays as it is."""
    if outcome.startswith(_REJECTED):
        return speech.say("bởi %(name)s", name=outcome.removeprefix(_REJECTED))
    return speech.say(OUTCOMES[outcome]) if outcome in OUTCOMES else outcome
