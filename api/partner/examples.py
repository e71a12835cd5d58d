"""What the documentation shows as requests; a test sends each of them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

PAYMENT: Final = "NP7K3M9QWX4T"
FOUND: Final = "obl_what-the-look-up-gave"
EVENT: Final = "evt_5f0c7a3de1b94c0c8d2f6e7a90b1c2d3"
ENDPOINT: Final = "we_2f6e7a90b1c2d3e4"
REFUND: Final = "HT7K3M9QWX4T"
RECEIPT: Final = 42
PUSH: Final = 7

IN_PATH: Final[Mapping[str, object]] = MappingProxyType(
    {
        "number": PAYMENT,
        "event_id": EVENT,
        "endpoint_id": ENDPOINT,
        "receipt": RECEIPT,
        "push": PUSH,
    }
)
IN_QUERY: Final[Mapping[str, object]] = MappingProxyType(
    {"authority": "csgt", "kind": "traffic_fine", "number": "1234/QĐ-XPHC"}
)
"""Of parameters that must be given."""

OF_OPERATION: Final[Mapping[str, Mapping[str, object]]] = MappingProxyType(
    {"refunds_read": {"number": REFUND}}
)
"""Where a name means something else than elsewhere."""

BODIES: Final[Mapping[str, Mapping[str, object]]] = MappingProxyType(
    {
        "LookUpIn": {
            "number": "1234/QĐ-XPHC",
            "decided_on": "2026-11-10",
            "subject": "30A-123.45",
        },
        "PaymentIn": {
            "obligations": [FOUND],
            "shown_total_vnd": 3_000_000,
            "language": "vi",
            "metadata": {"case": "HS-2026-000815"},
        },
        "AttemptIn": {"gateway": "vnpay", "payer_address": "113.160.92.202"},
        "QuoteIn": {
            "kind": "social_insurance",
            "facts": {
                "income_vnd": 2_500_000,
                "group": "khac",
                "method": "M6",
                "months": 6,
                "months_supported": 0,
                "from_month": "2026-12",
            },
        },
        "ReceiptIn": {
            "authority": "csgt",
            "payment": PAYMENT,
            "obligation": "1234/QĐ-XPHC",
            "sort": "fine_voucher",
            "name": "Chứng từ thu, nộp tiền phạt",
            "template": "C1-02/NS",
            "series": "26A",
            "number": 815,
            "organisation": "Phòng Cảnh sát giao thông, Công an thành phố Hà Nội",
            "tax_id": "0100109106",
            "address": "Hà Nội",
            "lines": [{"name": "Tiền phạt", "amount_vnd": 3_000_000}],
            "amount_words": "Ba triệu đồng",
            "issued_on": "2026-11-23",
            "link": "https://csgt.example.vn/26A-815",
        },
        "CancelIn": {"reason": "Lập sai tên người nộp"},
    }
)
"""Of bodies whose own schema shows none."""


def add_examples(operation: dict[str, Any]) -> None:
    """Show a value of each parameter that must be given, and a body."""
    own = OF_OPERATION.get(operation["operationId"], {})
    for parameter in operation.get("parameters", ()):
        shown = IN_PATH if parameter["in"] == "path" else IN_QUERY
        name = parameter["name"]
        if parameter.get("required") and parameter["in"] in {"path", "query"}:
            parameter["example"] = own.get(name, shown[name])
    for content in operation.get("requestBody", {}).get("content", {}).values():
        body = BODIES.get(str(content["schema"].get("$ref", "")).rpartition("/")[2])
        if body is not None:
            content["examples"] = {"usual": {"value": body}}
