"""What the database refuses, whoever asks and however; one attempt to break each rule."""

from collections.abc import Iterator, Sequence

import pytest
from psycopg import errors
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from api.postgres.embedded import Server
from ledger.accounts import AccountKind
from ledger.digest import digest_of
from ledger.errors import BookRefused, EntryRefused
from ledger.money import Money
from ledger.postgres.balances import balance
from ledger.postgres.days import close_day
from ledger.postgres.post import post_entries
from ledger.postgres.refusals import refusals
from ledger.postgres.transaction import Tx
from tests.ledger.samples import DAY, NEXT_DAY, NOW, capture

TABLES = ["account", "entry", "transfer", "closed_day", "balance_snapshot", "batch_snapshot"]
COLUMNS = {
    "account": "party",
    "entry": "source",
    "transfer": "amount_vnd",
    "closed_day": "checksum",
    "balance_snapshot": "debit_vnd",
    "batch_snapshot": "net_vnd",
}
POST = (
    "SELECT ledger.post_entries_v1('{}', '{}', '{}', '{}', '{}', '{}',"
    " '{}', '{}', '{}', '{}', '{}', '{}')"
)
CLOSE = "SELECT ledger.close_day_v1('2026-11-20', now())"
EVERYONE = ["clearing_app", "clearing_recon", "clearing_report", "clearing_auditor"]
FORBIDDEN_ON_TABLES = [
    "INSERT INTO <table> DEFAULT VALUES",
    "UPDATE <table> SET <column> = <column>",
    "DELETE FROM <table>",
    "TRUNCATE <table> CASCADE",
    "COPY <table> FROM '/dev/null'",
    "LOCK TABLE <table> IN SHARE MODE",
    "SELECT * FROM <table> FOR UPDATE",
    "ALTER TABLE <table> DISABLE TRIGGER ALL",
    "DROP TRIGGER refuse_change ON <table>",
    "DROP TABLE <table> CASCADE",
    "CREATE RULE other AS ON INSERT TO <table> DO INSTEAD NOTHING",
    "CREATE INDEX ON <table> ((1))",
    "CREATE POLICY other ON <table>",
]
FORBIDDEN_TO_THE_OWNER = [
    "UPDATE <table> SET <column> = <column>",
    "UPDATE <table> SET <column> = <column> WHERE false",
    "DELETE FROM <table>",
    "TRUNCATE <table> CASCADE",
    "MERGE INTO <table> USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
]
FORBIDDEN = [
    "SELECT setval('ledger.entry_entry_id_seq', 1)",
    "SELECT nextval('ledger.entry_entry_id_seq')",
    "CREATE TABLE ledger.entry_of_mine ()",
    "CREATE TABLE public.entry ()",
    "CREATE FUNCTION ledger.mine() RETURNS int LANGUAGE sql RETURN 1",
    "CREATE SCHEMA mine",
    "DROP SCHEMA ledger CASCADE",
    "ALTER SCHEMA ledger RENAME TO book",
    "ALTER FUNCTION ledger.post_entries_v1 SECURITY INVOKER",
    "DROP FUNCTION ledger.check_entries_v1 CASCADE",
    "SET session_replication_role = replica",
    "SET ROLE clearing_owner",
    "ALTER ROLE clearing_app SUPERUSER",
    "ALTER DEFAULT PRIVILEGES FOR ROLE clearing_owner GRANT ALL ON TABLES TO clearing_app",
    "SET SESSION AUTHORIZATION postgres",
    "GRANT clearing_owner TO clearing_app",
    "REASSIGN OWNED BY clearing_owner TO clearing_app",
    "DROP OWNED BY clearing_owner",
    "CREATE ROLE mine",
    "CREATE PUBLICATION mine FOR ALL TABLES",
    "COPY (SELECT 1) TO PROGRAM 'id'",
    "SELECT pg_read_file('/etc/hostname')",
    "SELECT lo_import('/etc/hostname')",
]


def _on(table: str, statement: str) -> str:
    return statement.replace("<table>", f"ledger.{table}").replace("<column>", COLUMNS[table])


