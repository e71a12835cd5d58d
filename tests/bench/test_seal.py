"""The bench of seals runs the real acts and the real verifier on every closed day."""

from bench.growth import Plan
from bench.place import Place
from bench.seal import measure_seal


def test_every_closed_day_is_sealed_published_and_holds(place: Place, filled: Plan) -> None:
    lines, held = measure_seal(place, filled)
    assert held
    assert [line.split("  ")[0] for line in lines[1:6]] == [
        f"sealed, {filled.closed_days} days",
        "published",
        "verified, entries of open days among them",
        "(SHA-256 alone, last day)",
        "(copied out, last day)",
    ]
    assert lines[6].startswith(f"the verifier says: holds: {filled.closed_days} days")
