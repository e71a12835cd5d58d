"""Bodies of the doors for authorities that work as they stand; the documentation shows them."""

from collections.abc import Mapping
from typing import Any, Final

from api.partner.facts_schemas import ANY_FACTS, SHOWN, Shown
from payments.obligations.registry import KINDS

FACTS: Final[dict[str, object]] = {
    "fine_vnd": 3000000,
    "issued_on": "2026-11-10",
    "received_on": "2026-11-12",
    "term_days": 10,
    "behaviour": "Không chấp hành hiệu lệnh của đèn tín hiệu giao thông",
    "authority": "Phòng Cảnh sát giao thông, Công an thành phố Hà Nội",
    "budget": {"chapter": "009", "sub_item": "4252"},
}
FINE: Final[dict[str, object]] = {
    "kind": "traffic_fine",
    "number": "1234/QĐ-XPHC",
    "decided_on": "2026-11-10",
    "subject": "30A-123.45",
    "personal": {"name": "NGUYỄN VĂN A", "plate": "30A-123.45", "personal_id": "001099012345"},
    "facts": FACTS,
    "beneficiary": "KB0111",
}
DEMAND: Final[dict[str, object]] = {
    "kind": "demand",
    "number": "HS-2026-000815",
    "facts": {
        "amount_vnd": 115000,
        "title": "Lệ phí cấp giấy phép lái xe",
        "law": "Thông tư 154/2025/TT-BTC",
        "budget": {},
    },
    "beneficiary": "KB0111",
}
PUSH: Final[dict[str, object]] = {"authority": "csgt", "obligations": [FINE, DEMAND]}
LARGE_FINE: Final[dict[str, object]] = {
    **FINE,
    "number": "1300/QĐ-XPHC",
    "facts": {
        **FACTS,
        "fine_vnd": 18000000,
        "behaviour": "Điều khiển xe ô tô mà trong hơi thở có nồng độ cồn",
    },
}
PUSHES: Final[Mapping[str, Mapping[str, object]]] = {
    "usual": PUSH,
    "large_fine": {"authority": "csgt", "obligations": [LARGE_FINE]},
}
_WHO: Final = {
    "social_insurance": "bhxh",
    "health_insurance": "bhxh",
    "fee": "agency",
    "demand": "agency",
    "land_notice": "thue",
}
EACH_KIND: Final[Mapping[str, Mapping[str, object]]] = {
    kind: {"authority": _WHO.get(kind, "csgt"), "obligations": [shown.item]}
    for kind, shown in SHOWN.items()
}
"""One of each kind, as the authorities of the demo push it."""
_CANCEL: Final[dict[str, object]] = {
    "kind": "traffic_fine",
    "number": "1234/QĐ-XPHC",
    "act": "cancel",
    "reason": "Quyết định ban hành không đúng thẩm quyền",
    "document": "56/QĐ-HB",
    "version": 1,
}
CHANGES: Final[dict[str, object]] = {"authority": "csgt", "changes": [_CANCEL]}
_ACTS: Final[Mapping[str, Mapping[str, object]]] = {
    "correct": {
        "reason": "Ghi sai mức phạt tiền",
        "document": "57/QĐ-ĐC",
        "facts": {**FACTS, "fine_vnd": 2500000},
    },
    "defer": {
        "reason": "Người bị xử phạt gặp khó khăn đột xuất do hỏa hoạn",
        "document": "58/QĐ-HTH",
        "period": {"first": "2026-11-20", "last": "2027-01-19"},
    },
    "instalments": {
        "number": "1300/QĐ-XPHC",
        "reason": "Người bị xử phạt khó khăn về kinh tế, có đơn được xác nhận",
        "document": "59/QĐ-NPNL",
        "instalments": [
            {"due_on": "2026-12-10", "amount_vnd": 8000000},
            {"due_on": "2027-02-10", "amount_vnd": 5000000},
            {"due_on": "2027-04-10", "amount_vnd": 5000000},
        ],
    },
    "supersede": {
        "reason": "Ban hành quyết định mới theo kết quả giải quyết khiếu nại",
        "document": "60/QĐ-TT",
        "successor": {
            **FINE,
            "number": "1401/QĐ-XPHC",
            "facts": {**FACTS, "fine_vnd": 1000000},
        },
    },
}
EACH_ACT: Final[Mapping[str, Mapping[str, object]]] = {
    **{
        act: {"authority": "csgt", "changes": [{**_CANCEL, "act": act, **given}]}
        for act, given in _ACTS.items()
    },
    "cancel": CHANGES,
}
"""One change of each act, each of what `PUSHES` pushed."""

