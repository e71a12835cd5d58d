"""I18 finds every way of changing what guards the book, and nothing on a book left alone."""

import pytest

from ledger.postgres.transaction import OpenTx, Tx
from reconciliation.postgres import proof_rows
from reconciliation.proofs.contract import Holds, Means
from reconciliation.proofs.guards_stand import guards_stand
from tests.conftest import OpenAs
from tests.reconciliation.proofs.book import named

CHANGES = {
    "ALTER TABLE ledger.transfer ENABLE ROW LEVEL SECURITY": [
        "ledger.transfer has row security",
    ],
    "CREATE POLICY few ON ledger.entry USING (false)": [
        "ledger.entry has a policy few",
    ],
    "CREATE RULE drop_it AS ON INSERT TO ledger.audit_record DO INSTEAD NOTHING": [
        "ledger.audit_record has a rule drop_it",
    ],
    "ALTER TABLE ledger.seal OWNER TO clearing_app": [
        "ledger.seal belongs to clearing_app",
    ],
    "CREATE TABLE ledger.more (); ALTER TABLE ledger.more OWNER TO clearing_owner": [
        "ledger.more is nothing of the book",
    ],
    "ALTER TABLE ledger.entry DISABLE TRIGGER ALL": [
        "ledger.entry does not always run its trigger check_entries",
        "ledger.entry does not always run its trigger refuse_change",
        "ledger.entry does not check its foreign keys",
    ],
    "ALTER TABLE ledger.seal ENABLE TRIGGER refuse_change": [
        "ledger.seal does not always run its trigger refuse_change",
    ],
    "DROP TRIGGER check_transfers ON ledger.transfer_before_months": [
        "ledger.transfer_before_months is without its trigger check_transfers",
    ],
    (
        "DROP TRIGGER refuse_change ON ledger.month; CREATE TRIGGER refuse_change BEFORE"
        " DELETE ON ledger.month FOR EACH STATEMENT EXECUTE FUNCTION"
        " ledger.refuse_change_v1(); ALTER TABLE ledger.month ENABLE ALWAYS TRIGGER"
        " refuse_change"
    ): [
        "ledger.month has another trigger in the place of refuse_change",
    ],
    (
        "CREATE TRIGGER first BEFORE INSERT ON ledger.seal FOR EACH STATEMENT EXECUTE"
        " FUNCTION ledger.refuse_change_v1()"
    ): [
        "ledger.seal has a trigger that is not of the book: first",
    ],
    "ALTER TABLE ledger.entry ALTER recorded_at SET DEFAULT '2026-03-11 10:00:00+00'": [
        (
            "ledger.entry.recorded_at is by default"
            " '2026-03-11 10:00:00+00'::timestamp with time zone"
        ),
    ],
    "ALTER TABLE ledger.entry ALTER written_in DROP DEFAULT": [
        "ledger.entry.written_in is by default nothing",
    ],
    "ALTER TABLE ledger.audit_record ALTER recorded_at SET DEFAULT now()": [
        "ledger.audit_record.recorded_at is by default now()",
    ],
    (
        "CREATE OR REPLACE FUNCTION ledger.refuse_change_v1() RETURNS trigger LANGUAGE"
        " plpgsql SET search_path = pg_catalog, pg_temp AS $$ BEGIN RETURN NULL; END; $$"
    ): [
        "the function ledger.refuse_change_v1 is not the one of the project",
    ],
    (
        "CREATE OR REPLACE FUNCTION ledger.is_batch_v1(batch text) RETURNS boolean LANGUAGE"
        " sql IMMUTABLE AS 'SELECT true'"
    ): [
        "the function ledger.is_batch_v1 is not the one of the project",
    ],
    "ALTER FUNCTION ledger.open_months_v1 SECURITY INVOKER": [
        "the function ledger.open_months_v1 is not the one of the project",
    ],
    "ALTER FUNCTION ledger.check_entries_v2 SET search_path = public": [
        "the function ledger.check_entries_v2 is not the one of the project",
    ],
    "ALTER FUNCTION ledger.record_audit_v1 OWNER TO clearing_app": [
        "the function ledger.record_audit_v1 is not the one of the project",
    ],
    "CREATE FUNCTION ledger.other() RETURNS integer LANGUAGE sql RETURN 1": [
        "the function ledger.other is not the one of the project",
    ],
}


def test_it_holds_of_a_clean_book(book_tx: Tx, means: Means):
    outcome = guards_stand(book_tx, means)
    assert isinstance(outcome, Holds), outcome
    assert " tables, " in outcome.count


