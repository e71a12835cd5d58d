"""What each way money may move is called on a page, in Vietnamese."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from api.language import Speech

WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "captured": "Đã thu",
        "captured_twice": "Thu thừa",
        "charged_back": "Bị thu hồi về đơn vị thanh toán",
        "claimed": "Yêu cầu giải trình",
        "credited": "Đã ghi có cho đơn vị thụ hưởng",
        "credited_late": "Ghi có muộn",
        "delayed": "Quá hạn chưa ghi có",
        "differed": "Lệch số tiền",
        "dropped": "Bỏ yêu cầu: tiền chưa từng thu",
        "fee_accepted": "Chấp nhận phí",
        "fee_borne": "Đơn vị thụ hưởng chịu phí",
        "fee_disputed": "Phí đang tranh chấp",
        "given_back": "Đơn vị thụ hưởng đã trả lại",
        "identified": "Đã rõ của ai",
        "made_good": "Bên nợ đã trả thẳng",
        "parked": "Chờ xử lý",
        "refund_granted": "Đơn vị thụ hưởng đồng ý hoàn",
        "refunded": "Đã hoàn cho người nộp",
        "reversed": "Bút toán đảo",
        "settled": "Đơn vị thanh toán báo đã chuyển nộp",
        "withheld": "Đơn vị thanh toán giữ lại khoản đã hoàn",
        "written_off": "Xóa sổ",
    }
)


def movement_word(speech: Speech, movement: str) -> str:
    """Return what a movement is called, its code when it has no name."""
    return speech.say(WORDS[movement]) if movement in WORDS else movement
