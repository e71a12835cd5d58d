"""What each role may do in the database: what it is given, and every other way is refused."""

from collections.abc import Iterator, Sequence

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from api.postgres.embedded import Server
from ledger.digest import digest_of
from ledger.money import Money
from ledger.postgres.balances import balance
from ledger.postgres.days import close_day
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import OpenTx, Tx
from tests.invariants import forbidden
from tests.invariants.forbidden import DENIED
from tests.invariants.given import MAY_WRITE, REPORT_READS
from tests.ledger.attempts import BOTH, as_role, filled, leg
from tests.ledger.samples import DAY, NOW, capture

ROLES = sorted(MAY_WRITE)
READERS = ["clearing_report", "clearing_auditor"]
POSTERS = ["clearing_app", "clearing_recon"]
BOOK = ["account", "entry", "transfer", "closed_day", "balance_snapshot", "batch_snapshot"]
FORBIDDEN_MIN = 30
MEMBERS = """
SELECT member.rolname, role.rolname FROM pg_auth_members
JOIN pg_roles AS member ON member.oid = pg_auth_members.member
JOIN pg_roles AS role ON role.oid = roleid
WHERE member.rolname ~ '^clearing_' OR role.rolname ~ '^clearing_'
"""
GIVEN = """
SELECT pg_class.oid::regclass::text || ' ' || coalesce(relacl::text, '') FROM pg_class
UNION ALL SELECT pg_proc.oid::regprocedure::text || ' ' || coalesce(proacl::text, '') FROM pg_proc
UNION ALL SELECT nspname || ' ' || coalesce(nspacl::text, '') FROM pg_namespace
UNION ALL SELECT datname || ' ' || coalesce(datacl::text, '') FROM pg_database
ORDER BY 1
"""
RIGHT = digest_of(capture(1)).hex()
CALL: tuple[str, ...] = (
    *("{captured}", "{captured:vnpay:1}", "{2026-11-20}", "{evidence:1}", "{NULL}"),
    *(f'{{"\\\\x{RIGHT}"}}', "{1}", "{receivable:vnpay}", "{payable:kbnn-0011}", "{750000}"),
    "{vnpay/2026-11-20/kbnn-0011}",
)
"""A right call of the posting function, argument by argument."""


class Attempts:
    """One connection of a role, from which nothing is ever kept."""

    def __init__(self, connection: psycopg.Connection, role: str) -> None:
        self._connection = connection
        self._words = {"<role>": role, "<db>": connection.info.dbname}

    def refusal(self, statement: str, *, inside: bool = True) -> str | None:
        """Return the state a statement is refused with, None when it is not."""
        for word, meant in self._words.items():
            statement = statement.replace(word, meant)
        query = sql.SQL(statement)  # pyright: ignore[reportArgumentType] (composed, from nobody)
        try:
            if inside:
                with self._connection.transaction(force_rollback=True):
                    self._connection.execute(query)
            else:
                self._connection.execute(query)
        except psycopg.Error as refused:
            return refused.sqlstate
        return None

    def other_than_denied(self, statements: Sequence[str], *, inside: bool = True) -> list[str]:
        """Return the statements that are not refused for want of a right, and what happens."""
        assert len(statements) > 0
        found = [(each, self.refusal(each, inside=inside)) for each in statements]
        return [f"{state}: {each}" for each, state in found if state != DENIED]

    def become(self, role: str) -> None:
        """Go on as another role."""
        self._connection.execute("SELECT set_config('role', %s, false)", (role,))


@pytest.fixture
def attempts(role: str, server: Server, shared_database: str) -> Iterator[Attempts]:
    """Give attempts of one role, in a session that may write if the role may."""
    with psycopg.connect(
        server.dsn(role=role, database=shared_database),
        autocommit=True,
        options="-c default_transaction_read_only=off",
    ) as connection:
        yield Attempts(connection, role)


@pytest.mark.parametrize("role", ROLES)
def test_no_role_gets_at_a_table_but_as_it_is_given(
    attempts: Attempts, role: str, owner_tx: Tx
) -> None:
    statements = forbidden.forbidden_on_tables(owner_tx, role)
    assert len(statements) > FORBIDDEN_MIN
    assert attempts.other_than_denied(statements) == []


