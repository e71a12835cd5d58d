"""What the sandbox is filled with: accounts, authorities, and one sample of every kind."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from api.registered_partner import REQUESTS_PER_MINUTE_MAX, Partner, Sort
from payments.authority import Authority, Family
from payments.beneficiary import Beneficiary
from payments.obligation import NewObligation

TREASURY = "KB0111"
SI_OFFICE = "BH0101"

BENEFICIARIES = (
    Beneficiary(
        code=TREASURY,
        name="Kho bạc Nhà nước Hà Nội",
        account_number="7111.0.1054321",
        bank_name="Kho bạc Nhà nước",
        statement_source="treasury",
    ),
    Beneficiary(
        code=SI_OFFICE,
        name="Bảo hiểm xã hội thành phố Hà Nội",
        account_number="12410000388888",
        bank_name="BIDV Hà Thành",
        statement_source="treasury",
    ),
)

PROVIDERS = ("csgt", "bhxh", "agency", "thanhtra", "thue")
"""Who pushes the sample obligations, and is told when they are paid."""

_PUSHING: Final = (
    ("csgt", Family.POLICE, "Cục Cảnh sát giao thông"),
    ("bhxh", Family.SOCIAL_INSURANCE, "Bảo hiểm xã hội Việt Nam"),
    ("agency", Family.AGENCY, "Bộ phận một cửa"),
    ("thanhtra", Family.INSPECTORATE, "Thanh tra thành phố Hà Nội"),
    ("thue", Family.TAX, "Thuế thành phố Hà Nội"),
)
AUTHORITIES = (
    *(
        Authority(
            code=code,
            family=family,
            name=name,
            pushed_by="portal",
            in_force_from=date(2020, 1, 1),
            items_per_minute_max=600_000,
        )
        for code, family, name in _PUSHING
    ),
    Authority(
        code="DEMO01",
        family=Family.AGENCY,
        name="Sở Xây dựng (hệ thống một cửa của tỉnh)",
        pushed_by="DEMO01",
        in_force_from=date(2020, 1, 1),
    ),
    Authority(
        code="ttgt-hn",
        family=Family.INSPECTORATE,
        name="Thanh tra giao thông vận tải Hà Nội",
        pushed_by="portal",
        in_force_from=date(2020, 1, 1),
        in_force_to=date(2025, 2, 28),
        successor="csgt",
    ),
)
"""The register of the sandbox: one key speaks for all; one was dissolved and has a successor."""
PARTNER: Final = Partner(
    name="portal",
    sort=Sort.PORTAL,
    return_origins=("http://127.0.0.1:8704",),
    requests_per_minute_max=REQUESTS_PER_MINUTE_MAX,
)
"""Who speaks for them, and opens payments."""

ACCOUNTANTS: Final = ("ketoan1", "ketoan2")
"""Two of the staff, by their role: what one proposes the other may approve."""

_FIRST_PERSON = {"name": "NGUYỄN VĂN A", "personal_id": "001090012345"}
_SECOND_PERSON = {"name": "TRẦN THỊ B", "personal_id": "001185006789"}
_LAST_DIGITS = 4

_FINE_BUDGET = {"chapter": "009", "sub_item": "4252"}
_BEHAVIOURS = (
    "Không chấp hành hiệu lệnh của đèn tín hiệu giao thông",
    "Điều khiển xe chạy quá tốc độ quy định từ 10 đến 20 km/h",
    "Không thắt dây đai an toàn khi điều khiển xe ô tô",
)


def sample_decisions(today: date) -> list[NewObligation]:
    """Return the decisions the README speaks of: one in time, one late, one never delivered."""
    return [
        fine(
            number="0001/QĐ-XPHC",
            plate="30A-123.45",
            fine_vnd=3_000_000,
            issued_on=today - timedelta(days=5),
            received_on=today - timedelta(days=3),
        ),
        fine(
            number="0002/QĐ-XPHC",
            plate="29B1-678.90",
            fine_vnd=3_000_000,
            issued_on=today - timedelta(days=25),
            received_on=today - timedelta(days=20),
        ),
        fine(
            number="0003/QĐ-XPHC",
            plate="51F-555.55",
            fine_vnd=18_000_000,
            issued_on=today - timedelta(days=27),
            received_on=None,
        ),
    ]


def sample_obligations(today: date) -> list[NewObligation]:
    """Return the sample decisions, and one of everything else that may be owed."""
    return [
        *sample_decisions(today),
        _record(today),
        _inspectors_fine(today),
        _fine_by_instalments(today),
        _contribution(today),
        _household(today),
        *_dossiers(),
        _land_notice(today),
    ]


def fine(
    *, number: str, plate: str, fine_vnd: int, issued_on: date, received_on: date | None
) -> NewObligation:
    """Return a traffic fine of the sample authority; without `received_on` receipt is unproven."""
    facts: dict[str, object] = {
        "fine_vnd": fine_vnd,
        "issued_on": issued_on.isoformat(),
        "term_days": 10,
        "behaviour": _BEHAVIOURS[fine_vnd % len(_BEHAVIOURS)],
        "authority": "Phòng Cảnh sát giao thông, Công an thành phố Hà Nội",
        "budget": _FINE_BUDGET,
    }
    if received_on is not None:
        facts["received_on"] = received_on.isoformat()
    return NewObligation(
        provider="csgt",
        kind="traffic_fine",
        number=number,
        decided_on=issued_on,
        subject=plate,
        personal={**_FIRST_PERSON, "plate": plate},
        facts=facts,
        beneficiary=TREASURY,
    )


def _record(today: date) -> NewObligation:
    """Return a violation record that no decision has followed yet."""
    return NewObligation(
        provider="csgt",
        kind="violation_record",
        number="0004/BB-VPHC",
        decided_on=today - timedelta(days=2),
        subject="30A-123.45",
        personal={**_FIRST_PERSON, "plate": "30A-123.45"},
        facts={"behaviour": _BEHAVIOURS[0], "authority": "Đội Cảnh sát giao thông số 3"},
        beneficiary=TREASURY,
    )


def _inspectors_fine(today: date) -> NewObligation:
    """Return a fine of the transport inspectorate, with two violations."""
    decision = fine(
        number="0005/QĐ-XPHC",
        plate="30H-246.80",
        fine_vnd=5_000_000,
        issued_on=today - timedelta(days=6),
        received_on=today - timedelta(days=4),
    )
    changes: dict[str, object] = {
        "behaviour": "Chở hàng vượt trọng tải và không có giấy vận tải",
        "authority": "Thanh tra giao thông, thành phố Hà Nội",
        "violations": [
            {"article": "Điều 34", "text": "Chở hàng vượt trọng tải", "amount_vnd": 4_000_000},
            {"article": "Điều 20", "text": "Không có giấy vận tải", "amount_vnd": 1_000_000},
        ],
    }
    return replace(decision, provider="thanhtra", facts={**decision.facts, **changes})


def _fine_by_instalments(today: date) -> NewObligation:
    """Return a fine that may be paid in three parts by decision."""
    decision = fine(
        number="0006/QĐ-XPHC",
        plate="29C-135.79",
        fine_vnd=18_000_000,
        issued_on=today - timedelta(days=12),
        received_on=today - timedelta(days=10),
    )
    plan = [
        {"due_on": (today + timedelta(days=days)).isoformat(), "amount_vnd": amount_vnd}
        for days, amount_vnd in ((20, 7_200_000), (80, 5_400_000), (140, 5_400_000))
    ]
    return replace(decision, facts={**decision.facts, "person": "individual", "instalments": plan})


def _contribution(today: date) -> NewObligation:
    """Return three months of voluntary social insurance with the State's support."""
    return _for_second_person(
        provider="bhxh",
        kind="social_insurance",
        number=f"0123456789/{today:%Y-%m}",
        facts={
            "income_vnd": 4_000_000,
            "group": "khac",
            "method": "M3",
            "months": 3,
            "months_supported": 12,
            "from_month": f"{today:%Y-%m}",
            "authority": "Bảo hiểm xã hội thành phố Hà Nội",
        },
        beneficiary=SI_OFFICE,
    )


