"""A day of the portal: what its citizens owe, in the portal's own mix of kinds."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from api.sandbox import SI_OFFICE, TREASURY, fine
from payments.obligation import NewObligation

MIX: Final = (("insurance", 56_0), ("fee", 23_6), ("fine", 18_0), ("other", 2_4))
"""What the portal's payments are, per thousand."""

_CODE_DIGITS: Final = 10
_ORDINALS: Final = 100_000
"""What an insured person's number holds, and how much of it tells one payment from another."""
_LAST_DIGITS: Final = 4
_NAMES: Final = ("NGUYỄN VĂN A", "TRẦN THỊ B", "LÊ VĂN C", "PHẠM THỊ D")
_HANOI_SI: Final = "Bảo hiểm xã hội thành phố Hà Nội"

_FINES_VND: Final = (1_000_000, 3_000_000, 5_000_000, 18_000_000)
_INCOMES_VND: Final = (2_500_000, 3_000_000, 4_000_000, 8_000_000)
_PERIODS: Final = (("M1", 1), ("M3", 3), ("M6", 6), ("M12", 12))
_GROUPS: Final = ("khac", "khac", "khac", "ho_can_ngheo", "ho_ngheo")
_CARD_MONTHS: Final = (3, 6, 12)
_SERVICES: Final[tuple[tuple[str, str, Mapping[str, object]], ...]] = (
    (
        "Đổi giấy phép lái xe",
        "Phòng Cảnh sát giao thông, Công an thành phố Hà Nội",
        {"code": "GPLX_ISSUE", "channel": "online"},
    ),
    (
        "Cấp hộ chiếu phổ thông",
        "Phòng Quản lý xuất nhập cảnh",
        {"code": "HO_CHIEU_CAP_MOI", "channel": "online"},
    ),
    (
        "Chứng thực bản sao điện tử",
        "Ủy ban nhân dân phường",
        {"code": "CHUNG_THUC_BAN_SAO_DIEN_TU", "pages": 6, "copies": 2},
    ),
)
_LANDS_VND: Final = (2_400_000, 12_500_000, 36_000_000)
_DEMANDS_VND: Final = (16_000, 115_000, 200_000, 350_000)


@dataclass(frozen=True, slots=True)
class _Owing:
    """One obligation to be drawn: `code` is ten digits no other of this day has."""

    code: str
    today: date
    draw: random.Random

    def by_digits(
        self, *, provider: str, kind: str, number: str, facts: Mapping[str, object], account: str
    ) -> NewObligation:
        """Return what is found by its number and the last digits of somebody's personal id."""
        personal_id = f"001{self.draw.randrange(10**9):09d}"
        return NewObligation(
            provider=provider,
            kind=kind,
            number=number,
            decided_on=None,
            subject=personal_id[-_LAST_DIGITS:],
            personal={"name": self.draw.choice(_NAMES), "personal_id": personal_id},
            facts=facts,
            beneficiary=account,
        )


def portal_day(count: int, *, today: date, seed: int) -> Iterator[NewObligation]:
    """Yield obligations in the mix of the real portal; the same seed gives the same ones.

    Each is pushed by an authority of the sandbox's register, and its kind says what it costs.
    """
    draw = random.Random(seed)  # noqa: S311 (repeatable sample data, no secret)
    sorts = [sort for sort, _ in MIX]
    weights = [weight for _, weight in MIX]
    for ordinal in range(1, count + 1):
        sort = draw.choices(sorts, weights)[0]
        code = (seed * _ORDINALS + ordinal) % 10**_CODE_DIGITS
        owing = _Owing(f"{code:0{_CODE_DIGITS}d}", today, draw)
        yield draw.choice(_DRAWN[sort])(owing)


def _traffic_fine(owing: _Owing) -> NewObligation:
    draw, age = owing.draw, owing.draw.randint(2, 40)
    return fine(
        number=f"{owing.code}/QĐ-XPHC",
        plate=f"{draw.randint(29, 99)}A-{draw.randint(100, 999)}.{draw.randint(10, 99)}",
        fine_vnd=draw.choice(_FINES_VND),
        issued_on=owing.today - timedelta(days=age + 2),
        received_on=owing.today - timedelta(days=age),
    )


def _social_insurance(owing: _Owing) -> NewObligation:
    method, months = owing.draw.choice(_PERIODS)
    return owing.by_digits(
        provider="bhxh",
        kind="social_insurance",
        number=f"{owing.code}/{owing.today:%Y-%m}",
        facts={
            "income_vnd": owing.draw.choice(_INCOMES_VND),
            "group": owing.draw.choice(_GROUPS),
            "method": method,
            "months": months,
            "months_supported": 12,
            "from_month": f"{owing.today:%Y-%m}",
            "authority": _HANOI_SI,
        },
        account=SI_OFFICE,
    )


def _health_insurance(owing: _Owing) -> NewObligation:
    months = owing.draw.choice(_CARD_MONTHS)
    ends_on = owing.today + timedelta(days=owing.draw.randint(0, 30))
    members = range(1, owing.draw.randint(1, 5) + 1)
    return owing.by_digits(
        provider="bhxh",
        kind="health_insurance",
        number=f"HG{owing.code}/{owing.today:%Y-%m}",
        facts={
            "members": [
                {"order": order, "months": months, "card_ended_on": ends_on.isoformat()}
                for order in members
            ],
            "authority": _HANOI_SI,
        },
        account=SI_OFFICE,
    )


def _fee(owing: _Owing) -> NewObligation:
    title, authority, line = owing.draw.choice(_SERVICES)
    return owing.by_digits(
        provider="agency",
        kind="fee",
        number=f"HS{owing.code}",
        facts={"title": title, "authority": authority, "lines": [line]},
        account=TREASURY,
    )


def _land_notice(owing: _Owing) -> NewObligation:
    line = {
        "title": "Lệ phí trước bạ nhà, đất",
        "amount_vnd": owing.draw.choice(_LANDS_VND),
        "law": "Nghị định 10/2022/NĐ-CP, Điều 8",
    }
    return owing.by_digits(
        provider="thue",
        kind="land_notice",
        number=f"TB{owing.code}",
        facts={
            "title": "Chuyển nhượng quyền sử dụng đất",
            "authority": "Thuế thành phố Hà Nội",
            "issued_on": (owing.today - timedelta(days=5)).isoformat(),
            "due_on": (owing.today + timedelta(days=25)).isoformat(),
            "lines": [line],
        },
        account=TREASURY,
    )


def _demand(owing: _Owing) -> NewObligation:
    return owing.by_digits(
        provider="agency",
        kind="demand",
        number=f"YC{owing.code}",
        facts={
            "amount_vnd": owing.draw.choice(_DEMANDS_VND),
            "title": "Khoản thu khác",
            "law": "Theo thông báo của cơ quan thu",
        },
        account=TREASURY,
    )


_DRAWN: Final[Mapping[str, tuple[Callable[[_Owing], NewObligation], ...]]] = {
    "insurance": (_social_insurance, _health_insurance),
    "fee": (_fee, _fee, _fee, _land_notice),
    "fine": (_traffic_fine,),
    "other": (_demand,),
}
"""What each sort is made of, each as likely as the next."""