_TEXT: Final = {"type": "string", "minLength": 1}
_DAY: Final = {"type": "string", "format": "date"}
_PERSONAL: Final = {
    "type": "object",
    "description": "kept sealed; the last four digits of personal_id open the obligation too",
    "properties": dict.fromkeys(("name", "plate", "phone", "address"), _TEXT)
    | {"personal_id": _TEXT | {"description": "a Vietnamese identity number, 9 or 12 digits"}},
    "additionalProperties": False,
}
_NUMBERED: Final = {"kind": {"enum": [*SHOWN]}, "number": _TEXT | {"maxLength": 100}}


def _obligation(kind: str, shown: Shown) -> dict[str, Any]:
    second = sorted(fact.value for fact in KINDS[kind].second_facts)
    return {
        "title": kind,
        "type": "object",
        "required": ["kind", "number", *second, "facts", "beneficiary"],
        "properties": {
            "kind": {"const": kind},
            "number": shown.number,
            "decided_on": _DAY | {"description": "not after today in Vietnam"},
            "subject": _TEXT
            | {"description": "plate, or the last four digits of an identity paper"},
            "personal": _PERSONAL,
            "facts": {"$ref": f"#/components/schemas/Facts_{kind}"},
            "beneficiary": _TEXT | {"description": "code of a registered account"},
        },
        "additionalProperties": False,
    }


_OBLIGATION: Final = {"oneOf": [_obligation(kind, shown) for kind, shown in SHOWN.items()]}
_CHANGE: Final = {
    "type": "object",
    "required": ["kind", "number", "act", "reason", "document"],
    "properties": _NUMBERED
    | {
        "act": {"enum": ["correct", "defer", "instalments", "cancel", "supersede"]},
        "reason": _TEXT | {"maxLength": 500},
        "document": _TEXT | {"maxLength": 100},
        "version": {
            "type": "integer",
            "minimum": 1,
            "description": "the one you believe to be current; another one there refuses it",
        },
        "facts": {
            "description": "correct: all facts of the kind anew, not parts of them",
            "anyOf": ANY_FACTS,
        },
        "personal": _PERSONAL,
        "subject": _TEXT,
        "decided_on": _DAY,
        "beneficiary": _TEXT,
        "period": {
            "type": "object",
            "description": "defer: first and last day",
            "required": ["first", "last"],
            "properties": {"first": _DAY, "last": _DAY},
            "additionalProperties": False,
        },
        "instalments": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["due_on", "amount_vnd"],
                "properties": {"due_on": _DAY, "amount_vnd": {"type": "integer", "minimum": 1}},
                "additionalProperties": False,
            },
        },
        "successor": _OBLIGATION,
    },
    "additionalProperties": False,
}
PUSH_SCHEMA: Final[dict[str, object]] = {
    "type": "object",
    "required": ["authority", "obligations"],
    "properties": {
        "authority": _TEXT,
        "obligations": {"type": "array", "minItems": 1, "maxItems": 1000, "items": _OBLIGATION},
    },
    "additionalProperties": False,
}
CHANGES_SCHEMA: Final[dict[str, object]] = {
    "type": "object",
    "required": ["authority", "changes"],
    "properties": {
        "authority": _TEXT,
        "changes": {"type": "array", "minItems": 1, "maxItems": 1000, "items": _CHANGE},
    },
    "additionalProperties": False,
}
