"""The benches by name: what they print, and when they say no."""

import pytest

from bench.command import MEASURES, SAYS, WHAT, measure
from bench.place import Place
from tests.bench.conftest import STORED


def test_everything_can_be_measured_and_posting_comes_last() -> None:
    assert WHAT[-5:] == ("post", "push", "look-up", "payments", "all")
    assert set(WHAT) == {*MEASURES, "push", "look-up", "payments", "all"}


def test_what_each_name_measures_is_said() -> None:
    assert [part.partition(": ")[0] for part in SAYS.split("; ")] == [*WHAT]


def test_figures_stand_under_their_conditions(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    without = Place(place.dsn, None, place.folder)
    assert measure(without, ["trial-balance"], stored=STORED, seconds=1)
    told = capsys.readouterr().out.splitlines()
    assert "transfers in" in told[0]
    assert told[2] == "trial-balance"
    assert "load average" in told[3]
    assert told[4].startswith("PostgreSQL")
    assert told[-1].startswith("(bare sum of")
