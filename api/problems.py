"""The one table from exception to status, problem type and words in both languages."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.access import errors as access_errors
from api.callbacks import BodyTooLarge
from api.clock import VIETNAM
from api.gateway_problems import GATEWAYS
from api.problem_row import Row, Words
from api.uploads.errors import FileRefused
from ledger import errors as ledger_errors
from payments import errors as payments_errors
from reconciliation import errors as reconciliation_errors

TYPES_AT = "urn:clearing:problem:"
RETRY_AFTER_S = 5


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal ready to be shown; `support_code` finds it in the logs.

    `fields` are (field, reason) pairs naming what in the request was wrong, in English. `rule` is
    the code of the rule of law that refused a price, '' where none did. `held` says until
    when somebody is paying it, None where nobody is in the way. `state` is where the thing stands
    that allows no such step, '' where that is not why.
    """

    status: int
    type: str
    title: Words
    support_code: str
    fields: tuple[tuple[str, str], ...] = ()
    retry_after_s: int = RETRY_AFTER_S
    rule: str = ""
    held: payments_errors.BeingPaid | None = None
    state: str = ""

    def document(self) -> dict[str, object]:
        """Return the RFC 9457 document."""
        document: dict[str, object] = {
            "type": TYPES_AT + self.type,
            "title": self.title.vi,
            "title_en": self.title.en,
            "status": self.status,
            "instance": f"urn:clearing:support:{self.support_code}",
            "support_code": self.support_code,
        }
        if self.rule:
            document["rule"] = self.rule
        if self.held is not None:
            until = self.held.until
            document["until"] = None if until is None else until.astimezone(VIETNAM).isoformat()
        if self.state:
            document["state"] = self.state
        if self.fields:
            document["errors"] = [{"field": name, "reason": reason} for name, reason in self.fields]
        return document


_OURS = Row(
    500,
    "internal",
    Words(
        "Lỗi ở phía chúng tôi. Dữ liệu bạn gửi không bị ghi dở. Hãy gửi lại sau ít phút.",
        "Something went wrong on our side. Nothing was half done. Please send it again shortly.",
    ),
)
_DOWN = Row(
    503,
    "unavailable",
    Words(
        "Dịch vụ tạm thời không dùng được, chưa có gì bị ghi. Hãy thử lại sau ít giây.",
        "The service is unavailable for a moment and nothing was written. Try again in seconds.",
    ),
)
_NOT_HERE = Row(
    404,
    "not-found",
    Words(
        "Không tìm thấy với thông tin này. Hãy kiểm tra lại địa chỉ hoặc mã.",
        "Nothing found with these details. Check the address or the number.",
    ),
)
_INPUT = Row(
    422,
    "input-refused",
    Words(
        "Có thông tin chưa đúng. Hãy sửa các mục được nêu rồi gửi lại.",
        "Something in the request cannot be right. Correct the fields named and send it again.",
    ),
)
_CONFLICT = Row(
    409,
    "conflict",
    Words(
        "Việc này không còn làm được ở trạng thái hiện tại. Hãy tải lại để xem trạng thái.",
        "This cannot be done in the present state. Read the state again.",
    ),
)

