"""What guards the book, asked of an empty one."""

from ledger.postgres.transaction import Tx
from reconciliation.postgres import proof_guard_rows
from reconciliation.postgres.proof_rows import Found


def test_nothing_differs_from_what_the_migrations_made(recon_tx: Tx):
    assert proof_guard_rows.tables_not_as_made(recon_tx) == Found((), 0)
    assert proof_guard_rows.triggers_not_as_made(recon_tx) == Found((), 0)
    assert proof_guard_rows.months_not_as_made(recon_tx) == Found((), 0)
    assert proof_guard_rows.defaults_not_as_made(recon_tx) == Found((), 0)
    assert proof_guard_rows.functions_not_as_written(recon_tx) == []


def test_parts_are_tables_of_the_book(recon_tx: Tx):
    months = recon_tx.exec_driver_sql("SELECT count(*) FROM ledger.month").scalar_one()
    functions = recon_tx.exec_driver_sql(
        "SELECT count(DISTINCT proname) FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace"
    ).scalar_one()
    tables = len(proof_guard_rows.TABLES) + months
    assert proof_guard_rows.guarded_size(recon_tx) == (tables, functions)


def test_a_month_that_begins_elsewhere_has_no_part_and_leaves_one_without(owner_tx: Tx):
    owner_tx.exec_driver_sql(
        "ALTER TABLE ledger.month DISABLE TRIGGER refuse_change;"
        " UPDATE ledger.month SET from_day = '2001-01-01' WHERE from_day = '2000-01-01';"
        " ALTER TABLE ledger.month ENABLE ALWAYS TRIGGER refuse_change"
    )
    assert proof_guard_rows.tables_not_as_made(owner_tx).total == 0
    assert proof_guard_rows.triggers_not_as_made(owner_tx).total == 0
    found = proof_guard_rows.months_not_as_made(owner_tx)
    assert found.total == 3
    assert found.names[0] == "ledger.month does not go on from 2000-01-01 but from 2001-01-01"


def test_a_function_of_an_earlier_version_is_found(owner_tx: Tx):
    earlier = (proof_guard_rows.SQL_FOLDER / "close_day_v1.sql").read_text(encoding="utf-8")
    owner_tx.exec_driver_sql(
        earlier.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
        execution_options={"no_parameters": True},
    )
    assert proof_guard_rows.functions_not_as_written(owner_tx) == [
        "the function ledger.close_day_v1 is not the one of the project"
    ]