def _household(today: date) -> NewObligation:
    """Return a year of health insurance for three members of a household."""
    ended_on = today.replace(day=1) - timedelta(days=1)
    return _for_second_person(
        provider="bhxh",
        kind="health_insurance",
        number=f"0109876543/{today:%Y-%m}",
        facts={
            "members": [
                {"order": order, "months": 12, "card_ended_on": ended_on.isoformat()}
                for order in (1, 2, 3)
            ],
            "authority": "Bảo hiểm xã hội thành phố Hà Nội",
        },
        beneficiary=SI_OFFICE,
    )


def _dossiers() -> list[NewObligation]:
    """Return four dossiers: as the tariff says, above it, by the page, and without an amount."""
    police = "Phòng Cảnh sát giao thông, Công an thành phố Hà Nội"
    licence: dict[str, object] = {"code": "GPLX_ISSUE", "channel": "online"}
    copies: dict[str, object] = {"code": "CHUNG_THUC_BAN_SAO_DIEN_TU", "pages": 6, "copies": 2}
    passport: dict[str, object] = {"code": "HO_CHIEU_CAP_MOI", "channel": "online"}
    return [
        _dossier("GPLX-0001", "Đổi giấy phép lái xe", police, licence | {"amount_vnd": 115_000}),
        _dossier("GPLX-0002", "Cấp giấy phép lái xe", police, licence | {"amount_vnd": 135_000}),
        _dossier("BSDT-0001", "Chứng thực bản sao điện tử", "Ủy ban nhân dân phường", copies),
        _dossier("HC-0001", "Cấp hộ chiếu phổ thông", "Phòng Quản lý xuất nhập cảnh", passport),
    ]


