"""Time as the far sides write it."""

from datetime import UTC, datetime

import pytest

from gateways.simulators.clock import digits, moment, ms_of, ms_of_digits, now_ms


def test_time_is_written_as_vietnam_does():
    at_ms = ms_of(datetime(2026, 8, 31, 17, 0, 0, 250_000, tzinfo=UTC))
    assert digits(at_ms) == "20260901000000"
    assert moment(at_ms).isoformat(timespec="milliseconds") == "2026-09-01T00:00:00.250+07:00"


def test_digits_are_read_back_to_the_second():
    now = now_ms()
    assert ms_of_digits(digits(now)) == now // 1000 * 1000


@pytest.mark.parametrize("text", ["", "2026090100000", "2026-09-01 0000", "20261301000000"])
def test_what_is_no_time_is_not_read(text: str):
    with pytest.raises(ValueError, match=r".+"):
        ms_of_digits(text)
