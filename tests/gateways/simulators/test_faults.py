"""Misbehaviour by chance."""

from collections import Counter

import pytest

from gateways.simulators.faults import Behaviour, read_profile


def test_chance_is_the_same_after_a_restart():
    text = "lost=0.1,doubled=0.2,late=0.1,seed=7"
    references = [f"P{number}" for number in range(500)]
    first = [read_profile(text).behaviour_of(reference) for reference in references]
    again = [read_profile(text).behaviour_of(reference) for reference in references]
    other = [read_profile(text.replace("7", "8")).behaviour_of(one) for one in references]
    assert first == again
    assert first != other


def test_shares_come_out_about_as_asked():
    profile = read_profile("lost=0.1,doubled=0.2,late=0.1,seed=7,late_s=3")
    found = Counter(profile.behaviour_of(f"P{number}") for number in range(10_000))
    assert 900 < found[Behaviour.LOST] < 1_100
    assert 1_850 < found[Behaviour.DOUBLED] < 2_150
    assert 5_800 < found[Behaviour.PAID] < 6_200
    assert profile.late_s == 3


def test_without_faults_everything_is_simply_paid():
    assert read_profile("").behaviour_of("P1") is Behaviour.PAID
    assert read_profile("declined=1").behaviour_of("P1") is Behaviour.DECLINED


@pytest.mark.parametrize(
    "text", ["vanished=0.1", "lost=often", "lost=-0.1", "lost=1.1", "lost=0.0001", "lost", "seed=x"]
)
def test_what_makes_no_sense_is_refused(text: str):
    with pytest.raises(ValueError, match=r".+"):
        read_profile(text)


def test_more_than_everything_is_refused():
    with pytest.raises(ValueError, match="more than 1"):
        read_profile("lost=0.6,late=0.6")