def _refusal(tx: Tx, statement: str) -> str | None:
    """Return the state a statement is refused with, None when it is not."""
    try:
        with tx.begin_nested():
            tx.execute(text(statement))
    except DBAPIError as refused:
        return refused.orig.sqlstate if isinstance(refused.orig, errors.Error) else "other"
    return None


def _as_role(tx: Tx, role: str) -> None:
    tx.execute(text("SELECT set_config('role', :role, true)"), {"role": role})


@pytest.fixture(params=EVERYONE)
def role_tx(request: pytest.FixtureRequest, server: Server, shared_database: str) -> Iterator[Tx]:
    """Give a transaction of each role of ours, undone after the test."""
    url = make_url(server.dsn(role=request.param, database=shared_database))
    engine = create_engine(url.set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def test_no_role_of_ours_gets_at_the_book_but_by_posting(role_tx: Tx) -> None:
    on_tables = [_on(table, statement) for table in TABLES for statement in FORBIDDEN_ON_TABLES]
    allowed = [
        statement
        for statement in on_tables + FORBIDDEN
        if _refusal(role_tx, statement) != errors.InsufficientPrivilege.sqlstate
    ]
    assert allowed == []


@pytest.mark.parametrize(
    ("role", "statements"),
    [
        ("clearing_app", [CLOSE]),
        ("clearing_report", [CLOSE, POST]),
        ("clearing_auditor", [CLOSE, POST]),
    ],
)
def test_only_who_must_may_post_or_close(
    owner_tx: Tx, role: str, statements: Sequence[str]
) -> None:
    _as_role(owner_tx, role)
    for statement in statements:
        assert _refusal(owner_tx, statement) == errors.InsufficientPrivilege.sqlstate


@pytest.mark.parametrize("role", EVERYONE)
def test_everyone_may_read_the_book(owner_tx: Tx, role: str) -> None:
    _as_role(owner_tx, role)
    for table in TABLES:
        owner_tx.execute(text(_on(table, "SELECT count(*) FROM <table>")))


@pytest.mark.parametrize("role", EVERYONE)
def test_no_role_of_ours_may_make_temporary_tables(owner_tx: Tx, template: str, role: str) -> None:
    # Rights on a database are not copied with it, so the migrated one is asked.
    may = text("SELECT has_database_privilege(:role, :database, 'TEMP, CREATE')")
    assert not owner_tx.execute(may, {"role": role, "database": template}).scalar_one()


def test_temporary_tables_cannot_take_the_place_of_ours(owner_tx: Tx) -> None:
    for table in TABLES:
        owner_tx.execute(text(f"CREATE TEMP TABLE {table} (LIKE ledger.{table})"))
        owner_tx.execute(text(f"GRANT ALL ON pg_temp.{table} TO clearing_app"))
    owner_tx.execute(text("SET LOCAL search_path = pg_temp, ledger"))
    _as_role(owner_tx, "clearing_app")
    post_entries(owner_tx, [capture(1)])
    for table in TABLES:
        counted = text("SELECT count(*) FROM <table>".replace("<table>", f"pg_temp.{table}"))
        assert owner_tx.execute(counted).scalar_one() == 0
    assert balance(owner_tx, capture(1).transfers[0].debit).net == Money(750_000)


@pytest.mark.parametrize("replica", [False, True])
@pytest.mark.parametrize("table", TABLES)
def test_nothing_written_changes_or_disappears_even_for_the_owner(
    owner_tx: Tx, table: str, *, replica: bool
) -> None:
    post_entries(owner_tx, [capture(1)])
    close_day(owner_tx, DAY, now=NOW)
    if replica:
        owner_tx.execute(text("SET LOCAL session_replication_role = replica"))
    else:
        _as_role(owner_tx, "clearing_owner")
    for statement in FORBIDDEN_TO_THE_OWNER:
        assert _refusal(owner_tx, _on(table, statement)) == "LD005", statement


ENTRY = (
    "INSERT INTO ledger.entry (movement, idempotency_key, business_date, source, digest)"
    " VALUES ('captured', 'captured:vnpay:1', '2026-11-20', 'evidence:1', '<digest>')"
    " RETURNING entry_id"
)
LEGS = (
    "INSERT INTO ledger.transfer (entry_id, ordinal, debit_account_id, credit_account_id,"
    " amount_vnd, batch, business_date) SELECT added.entry_id, leg.*"
    " FROM added, (VALUES <legs>) AS leg (ordinal, debit, credit, amount, batch, day)"
)
BOTH = f"WITH added AS ({ENTRY}), legs AS ({LEGS}) SELECT FROM added"
ONLY_LEGS = f"WITH added AS (SELECT <entry_id>::bigint AS entry_id) {LEGS}"
PLACE = "coalesce((SELECT account_id FROM ledger.account WHERE code = '<code>'), 0)"


def _write(tx: Tx, statement: str, *, digest: bytes, legs: str = "") -> str | None:
    """Return the state the owner is refused with who writes past the function, None when not."""
    post_entries(tx, [capture(9, amount=1)])  # So that both accounts are there.
    return _refusal(tx, _filled(statement, digest=digest, legs=legs))


def _filled(statement: str, *, digest: bytes, legs: str) -> str:
    return statement.replace("<digest>", f"\\x{digest.hex()}").replace("<legs>", legs)


def _leg(
    *,
    ordinal: int = 1,
    debit: str = "receivable:vnpay",
    credit: str = "payable:kbnn-0011",
    amount: int = 750_000,
    batch: str = "vnpay/2026-11-20/kbnn-0011",
    day: str = "2026-11-20",
) -> str:
    places = ", ".join(PLACE.replace("<code>", code) for code in (debit, credit))
    return f"({ordinal}::smallint, {places}, {amount}::bigint, '{batch}', date '{day}')"


RIGHT = digest_of(capture(1))


def test_the_owner_can_write_a_right_entry_so_what_follows_means_something(owner_tx: Tx) -> None:
    assert _write(owner_tx, BOTH, digest=RIGHT, legs=_leg()) is None
    assert not post_entries(owner_tx, [capture(1)])[0].is_new


def test_an_entry_without_transfers_is_refused(owner_tx: Tx) -> None:
    assert _write(owner_tx, ENTRY, digest=RIGHT) == "LD003"


@pytest.mark.parametrize(
    ("legs", "state"),
    [
        (_leg(amount=749_999), "LD004"),
        (_leg(batch="vnpay/2026-11-20/kbnn-0012"), "LD004"),
        (_leg(debit="payable:kbnn-0011", credit="receivable:vnpay"), "LD004"),
        (_leg(debit="receivable:nowhere"), "LD004"),
        (_leg(day="2026-11-21"), "LD004"),
        (f"{_leg()}, {_leg(ordinal=2)}", "LD004"),
        (_leg(ordinal=2), "LD003"),
    ],
)
def test_transfers_that_are_not_what_the_digest_says_are_refused(
    owner_tx: Tx, legs: str, state: str
) -> None:
    assert _write(owner_tx, BOTH, digest=RIGHT, legs=legs) == state


def test_a_wrong_digest_is_refused(owner_tx: Tx) -> None:
    assert _write(owner_tx, BOTH, digest=digest_of(capture(2)), legs=_leg()) == "LD004"


@pytest.mark.parametrize(
    ("legs", "constraint"),
    [
        (_leg(amount=0), "transfer_of_something"),
        (_leg(amount=-1), "transfer_of_something"),
        (_leg(amount=2**53), "transfer_of_something"),
        (_leg(credit="receivable:vnpay"), "transfer_to_another"),
        (_leg(batch="two words"), "transfer_batch_shape"),
    ],
)
def test_a_transfer_of_nothing_or_to_itself_is_refused(
    owner_tx: Tx, legs: str, constraint: str
) -> None:
    post_entries(owner_tx, [capture(9, amount=1)])
    with pytest.raises(EntryRefused, match=constraint), refusals():
        owner_tx.execute(text(_filled(BOTH, digest=RIGHT, legs=legs)))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("movement", "Captured!"),
        ("idempotency_key", "a b"),
        ("source", "line\nline"),
        ("business_date", "1999-12-31"),
    ],
)
def test_an_entry_whose_bytes_could_be_misread_is_refused(
    owner_tx: Tx, column: str, value: str
) -> None:
    row = {
        "movement": "captured",
        "idempotency_key": "captured:1",
        "source": "evidence:1",
        "business_date": "2026-11-20",
    } | {column: value}
    with pytest.raises(EntryRefused, match="entry_"), refusals():
        owner_tx.execute(
            text(
                "INSERT INTO ledger.entry"
                " (movement, idempotency_key, source, business_date, digest)"
                " VALUES (:movement, :idempotency_key, :source, :business_date, '')",
            ),
            row,
        )


