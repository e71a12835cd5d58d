"""Percentiles, verdicts and digits of what took how long."""

from bench.timing import Timing, in_ms, table, timed

HUNDRED = Timing("a hundred", tuple(range(100_000, 0, -1_000)), median_max_us=50_000)


def test_percentiles_are_what_so_many_of_a_hundred_stayed_within() -> None:
    assert HUNDRED.percentile_us(0) == 1_000
    assert HUNDRED.percentile_us(50) == 50_000
    assert HUNDRED.percentile_us(99) == 99_000
    assert HUNDRED.percentile_us(100) == 100_000


def test_one_repetition_is_every_percentile() -> None:
    once = Timing("once", (7,))
    assert [once.percentile_us(percent) for percent in (1, 50, 99)] == [7, 7, 7]


def test_a_median_above_its_limit_is_a_miss() -> None:
    slow = Timing("slow", (1, 2_001, 3_000), median_max_us=2_000)
    assert HUNDRED.is_within
    assert not slow.is_within
    assert "MISS (p50 at most 2.00)" in table([slow])[1]


def test_without_a_limit_nothing_is_judged() -> None:
    bare = Timing("(bare)", (1_234_567,))
    assert bare.is_within
    assert table([bare])[1].split() == ["(bare)", "1,234.56", "1,234.56", "1,234.56", "1"]


def test_the_first_time_does_not_count_and_three_do() -> None:
    calls: list[int] = []
    timing = timed("three", lambda: calls.append(1), seconds=0)
    assert len(timing.times_us) == 3
    assert len(calls) == 4


def test_repeating_ends_at_a_most() -> None:
    assert len(timed("five", lambda: None, seconds=60, times_max=5).times_us) == 5


def test_milliseconds_have_two_digits_after_the_point() -> None:
    assert [in_ms(time_us) for time_us in (9, 1_090, 12_345_678)] == ["0.00", "1.09", "12,345.67"]
