"""Everything sealed moves to other keys: found by both meanwhile, by the new alone after."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.postgres.embedded import Server
from api.postgres.owner import open_owner
from ledger.postgres.transaction import OpenTx, Tx, alone
from payments.change_obligations import change_obligations
from payments.look_up import NoMatch, Question, look_up
from payments.obligation import NewObligation
from payments.obligation_change import ChangeOutcome
from payments.personal_data import PersonalDataKeys, person_indexes
from payments.postgres.reseal_rows import SEALED, allow_resealing, keys_in_use
from payments.postgres.showing_rows import owed_by
from payments.push_obligations import PushOutcome, push_obligations
from payments.reseal import reseal
from payments.reseal_batch import Tally
from payments.sealed_row import sealed_anew
from payments.tell_watchers import tell_watchers
from payments.watch import Wish, Word
from payments.watch_decision import watch_decision
from tests.payments.changing import changed, correct
from tests.payments.owed import KEYS, NOW, RATES, TODAY, demand, fine, push, record

NEW = PersonalDataKeys(key_id="k2", encryption_key=b"t" * 32, index_key=b"j" * 32)
BOTH = replace(NEW, retired_keys={"k1": b"s" * 32}, other_index_keys=(b"i" * 32,))
BEFORE = replace(KEYS, retired_keys={"k2": b"t" * 32}, other_index_keys=(b"j" * 32,))
"""As every process is set before the new keys become current."""
PERSON_ID = "001090012345"


def owned(number: str) -> NewObligation:
    """Return a fine with a personal id, whose subject is a foreign paper nobody else knows."""
    personal = {"name": "Nguyễn Văn An", "personal_id": PERSON_ID}
    return replace(fine(number), subject="C1234567", personal=personal)


@pytest.fixture
def owner_tx_of(server: Server, database: str, open_tx: OpenTx) -> OpenTx:
    """Give the owner's transactions on a database with something sealed in every column."""
    with open_tx() as tx:
        push(tx, fine(), owned("2/QĐ-XPHC"), demand(), record())
        changed(tx, correct(4_000_000))
        changed(tx, replace(correct(4_500_000, document="17"), personal={"name": "Trần Bình"}))
        watch_decision(tx, _wish(), keys=KEYS, now=NOW)
    return open_owner(server.dsn(role="clearing_migrator", database=database))


def _wish(**changes: str) -> Wish:
    wish = Wish("9/QĐ-XPHC", date(2026, 3, 10), "59A-123.21", "an@example.vn", "vi", "device")
    return replace(wish, **changes)


def _anew(
    open_tx: OpenTx, keys: PersonalDataKeys = BOTH, *, is_trial: bool = False
) -> dict[str, Tally]:
    found = reseal(open_tx, SEALED, keys=keys, told=lambda _: None, is_trial=is_trial)
    return {each.column.split(".")[1]: each for each in found}


def _finds(tx: Tx, keys: PersonalDataKeys) -> list[str]:
    """Return which of the papers kept are found and open with these keys, by every way there is."""
    asked = {
        "the plate of a correction": Question("0012345/QĐ-XPHC", date(2026, 3, 10), "59A-123.21"),
        "a foreign paper": Question("2/QĐ-XPHC", date(2026, 3, 10), "C1234567"),
        "last digits": Question("2/QĐ-XPHC", date(2026, 3, 10), "2345"),
        "a record": Question("0077/BB-VPHC", date(2026, 3, 1), "59A-123.21"),
    }
    found = [
        name
        for name, question in asked.items()
        if not isinstance(look_up(tx, question, on=TODAY, keys=keys, rates=RATES), NoMatch)
    ]
    own = person_indexes(keys, personal_id=PERSON_ID)
    return [*found, *(["mine"] if owed_by(tx, own, rows_max=9) else [])]


ALL = ["the plate of a correction", "a foreign paper", "last digits", "a record", "mine"]


@pytest.mark.parametrize("keys", [KEYS, BEFORE, BOTH])
def test_before_anything_moves_all_is_found_with_the_old_key_current_or_not(
    owner_tx_of: OpenTx, open_tx: OpenTx, keys: PersonalDataKeys
):
    with open_tx() as tx:
        assert _finds(tx, keys) == ALL
        assert _finds(tx, NEW) == []
    assert owner_tx_of is not open_tx