@pytest.mark.parametrize(
    ("kind", "party"), [("cash", "vnpay"), ("loss", "vnpay"), ("payable", ""), ("payable", "a b")]
)
def test_an_account_outside_the_chart_is_refused(owner_tx: Tx, kind: str, party: str) -> None:
    with pytest.raises(EntryRefused, match="of_the_chart"), refusals():
        owner_tx.execute(
            text("INSERT INTO ledger.account (kind, party) VALUES (:kind, :party)"),
            {"kind": kind, "party": party},
        )


def test_the_database_knows_the_same_chart(owner_tx: Tx) -> None:
    for kind in AccountKind:
        party = "" if kind in {AccountKind.LOSS, AccountKind.GAIN} else "a"
        owner_tx.execute(
            text("INSERT INTO ledger.account (kind, party) VALUES (:kind, :party)"),
            {"kind": kind, "party": party},
        )


def test_a_transfer_added_later_is_refused(owner_tx: Tx) -> None:
    (posted,) = post_entries(owner_tx, [capture(1)])
    add = ONLY_LEGS.replace("<entry_id>", str(posted.entry_id))
    assert _refusal(owner_tx, add.replace("<legs>", _leg(ordinal=2))) == "LD004"
    assert _refusal(owner_tx, add.replace("<legs>", _leg())) == errors.UniqueViolation.sqlstate


