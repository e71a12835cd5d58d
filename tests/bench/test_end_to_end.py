"""From a client's first request to the authority's receipt, through processes of their own."""

import pytest

from bench import end_to_end
from bench.place import Place


def test_every_payment_is_heard_of_at_the_far_end(place: Place, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(end_to_end, "OBLIGATIONS", 4)
    monkeypatch.setattr(end_to_end, "CLIENTS", (2,))
    heading, paid, told = end_to_end.measure_end_to_end(place, seconds=60)
    assert heading.startswith("end to end")
    assert paid.startswith(end_to_end.NAME)
    assert told.startswith("... until the police have the event")