def test_once_moved_everything_opens_and_is_found_without_the_old_keys(
    owner_tx_of: OpenTx, open_tx: OpenTx
):
    trial = _anew(owner_tx_of, is_trial=True)
    done = _anew(owner_tx_of)
    rows = {"decision_watch": 1, "obligation": 3, "obligation_version": 2}
    assert {name: each.needed for name, each in trial.items() if each.rows} == rows
    assert {name: each.written for name, each in done.items() if each.rows} == rows
    with open_tx() as tx:
        assert _finds(tx, NEW) == _finds(tx, BOTH) == _finds(tx, BEFORE) == ALL
        assert _finds(tx, KEYS) == []
        used = {column.name: keys_in_use(tx, column) for column in SEALED}
        assert {key for each in used.values() for key in each} == {"k2"}
    again = _anew(owner_tx_of, NEW)
    assert {each.needed + each.unopened for each in again.values()} == {0}
    assert not any(each.unexplained for each in again.values())


def test_nothing_but_seals_and_indexes_changes(owner_tx_of: OpenTx, open_tx: OpenTx):
    columns = "ARRAY['sealed', 'subject_index', 'other_index', 'person_index']"
    said = (
        f"SELECT to_jsonb(own) - {columns} FROM payments.obligation AS own"  # noqa: S608 (our own words)
        f" UNION ALL SELECT to_jsonb(was) - {columns} FROM payments.obligation_version AS was"
    )
    with open_tx() as tx:
        before = tx.execute(text(said)).scalars().all()
    _anew(owner_tx_of)
    with open_tx() as tx:
        assert sorted(map(str, tx.execute(text(said)).scalars())) == sorted(map(str, before))


def test_what_a_provider_says_again_and_changes_again_is_known_under_either_key(
    owner_tx_of: OpenTx, open_tx: OpenTx
):
    again = replace(correct(4_000_000), number="0012345/QĐ-XPHC")
    for keys in (BEFORE, BOTH):
        with open_tx() as tx:
            verdicts = push_obligations(tx, [owned("2/QĐ-XPHC"), record()], keys=keys, now=NOW)
            assert {each.outcome for each in verdicts} == {PushOutcome.SAME_AGAIN}
            (verdict,) = change_obligations(tx, [again], keys=keys, rates=RATES, now=NOW)
            assert verdict.outcome is ChangeOutcome.SAME_AGAIN
            place = watch_decision(tx, _wish(), keys=keys, now=NOW)
            assert tx.scalar(text("SELECT seal_place FROM payments.decision_watch")) == place
        _anew(owner_tx_of)


def test_a_watch_is_told_whether_its_decision_came_before_or_after_the_keys(
    owner_tx_of: OpenTx, open_tx: OpenTx
):
    _anew(owner_tx_of)
    told: list[Word] = []

    def send(word: Word) -> str:
        told.append(word)
        return ""

    with open_tx() as tx:
        push_obligations(tx, [fine("9/QĐ-XPHC")], keys=NEW, now=NOW)
    tell_watchers(open_tx, send, keys=NEW, now=NOW, limit_max=9)
    assert [word.address for word in told] == ["an@example.vn"]


def test_a_correction_between_reading_and_writing_stands(owner_tx_of: OpenTx, open_tx: OpenTx):
    """The version it was read at is gone: it is left, and found at the next run."""
    obligations = next(each for each in SEALED if each.table.name == "obligation")
    with owner_tx_of() as tx:
        read = [
            sealed_anew(row, keys=BOTH, nonce=bytes([number] * 12))
            for number, row in enumerate(obligations.read(tx, (), 9))
        ]
    with open_tx() as tx:
        change = replace(correct(5_000_000, document="18"), personal={"name": "Lê Cường"})
        changed(tx, change)
    with owner_tx_of() as tx:
        allow_resealing(tx)
        assert obligations.write(tx, [each for each in read if each.is_changed]) == 2
    assert _anew(owner_tx_of)["obligation"].written == 1
    with open_tx() as tx:
        assert _finds(tx, NEW) == ALL