@pytest.mark.parametrize(("change", "found"), CHANGES.items())
def test_a_guard_that_was_changed_is_named(
    planting_tx: Tx, means: Means, change: str, found: list[str]
):
    planting_tx.exec_driver_sql(change)
    assert named(guards_stand(planting_tx, means)).splitlines() == found


def test_a_view_in_the_place_of_the_entries_is_named(planting_tx: Tx, means: Means):
    planting_tx.exec_driver_sql(
        "ALTER TABLE ledger.entry RENAME TO entry_kept;"
        " CREATE VIEW ledger.entry AS SELECT * FROM ledger.entry_kept LIMIT 3;"
        " ALTER VIEW ledger.entry OWNER TO clearing_owner"
    )
    assert named(guards_stand(planting_tx, means)).splitlines() == [
        "ledger.entry is not the sort of table it was made as",
        "ledger.entry_kept is nothing of the book",
    ]


def test_a_part_without_an_end_is_named(planting_tx: Tx, means: Means):
    planting_tx.exec_driver_sql(
        "CREATE TABLE ledger.late (LIKE ledger.transfer INCLUDING CONSTRAINTS);"
        " ALTER TABLE ledger.late OWNER TO clearing_owner;"
        " SELECT ledger.guard_month_v1('late')"
    )
    until = planting_tx.exec_driver_sql(
        "SELECT max(until_day)::text FROM ledger.month"
    ).scalar_one()
    planting_tx.exec_driver_sql(
        "ALTER TABLE ledger.transfer ATTACH PARTITION ledger.late"
        f" FOR VALUES FROM ('{until}') TO (MAXVALUE)"
    )
    assert named(guards_stand(planting_tx, means)) == (
        f"ledger.late is for no month of ledger.month: FOR VALUES FROM ('{until}') TO (MAXVALUE)"
    )


def test_a_part_that_was_taken_out_is_named(planting_tx: Tx, means: Means):
    row = planting_tx.exec_driver_sql(
        "SELECT from_day, until_day FROM ledger.month ORDER BY from_day DESC LIMIT 1"
    ).one()
    part = f"ledger.transfer_{row.from_day:%Y_%m}"
    planting_tx.exec_driver_sql(f"ALTER TABLE ledger.transfer DETACH PARTITION {part}")
    assert named(guards_stand(planting_tx, means)).splitlines() == [
        f"{part} is nothing of the book",
        f"ledger.transfer has no part from {row.from_day} until {row.until_day}",
    ]


def test_a_month_that_was_taken_away_is_named(planting_tx: Tx, means: Means):
    planting_tx.exec_driver_sql("SELECT ledger.open_months_v1(current_date + 100)")
    days = planting_tx.exec_driver_sql(
        "SELECT from_day, until_day FROM ledger.month ORDER BY from_day DESC LIMIT 1 OFFSET 1"
    ).one()
    planting_tx.exec_driver_sql(
        "ALTER TABLE ledger.month DISABLE TRIGGER refuse_change;"
        " DELETE FROM ledger.month WHERE until_day = (SELECT max(from_day) FROM ledger.month);"
        " ALTER TABLE ledger.month ENABLE ALWAYS TRIGGER refuse_change"
    )
    bounds = f"FOR VALUES FROM ('{days.from_day}') TO ('{days.until_day}')"
    assert named(guards_stand(planting_tx, means)).splitlines() == [
        f"ledger.month does not go on from {days.from_day} but from {days.until_day}",
        f"ledger.transfer_{days.from_day:%Y_%m} is for no month of ledger.month: {bounds}",
    ]


def test_a_month_that_was_added_is_named(planting_tx: Tx, means: Means):
    until = planting_tx.exec_driver_sql(
        "INSERT INTO ledger.month (from_day, until_day)"
        " SELECT max(until_day), '2099-01-01' FROM ledger.month RETURNING from_day::text"
    ).scalar_one()
    assert named(guards_stand(planting_tx, means)) == (
        f"ledger.transfer has no part from {until} until 2099-01-01"
    )


@pytest.mark.parametrize("role", ["clearing_recon", "clearing_auditor"])
def test_whoever_may_prove_sees_it(owner_open_tx: OpenTx, open_as: OpenAs, means: Means, role: str):
    with open_as(role)() as tx:
        proof_rows.look_only(tx)
        assert isinstance(guards_stand(tx, means), Holds)
    with owner_open_tx() as tx:
        tx.exec_driver_sql("ALTER TABLE ledger.month ENABLE ROW LEVEL SECURITY")
    with open_as(role)() as tx:
        proof_rows.look_only(tx)
        assert "ledger.month has row security" in named(guards_stand(tx, means)).splitlines()
