"""Attempts at what the book refuses: statements, and what they are refused with."""

import threading

from psycopg import errors
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ledger.postgres.transaction import OpenTx, Tx

WAIT_S = 20
EVERYONE = ["clearing_app", "clearing_recon", "clearing_report", "clearing_auditor"]
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


def refusal(tx: Tx, statement: str) -> str | None:
    """Return the state a statement is refused with, None when it is not."""
    try:
        with tx.begin_nested():
            tx.execute(text(statement))
    except DBAPIError as refused:
        return refused.orig.sqlstate if isinstance(refused.orig, errors.Error) else "other"
    return None


def as_role(tx: Tx, role: str) -> None:
    """Go on as another role until the transaction ends."""
    tx.execute(text("SELECT set_config('role', :role, true)"), {"role": role})


def disable(tx: Tx, trigger: str, *, table: str) -> None:
    """Take a check away, as only the owner can."""
    off = "ALTER TABLE ledger.<table> DISABLE TRIGGER <trigger>"
    tx.execute(text(off.replace("<table>", table).replace("<trigger>", trigger)))


def filled(statement: str, *, digest: bytes, legs: str) -> str:
    """Return a statement with its digest and its transfers put in."""
    return statement.replace("<digest>", f"\\x{digest.hex()}").replace("<legs>", legs)


def leg(
    *,
    ordinal: int = 1,
    debit: str = "receivable:vnpay",
    credit: str = "payable:kbnn-0011",
    amount: int = 750_000,
    batch: str = "vnpay/2026-11-20/kbnn-0011",
    day: str = "2026-11-20",
) -> str:
    """Return the values of one transfer, that of the sample capture where nothing is said."""
    places = ", ".join(PLACE.replace("<code>", code) for code in (debit, credit))
    return f"({ordinal}::smallint, {places}, {amount}::bigint, '{batch}', date '{day}')"


def wait_until_waiting(open_tx: OpenTx, *, transactions: int) -> None:
    """Return once so many transactions of this database wait for others.

    Raises:
        AssertionError: they never did.
    """
    waiting = text(
        "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)"
        " WHERE NOT granted AND datname = current_database()",
    )
    pause = threading.Event()
    for _ in range(WAIT_S * 100):
        with open_tx() as tx:
            if tx.execute(waiting).scalar_one() == transactions:
                return
        pause.wait(0.01)
    raise AssertionError("nobody waits")
