"""What a State service costs on a day."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import total
from payments.errors import RateMissing
from payments.obligations.fee import KIND
from payments.obligations.fee_tariff import (
    SERVICES,
    Channel,
    Quantity,
    TariffPrice,
    series_of,
    tariff_price,
)
from payments.obligations.rates import load_rates

RATES = load_rates()
FEE_SERIES = sorted(name for name in RATES.by_name if name.startswith("fees."))
ONE_DAY = timedelta(days=1)
PAGES = st.integers(1, 500)
COPIES = st.integers(1, 50)


def price(
    code: str, on: date | str, *, count: int = 1, pages: int = 1, copies: int = 1
) -> TariffPrice:
    return priced(code, on, Quantity(count, pages, copies))


def priced(code: str, on: date | str, quantity: Quantity) -> TariffPrice:
    day = date.fromisoformat(on) if isinstance(on, str) else on
    return tariff_price(SERVICES[code], quantity, on=day, rates=RATES)


def vnd(code: str, on: str, channel: Channel) -> int:
    return priced(code, on, Quantity(channel=channel)).amount.vnd


@pytest.mark.parametrize(
    ("code", "on", "online", "counter"),
    [
        ("GPLX_ISSUE", "2017-01-01", 135_000, 135_000),
        ("GPLX_ISSUE", "2023-11-30", 135_000, 135_000),
        ("GPLX_ISSUE", "2023-12-01", 115_000, 135_000),
        ("GPLX_ISSUE", "2025-12-31", 115_000, 135_000),
        ("GPLX_ISSUE", "2026-01-01", 115_000, 115_000),
        ("HO_CHIEU_CAP_MOI", "2023-12-31", 200_000, 200_000),
        ("HO_CHIEU_CAP_MOI", "2024-01-01", 180_000, 200_000),
        ("HO_CHIEU_CAP_MOI", "2025-06-30", 180_000, 200_000),
        ("HO_CHIEU_CAP_MOI", "2025-07-01", 100_000, 100_000),
        ("HO_CHIEU_CAP_MOI", "2025-12-31", 100_000, 100_000),
        ("HO_CHIEU_CAP_MOI", "2026-01-01", 200_000, 200_000),
        ("HO_CHIEU_CAP_LAI", "2025-06-30", 360_000, 400_000),
        ("HO_CHIEU_CAP_LAI", "2025-07-01", 200_000, 200_000),
        ("HO_CHIEU_CAP_LAI", "2026-11-22", 400_000, 400_000),
        ("HO_CHIEU_XAC_NHAN", "2024-01-01", 90_000, 100_000),
        ("HO_CHIEU_XAC_NHAN", "2025-07-01", 50_000, 50_000),
        ("HO_CHIEU_XAC_NHAN", "2026-01-01", 100_000, 100_000),
    ],
)
def test_the_day_and_the_way_of_handing_in_decide(code: str, on: str, online: int, counter: int):
    assert vnd(code, on, Channel.ONLINE) == online
    assert vnd(code, on, Channel.COUNTER) == counter


@pytest.mark.parametrize(
    ("code", "amount_vnd"),
    [
        ("GPLX_EXAM_MOTO_THEORY", 60_000),
        ("GPLX_EXAM_MOTO_PRACTICE", 70_000),
        ("GPLX_EXAM_CAR_THEORY", 100_000),
        ("GPLX_EXAM_CAR_SIMULATOR", 100_000),
        ("GPLX_EXAM_CAR_COURSE", 350_000),
        ("GPLX_EXAM_CAR_ROAD", 80_000),
        ("CHUNG_THUC_CHU_KY", 10_000),
        ("CHUNG_THUC_HOP_DONG", 50_000),
        ("CHUNG_THUC_SUA_HOP_DONG", 30_000),
        ("CHUNG_THUC_SUA_LOI", 25_000),
        ("LY_LICH_TU_PHAP", 200_000),
        ("LY_LICH_TU_PHAP_GIAM", 100_000),
    ],
)
def test_prices_by_time_are_multiplied(code: str, amount_vnd: int):
    assert price(code, "2026-11-22").amount.vnd == amount_vnd
    assert price(code, "2026-11-22", count=3).amount.vnd == 3 * amount_vnd


@pytest.mark.parametrize("code", ["CHUNG_THUC_BAN_SAO", "CHUNG_THUC_BAN_SAO_DIEN_TU"])
@pytest.mark.parametrize(
    ("pages", "copies", "amount_vnd"),
    [
        (6, 2, 16_000),  # the worked example EX-FE-001
        (1, 1, 2_000),
        (2, 1, 4_000),
        (3, 1, 5_000),
        (198, 1, 200_000),
        (199, 1, 200_000),
        (400, 1, 200_000),
        (400, 3, 600_000),
    ],
)
def test_copies_are_priced_by_the_pages_of_the_original(
    code: str, pages: int, copies: int, amount_vnd: int
):
    assert price(code, "2026-09-15", pages=pages, copies=copies).amount.vnd == amount_vnd


def test_the_steps_of_copies_tell_first_pages_further_pages_and_cap():
    told = [
        (step.base.vnd, step.count, str(step.unit), step.amount.vnd)
        for step in price("CHUNG_THUC_BAN_SAO", "2026-09-15", pages=400, copies=2).steps
    ]
    assert told == [
        (2_000, 4, "page", 8_000),
        (1_000, 796, "page", 796_000),
        (202_000, 2, "copy", -404_000),
    ]


def test_numbers_nobody_confirmed_say_so():
    statuses = {code: price(code, "2026-09-15", pages=3).status for code in SERVICES}
    assert {code for code, status in statuses.items() if status != "CONFIRMED"} == {
        "CHUNG_THUC_BAN_SAO_DIEN_TU",
        "LY_LICH_TU_PHAP",
        "LY_LICH_TU_PHAP_GIAM",
    }


@given(st.sampled_from(sorted(SERVICES)), PAGES, COPIES, st.sampled_from(Channel))
def test_more_never_costs_less_and_the_steps_come_to_the_amount(
    code: str, pages: int, copies: int, channel: Channel
):
    def at(count: int, pages: int, copies: int) -> TariffPrice:
        return priced(code, "2026-11-22", Quantity(count, pages, copies, channel))

    here = at(copies, pages, copies)
    assert total(step.amount for step in here.steps) == here.amount
    assert here.amount <= at(copies + 1, pages, copies + 1).amount
    assert here.amount <= at(copies, pages + 1, copies).amount


@given(st.sampled_from(sorted(SERVICES)), PAGES, COPIES, COPIES)
def test_copies_and_times_add_up(code: str, pages: int, first: int, second: int):
    def at(copies: int) -> int:
        return price(code, "2026-11-22", count=copies, pages=pages, copies=copies).amount.vnd

    assert at(first + second) == at(first) + at(second)


def test_every_series_is_read_at_each_of_its_effective_dates_and_refuses_the_day_before_the_first():
    assert FEE_SERIES
    for name in FEE_SERIES:
        rows = RATES.by_name[name]
        with pytest.raises(RateMissing):
            RATES.in_force(name, on=rows[0].first - ONE_DAY)
        for earlier, later in pairwise(rows):
            assert RATES.in_force(name, on=later.first) is later
            assert RATES.in_force(name, on=later.first - ONE_DAY) is earlier


@given(st.sampled_from(sorted(SERVICES)), st.dates(date(2017, 1, 1), date(2099, 12, 31)))
def test_a_price_exists_exactly_where_every_number_of_it_does(code: str, on: date):
    names = series_of(SERVICES[code], Channel.ONLINE)
    known = all(any(row.is_in_force(on) for row in RATES.by_name[one]) for one in names)
    if known:
        assert price(code, on).amount.is_positive
    else:
        with pytest.raises(RateMissing):
            price(code, on)


def test_every_series_of_the_file_belongs_to_a_service_and_every_service_has_its_series():
    used = {
        name
        for service in SERVICES.values()
        for channel in Channel
        for name in series_of(service, channel)
    }
    assert used == set(FEE_SERIES) == set(KIND.rates_used)
