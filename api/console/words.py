"""What the codes of the book, of reconciliation and of audit records are called on a page."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from api.language import Speech
from ledger.audit_record import Act, StockReason
from payments.postgres.delivery_rows import DeliveryState
from payments.push_obligations import PushOutcome
from payments.states import PaymentState
from reconciliation.breaks import BreakKind
from reconciliation.file import FileState
from reconciliation.matching import Rule

WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        PaymentState.PENDING: "Đang chờ kết quả",
        PaymentState.UNKNOWN: "Chưa có kết quả",
        PaymentState.HELD: "Đã thu, đang kiểm tra",
        FileState.RECEIVED: "Đã nhận",
        FileState.ACCEPTED: "Đã chấp nhận",
        FileState.QUARANTINED: "Đã cách ly",
        FileState.SUPERSEDED: "Đã có bản thay thế",
        Rule.TRANSACTION: "Khớp mã giao dịch",
        Rule.REFERENCE: "Khớp mã tham chiếu",
        Rule.COMPLETED: "Ghi nhận từ báo cáo",
        Rule.AMOUNT_DIFFERS: "Lệch số tiền",
        Rule.UNIDENTIFIED: "Chưa rõ của ai",
        Rule.EXCESS: "Phần thừa của một dòng",
        Rule.REFUND: "Khớp khoản hoàn",
        Rule.PAYOUT: "Khớp tổng chuyển nộp",
        BreakKind.MISSING_AT_GATEWAY: "Thiếu trong báo cáo của đơn vị thanh toán",
        BreakKind.MISSING_IN_LEDGER: "Thiếu trong sổ",
        BreakKind.AMOUNT_MISMATCH: "Lệch số tiền",
        BreakKind.DUPLICATE_PAYMENT: "Nộp hai lần",
        BreakKind.CONFLICTING_LINE: "Dòng mâu thuẫn",
        BreakKind.WRONG_BENEFICIARY: "Sai đơn vị thụ hưởng",
        BreakKind.FEE_MISMATCH: "Lệch phí",
        BreakKind.REFUND_MISMATCH: "Lệch hoàn tiền",
        BreakKind.AMBIGUOUS: "Nhiều dòng cùng khớp",
        BreakKind.IN_TRANSIT: "Đang chuyển, còn trong hạn",
        BreakKind.MISSING_AT_BANK: "Quá hạn chưa ghi có",
        BreakKind.BATCH_TOTAL_MISMATCH: "Lệch tổng chuyển nộp",
        BreakKind.UNIDENTIFIED_RECEIPT: "Ghi có chưa rõ nguồn",
        BreakKind.REVERSED: "Tài khoản trả lại",
        Act.SIGN_IN: "Đăng nhập",
        Act.SIGN_IN_REFUSED: "Đăng nhập bị từ chối",
        Act.SIGN_OUT: "Đăng xuất",
        Act.MATCH_DAY: "Đối chiếu ngày",
        Act.CLOSE_DAY: "Đóng ngày",
        Act.CLOSE_DAY_EARLY: "Đóng ngày trước giờ",
        Act.EXPORT_JOURNAL: "Xuất sổ nhật ký",
        Act.VIEW_DAY: "Xem báo cáo ngày",
        Act.VIEW_ACCOUNT: "Xem sao kê tài khoản",
        Act.VIEW_AUDIT: "Xem nhật ký thao tác",
        Act.REGISTER_AUTHORITY: "Đăng ký cơ quan",
        Act.END_AUTHORITY: "Kết thúc hoạt động cơ quan",
        Act.REGISTER_PARTNER: "Đăng ký đối tác",
        Act.CHANGE_PARTNER: "Sửa đăng ký đối tác",
        Act.ISSUE_PARTNER_KEY: "Cấp khóa cho đối tác",
        Act.REVOKE_PARTNER_KEY: "Thu hồi khóa của đối tác",
        Act.ADD_SIGNING_KEY: "Đăng ký khóa ký của đối tác",
        Act.REVOKE_SIGNING_KEY: "Thu hồi khóa ký của đối tác",
        Act.VIEW_DELIVERIES: "Xem thông báo gửi cơ quan",
        Act.REPLAY_EVENTS: "Gửi lại thông báo cho cơ quan",
        Act.DECLARE_OUTAGE: "Ghi nhận hệ thống cơ quan gián đoạn",
        Act.PREVIEW_LIST: "Xem trước danh sách",
        Act.TAKE_LIST: "Nộp danh sách",
        Act.ROTATE_KEYS: "Đổi khóa dữ liệu cá nhân",
        Act.VIEW_REFUNDS: "Xem hoàn tiền",
        Act.PROPOSE_REFUND: "Đề nghị hoàn tiền",
        Act.APPROVE_REFUND: "Duyệt hoàn tiền",
        Act.REJECT_REFUND: "Không duyệt hoàn tiền",
        Act.RECORD_TRANSFER: "Ghi nhận chuyển khoản trả lại",
        Act.RECORD_STATE_REFUND: "Ghi nhận quyết định hoàn trả",
        Act.FIND_REFUND_OUT: "Xác nhận kết quả hoàn tiền",
        DeliveryState.DELIVERED: "Đã nhận",
        DeliveryState.WAITING: "Đang chờ gửi",
        DeliveryState.PARKED: "Đã dừng gửi",
        PushOutcome.NEW: "Mới",
        PushOutcome.SAME_AGAIN: "Đã có, giống hệt",
        PushOutcome.CONFLICTS: "Đã có, khác nội dung",
        PushOutcome.REFUSED: "Bị từ chối",
        StockReason.KEY_SHOWN: "Đã xuất trình khóa truy cập",
        StockReason.KEY_REFUSED: "Khóa truy cập không đúng",
        StockReason.ASKED_TO_LEAVE: "Người dùng đăng xuất",
        StockReason.CLOSED_BY_HAND: "Đóng bằng lệnh",
        StockReason.TAKEN_OUT_BY_HAND: "Xuất bằng lệnh",
        StockReason.OPENED_PAGE: "Mở trang",
    }
)


def word(speech: Speech, code: str) -> str:
    """Return what a code is called, the code itself when it has no name."""
    return speech.say(WORDS[code]) if code in WORDS else code
