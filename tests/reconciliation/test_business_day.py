"""Which working day a moment belongs to, at every edge."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.business_day import VIETNAM, load_calendar, read_calendar
from reconciliation.errors import CalendarRefused, NotABusinessDay, YearMissing

CALENDAR = load_calendar()

# Moment in Vietnam, gateway, business day. Beside each run of cases stands why.
BOUNDARIES = [
    # An ordinary Wednesday: the cut-off itself is the next day's.
    ("2026-11-18T00:00:00.000000", "vnpay", "2026-11-18"),
    ("2026-11-18T09:30:00.000000", "vnpay", "2026-11-18"),
    ("2026-11-18T15:59:59.000000", "vnpay", "2026-11-18"),
    ("2026-11-18T15:59:59.999999", "vnpay", "2026-11-18"),
    ("2026-11-18T16:00:00.000000", "vnpay", "2026-11-19"),
    ("2026-11-18T16:00:00.000001", "vnpay", "2026-11-19"),
    ("2026-11-18T16:00:01.000000", "vnpay", "2026-11-19"),
    ("2026-11-18T23:59:59.999000", "vnpay", "2026-11-19"),
    ("2026-11-19T00:00:00.000000", "vnpay", "2026-11-19"),
    # Around a weekend.
    ("2026-11-20T15:59:59.999999", "vnpay", "2026-11-20"),
    ("2026-11-20T16:00:00.000000", "vnpay", "2026-11-23"),
    ("2026-11-21T10:00:00.000000", "vnpay", "2026-11-23"),
    ("2026-11-22T23:59:59.999000", "vnpay", "2026-11-23"),
    ("2026-11-23T15:59:59.000000", "vnpay", "2026-11-23"),
    ("2026-11-23T16:00:00.000000", "vnpay", "2026-11-25"),  # the 24th is a rest day
    ("2026-11-24T12:00:00.000000", "vnpay", "2026-11-25"),
    # Month end and year end.
    ("2026-09-30T15:59:59.000000", "vnpay", "2026-09-30"),
    ("2026-09-30T16:00:00.000000", "vnpay", "2026-10-01"),
    ("2026-12-31T15:59:59.999999", "vnpay", "2026-12-31"),
    ("2026-12-31T16:00:00.000000", "vnpay", "2027-01-04"),
    ("2026-12-31T23:59:59.999000", "vnpay", "2027-01-04"),
    ("2027-01-01T00:00:00.000000", "vnpay", "2027-01-04"),
    ("2025-12-31T16:00:00.000000", "vnpay", "2026-01-05"),
    # 28 and 29 February.
    ("2027-02-26T16:00:00.000000", "vnpay", "2027-03-01"),
    ("2028-02-28T16:00:00.000000", "vnpay", "2028-02-29"),
    ("2028-02-29T15:59:59.000000", "vnpay", "2028-02-29"),
    ("2028-02-29T16:00:00.000000", "vnpay", "2028-03-01"),
    # Tet 2026: from Friday 13 to Monday 23 February.
    ("2026-02-13T15:59:59.999999", "vnpay", "2026-02-13"),
    ("2026-02-13T16:00:00.000000", "vnpay", "2026-02-23"),
    ("2026-02-17T00:00:00.000000", "vnpay", "2026-02-23"),
    ("2026-02-22T23:59:59.999000", "vnpay", "2026-02-23"),
    ("2026-02-23T16:00:00.000000", "vnpay", "2026-02-24"),
    # A Saturday worked for a Friday, and that Friday.
    ("2026-01-02T10:00:00.000000", "vnpay", "2026-01-05"),
    ("2026-01-10T15:59:59.000000", "vnpay", "2026-01-10"),
    ("2026-01-10T16:00:00.000000", "vnpay", "2026-01-12"),
    # National Day with a bridge before it.
    ("2026-08-28T16:00:00.000000", "vnpay", "2026-09-03"),
    ("2026-08-31T10:00:00.000000", "vnpay", "2026-09-03"),
    ("2026-09-02T23:59:59.999000", "vnpay", "2026-09-03"),
    # Reunification and Labour Day; a rest day before the weekend.
    ("2026-04-29T16:00:00.000000", "vnpay", "2026-05-04"),
    ("2027-05-03T10:00:00.000000", "vnpay", "2027-05-04"),
]

OVERRIDES = read_calendar("""
[cut_off]
default = "16:00"
[cut_off.gateway]
early = "15:00"
whole = "24:00"
[[cut_off.day]]
on = 2026-12-30
at = "19:30"
[[cut_off.day]]
on = 2026-12-31
gateway = "early"
at = "12:00"
[[year]]
number = 2026
rest = []
work = []
""")

OVERRIDDEN = [
    # The default, and a gateway whose contract says otherwise.
    ("2026-12-29T15:30:00", "vnpay", "2026-12-29"),
    ("2026-12-29T15:30:00", "early", "2026-12-30"),
    ("2026-12-29T23:59:59", "whole", "2026-12-29"),
    ("2026-12-29T16:00:00", "vnpay", "2026-12-30"),
    # One evening longer, for everyone, and only that evening.
    ("2026-12-30T19:29:59", "vnpay", "2026-12-30"),
    ("2026-12-30T19:29:59", "early", "2026-12-30"),
    ("2026-12-30T19:30:00", "vnpay", "2026-12-31"),
    ("2026-12-30T19:30:00", "whole", "2026-12-31"),
    # One gateway on one day.
    ("2026-12-31T11:59:59", "early", "2026-12-31"),
    ("2026-12-31T15:59:59", "vnpay", "2026-12-31"),
]


def vietnam(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(("moment", "gateway", "day"), BOUNDARIES)
def test_f37_a_moment_belongs_to_one_business_day(moment: str, gateway: str, day: str):
    assert CALENDAR.assign(gateway, vietnam(moment)) == date.fromisoformat(day)


@pytest.mark.parametrize(("moment", "gateway", "day"), OVERRIDDEN)
def test_f37_a_cut_off_of_its_own_changes_only_its_day_or_gateway(
    moment: str, gateway: str, day: str
):
    assert OVERRIDES.assign(gateway, vietnam(moment)) == date.fromisoformat(day)


def test_the_table_of_boundaries_is_as_long_as_promised():
    assert len(BOUNDARIES) >= 40


def test_the_zone_a_moment_is_written_in_changes_nothing():
    moment = vietnam("2026-11-18T23:59:59.999000")
    assert moment.astimezone(UTC).date() == date(2026, 11, 18)
    assert CALENDAR.assign("vnpay", moment.astimezone(UTC)) == date(2026, 11, 19)


def test_a_moment_without_a_zone_is_a_fault_of_ours():
    with pytest.raises(AssertionError, match="zone"):
        CALENDAR.assign("vnpay", datetime(2026, 11, 18, 10))  # noqa: DTZ001 - what is refused


def test_f38_nine_days_of_tet_age_a_break_by_one_working_day():
    friday, monday = date(2026, 2, 13), date(2026, 2, 23)
    assert CALENDAR.working_days_between(start=friday, end=monday) == 1
    assert CALENDAR.working_days_between(start=friday, end=date(2026, 2, 22)) == 0
    assert CALENDAR.working_days_between(start=friday, end=friday) == 0


def test_a_year_without_data_is_refused_by_its_name():
    for ask in (
        lambda: CALENDAR.assign("vnpay", vietnam("2031-03-03T10:00:00")),
        lambda: CALENDAR.after(date(2028, 12, 29)),
        lambda: CALENDAR.is_working_day(date(2024, 5, 5)),
        lambda: CALENDAR.working_days_between(start=date(2028, 12, 1), end=date(2029, 1, 2)),
    ):
        with pytest.raises(YearMissing, match=r"2031|2029|2024"):
            ask()


def test_days_without_an_ordinary_next_day_are_found_both_ways():
    assert CALENDAR.after(date(2026, 2, 13)) == date(2026, 2, 23)
    assert CALENDAR.before(date(2026, 2, 23)) == date(2026, 2, 13)
    assert CALENDAR.after(date(2026, 2, 15)) == date(2026, 2, 23)


def test_a_rest_day_has_no_window_and_is_never_over():
    with pytest.raises(NotABusinessDay, match="2026-11-21"):
        CALENDAR.window("vnpay", date(2026, 11, 21))
    with pytest.raises(NotABusinessDay, match="2026-11-21"):
        CALENDAR.is_over(date(2026, 11, 21), now=vietnam("2026-12-01T00:00:00"))


def test_a_window_runs_from_cut_off_to_cut_off():
    start, end = CALENDAR.window("vnpay", date(2026, 2, 23))
    assert start == vietnam("2026-02-13T16:00:00")
    assert end == vietnam("2026-02-23T16:00:00")


def test_a_day_is_over_once_the_last_gateway_is_cut_off():
    day = date(2026, 12, 29)
    assert not OVERRIDES.is_over(day, now=vietnam("2026-12-29T16:00:00"))
    assert not OVERRIDES.is_over(day, now=vietnam("2026-12-29T23:59:59"))
    assert OVERRIDES.is_over(day, now=vietnam("2026-12-30T00:00:00"))
    assert CALENDAR.is_over(day, now=vietnam("2026-12-29T16:00:00"))
    assert not CALENDAR.is_over(day, now=vietnam("2026-12-29T15:59:59"))


@given(
    st.datetimes(min_value=datetime(2025, 1, 3), max_value=datetime(2028, 12, 20)),  # noqa: DTZ001 - given a zone below
    st.sampled_from(["vnpay", "momo"]),
)
def test_every_moment_lies_in_the_window_of_its_business_day(moment: datetime, gateway: str):
    instant = moment.replace(tzinfo=VIETNAM)
    start, end = CALENDAR.window(gateway, CALENDAR.assign(gateway, instant))
    assert start <= instant < end


@given(st.dates(min_value=date(2025, 1, 3), max_value=date(2028, 12, 20)))
def test_windows_follow_each_other_without_gap_or_overlap(day: date):
    working = CALENDAR.after(day)
    assert (
        CALENDAR.window("vnpay", CALENDAR.after(working))[0]
        == (CALENDAR.window("vnpay", working)[1])
    )
    assert CALENDAR.before(CALENDAR.after(working)) == working


@given(
    st.dates(min_value=date(2025, 1, 3), max_value=date(2027, 12, 20)),
    st.integers(min_value=0, max_value=200),
    st.integers(min_value=0, max_value=200),
)
def test_ages_add_up(start: date, first: int, second: int):
    middle = start + timedelta(days=first)
    end = middle + timedelta(days=second)
    age = CALENDAR.working_days_between
    assert age(start=start, end=end) == age(start=start, end=middle) + age(start=middle, end=end)


CUT_OFF = '[cut_off]\ndefault = "16:00"\n'
YEAR = "[[year]]\nnumber = 2026\n"
NO_REST = "rest = []\n"
NO_WORK = "work = []\n"
REASON = 'reason = "x", source = "x", status = "x"'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "cut_off"),
        ("[cut_off", "cannot be read"),
        (CUT_OFF, "year"),
        (CUT_OFF.replace("16:00", "4 pm") + YEAR + NO_REST + NO_WORK, "4 pm"),
        (CUT_OFF.replace("16:00", "24:01") + YEAR + NO_REST + NO_WORK, "cut-off"),
        (CUT_OFF + YEAR + NO_WORK + f"rest = [{{from = 2027-01-01, {REASON}}}]", "2027-01-01"),
        (CUT_OFF + YEAR + NO_WORK + f'rest = [{{from = "2026-01-01", {REASON}}}]', "not a day"),
        (CUT_OFF + YEAR + NO_WORK + "rest = [{from = 2026-01-01, reason = 'x'}]", "source"),
        (
            CUT_OFF + YEAR + NO_WORK + f"rest = [{{from = 2026-01-01, {REASON}}}]".replace("x", ""),
            "has no reason",
        ),
        (CUT_OFF + YEAR + NO_REST + f"work = [{{on = 2026-11-18, {REASON}}}]", "worked"),
        (
            CUT_OFF + '[[cut_off.day]]\non = 2026-11-21\nat = "19:30"\n' + YEAR + NO_REST + NO_WORK,
            "rest day",
        ),
        (CUT_OFF + YEAR.replace("2026", '"2026"') + NO_REST + NO_WORK, "whole"),
        ("cut_off = 3\n" + YEAR + NO_REST + NO_WORK, "not a table"),
        ("year = 3\n" + CUT_OFF, "not a list"),
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused(text: str, reason: str):
    with pytest.raises(CalendarRefused, match=reason):
        read_calendar(text)


def test_a_year_of_rest_without_end_is_refused():
    rest = f"rest = [{{from = 2026-01-01, to = 2026-12-31, {REASON}}}]"
    text = CUT_OFF + YEAR + NO_WORK + rest
    with pytest.raises(CalendarRefused, match="no working day"):
        read_calendar(text).after(date(2026, 3, 1))
