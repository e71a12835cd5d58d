"""The tariff of fees and charges: what a State service costs on a day, step by step."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from ledger.money import Money, total
from payments.obligations.rates import Rate, Rates, least_sure
from payments.quote import QuoteStep, Unit

COUNT_MAX: Final = 1_000
PAGES_MAX: Final = 10_000

TIME_RULE = "Mức thu một lần × số lần"
CHANNEL_RULE = "Mức thu một lần theo cách nộp hồ sơ (trực tuyến hoặc tại quầy) × số lần"
PAGE_RULE = (
    "Mức thu theo trang của bản chính: các trang đầu một mức, các trang tiếp theo một mức thấp "
    "hơn, không quá mức tối đa một bản; nhân với số bản"
)
ONCE_STEP = "Mức thu một lần"
ONLINE_STEP = "Mức thu một lần, hồ sơ nộp trực tuyến"
COUNTER_STEP = "Mức thu một lần, hồ sơ nộp tại quầy"
FIRST_PAGES_STEP = "Các trang đầu của bản chính, tính cho mọi bản"
NEXT_PAGES_STEP = "Các trang tiếp theo, tính cho mọi bản"
CAP_STEP = "Trừ phần vượt mức tối đa một bản"


class Channel(enum.StrEnum):
    """How a dossier was handed in: some prices differ by it."""

    ONLINE = "online"
    COUNTER = "counter"


class Basis(enum.Enum):
    """What a price depends on besides the day."""

    TIME = enum.auto()
    TIME_AND_CHANNEL = enum.auto()
    PAGE = enum.auto()


@dataclass(frozen=True, slots=True)
class Service:
    """One fee or charge; `name` and its numbers' `series` are found in catalogue and rates."""

    code: str
    name: str
    series: str
    basis: Basis = Basis.TIME


@dataclass(frozen=True, slots=True)
class Quantity:
    """How much of a service: times, or pages of the original and copies of it."""

    count: int = 1
    pages: int = 1
    copies: int = 1
    channel: Channel = Channel.ONLINE


@dataclass(frozen=True, slots=True)
class TariffPrice:
    """What the tariff says; the steps come to the amount."""

    amount: Money
    steps: tuple[QuoteStep, ...]
    rule: str
    law: str
    status: str


_FIRST_PAGES = "fees.copy_first_pages"
_BY_CHANNEL = Basis.TIME_AND_CHANNEL

SERVICES: Final[Mapping[str, Service]] = MappingProxyType(
    {
        service.code: service
        for service in (
            Service(
                "GPLX_ISSUE",
                "Lệ phí cấp, đổi, cấp lại giấy phép lái xe",
                "gplx_issue",
                _BY_CHANNEL,
            ),
            Service(
                "GPLX_EXAM_MOTO_THEORY",
                "Phí sát hạch lý thuyết hạng A1, A, B1",
                "gplx_exam_moto_theory",
            ),
            Service(
                "GPLX_EXAM_MOTO_PRACTICE",
                "Phí sát hạch thực hành hạng A1, A, B1",
                "gplx_exam_moto_practice",
            ),
            Service(
                "GPLX_EXAM_CAR_THEORY",
                "Phí sát hạch lý thuyết hạng B trở lên",
                "gplx_exam_car_theory",
            ),
            Service(
                "GPLX_EXAM_CAR_SIMULATOR",
                "Phí sát hạch mô phỏng hạng B trở lên",
                "gplx_exam_car_simulator",
            ),
            Service(
                "GPLX_EXAM_CAR_COURSE",
                "Phí sát hạch thực hành trong hình hạng B trở lên",
                "gplx_exam_car_course",
            ),
            Service(
                "GPLX_EXAM_CAR_ROAD",
                "Phí sát hạch thực hành trên đường hạng B trở lên",
                "gplx_exam_car_road",
            ),
            Service(
                "CHUNG_THUC_BAN_SAO",
                "Phí chứng thực bản sao giấy từ bản chính",
                "copy_paper",
                Basis.PAGE,
            ),
            Service(
                "CHUNG_THUC_BAN_SAO_DIEN_TU",
                "Phí chứng thực bản sao điện tử từ bản chính",
                "copy_electronic",
                Basis.PAGE,
            ),
            Service("CHUNG_THUC_CHU_KY", "Phí chứng thực chữ ký", "certify_signature"),
            Service(
                "CHUNG_THUC_HOP_DONG", "Phí chứng thực hợp đồng, giao dịch", "certify_contract"
            ),
            Service(
                "CHUNG_THUC_SUA_HOP_DONG",
                "Phí chứng thực việc sửa đổi, bổ sung, hủy bỏ hợp đồng",
                "certify_amendment",
            ),
            Service(
                "CHUNG_THUC_SUA_LOI",
                "Phí sửa lỗi sai sót trong hợp đồng đã chứng thực",
                "certify_correction",
            ),
            Service(
                "HO_CHIEU_CAP_MOI",
                "Lệ phí cấp mới hộ chiếu phổ thông",
                "passport_new",
                _BY_CHANNEL,
            ),
            Service(
                "HO_CHIEU_CAP_LAI",
                "Lệ phí cấp lại hộ chiếu do hỏng hoặc mất",
                "passport_again",
                _BY_CHANNEL,
            ),
            Service(
                "HO_CHIEU_XAC_NHAN",
                "Lệ phí cấp giấy xác nhận yếu tố nhân sự",
                "passport_facts",
                _BY_CHANNEL,
            ),
            Service("LY_LICH_TU_PHAP", "Phí cấp Phiếu lý lịch tư pháp", "criminal_record"),
            Service(
                "LY_LICH_TU_PHAP_GIAM",
                "Phí cấp Phiếu lý lịch tư pháp, mức giảm (sinh viên, người có công)",
                "criminal_record_reduced",
            ),
        )
    }
)
"""Every service priced here, by the code agencies use."""


