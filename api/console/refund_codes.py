"""What the codes of refunds are called on a page, in Vietnamese."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from api.language import Speech
from payments.refund import Ending, Holder, Obstacle, RefundCause, RefundRoute, Settlement
from payments.refund_states import RefundState, RefundStep

STATES: Final[Mapping[RefundState, str]] = MappingProxyType(
    {
        RefundState.PROPOSED: "Chờ duyệt",
        RefundState.REJECTED: "Không duyệt",
        RefundState.APPROVED: "Đã duyệt, chờ thực hiện",
        RefundState.SENT: "Đang gửi lệnh hoàn",
        RefundState.ACCEPTED: "Đơn vị thanh toán đã nhận lệnh",
        RefundState.UNKNOWN: "Chưa rõ kết quả",
        RefundState.DONE: "Đã hoàn",
        RefundState.REFUSED: "Không hoàn được",
    }
)
STEPS: Final[Mapping[RefundStep, str]] = MappingProxyType(
    {
        RefundStep.APPROVE: "Duyệt",
        RefundStep.REJECT: "Không duyệt",
        RefundStep.WITHDRAW: "Tự rút: không còn gì phải hoàn",
        RefundStep.SEND: "Gửi lệnh hoàn",
        RefundStep.PUT_OFF: "Chưa gửi được, sẽ gửi lại",
        RefundStep.ACCEPT: "Đơn vị thanh toán nhận lệnh",
        RefundStep.LOSE_SIGHT: "Không rõ kết quả",
        RefundStep.FINISH: "Đã hoàn",
        RefundStep.REFUSE: "Không hoàn được",
    }
)
CAUSES: Final[Mapping[RefundCause, str]] = MappingProxyType(
    {
        RefundCause.DUPLICATE: "Nộp hai lần",
        RefundCause.AMOUNT_DIFFERS: "Lệch số tiền",
        RefundCause.REFUND_DUE: "Quyết định đã hủy hoặc giảm",
    }
)
ROUTES: Final[Mapping[RefundRoute, str]] = MappingProxyType(
    {
        RefundRoute.GATEWAY: "Qua đơn vị thanh toán",
        RefundRoute.TRANSFER: "Chuyển khoản trả lại",
        RefundRoute.STATE_PROCEDURE: "Thủ tục hoàn trả của Nhà nước",
    }
)
SETTLEMENTS: Final[Mapping[Settlement, str]] = MappingProxyType(
    {
        Settlement.NETTED: "Đơn vị thanh toán trả, trừ vào đợt chuyển nộp sau",
        Settlement.SEPARATELY: "Đơn vị thụ hưởng tự trả cho người nộp",
    }
)
HOLDERS: Final[Mapping[Holder, str]] = MappingProxyType(
    {
        Holder.GATEWAY: "Đơn vị thanh toán, từ tiền chưa chuyển nộp",
        Holder.BENEFICIARY: "Đơn vị thụ hưởng, từ tiền thừa đã nhận",
    }
)
ENDINGS: Final[Mapping[Ending, str]] = MappingProxyType(
    {
        Ending.WENT_BACK: "Người nộp đã nhận lại tiền",
        Ending.NOTHING_WENT_BACK: "Không có tiền nào được hoàn, và sẽ không hoàn theo mã này",
    }
)
OBSTACLES: Final[Mapping[Obstacle, str]] = MappingProxyType(
    {
        Obstacle.NOTHING_LEFT: "Không còn gì để hoàn: đã hoàn, hoặc đang hoàn",
        Obstacle.MORE_THAN_LEFT: "Nhiều hơn phần còn hoàn được",
        Obstacle.ONLY_WHOLE: "Khoản thừa chỉ được hoàn toàn bộ",
        Obstacle.WRONG_ROUTE: "Khoản này không hoàn bằng cách đó",
        Obstacle.SAME_PERSON: "Người đề nghị không được tự duyệt",
        Obstacle.NOT_A_PERSON: "Chỉ người có khóa riêng mới được duyệt",
        Obstacle.CHANGED: "Nội dung khác với khi bạn xem",
        Obstacle.NOT_DUE: "Nay không còn phải hoàn nhiều như vậy",
        Obstacle.BENEFICIARY_HAS_IT: (
            "Đơn vị thụ hưởng đã nhận tiền từ khi đề nghị; hãy không duyệt rồi đề nghị lại"
        ),
        Obstacle.NOT_APPROVED: "Chưa được duyệt, hoặc đã kết thúc",
        Obstacle.END_IS_KNOWN: "Kết quả đã rõ, không cần xác nhận",
        Obstacle.STILL_ASKED: "Còn đang tự kiểm tra với đơn vị thanh toán; sau 24 giờ mới xác nhận",
        Obstacle.ALREADY: "Đã có người duyệt hoặc không duyệt trước",
    }
)


def refund_code(
    speech: Speech,
    code: RefundState | RefundStep | RefundCause | RefundRoute | Settlement | Holder | Ending,
) -> str:
    """Return what a code is called; the same letters mean another thing in another list."""
    match code:
        case RefundState():
            words = STATES[code]
        case RefundStep():
            words = STEPS[code]
        case RefundCause():
            words = CAUSES[code]
        case RefundRoute():
            words = ROUTES[code]
        case Holder():
            words = HOLDERS[code]
        case Ending():
            words = ENDINGS[code]
        case Settlement():
            words = SETTLEMENTS[code]
    return speech.say(words)


def obstacle_words(speech: Speech, reason: str) -> str:
    """Return why money cannot go back so."""
    return speech.say(OBSTACLES[Obstacle(reason)])