TABLE: Final[Mapping[type[Exception], Row]] = MappingProxyType(
    {
        payments_errors.PaymentsError: _OURS,
        payments_errors.InputRefused: _INPUT,
        payments_errors.RateMissing: Row(
            422,
            "rate-missing",
            Words(
                "Chưa có mức thu cho ngày này nên chưa thể tính số tiền. Hãy liên hệ cơ quan thu.",
                "No rate is known for this date, so no amount can be given. Ask the authority.",
            ),
        ),
        payments_errors.PriceRefused: Row(
            422,
            "price-refused",
            Words(
                "Pháp luật ngày nộp không cho phép nộp như vậy. Hãy hỏi cơ quan thu để lập lại.",
                "The law of the payment date does not allow this. Ask the authority to redo it.",
            ),
        ),
        payments_errors.NotFound: _NOT_HERE,
        payments_errors.NotPayable: Row(
            409,
            "not-payable",
            Words(
                "Khoản này hiện không nộp được: đã nộp hoặc đã được thu hồi.",
                "This cannot be paid now: it is paid already or was withdrawn.",
            ),
        ),
        payments_errors.NotRefundable: Row(
            409,
            "not-refundable",
            Words(
                "Khoản này hiện không hoàn được theo cách đó. Hãy tải lại để xem trạng thái.",
                "This cannot be refunded so, or not now. Read the state again.",
            ),
        ),
        payments_errors.RefundableChanged: Row(
            412,
            "refundable-changed",
            Words(
                "Số tiền còn hoàn được không như bạn đã thấy. Hãy đọc lại giao dịch rồi gửi lại.",
                "What may still go back is not what you saw. Read the payment, then send again.",
            ),
        ),
        payments_errors.BeingPaid: Row(
            409,
            "being-paid",
            Words(
                "Giao dịch khác đang nộp khoản này, hoặc đang chờ cổng trả lời. Hãy xem lại sau.",
                "Another payment of this is under way, or its gateway is asked. Wait, look again.",
            ),
        ),
        payments_errors.AmountChanged: Row(
            409,
            "amount-changed",
            Words(
                "Số tiền đã thay đổi so với lúc bạn xem. Hãy xem lại rồi xác nhận.",
                "The amount is not the one you were shown. Look again, then confirm.",
            ),
        ),
        payments_errors.GatewayNotOffered: Row(
            422,
            "gateway-not-offered",
            Words(
                "Cách thanh toán này không nhận khoản này. Hãy chọn cách khác.",
                "This way of paying does not take this payment. Choose another.",
            ),
        ),
        payments_errors.Cancelled: Row(
            409,
            "payment-cancelled",
            Words(
                "Giao dịch này đã được hủy. Hãy mở một giao dịch mới.",
                "This payment was cancelled. Open a new one.",
            ),
        ),
        payments_errors.AlreadyPaid: Row(
            409,
            "already-paid",
            Words(
                "Tiền đã được thu nên không hủy được. Có thể yêu cầu hoàn tiền.",
                "The money was taken, so this cannot be cancelled. A refund may be asked for.",
            ),
        ),
        payments_errors.StepRefused: _CONFLICT,
        payments_errors.NumberTaken: _DOWN,
        payments_errors.QuotaSpent: Row(
            429,
            "quota-spent",
            Words(
                "Cơ quan đã gửi hết hạn mức của phút này, chưa có gì được ghi. Hãy gửi lại sau.",
                "The authority has used its share of this minute; nothing was kept. Send it later.",
            ),
        ),
        payments_errors.KeyMissing: Row(
            400,
            "idempotency-key-missing",
            Words(
                "Thiếu hoặc sai Idempotency-Key. Hãy gửi một khóa riêng cho việc này.",
                "The Idempotency-Key is missing or is none. Send a key drawn for this act alone.",
            ),
        ),
        payments_errors.KeyReused: Row(
            422,
            "idempotency-key-reused",
            Words(
                "Khóa Idempotency-Key đã dùng cho một nội dung khác. Hãy dùng khóa mới.",
                "This Idempotency-Key came with another body before. Use a new key.",
            ),
        ),
        payments_errors.KeyInFlight: Row(
            409,
            "idempotency-key-in-flight",
            Words(
                "Yêu cầu cùng khóa này đang được xử lý. Hãy gửi lại sau ít giây.",
                "A request with this key is still at work. Send it again in seconds.",
            ),
        ),
        ledger_errors.BookRefused: _OURS,
        ledger_errors.DayClosed: _DOWN,  # the same call succeeds when repeated
        ledger_errors.InstantOpen: Row(
            503,
            "instant-open",
            Words(
                "Bút toán của thời điểm này vẫn đang được ghi. Hãy thử lại sau ít giây.",
                "Entries of this instant are still being written. Try again in seconds.",
            ),
        ),
        ledger_errors.InstantAhead: Row(
            422,
            "instant-ahead",
            Words(
                "Thời điểm ghi sổ này chưa đến. Hãy chọn một thời điểm đã qua.",
                "This recording instant has not come yet. Choose one that is past.",
            ),
        ),
        ledger_errors.BookUnreachable: _DOWN,
        ledger_errors.CommitUnknown: Row(
            503,
            "outcome-unknown",
            Words(
                "Mất kết nối đúng lúc đang ghi: có thể đã ghi xong. Hãy gửi lại đúng yêu cầu này.",
                "The connection broke while writing: it may be done. Send this same request again.",
            ),
        ),
        reconciliation_errors.ReconciliationError: _CONFLICT,
        access_errors.PartnerRefused: Row(
            403,
            "partner-refused",
            Words(
                "Hệ thống đối tác không được làm việc này.",
                "This partner may not do this.",
            ),
        ),
        access_errors.ScopeMissing: Row(
            403,
            "scope-missing",
            Words(
                "Khóa này không có quyền dùng chức năng này. Hãy xin cấp khóa có quyền được nêu.",
                "This key has no right to this door. Ask for a key with the scope named.",
            ),
        ),
        access_errors.CertificateRefused: Row(
            401,
            "certificate-refused",
            Words(
                "Thiếu hoặc sai chứng thư của hệ thống đối tác.",
                "The certificate of this partner is missing or wrong.",
            ),
        ),
        access_errors.SignatureRefused: Row(
            401,
            "signature-refused",
            Words(
                "Thiếu hoặc sai chữ ký của yêu cầu, chưa có gì được ghi. Hãy ký lại rồi gửi.",
                "The request's signature is missing or wrong; nothing was kept. Sign and resend.",
            ),
        ),
        access_errors.RequestsSpent: Row(
            429,
            "requests-spent",
            Words(
                "Đối tác đã gửi hết hạn mức của phút này, chưa có gì được ghi. Hãy gửi lại sau.",
                "The partner has used its share of this minute; nothing was kept. Send it later.",
            ),
        ),
        BodyTooLarge: Row(
            413,
            "body-too-large",
            Words("Nội dung gửi lên quá lớn.", "The body is too large."),
        ),
        RequestValidationError: _INPUT,
        **GATEWAYS,
    }
)

