"""Payments over HTTP are judged by the bare route beside them."""

from bench.callers import Held
from bench.payments import BARE, CALLBACK, CLIENTS, OPEN, figures, is_met, ratio

MOST = CLIENTS[-1]


def rounds(*rates: int, clients: int) -> list[Held]:
    return [Held(clients, 1_000_000, (1_000,) * rate) for rate in rates]


def measured(*, opened: int, called: int) -> dict[tuple[str, int], list[Held]]:
    rates = {BARE: 100, OPEN: opened, CALLBACK: called}
    return {
        (name, clients): rounds(1, rate, 1_000, clients=clients)
        for name, rate in rates.items()
        for clients in CLIENTS
    }


def test_the_median_round_is_judged_at_the_most_callers():
    found = measured(opened=50, called=100)
    assert [ratio(found, name, MOST) for name in (OPEN, CALLBACK)] == [50, 100]
    assert is_met(found)
    assert not is_met(found | {(OPEN, MOST): rounds(49, 49, 49, clients=MOST)})
    assert is_met(found | {(OPEN, 1): rounds(1, 1, 1, clients=1)})


def test_figures_say_what_passed_and_what_did_not():
    lines = figures(measured(opened=49, called=120))
    assert f"MISS  {OPEN}, {MOST} callers: 0.49 of the bare route (at least 0.50)" in lines
    assert f"PASS  {CALLBACK}, {MOST} callers: 1.20 of the bare route (at least 1.00)" in lines
    assert any(line.endswith("all rounds 1 49 1,000") for line in lines)
