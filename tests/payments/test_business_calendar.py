"""What payments ask of a calendar, and who can answer it."""

from datetime import timedelta

from payments.business_calendar import BusinessCalendar
from reconciliation.business_day import load_calendar
from tests.payments.scene import CALENDAR, NOW


def test_the_calendar_of_reconciliation_answers_what_payments_ask():
    calendar: BusinessCalendar = load_calendar()
    day = calendar.assign("vnpay", NOW)
    assert calendar.after(day) > day


def test_the_calendar_of_these_tests_has_no_rest_days():
    calendar: BusinessCalendar = CALENDAR
    day = calendar.assign("paper", NOW)
    assert calendar.after(day) == day + timedelta(days=1)