_BY_STATUS: Final[Mapping[int, Row]] = MappingProxyType(
    {
        401: Row(
            401,
            "unauthorized",
            Words("Thiếu hoặc sai khóa truy cập.", "The access key is missing or wrong."),
        ),
        403: Row(
            403,
            "forbidden",
            Words(
                "Yêu cầu không được chấp nhận từ trang này. Hãy mở lại trang rồi thử lại.",
                "This request is not accepted from here. Open the page again and retry.",
            ),
        ),
        404: _NOT_HERE,
        405: Row(
            405,
            "method-not-allowed",
            Words("Phương thức không được hỗ trợ.", "This method is not supported here."),
        ),
        413: Row(
            413,
            "body-too-large",
            Words("Nội dung gửi lên quá lớn.", "The body is too large."),
        ),
        415: Row(
            415,
            "media-type-refused",
            Words(
                "Kiểu nội dung không được nhận ở đây. Hãy gửi application/json, mã hóa UTF-8.",
                "This content type is not taken here. Send application/json in UTF-8.",
            ),
        ),
        429: Row(
            429,
            "too-many-tries",
            Words(
                "Bạn đã thử quá nhiều lần. Hãy chờ rồi thử lại.",
                "Too many tries. Wait, then try again.",
            ),
        ),
        503: _DOWN,
    }
)


_IN_A_STATE: Final = (payments_errors.AlreadyPaid, payments_errors.StepRefused)


def problem_of(error: Exception) -> Problem:
    """Return how an exception is told; what the table does not know is our own fault."""
    return Problem(
        status=(row := _row_of(error)).status,
        type=row.type,
        title=row.title,
        support_code=secrets.token_hex(4),
        fields=_fields_of(error),
        rule=error.code if isinstance(error, payments_errors.PriceRefused) else "",
        held=error if isinstance(error, payments_errors.BeingPaid) else None,
        state=error.state if isinstance(error, _IN_A_STATE) else "",
        retry_after_s=getattr(error, "retry_after_s", RETRY_AFTER_S),
    )


def _row_of(error: Exception) -> Row:
    if isinstance(error, HTTPException):
        return _BY_STATUS.get(error.status_code, _INPUT if error.status_code < 500 else _OURS)
    for kind in type(error).__mro__:
        if kind in TABLE:
            return TABLE[kind]
    return _OURS


def _fields_of(error: Exception) -> tuple[tuple[str, str], ...]:
    match error:
        case FileRefused():
            told = [(error.field, error.vi), (error.field, error.reason)]
        case payments_errors.InputRefused() | access_errors.PartnerRefused():
            told = [(error.field, error.reason)]
        case payments_errors.AmountChanged():
            told = [("shown_total_vnd", f"due today: {error.due.vnd}")]
        case payments_errors.RefundableChanged():
            told = [("expected_refundable_vnd", f"is {error.left.vnd} by now")]
        case payments_errors.NotRefundable():
            told = [("amount_vnd", error.reason)]
        case RequestValidationError():
            told = [
                (".".join(str(part) for part in entry["loc"]), str(entry["msg"]))
                for entry in error.errors()
            ]
        case _:
            told = []
    return tuple(told)
