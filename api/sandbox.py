"""What the sandbox is filled with: sample accounts and decisions, and a portal's day of demands."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

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

PROVIDERS = ("csgt", "bhxh", "agency")
"""Who pushes the sample obligations, and is told when they are paid."""

MIX = (("insurance", 56_0), ("fee", 23_6), ("fine", 18_0), ("other", 2_4))
"""What the portal's payments are, per thousand."""

_FINE_BUDGET = {"chapter": "009", "sub_item": "4252"}
_BEHAVIOURS = (
    "Không chấp hành hiệu lệnh của đèn tín hiệu giao thông",
    "Điều khiển xe chạy quá tốc độ quy định từ 10 đến 20 km/h",
    "Không thắt dây đai an toàn khi điều khiển xe ô tô",
)
_FINES_VND = (1_000_000, 3_000_000, 5_000_000, 18_000_000)
_FEES_VND = (16_000, 115_000, 200_000, 350_000)
_INSURANCE_VND = (409_860, 484_000, 1_117_800, 4_488_000)


def sample_decisions(today: date) -> list[NewObligation]:
    """Return the decisions the README speaks of: one in time, one late, one record without."""
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


def portal_day(count: int, *, today: date, seed: int) -> Iterator[NewObligation]:
    """Yield demands in the mix of the real portal; the same seed gives the same demands."""
    draw = random.Random(seed)  # noqa: S311 (repeatable sample data, no secret)
    kinds = [kind for kind, _ in MIX]
    weights = [weight for _, weight in MIX]
    for ordinal in range(1, count + 1):
        kind = draw.choices(kinds, weights)[0]
        number = f"{seed:05d}{ordinal:06d}"
        if kind == "fine":
            age = draw.randint(2, 40)
            yield fine(
                number=f"{number}/QĐ-XPHC",
                plate=f"{draw.randint(29, 99)}A-{draw.randint(100, 999)}.{draw.randint(10, 99)}",
                fine_vnd=draw.choice(_FINES_VND),
                issued_on=today - timedelta(days=age + 2),
                received_on=today - timedelta(days=age),
            )
        else:
            yield _demand(kind, number, today=today, draw=draw)


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
        personal={"name": "NGUYỄN VĂN A", "plate": plate},
        facts=facts,
        beneficiary=TREASURY,
    )


def _demand(kind: str, number: str, *, today: date, draw: random.Random) -> NewObligation:
    is_insurance = kind == "insurance"
    amount_vnd = draw.choice(_INSURANCE_VND if is_insurance else _FEES_VND)
    return NewObligation(
        provider="bhxh" if is_insurance else "agency",
        kind="demand",
        number=f"{'BH' if is_insurance else 'HS'}{number}",
        decided_on=today,
        subject=f"{draw.randint(1000, 9999)}",
        personal={"name": "NGUYỄN VĂN A"},
        facts={
            "amount_vnd": amount_vnd,
            "title": "Đóng bảo hiểm" if is_insurance else "Lệ phí, phí",
            "law": "Theo thông báo của cơ quan thu",
            "budget": {},
        },
        beneficiary=SI_OFFICE if is_insurance else TREASURY,
    )
