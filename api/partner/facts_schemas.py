"""What the facts of each kind of obligation look like: fields, meaning, and one that works."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from payments.obligations.body import AMOUNT_MAX, DAY_MAX, DAY_MIN, TEXT_MAX
from payments.obligations.contribution import GROUPS, NO_SUPPORT, Method, SupportMode
from payments.obligations.fee_tariff import COUNT_MAX, PAGES_MAX, SERVICES, Channel
from payments.obligations.fine_facts import (
    INSTALMENTS_MAX,
    PART_PAYMENTS_MAX,
    SUSPENDED_MAX,
    TERM_DAYS_MAX,
    VIOLATIONS_MAX,
    Person,
)
from payments.obligations.health_insurance import MEMBERS_MAX, MONTHS_MAX, ORDER_MAX
from payments.obligations.pushed_lines import LINES_MAX
from payments.obligations.social_insurance import MONTHS_MAX as WORKING_LIFE

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """One kind as the documentation shows it: its number, its facts, and one item that works."""

    number: Schema
    facts: Schema
    item: Mapping[str, Any]


def _text(says: str, *, length_max: int = TEXT_MAX) -> Schema:
    return {"type": "string", "minLength": 1, "maxLength": length_max, "description": says}


def _day(says: str) -> Schema:
    between = f"{says}; {DAY_MIN} to {DAY_MAX}" if says else f"{DAY_MIN} to {DAY_MAX}"
    return {"type": "string", "format": "date", "description": between}


def _whole(says: str, *, least: int, most: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most, "description": says}


def _vnd(says: str) -> Schema:
    return _whole(says, least=1, most=AMOUNT_MAX.vnd)


def _one_of(says: str, *known: str) -> Schema:
    return {"enum": [*known], "description": says}


def _object(says: str, needed: tuple[str, ...], **properties: Schema) -> Schema:
    return {
        "type": "object",
        "description": says,
        "required": [*needed],
        "properties": properties,
        "additionalProperties": False,
    }


def _list(says: str, entry: Schema, *, most: int, least: int = 0) -> Schema:
    return {
        "type": "array",
        "description": says,
        "items": entry,
        "minItems": least,
        "maxItems": most,
    }


def _number(says: str, example: str, *, pattern: str | None = None) -> Schema:
    shape = {} if pattern is None else {"pattern": pattern}
    return _text(says, length_max=100) | shape | {"examples": [example]}


_CODE: Final = {"type": "string", "pattern": "^[0-9A-Za-z][0-9A-Za-z._-]{0,19}$"}
_BUDGET: Final = _object(
    "codes of the State budget",
    (),
    chapter=_CODE,
    sub_item=_CODE,
    late_sub_item=_CODE,
    collecting_office=_CODE,
    area=_CODE,
)
_PUSHED_LINE: Final = _object(
    "one amount with its own ground",
    ("title", "amount_vnd", "law"),
    title=_text("what it is for"),
    amount_vnd=_vnd("due as it stands"),
    law=_text("the document it rests on"),
    budget=_BUDGET,
)
_FEE_LINE: Final = _object(
    "one fee; title, law and amount_vnd are needed for a code that is not in the tariff",
    ("code",),
    code=_text(f"of the tariff: {', '.join(SERVICES)}; or your own", length_max=40),
    title=_text("what it is for; the tariff's name when left out"),
    law=_text("the document it rests on; the tariff's when left out"),
    amount_vnd=_vnd("what you ask; the tariff of the day of payment when left out"),
    channel=_one_of("how it was handed in, where the price differs by it", *Channel),
    count=_whole("how many times, 1 when left out", least=1, most=COUNT_MAX),
    pages=_whole("of the original, for copies", least=1, most=PAGES_MAX),
    copies=_whole("how many, 1 when left out", least=1, most=COUNT_MAX),
    budget=_BUDGET,
)
_AUTHORITY: Final = _text("who decided or collects, as citizens read it")
_FINE: Final = _object(
    "what a penalty decision says",
    ("fine_vnd", "issued_on", "term_days", "behaviour", "authority"),
    fine_vnd=_vnd("the fine, without surcharge"),
    issued_on=_day("the day of the decision, the same as decided_on; not after today"),
    received_on=_day("when it was handed over, where that can be proven; not after today"),
    term_days=_whole("days to pay in, as the decision says", least=1, most=TERM_DAYS_MAX),
    behaviour=_text("what was done"),
    authority=_AUTHORITY,
    record_number=_text("of the violation record it answers", length_max=100),
    person=_one_of("whom it is against; limits of relief differ", *Person),
    violations=_list(
        "each act with its own fine; they come to fine_vnd",
        _object(
            "one act",
            ("article", "text", "amount_vnd"),
            article=_text("the provision"),
            text=_text("its words"),
            amount_vnd=_vnd("its own fine"),
        ),
        most=VIOLATIONS_MAX,
    ),
    deadline_override=_object(
        "a last day that stands whatever the rules say",
        ("date", "reason"),
        date=_day("the last day"),
        reason=_text("why"),
    ),
    suspended=_list(
        "periods without surcharge, first and last day",
        {"type": "array", "items": _day(""), "minItems": 2, "maxItems": 2},
        most=SUSPENDED_MAX,
    ),
    part_payments=_list(
        "what was paid elsewhere, not more than the fine",
        _object("one payment", ("on", "amount_vnd"), on=_day("when"), amount_vnd=_vnd("how much")),
        most=PART_PAYMENTS_MAX,
    ),
    instalments=_list(
        "the plan; in order, coming to the fine less part_payments",
        _object(
            "one part",
            ("due_on", "amount_vnd"),
            due_on=_day("its last day"),
            amount_vnd=_vnd("how much"),
        ),
        most=INSTALMENTS_MAX,
    ),
    instalments_from=_day("from when only a missed instalment bears a surcharge"),
    budget=_BUDGET,
)
_RECORD: Final = _object(
    "what a violation record says; found, and never paid",
    (),
    behaviour=_text("what was done"),
    authority=_AUTHORITY,
)
_FEE: Final = _object(
    "what is asked for a dossier",
    ("title", "authority", "lines"),
    title=_text("what all of it is for"),
    authority=_AUTHORITY,
    due_on=_day("the last day, where there is one"),
    lines=_list("the fees, all paid together", _FEE_LINE, most=LINES_MAX, least=1),
    budget=_BUDGET,
)
_LAND: Final = _object(
    "what a tax office's notice on land says; nothing is computed here",
    ("title", "authority", "issued_on", "lines"),
    title=_text("what the notice is about"),
    authority=_AUTHORITY,
    issued_on=_day("the day of the notice; not after today"),
    due_on=_day("the last day, not before issued_on"),
    lines=_list("the amounts, all paid together", _PUSHED_LINE, most=LINES_MAX, least=1),
    budget=_BUDGET,
)
_DEMAND: Final = _object(
    "what an agency asks, due as it stands",
    ("amount_vnd", "title", "law"),
    amount_vnd=_vnd("in all"),
    title=_text("what it is for"),
    law=_text("the document it rests on"),
    due_on=_day("the last day, where there is one"),
    authority=_AUTHORITY,
    lines=_list("where it has parts; they come to amount_vnd", _PUSHED_LINE, most=LINES_MAX),
    budget=_BUDGET,
)
_SOCIAL: Final = _object(
    "one payment of a person in voluntary social insurance",
    ("income_vnd", "group", "method", "months", "months_supported", "from_month"),
    income_vnd=_vnd("the monthly income chosen"),
    group=_one_of("whom the State supports", NO_SUPPORT, *GROUPS),
    method=_one_of("M1 to M12 by period; AHEAD some years; BACK the time missing", *Method),
    months=_whole("how many are paid", least=1, most=WORKING_LIFE),
    months_supported=_whole("how many the State supported before", least=0, most=WORKING_LIFE),
    from_month={
        "type": "string",
        "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$",
        "description": "the first month paid, YYYY-MM",
    },
    support_mode=_one_of("how support stands in a lump sum; by the rule if left out", *SupportMode),
    local_support_vnd=_vnd("what the province adds for each supported month"),
    authority=_AUTHORITY,
    budget=_BUDGET,
)
_HEALTH: Final = _object(
    "one payment of a household",
    ("members",),
    members=_list(
        "who is insured, each with an order of their own",
        _object(
            "one member",
            ("order", "months"),
            order=_whole("of joining in the year, by the SI office", least=1, most=ORDER_MAX),
            months=_whole("how many are paid", least=1, most=MONTHS_MAX),
            card_ended_on=_day("last day of the card before, where there was one"),
        ),
        most=MEMBERS_MAX,
        least=1,
    ),
    authority=_AUTHORITY,
    budget=_BUDGET,
)

_PERSON: Final = {"name": "NGUYỄN VĂN A", "personal_id": "001099012345"}
_LIGHT: Final = "Không chấp hành hiệu lệnh của đèn tín hiệu giao thông"
_POLICE: Final = "Phòng Cảnh sát giao thông, Công an thành phố Hà Nội"


def _item(kind: str, number: str, facts: Mapping[str, Any], **other: object) -> Mapping[str, Any]:
    item = {"kind": kind, "number": number, "facts": facts, "beneficiary": "KB0111"}
    return {**item, "subject": "2345", "personal": _PERSON, **other}


SHOWN: Final[Mapping[str, Shown]] = MappingProxyType(
    {
        "traffic_fine": Shown(
            _number("of the decision", "1500/QĐ-XPHC"),
            _FINE,
            _item(
                "traffic_fine",
                "1500/QĐ-XPHC",
                {
                    "fine_vnd": 3_000_000,
                    "issued_on": "2026-11-10",
                    "received_on": "2026-11-12",
                    "term_days": 10,
                    "behaviour": _LIGHT,
                    "authority": _POLICE,
                    "record_number": "77/BB-VPHC",
                    "person": "individual",
                },
                decided_on="2026-11-10",
                subject="30A-123.45",
                personal={**_PERSON, "plate": "30A-123.45"},
            ),
        ),
        "violation_record": Shown(
            _number("of the record", "78/BB-VPHC"),
            _RECORD,
            _item(
                "violation_record",
                "78/BB-VPHC",
                {"behaviour": _LIGHT, "authority": _POLICE},
                decided_on="2026-11-09",
                subject="30A-123.45",
            ),
        ),
        "fee": Shown(
            _number("of the dossier", "G01.899-261120-0007"),
            _FEE,
            _item(
                "fee",
                "G01.899-261120-0007",
                {
                    "title": "Đổi giấy phép lái xe",
                    "authority": "Phòng Cảnh sát giao thông",
                    "lines": [
                        {"code": "GPLX_ISSUE", "channel": "online"},
                        {"code": "CHUNG_THUC_BAN_SAO", "pages": 3, "copies": 2},
                    ],
                },
            ),
        ),
        "land_notice": Shown(
            _number("of the notice", "LTB2601001-TK0012345/TB-TCS3"),
            _LAND,
            _item(
                "land_notice",
                "LTB2601001-TK0012345/TB-TCS3",
                {
                    "title": "Nghĩa vụ tài chính khi chuyển nhượng quyền sử dụng đất",
                    "authority": "Thuế cơ sở 3 thành phố Hà Nội",
                    "issued_on": "2026-11-16",
                    "due_on": "2026-12-16",
                    "lines": [
                        {
                            "title": "Lệ phí trước bạ nhà, đất",
                            "amount_vnd": 15_000_000,
                            "law": "Nghị định 10/2022/NĐ-CP",
                        },
                        {
                            "title": "Thuế thu nhập cá nhân",
                            "amount_vnd": 60_000_000,
                            "law": "Luật Thuế thu nhập cá nhân",
                            "budget": {"sub_item": "1014"},
                        },
                    ],
                },
            ),
        ),
        "demand": Shown(
            _number("of the dossier or notice", "HS-2026-000816"),
            _DEMAND,
            _item(
                "demand",
                "HS-2026-000816",
                {
                    "amount_vnd": 115_000,
                    "title": "Lệ phí cấp giấy phép lái xe",
                    "law": "Thông tư 154/2025/TT-BTC",
                },
            ),
        ),
        "social_insurance": Shown(
            _number(
                "ten digits of the insured, a slash, the first month paid",
                "0123456789/2026-12",
                pattern="^[0-9]{10}/[0-9]{4}-(0[1-9]|1[0-2])$",
            ),
            _SOCIAL,
            _item(
                "social_insurance",
                "0123456789/2026-12",
                {
                    "income_vnd": 2_500_000,
                    "group": "khac",
                    "method": "M6",
                    "months": 6,
                    "months_supported": 0,
                    "from_month": "2026-12",
                },
            ),
        ),
        "health_insurance": Shown(
            _number(
                "code of the household, a slash, the month",
                "HN01234567/2026-12",
                pattern="^[0-9A-Z]{4,20}/[0-9]{4}-(0[1-9]|1[0-2])$",
            ),
            _HEALTH,
            _item(
                "health_insurance",
                "HN01234567/2026-12",
                {
                    "members": [
                        {"order": 1, "months": 12, "card_ended_on": "2026-12-31"},
                        {"order": 2, "months": 12, "card_ended_on": "2026-12-31"},
                    ],
                    "authority": "Bảo hiểm xã hội cơ sở Ba Đình",
                },
            ),
        ),
    }
)
"""By code of the kind."""
COMPONENTS: Final[Mapping[str, Schema]] = {
    f"Facts_{kind}": shown.facts for kind, shown in SHOWN.items()
}
"""Where the documentation keeps the schemas, for all doors that take facts."""
ANY_FACTS: Final[list[dict[str, str]]] = [
    {"$ref": f"#/components/schemas/{name}"} for name in COMPONENTS
]