@pytest.mark.parametrize("role", ROLES)
def test_no_role_gets_at_a_function_or_a_sequence_but_as_it_is_given(
    attempts: Attempts, role: str, owner_tx: Tx
) -> None:
    statements = forbidden.forbidden_on_functions(owner_tx, role)
    assert len(statements) > FORBIDDEN_MIN
    assert attempts.other_than_denied(statements) == []


@pytest.mark.parametrize("role", ROLES)
def test_no_role_gets_around_the_tables_or_out_of_the_database(attempts: Attempts) -> None:
    statements = [*forbidden.ANYWHERE, *forbidden.OUT_OF_REACH, *forbidden.ON_THE_DATABASE]
    assert len(statements) > FORBIDDEN_MIN
    assert attempts.other_than_denied(statements) == []
    assert attempts.other_than_denied(forbidden.OUTSIDE, inside=False) == []


@pytest.mark.parametrize("role", ["clearing_migrator"])
def test_not_even_the_owner_gets_out_of_the_database(attempts: Attempts) -> None:
    attempts.become("clearing_owner")
    assert attempts.other_than_denied(forbidden.OUT_OF_REACH) == []


@pytest.mark.parametrize("role", ["clearing_app", *READERS, "clearing_migrator"])
def test_only_who_matches_and_closes_may_hold_locks_that_posting_waits_for(
    attempts: Attempts,
) -> None:
    assert attempts.other_than_denied(forbidden.NOT_FOR_READERS) == []


@pytest.mark.parametrize("role", ROLES)
def test_only_the_migrator_becomes_the_owner_and_nobody_anybody_else(
    attempts: Attempts, role: str
) -> None:
    others = [f"SET ROLE {other}" for other in ROLES if other != role]
    if role != "clearing_migrator":
        others += forbidden.NOT_FOR_STRANGERS
    assert attempts.other_than_denied(others) == []


def test_the_roles_belong_to_nothing_but_the_migrator_and_the_owner(owner_tx: Tx) -> None:
    found = sorted(tuple(row) for row in owner_tx.execute(text(MEMBERS)))
    assert found == [
        ("clearing_migrator", "clearing_owner"),
        ("clearing_owner", "pg_read_all_stats"),
    ]


@pytest.mark.parametrize("role", ["clearing_app", "clearing_report", "clearing_migrator"])
def test_what_a_role_is_not_to_see_it_cannot(attempts: Attempts, role: str, owner_tx: Tx) -> None:
    statements = list(forbidden.unreadable(owner_tx, role))
    assert attempts.other_than_denied(statements) == []


@pytest.mark.parametrize("role", ["clearing_report"])
def test_reports_see_what_leads_to_nobody(attempts: Attempts) -> None:
    for table, columns in REPORT_READS.items():
        look = "SELECT <c> FROM <t>".replace("<t>", table).replace("<c>", ", ".join(columns))
        assert attempts.refusal(look) is None


@pytest.mark.parametrize("role", ["clearing_auditor"])
def test_the_auditor_sees_everything(attempts: Attempts, owner_tx: Tx) -> None:
    for relation in forbidden.relations(owner_tx):
        if not relation.parent:  # The parts are read through the whole.
            assert attempts.refusal(relation.of("SELECT * FROM <t>")) is None, relation.name


@pytest.mark.parametrize("role", ROLES)
def test_nobody_hands_on_what_he_was_given(attempts: Attempts, owner_tx: Tx) -> None:
    before = owner_tx.execute(text(GIVEN)).all()
    on_tables = (each.of("GRANT ALL ON <t> TO PUBLIC") for each in forbidden.relations(owner_tx))
    for statement in (
        *on_tables,
        "GRANT ALL ON SCHEMA ledger, payments, reconciliation, api, public TO PUBLIC",
        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ledger TO PUBLIC",
        "GRANT TEMP, CREATE ON DATABASE <db> TO PUBLIC",
    ):
        # With nothing to hand on, PostgreSQL only warns.
        assert attempts.refusal(statement, inside=False) in {None, DENIED}
    assert owner_tx.execute(text(GIVEN)).all() == before


@pytest.mark.parametrize("role", [*ROLES, "clearing_owner"])
def test_no_role_copies_the_server_and_the_owner_has_no_door(
    server: Server, template: str, role: str
) -> None:
    dsn = server.dsn(role=role, database=template)
    doors = ["replication=database"] + ["replication=false"] * (role == "clearing_owner")
    for door in doors:
        with pytest.raises(
            psycopg.OperationalError, match=r"permission denied|not permitted|must be"
        ):
            psycopg.connect(f"{dsn}&{door}")


