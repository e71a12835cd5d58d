"""Millions of decisions as authorities pushed them, made inside the database.

The rows are as wide as real ones and have every index, but their sealed bytes open nothing: a bench
that reads them back needs only that they are there.
"""

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from typing import Final

import psycopg
from psycopg import sql

from bench.growth import TooBig, in_bulk
from bench.place import Place, new_book, say
from payments.authority import Authority, Family
from payments.beneficiary import Beneficiary
from payments.push_authorities import push_authorities
from payments.push_beneficiaries import push_beneficiaries

ISSUED: Final = date(2026, 11, 10)
TREASURY: Final = Beneficiary(
    code="KB0111",
    name="Kho bạc Nhà nước Hà Nội",
    account_number="7111.0.1054321",
    bank_name="Kho bạc Nhà nước",
    statement_source="treasury",
)
POLICE: Final = Authority(
    code="csgt",
    family=Family.POLICE,
    name="Cục Cảnh sát giao thông",
    pushed_by="csgt",
    in_force_from=date(2020, 1, 1),
    items_per_minute_max=1_000_000,
)
BYTES_EACH: Final = 1_500
"""What a stored decision takes, with its indexes and the log of writing it."""
CLIENTS: Final = 2
PIECE: Final = 250_000
INDEXES: Final = (
    *("obligation_number", "obligation_typed_number", "obligation_person", "obligation_successor"),
)

# Numbers are spread as those of many units are: `1234567/QĐ-XPHC` of any unit, at any time.
_FILL: Final = """
INSERT INTO payments.obligation (
    provider, kind, number, number_shown, decided_on, subject_index, other_index, person_index,
    sealed, facts, beneficiary, status, pushed_at
)
SELECT 'csgt', 'traffic_fine', lpad(n::text, 9, '0') || '/QD-XPHC',
    lpad(n::text, 9, '0') || '/QĐ-XPHC', %(issued)s::date,
    decode(md5('s' || n), 'hex'), decode(md5('o' || n), 'hex'), decode(md5('p' || n), 'hex'),
    decode(repeat(md5('e' || n), 9), 'hex'), %(facts)s::jsonb, 'KB0111', 'open', %(at)s::timestamptz
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
"""
FACTS_JSON: Final = (
    '{"fine_vnd": 3000000, "issued_on": "2026-11-10", "received_on": "2026-11-12", "term_days": 10,'
    ' "behaviour": "Không chấp hành hiệu lệnh của đèn tín hiệu giao thông", "authority":'
    ' "Phòng Cảnh sát giao thông, Công an thành phố Hà Nội",'
    ' "budget": {"chapter": "009", "sub_item": "4252"}}'
)


def new_register(place: Place, database: str, *, stored: int) -> None:
    """Create a database with one authority, one account and so many decisions.

    Raises:
        TooBig: the disk has no room for so many.
    """
    free = shutil.disk_usage(place.folder).free
    if stored * BYTES_EACH > free * 4 // 5:
        raise TooBig(f"{stored:,} decisions take about {stored * BYTES_EACH // 10**9:,} GB")
    new_book(place, database)
    with place.book(database, role="clearing_app") as open_tx, open_tx() as tx:
        push_beneficiaries(tx, [TREASURY])
        push_authorities(tx, [POLICE])
    if stored:
        with in_bulk(place):
            _fill(place.address(database), stored)


def _fill(address: str, stored: int) -> None:
    """Make the rows from two connections, their indexes afterwards."""
    with psycopg.connect(address, autocommit=True) as connection:
        made = connection.execute(
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'payments'"
            " AND indexname = ANY (%s) ORDER BY indexname",
            [list(INDEXES)],
        ).fetchall()
        for name in INDEXES:
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier("payments", name)))
        pieces = range(1, stored + 1, PIECE)
        with ThreadPoolExecutor(max_workers=CLIENTS) as pool:
            for last in pool.map(partial(_piece, address, stored), pieces):
                say(f"{last:,} of {stored:,} decisions")
        for (statement,) in made:
            connection.execute(statement)
        say("statistics")
        connection.execute("VACUUM (ANALYZE) payments.obligation")
        connection.execute("CHECKPOINT")


def _piece(address: str, stored: int, first: int) -> int:
    last = min(stored, first + PIECE - 1)
    with psycopg.connect(address, autocommit=True) as connection:
        # Every row names the same account, which is there; asking each time would double the wait.
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            _FILL,
            {
                "first": first,
                "last": last,
                "issued": ISSUED,
                "at": "2026-11-12T00:00:00Z",
                "facts": FACTS_JSON,
            },
        )
    return last
