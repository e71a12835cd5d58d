"""How a gateway's trouble is told to whoever wanted to pay there."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from api.problem_row import Row, Words
from gateways import errors

_AWAY: Final = Row(
    503,
    "gateway-unavailable",
    Words(
        "Cổng thanh toán tạm thời không dùng được, chưa trừ tiền. Hãy thử lại hoặc chọn cách khác.",
        "The gateway cannot be used now; no money moved. Try again, or choose another one.",
    ),
)
_UNKNOWN: Final = Row(
    409,
    "gateway-outcome-unknown",
    Words(
        "Chưa biết cổng thanh toán đã nhận lệnh hay chưa. Xin đừng nộp lại, hãy xem trạng thái.",
        "Nobody knows yet whether the gateway took it. Do not pay again; read the payment.",
    ),
)

GATEWAYS: Final[Mapping[type[Exception], Row]] = MappingProxyType(
    {
        errors.GatewayError: _UNKNOWN,
        errors.OutcomeUnknown: _UNKNOWN,
        errors.Untrusted: _UNKNOWN,
        errors.Retryable: _AWAY,
        errors.Misconfigured: _AWAY,
        errors.Declined: Row(
            409,
            "gateway-declined",
            Words(
                "Cổng thanh toán từ chối, chưa trừ tiền. Hãy chọn cách khác.",
                "The gateway declined; no money moved. Choose another one.",
            ),
        ),
    }
)