def tariff_price(service: Service, quantity: Quantity, *, on: date, rates: Rates) -> TariffPrice:
    """Return what a service costs when it is paid on a date in Vietnam.

    Raises:
        RateMissing: a number of the tariff is not known for that date.
    """
    names = series_of(service, quantity.channel)
    found = [rates.in_force(name, on=on) for name in names]
    if service.basis is Basis.PAGE:
        first_pages, first, following, cap = found
        return _by_page(quantity, first_pages, first=first, following=following, cap=cap)
    (rate,) = found
    label = _once_label(service, quantity.channel, rate, on=on, rates=rates)
    step = _step(label, rate, count=quantity.count, unit=Unit.TIME)
    rule = CHANNEL_RULE if service.basis is Basis.TIME_AND_CHANNEL else TIME_RULE
    return TariffPrice(step.amount, (step,), rule, rate.source, rate.status)


def series_of(service: Service, channel: Channel) -> tuple[str, ...]:
    """Return the names of the rates a service is priced by when handed in that way."""
    name = f"fees.{service.series}"
    match service.basis:
        case Basis.TIME:
            return (name,)
        case Basis.TIME_AND_CHANNEL:
            return (f"{name}_{channel}",)
        case Basis.PAGE:
            return (_FIRST_PAGES, f"{name}_first_page", f"{name}_next_page", f"{name}_cap")


def _once_label(service: Service, channel: Channel, rate: Rate, *, on: date, rates: Rates) -> str:
    """Return what one time costs, with the way the dossier came where another costs otherwise."""
    known = [rates.known(name, on=on) for each in Channel for name in series_of(service, each)]
    if all(each is not None and each.value == rate.value for each in known):
        return ONCE_STEP
    return ONLINE_STEP if channel is Channel.ONLINE else COUNTER_STEP


def _by_page(
    quantity: Quantity, first_pages: Rate, *, first: Rate, following: Rate, cap: Rate
) -> TariffPrice:
    """Return the price of copies, counted on the pages of the original.

    Source: Circular 226/2016/TT-BTC art. 4.
    """
    pages = min(quantity.pages, first_pages.whole)
    beyond = quantity.pages - pages
    steps = [_step(FIRST_PAGES_STEP, first, count=pages * quantity.copies, unit=Unit.PAGE)]
    if beyond:
        count = beyond * quantity.copies
        steps.append(_step(NEXT_PAGES_STEP, following, count=count, unit=Unit.PAGE))
    excess = pages * first.whole + beyond * following.whole - cap.whole
    if excess > 0:
        steps.append(
            QuoteStep(
                CAP_STEP,
                Money(-excess * quantity.copies),
                Money(excess),
                count=quantity.copies,
                unit=Unit.COPY,
                law=cap.source,
                status=cap.status,
            )
        )
    return TariffPrice(
        total(step.amount for step in steps),
        tuple(steps),
        PAGE_RULE,
        first.source,
        least_sure(rate.status for rate in (first_pages, first, following, cap)),
    )


def _step(label: str, rate: Rate, *, count: int, unit: Unit) -> QuoteStep:
    return QuoteStep(
        label,
        Money(rate.whole * count),
        Money(rate.whole),
        count=count,
        unit=unit,
        law=rate.source,
        status=rate.status,
    )
