"""The bench of look-ups: found, missed and bare, and a test of two samples that can fail."""

import random

from bench.look_up import Z_HUNDREDTHS_MAX, measure_look_up, z_hundredths
from bench.place import Place


def test_hits_and_misses_stand_beside_a_bare_select(place: Place) -> None:
    lines, held = measure_look_up(place, stored=50, seconds=0, misses=20)
    assert any(line.startswith("PASS" if held else "MISS") for line in lines)
    assert [line.split("  ")[0] for line in lines[2:6]] == [
        "a hit, priced",
        "a miss: wrong fact",
        "a miss: no such number",
        "(bare select)",
    ]
    assert all("z = " in line for line in lines[-2:])
    assert "held back: z" in lines[-1]


def test_two_samples_of_one_sort_are_alike_and_of_two_are_not() -> None:
    draw = random.Random(7)  # noqa: S311 (a repeatable sample, no secret)
    ones, others = ([draw.randrange(1_000) for _ in range(2_000)] for _ in range(2))
    assert abs(z_hundredths(ones, others)) <= Z_HUNDREDTHS_MAX
    assert z_hundredths([each + 60 for each in ones], others) > Z_HUNDREDTHS_MAX
    assert z_hundredths(ones, [each + 60 for each in others]) < -Z_HUNDREDTHS_MAX


def test_the_test_agrees_with_one_worked_by_hand() -> None:
    # U = 9 of 3 x 3, mean 4.5, deviation sqrt(3 * 3 * 7 / 12) = 2.29: z = 1.96.
    assert 196 <= z_hundredths([4, 5, 6], [1, 2, 3]) <= 226
    assert z_hundredths([1, 1], [1, 1]) == 0
