"""Pushing decisions beside a bare insert of the same rows: `clearing bench push`.

What is pushed goes the way of the door without the network: bytes of JSON read strictly, each item
checked, personal data sealed and indexed, the quota asked, the log written, all committed, and the
answer made. The bare insert is the same single statement, rows ready, nothing checked. Both come
in bodies of 1,000 from processes of their own; decisions are new ones among all that are stored.
What HTTP adds is measured in the same rounds: such bodies sent to workers of the program.
"""

import multiprocessing
import secrets
import statistics
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from http.client import HTTPConnection
from typing import Final

import orjson
from sqlalchemy import create_engine, make_url

from api.access.strict_json import read_json
from api.clock import now
from api.partner.obligation_items import read_pushed, read_sent
from bench.decisions import FACTS_JSON, ISSUED, POLICE, TREASURY, new_register
from bench.place import Place, drop_database, say
from bench.posters import WAIT_MAX_S, Line
from bench.push_http import LOOPBACK, UP_MAX_S, post, serving
from ledger.postgres.transaction import OpenTx, transactions
from payments.intake import Channel, Received
from payments.obligation import ObligationStatus
from payments.personal_data import PersonalDataKeys
from payments.postgres.obligation_rows import NewRow, insert_obligations
from payments.push_obligations import PUSHED_MAX, push_obligations
from payments.take_in import take_in

ROUNDS: Final = 3
PER_SECOND_MIN: Final = 5_000
EMPTY: Final = "bench_push_empty"
FULL: Final = "bench_push_full"
PUSHER: Final = "clearing_app"
CLIENTS: Final = 2
KEYS: Final = PersonalDataKeys(key_id="b1", encryption_key=b"e" * 32, index_key=b"i" * 32)
BODIES_PER_SECOND_MAX: Final = 12
"""Bodies made ahead for each second and client: more than it can send."""
NUMBERS: Final = 10_000_000
SEALED_BYTES: Final = 190
PUSH: Final = "pushed"
HTTP: Final = "pushed over HTTP"
BARE: Final = "bare insert"
NAMES: Final = (PUSH, HTTP, BARE)
FACTS: Final[Mapping[str, object]] = orjson.loads(FACTS_JSON)


@dataclass(frozen=True, slots=True, order=True)
class Load:
    """What is measured: pushing or the bare insert, from how many clients, into which database."""

    database: str
    name: str
    clients: int


def measure_push(place: Place, *, stored: int, seconds: int) -> tuple[list[str], bool]:
    """Return the figures of pushing into an empty table, and into a full one when `stored`.

    The second element says whether two clients pushed `PER_SECOND_MIN` decisions a second.
    """
    databases = {EMPTY: 0} | ({FULL: stored} if stored else {})
    for database, count in databases.items():
        new_register(place, database, stored=count)
    loads = [Load(database, name, CLIENTS) for database in databases for name in NAMES]
    rates: dict[Load, list[int]] = {load: [] for load in loads}
    for ordinal in range(ROUNDS):
        for load in loads:
            rates[load].append(rate := _rate(place, load, seconds=seconds))
            say(f"round {ordinal + 1} of {ROUNDS}: {load.name}, {load.clients} clients, {rate:,}/s")
    for database in databases:
        drop_database(place, database)
    return figures(rates, databases), all(is_met(rates, database) for database in databases)


def figures(rates: Mapping[Load, Sequence[int]], databases: Mapping[str, int]) -> list[str]:
    """Return the table of medians and one verdict for each database."""
    lines = [f"{'decisions/s, median':44}{'clients':>8}{'median':>10}   all rounds"]
    for load, rounds in rates.items():
        name = f"{load.name}, {databases[load.database]:,} stored"
        each = " ".join(f"{rate:,}" for rate in rounds)
        lines.append(f"{name:44}{load.clients:>8}{_median(rounds):>10,}   {each}")
    lines.append("")
    for database, count in databases.items():
        over = _median(rates[Load(database, HTTP, CLIENTS)])
        alone = _median(rates[Load(database, PUSH, CLIENTS)])
        more = CLIENTS * 1_000_000 // max(1, over) - CLIENTS * 1_000_000 // max(1, alone)
        lines.append(f"{count:,} stored: HTTP adds {more:,} us to each decision of a client")
    for database, count in databases.items():
        rate = _median(rates[Load(database, PUSH, CLIENTS)])
        bare = _median(rates[Load(database, BARE, CLIENTS)])
        verdict = "PASS" if is_met(rates, database) else "MISS"
        hundredths = 100 * rate // max(1, bare)
        lines.append(
            f"{verdict}  {CLIENTS} clients, {count:,} stored: {rate:,}/s"
            f" (at least {PER_SECOND_MIN:,}); 0.{hundredths:02d} of the bare insert"
        )
    return lines


def is_met(rates: Mapping[Load, Sequence[int]], database: str) -> bool:
    """Say whether as many decisions a second were pushed as there must be."""
    return _median(rates[Load(database, PUSH, CLIENTS)]) >= PER_SECOND_MIN


