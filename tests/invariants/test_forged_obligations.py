"""No role can make up what became of an obligation: the database asks for the ground of it."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError

from ledger.postgres.transaction import OpenTx, Tx
from payments.obligation_change import ChangeAct
from tests.conftest import OpenAs
from tests.payments.changing import CANCEL, changed, correct, pay, supersede
from tests.payments.owed import fine, push, record

APP, RECON = "clearing_app", "clearing_recon"
CHANGE = """
INSERT INTO payments.obligation_change
SELECT obligation_id, version, '{act}', 'x', 'x', 'x', changed_at, decode(repeat('00', 32), 'hex')
FROM payments.obligation WHERE obligation_id = {id}
"""
DUE = """
INSERT INTO payments.refund_due (
    obligation_id, sequence, version, paid_vnd, due_vnd, difference_vnd, cause, found_at
)
SELECT obligation_id, 9, {version}, {paid}, 0, {paid}, 'made up', now()
FROM payments.obligation WHERE obligation_id = {id}
"""
NEXT = "version = version + 1, changed_at = now()"


def planted(tx: Tx) -> dict[str, int]:
    """Keep obligations that stand in every way, and return their ids."""
    ids = push(tx, *(fine(f"{each}/QĐ-XPHC") for each in range(6)), record())
    open_, paid, raised, old, *_ = ids
    pay(tx, paid)
    pay(tx, raised)
    changed(tx, correct(3_500_000, number="2/QĐ-XPHC"))
    new = changed(tx, supersede(fine("9/QĐ-XPHC"), number="3/QĐ-XPHC")).successor_id
    assert new is not None
    named = {"open": open_, "paid": paid, "raised": raised, "old": old, "new": new}
    return named | {"other": ids[4], "record": ids[6]}


FORGED = {
    "withdrawn without a change": (RECON, "SET status = 'withdrawn'", "open"),
    "open again as it was paid": (RECON, "SET status = 'open'", "paid"),
    "paid for nothing": (RECON, "SET status = 'paid'", "open"),
    "captures made up": (RECON, "SET captures = captures + 5", "open"),
    "one capture made up": (RECON, "SET captures = captures + 1", "paid"),
    "replaced without a change": (APP, "SET status = 'superseded', successor_id = {other}", "open"),
    "led to another": (APP, "SET successor_id = {other}", "old"),
    "led back to itself": (APP, "SET successor_id = {old}", "old"),
    "a record without a decision": (
        APP,
        "SET status = 'superseded', successor_id = {other}",
        "record",
    ),
}


@pytest.mark.parametrize(("role", "forged", "which"), FORGED.values(), ids=FORGED)
def test_a_status_without_its_ground_does_not_commit(
    open_tx: OpenTx, open_as: OpenAs, role: str, forged: str, which: str
):
    with open_tx() as tx:
        ids = planted(tx)
    statement = f"UPDATE payments.obligation {forged.format(**ids)} WHERE obligation_id = "
    with pytest.raises(DBAPIError, match=r"obligation"), open_as(role)() as tx:
        tx.exec_driver_sql(statement + str(ids[which]))


def test_an_unrelated_fine_takes_no_ones_place_even_with_a_change(open_tx: OpenTx):
    with open_tx() as tx:
        ids = planted(tx)
    forged = (
        f"UPDATE payments.obligation SET status = 'superseded', {NEXT},"  # noqa: S608 (our own ids)
        f" successor_id = {ids['other']} WHERE obligation_id = {ids['open']};"
        + CHANGE.format(act="supersede", id=ids["open"])
    )
    with pytest.raises(DBAPIError, match="took its place"), open_tx() as tx:
        tx.exec_driver_sql(forged)


@pytest.mark.parametrize(
    ("which", "version", "paid"),
    [
        ("open", 1, 5_000_000),  # Nothing was taken.
        ("paid", 1, 3_000_000),  # It reads as it was paid.
        ("raised", 99, 3_000_000),  # No such version.
        ("raised", 2, 2_999_999),  # Another sum was taken.
    ],
)
def test_money_due_back_is_not_made_up(
    open_tx: OpenTx, open_as: OpenAs, which: str, version: int, paid: int
):
    with open_tx() as tx:
        ids = planted(tx)
    with pytest.raises(DBAPIError, match="were not taken"), open_as(RECON)() as tx:
        tx.exec_driver_sql(DUE.format(id=ids[which], version=version, paid=paid))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("status", "'paid'"),
        ("version", "2"),
        ("captures", "1"),
        ("successor_id", "obligation_id"),
        ("changed_at", "now()"),
        ("confirmed_at", "now()"),
    ],
)
def test_nothing_is_pushed_but_open_and_new(open_tx: OpenTx, column: str, value: str):
    with open_tx() as tx:
        push(tx, fine())
    values = {"status": "'open'", column: value}
    forged = (
        "INSERT INTO payments.obligation (provider, kind, number, number_shown, facts,"  # noqa: S608 (columns of our own list)
        f" beneficiary, pushed_at, {', '.join(values)})"
        " SELECT provider, kind, 'X', 'X', facts, beneficiary, now(),"
        f" {', '.join(values.values())} FROM payments.obligation"
    )
    with pytest.raises(DBAPIError, match="refused"), open_tx() as tx:
        tx.exec_driver_sql(forged)


@pytest.mark.parametrize("act", [ChangeAct.CANCEL, ChangeAct.SUPERSEDE])
def test_what_is_decided_commits(open_tx: OpenTx, act: ChangeAct):
    """A chain of successors moves on, and what was paid of it is cancelled in the end."""
    with open_tx() as tx:
        planted(tx)
    with open_tx() as tx:
        if act is ChangeAct.CANCEL:
            changed(tx, replace(CANCEL, number="9/QĐ-XPHC"))
        else:
            changed(tx, supersede(fine("10/QĐ-XPHC"), number="9/QĐ-XPHC", document="20"))
    with open_tx() as tx:
        push(tx, fine("11/QĐ-XPHC", record_number="0077/BB-VPHC"))