@pytest.mark.parametrize("role", [*ROLES, "clearing_owner"])
def test_no_role_can_do_more_than_it_is_given(owner_tx: Tx, role: str) -> None:
    found = owner_tx.execute(
        text(
            "SELECT 'search_path=pg_catalog' = ANY (rolconfig), rolsuper, rolcreaterole,"
            " rolcreatedb, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = :role",
        ),
        {"role": role},
    ).one()
    assert found == (True, False, False, False, False, False)


@pytest.mark.parametrize("role", READERS)
def test_who_only_reads_begins_by_promising_to(server: Server, template: str, role: str) -> None:
    with psycopg.connect(server.dsn(role=role, database=template)) as connection:
        read_only = connection.execute("SHOW transaction_read_only").fetchone()
        assert read_only == ("on",)


@pytest.mark.parametrize("role", ROLES)
def test_saying_that_a_write_was_checked_gives_no_right_to_write(attempts: Attempts) -> None:
    said = "SELECT set_config('ledger.checked', 'by post_entries_v1', false)"
    assert attempts.refusal(said, inside=False) is None
    wrong = filled(BOTH, digest=digest_of(capture(1)), legs=leg())
    assert attempts.refusal(wrong) == DENIED


def call(place: int, other: str) -> tuple[str, ...]:
    """Return the right call with another argument at a place."""
    return tuple(other if at == place else given for at, given in enumerate(CALL))


def called(arguments: Sequence[str], *, version: str = "v2") -> str:
    """Return a call of the posting function."""
    given = ", ".join(f"'{argument}'" for argument in arguments)
    return f"SELECT * FROM ledger.post_entries_{version}({given})"  # noqa: S608 (ours, for a test)


CALLS = [
    (CALL, None),
    (call(5, f'{{"\\\\x{digest_of(capture(2)).hex()}"}}'), "LD004"),
    (call(0, "{settled}"), "LD004"),
    (call(2, "{2026-11-21}"), "LD004"),
    (call(3, "{evidence:2}"), "LD004"),
    (call(7, "{receivable:momo}"), "LD004"),
    (call(8, "{payable:kbnn-0012}"), "LD004"),
    (call(9, "{750001}"), "LD004"),
    (call(10, "{vnpay/2026-11-21/kbnn-0011}"), "LD004"),
    (call(1, '{"captured vnpay 1"}'), "LD007"),
    (call(4, "{captured:vnpay:99}"), "LD004"),
    (call(6, "{2}"), "LD003"),
    ((*CALL[:6], *["{}"] * 5), "LD003"),
]


@pytest.mark.parametrize("role", ROLES)
def test_only_right_entries_get_in_and_only_from_who_posts(attempts: Attempts, role: str) -> None:
    for arguments, state in CALLS:
        expected = state if role in POSTERS else DENIED
        for version in ("v1", "v2"):
            posting = called(arguments, version=version)
            assert attempts.refusal(posting) == expected, posting


@pytest.mark.parametrize("role", POSTERS)
def test_nobody_gets_into_a_closed_day(open_tx: OpenTx, open_recon_tx: OpenTx, role: str) -> None:
    with open_recon_tx() as tx:
        close_day(tx, DAY, now=NOW)
    opened = {"clearing_app": open_tx, "clearing_recon": open_recon_tx}[role]
    with pytest.raises(Exception, match="2026-11-20 is closed"), opened() as tx:
        tx.exec_driver_sql(called(CALL))


def test_temporary_tables_cannot_take_the_place_of_ours(owner_tx: Tx) -> None:
    for table in BOOK:
        owner_tx.execute(text(f"CREATE TEMP TABLE {table} (LIKE ledger.{table})"))
        owner_tx.execute(text(f"GRANT ALL ON pg_temp.{table} TO clearing_app"))
    owner_tx.execute(text("SET LOCAL search_path = pg_temp, ledger"))
    as_role(owner_tx, "clearing_app")
    post_entries(owner_tx, [capture(1)])
    for table in BOOK:
        counted = text("SELECT count(*) FROM <table>".replace("<table>", f"pg_temp.{table}"))
        assert owner_tx.execute(counted).scalar_one() == 0
    assert balance(owner_tx, capture(1).transfers[0].debit).net == Money(750_000)