def _dossier(number: str, title: str, authority: str, line: Mapping[str, object]) -> NewObligation:
    return _for_second_person(
        provider="agency",
        kind="fee",
        number=number,
        facts={"title": title, "authority": authority, "lines": [line]},
        beneficiary=TREASURY,
    )


def _land_notice(today: date) -> NewObligation:
    """Return a tax office's notice of two lines that are paid together."""
    return _for_second_person(
        provider="thue",
        kind="land_notice",
        number="TB-0001",
        facts={
            "title": "Chuyển nhượng quyền sử dụng đất",
            "authority": "Thuế thành phố Hà Nội",
            "issued_on": (today - timedelta(days=5)).isoformat(),
            "due_on": (today + timedelta(days=25)).isoformat(),
            "lines": [
                {
                    "title": "Lệ phí trước bạ nhà, đất",
                    "amount_vnd": 12_500_000,
                    "law": "Nghị định 10/2022/NĐ-CP, Điều 8",
                    "budget": {"sub_item": "2801"},
                },
                {
                    "title": "Thuế thu nhập cá nhân từ chuyển nhượng bất động sản",
                    "amount_vnd": 50_000_000,
                    "law": "Thông tư 92/2015/TT-BTC, Điều 17",
                    "budget": {"sub_item": "1014"},
                },
            ],
        },
        beneficiary=TREASURY,
    )


def _for_second_person(
    *, provider: str, kind: str, number: str, facts: Mapping[str, object], beneficiary: str
) -> NewObligation:
    """Return what is found by its number and the last digits of the second person's id."""
    return NewObligation(
        provider=provider,
        kind=kind,
        number=number,
        decided_on=None,
        subject=_SECOND_PERSON["personal_id"][-_LAST_DIGITS:],
        personal=_SECOND_PERSON,
        facts=facts,
        beneficiary=beneficiary,
    )