def test_a_transfer_for_an_entry_of_an_earlier_transaction_is_refused(owner_tx: Tx) -> None:
    (posted,) = post_entries(owner_tx, [capture(1)])
    owner_tx.execute(text("ALTER TABLE ledger.entry DISABLE TRIGGER refuse_change"))
    owner_tx.execute(text("UPDATE ledger.entry SET written_in = written_in - 1"))
    for entry_id in (posted.entry_id, 0):
        add = ONLY_LEGS.replace("<entry_id>", str(entry_id))
        assert _refusal(owner_tx, add.replace("<legs>", _leg(ordinal=2))) == "LD006"


def test_the_owner_too_finds_a_closed_day_closed(owner_tx: Tx) -> None:
    close_day(owner_tx, DAY, now=NOW)
    post_entries(owner_tx, [capture(9, day=NEXT_DAY)])
    assert _refusal(owner_tx, _filled(BOTH, digest=RIGHT, legs=_leg())) == "LD002"


def test_arrays_of_different_length_are_refused(tx: Tx) -> None:
    assert _refusal(tx, POST.replace("'{}'", "'{a}'", 1)) == "LD010"
    assert _refusal(tx, POST.replace(" '{}', '{}')", " '{}', '{a}')")) == "LD010"


def test_an_error_that_is_not_of_the_book_stays_what_it_is(tx: Tx) -> None:
    with pytest.raises(DBAPIError) as passed, refusals():
        tx.execute(text("SELECT 1 / 0"))
    assert not isinstance(passed.value, BookRefused)


def test_a_refusal_keeps_what_the_database_said(tx: Tx) -> None:
    with pytest.raises(EntryRefused) as refused, refusals():
        tx.execute(text(POST.replace("'{}'", "'{a}'", 1)))
    assert isinstance(refused.value.__cause__, DBAPIError)


@pytest.mark.parametrize("role", EVERYONE)
def test_no_role_of_ours_can_do_more_than_it_is_given(owner_tx: Tx, role: str) -> None:
    found = owner_tx.execute(
        text(
            "SELECT rolconfig, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
            " FROM pg_roles WHERE rolname = :role",
        ),
        {"role": role},
    ).one()
    assert found == (["search_path=pg_catalog"], False, False, False, False, False)