def body_of(first: int, unit: str) -> bytes:
    """Return a body of fines of one unit, numbered from `first` on, as an authority sends it."""
    obligations = [_fine(f"{first + place:09d}/QĐ-{unit}") for place in range(PUSHED_MAX)]
    return orjson.dumps({"authority": POLICE.code, "obligations": obligations})


def push(open_tx: OpenTx, body: bytes) -> None:
    """Push one body as the door does, from its bytes to those of the answer."""
    sent = read_sent(read_json(body), items="obligations", items_max=PUSHED_MAX)
    moment = now()
    received = Received(
        authority=sent.authority,
        client=POLICE.pushed_by,
        channel=Channel.JSON,
        digest=sha256(body).digest(),
        item_count=len(sent.items),
    )
    act = partial(push_obligations, keys=KEYS, now=moment)
    taken = take_in(open_tx, received, read_pushed(sent), act, now=moment)
    orjson.dumps([[each.number, each.outcome] for each in taken.verdicts])
    assert taken.counts == {"new": PUSHED_MAX}, taken.counts


def insert(open_tx: OpenTx, rows: Sequence[NewRow]) -> None:
    """Keep rows that are ready, in one statement and nothing else."""
    with open_tx() as tx:
        insert_obligations(tx, rows, now=now())


def rows_of(first: int, unit: str) -> list[NewRow]:
    """Return rows as wide as those of the same body once it is checked and sealed."""
    none: list[object] = []
    facts: dict[str, object] = {**FACTS, "suspended": none, "part_payments": none}
    return [
        NewRow(
            key=(POLICE.code, "traffic_fine", f"{first + place:09d}/QD-{unit}"),
            number_shown=f"{first + place:09d}/QĐ-{unit}",
            decided_on=ISSUED,
            subject_index=secrets.token_bytes(16),
            sealed=secrets.token_bytes(SEALED_BYTES),
            facts=facts,
            beneficiary=TREASURY.code,
            status=ObligationStatus.OPEN,
            other_index=secrets.token_bytes(16),
            person_index=secrets.token_bytes(16),
        )
        for place in range(PUSHED_MAX)
    ]


def _rate(place: Place, load: Load, *, seconds: int) -> int:
    """Return decisions a second of clients that all send at once, each on its own connection."""
    with _met(place, load) as address:
        return _all_at_once(address, load, seconds=seconds)


@contextmanager
def _met(place: Place, load: Load) -> Generator[str]:
    """Give the address that clients send to: the database, or the program before it."""
    if load.name != HTTP:
        yield place.address(load.database, role=PUSHER)
        return
    with serving(place, load.database) as port:
        yield str(port)


def _all_at_once(address: str, load: Load, *, seconds: int) -> int:
    spawn = multiprocessing.get_context("spawn")
    pipes = [spawn.Pipe() for _ in range(load.clients)]
    lines: list[Line] = [ours for ours, _ in pipes]
    clients = [
        spawn.Process(target=_send_when_told, args=(address, load.name, seconds, theirs))
        for _, theirs in pipes
    ]
    for client in clients:
        client.start()
    for line in lines:
        line.recv()  # Connected, one body sent, the others made.
    for line in lines:
        line.send(seconds)
    per_second = sum(line.recv() for line in lines)
    for client in clients:
        client.join(WAIT_MAX_S)
    return per_second


def _send_when_told(address: str, name: str, seconds: int, line: Line) -> None:
    """Make bodies, connect, send one, wait for the word, and answer how many a second it sent."""
    sends = _sends(name, address, count=2 + seconds * BODIES_PER_SECOND_MAX)
    sends.pop()()
    line.send(0)
    line.recv()
    sent = 0
    began = time.monotonic_ns()
    while sends and time.monotonic_ns() - began < seconds * 1_000_000_000:
        sends.pop()()
        sent += PUSHED_MAX
    line.send(sent * 1_000_000_000 // (time.monotonic_ns() - began))


def _sends(name: str, address: str, *, count: int) -> list[Callable[[], None]]:
    made = [(secrets.randbelow(NUMBERS), secrets.token_hex(4).upper()) for _ in range(count)]
    if name == HTTP:
        connection = HTTPConnection(LOOPBACK, int(address), timeout=UP_MAX_S)
        return [partial(post, connection, body_of(*one)) for one in made]
    url = make_url(address).set(drivername="postgresql+psycopg")
    open_tx = transactions(create_engine(url))
    if name == BARE:
        return [partial(insert, open_tx, rows_of(*one)) for one in made]
    return [partial(push, open_tx, body_of(*one)) for one in made]


def _fine(number: str) -> dict[str, object]:
    digits = number[3:9]
    plate = f"30A-{digits[:3]}.{digits[4:]}"
    return {
        "kind": "traffic_fine",
        "number": number,
        "decided_on": ISSUED.isoformat(),
        "subject": plate,
        "personal": {
            "name": "NGUYỄN VĂN A",
            "plate": plate,
            "personal_id": f"001{number[:9]}",
            "address": "Số 1, phường Hoàn Kiếm, thành phố Hà Nội",
        },
        "facts": FACTS,
        "beneficiary": TREASURY.code,
    }


def _median(rounds: Sequence[int]) -> int:
    return round(statistics.median(rounds))
