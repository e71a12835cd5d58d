"""How long things took, in microseconds: measured, sorted, printed, judged."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """How long each repetition of one thing took, and the longest the median may be."""

    name: str
    times_us: tuple[int, ...]
    median_max_us: int | None = None

    def percentile_us(self, percent: int) -> int:
        """Return the time that so many of a hundred repetitions stayed within."""
        ordered = sorted(self.times_us)
        return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]

    @property
    def is_within(self) -> bool:
        """Say whether the median kept its limit; true when it has none."""
        return self.median_max_us is None or self.percentile_us(50) <= self.median_max_us


def timed(
    name: str,
    act: Callable[[], object],
    *,
    seconds: int,
    times_max: int = 2_000,
    median_max_us: int | None = None,
) -> Timing:
    """Repeat an act for so many seconds, at least three times after one that does not count."""
    act()
    times: list[int] = []
    until = time.monotonic_ns() + seconds * 1_000_000_000
    while len(times) < 3 or (len(times) < times_max and time.monotonic_ns() < until):
        began = time.perf_counter_ns()
        act()
        times.append((time.perf_counter_ns() - began) // 1_000)
    return Timing(name, tuple(times), median_max_us)


def table(timings: Sequence[Timing]) -> list[str]:
    """Return one line each: least, median, 99th percentile, how many, and PASS or MISS.

    The least is what a machine that others use would have done alone.
    """
    lines = [f"{'milliseconds':52}{'least':>10}{'p50':>10}{'p99':>10}{'times':>8}"]
    for one in timings:
        least, p50, p99 = (in_ms(one.percentile_us(percent)) for percent in (0, 50, 99))
        line = f"{one.name:52}{least:>10}{p50:>10}{p99:>10}{len(one.times_us):>8,}"
        if one.median_max_us is not None:
            verdict = "PASS" if one.is_within else "MISS"
            line += f"  {verdict} (p50 at most {in_ms(one.median_max_us)})"
        lines.append(line)
    return lines


def in_ms(time_us: int) -> str:
    """Return milliseconds with two digits after the point."""
    return f"{time_us // 1_000:,}.{time_us % 1_000 // 10:02d}"
