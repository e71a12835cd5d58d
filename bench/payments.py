"""Payments over HTTP beside a bare asynchronous route with one insert: `clearing bench payments`.

A client opens and starts a payment in one request; a callback is one of a gateway, and is answered
after evidence, state, entry, proof and events are committed. Both, and the bare route, are
asked by 1, 8 and 32 callers in turn, two workers answering, in the same rounds. Then payments go
from end to end: opened, started, paid at the simulated gateway in a process of its own, heard by
its callback, and told to the simulated police by the schedule, which is another process.
"""

import statistics
from collections.abc import Mapping, Sequence
from typing import Final

from api.clock import now
from bench.bare_route import PATH, bare_serving
from bench.callers import HEADINGS, Conversation, Held, Talk, hold, post
from bench.decisions import new_register
from bench.end_to_end import measure_end_to_end
from bench.payment_calls import (
    FIRST_TRANSACTION,
    HASH_SECRET,
    TMN_CODE,
    Callbacks,
    Payers,
    numbers,
)
from bench.place import Place, drop_database, say
from bench.push_http import LOOPBACK, serving

DATABASE: Final = "bench_payments"
OBLIGATIONS: Final = 200_000
ROUNDS: Final = 3
CLIENTS: Final = (1, 8, 32)
BARE: Final = "bare route, one insert"
OPEN: Final = "open and start a payment"
CALLBACK: Final = "callback"
NAMES: Final = (BARE, OPEN, CALLBACK)
AT_LEAST: Final[Mapping[str, int]] = {OPEN: 50, CALLBACK: 100}
"""Hundredths of the bare route that each must reach, at the most callers."""
GATEWAY: Final[Mapping[str, str]] = {
    "VNPAY_TMN_CODE": TMN_CODE,
    "VNPAY_HASH_SECRET": HASH_SECRET,
    "VNPAY_PAY_URL": "http://127.0.0.1:1/vnpay/paymentv2/vpcpay.html",
    "VNPAY_API_URL": "http://127.0.0.1:1/vnpay/merchant_webapi/api/transaction",
    "VNPAY_SERVER_ADDRESS": LOOPBACK,
}

Found = Mapping[tuple[str, int], Sequence[Held]]
"""What was measured, by name and number of callers, one for each round."""


def measure_payments(place: Place, *, stored: int, seconds: int) -> tuple[list[str], bool]:
    """Return the figures, and whether both budgets held; `stored` obligations more are there."""
    obligations = OBLIGATIONS + stored
    new_register(place, DATABASE, stored=obligations)
    found: dict[tuple[str, int], list[Held]] = {
        (name, clients): [] for name in NAMES for clients in CLIENTS
    }
    with (
        bare_serving(place, DATABASE) as bare_port,
        serving(place, DATABASE, more=GATEWAY) as port,
    ):
        payers = Payers(host=f"{LOOPBACK}:{port}", obligations=obligations)
        for ordinal in range(ROUNDS):
            for clients in CLIENTS:
                _round(found, payers, clients, (bare_port, port), seconds=seconds)
                told = ", ".join(f"{n}: {found[n, clients][-1].per_second:,}/s" for n in NAMES)
                say(f"round {ordinal + 1} of {ROUNDS}, {clients} callers: {told}")
    drop_database(place, DATABASE)
    lines = figures(found)
    say("from end to end")
    return [*lines, "", *measure_end_to_end(place, seconds=seconds)], is_met(found)


def figures(found: Found) -> list[str]:
    """Return the table of median rounds, and a verdict for each budget."""
    lines = [HEADINGS]
    for (name, _), rounds in found.items():
        each = " ".join(f"{one.per_second:,}" for one in rounds)
        lines.append(f"{_median(rounds).told(name)}   all rounds {each}")
    lines.append("")
    most = CLIENTS[-1]
    for name, at_least in AT_LEAST.items():
        for clients in CLIENTS:
            hundredths = ratio(found, name, clients)
            text = f"{name}, {clients} callers: {hundredths // 100}.{hundredths % 100:02d}"
            if clients == most:
                verdict = "PASS" if hundredths >= at_least else "MISS"
                least = f"{at_least // 100}.{at_least % 100:02d}"
                lines.append(f"{verdict}  {text} of the bare route (at least {least})")
            else:
                lines.append(f"      {text} of the bare route")
    return lines


def is_met(found: Found) -> bool:
    """Say whether every budget held at the most callers."""
    return all(ratio(found, name, CLIENTS[-1]) >= least for name, least in AT_LEAST.items())


def ratio(found: Found, name: str, clients: int) -> int:
    """Return how many hundredths of the bare route's rate a thing reached."""
    of = _median(found[BARE, clients]).per_second
    return 100 * _median(found[name, clients]).per_second // max(1, of)


def bare_asked(host: str) -> Conversation:
    """Return the conversation with the bare route."""
    bodies = numbers()

    async def ask(talk: Talk) -> bool:
        await talk.ask(post(PATH, next(bodies), host=host))
        return True

    return ask


def _round(
    found: Mapping[tuple[str, int], list[Held]],
    payers: Payers,
    clients: int,
    ports: tuple[int, int],
    *,
    seconds: int,
) -> None:
    """Ask the bare route, open payments for as long, then tell that all of those are paid."""
    bare_port, port = ports
    asked = bare_asked(f"{LOOPBACK}:{bare_port}")
    found[BARE, clients].append(hold(asked, port=bare_port, clients=clients, seconds=seconds))
    first = FIRST_TRANSACTION + sum(len(one.times_us) for each in found.values() for one in each)
    payers.orders.clear()
    opened = hold(payers.open_and_start, port=port, clients=clients, seconds=seconds)
    found[OPEN, clients].append(opened)
    callbacks = Callbacks(payers.orders, host=payers.host, at=now(), first=first)
    told = hold(callbacks.tell, port=port, clients=clients, seconds=10 * seconds)
    found[CALLBACK, clients].append(told)


def _median(rounds: Sequence[Held]) -> Held:
    middle = statistics.median_low([one.per_second for one in rounds])
    return next(one for one in rounds if one.per_second == middle)