def test_a_row_somebody_holds_is_left_and_waits_for_nobody(owner_tx_of: OpenTx, open_tx: OpenTx):
    with open_tx() as tx:
        tx.execute(text("SELECT FROM payments.obligation WHERE number LIKE '2/%' FOR UPDATE"))
        found = _anew(owner_tx_of)["obligation"]
        assert (found.needed, found.written, found.left) == (3, 2, 1)
    assert _anew(owner_tx_of)["obligation"].written == 1


def test_rows_no_key_opens_or_explains_stay_and_are_counted(owner_tx_of: OpenTx, open_tx: OpenTx):
    stranger = replace(NEW, key_id="k3")
    with open_tx() as tx:
        push_obligations(tx, [fine("7/QĐ-XPHC")], keys=stranger, now=NOW)
    without = replace(BOTH, other_index_keys=())
    found = _anew(owner_tx_of, without)["obligation"]
    assert found.unopened == 1
    assert found.unexplained == {"subject_index": 3, "other_index": 1, "person_index": 1}
    assert (found.written, found.left) == (3, 0)
    with open_tx() as tx:
        assert _finds(tx, replace(NEW, other_index_keys=(b"i" * 32,))) == ALL


def test_two_runs_at_once_move_each_row_once(owner_tx_of: OpenTx, open_tx: OpenTx):
    with open_tx() as tx:
        push_obligations(tx, [fine(f"{each}/A") for each in range(300)], keys=KEYS, now=NOW)
    with ThreadPoolExecutor(2) as both:
        first, second = (each["obligation"] for each in both.map(_anew, [owner_tx_of, owner_tx_of]))
    assert first.written + second.written == 303
    assert first.left == second.left == 0


def test_a_wish_left_once_under_each_key_is_kept_once(owner_tx_of: OpenTx, open_tx: OpenTx):
    with open_tx() as tx:
        watch_decision(tx, _wish(), keys=NEW, now=NOW)
    assert _anew(owner_tx_of)["decision_watch"].left == 0
    with open_tx() as tx:
        assert tx.scalar(text("SELECT count(*) FROM payments.decision_watch")) == 1
    assert _anew(owner_tx_of, NEW)["decision_watch"].needed == 0


FORGED = {
    "another amount": "UPDATE payments.obligation SET facts = '{}'",
    "a seal taken away": "UPDATE payments.obligation SET sealed = NULL",
    "an index that was not there": "UPDATE payments.obligation SET person_index = '\\x01'",
    "a version's facts": "UPDATE payments.obligation_version SET facts = '{}'",
    "a version's seal taken away": "UPDATE payments.obligation_version SET sealed = NULL",
    "a version gone": "DELETE FROM payments.obligation_version",
    "an order's amount": "UPDATE payments.agency_order SET amount_vnd = 1",
}


def test_even_the_owner_changes_nothing_else_while_sealing_anew(owner_tx_of: OpenTx):
    with owner_tx_of() as tx:
        tx.exec_driver_sql(
            "INSERT INTO payments.agency_order SELECT 'a', 'r', obligation_id, 5, 'd',"
            " decode(repeat('00', 32), 'hex'), '\\x01', now() FROM payments.obligation LIMIT 1"
        )
        allow_resealing(tx)
        for what, forged in FORGED.items():
            assert _is_refused(tx, forged), what


def test_nobody_else_exchanges_a_seal(owner_tx_of: OpenTx, open_tx: OpenTx, owner_open_tx: OpenTx):
    for table in ("obligation", "obligation_version"):
        forged = f"UPDATE payments.{table} SET sealed = '\\x01' WHERE sealed IS NOT NULL"  # noqa: S608 (our own names)
        with owner_tx_of() as tx:
            assert _is_refused(tx, forged)  # The owner did not say that this is what it does.
        for open_other in (open_tx, owner_open_tx):
            with open_other() as tx:
                allow_resealing(tx)
                assert _is_refused(tx, forged)


def _is_refused(tx: Tx, forged: str) -> bool:
    try:
        with alone(tx):
            tx.exec_driver_sql(forged)
    except DBAPIError:
        return True
    return False
