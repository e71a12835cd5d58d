"""Keys change over while everybody works: nothing is lost, missed or left under the old ones."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Final

from sqlalchemy import text

from api.postgres.embedded import Server
from api.postgres.owner import open_owner
from api.sealed_columns import SEALED_EVERYWHERE
from ledger.postgres.transaction import OpenTx, Tx
from payments.change_obligations import change_obligations
from payments.found import Found
from payments.look_up import Question, look_up
from payments.obligation import NewObligation
from payments.obligation_change import ChangeOutcome
from payments.personal_data import PersonalDataKeys
from payments.push_obligations import PushOutcome, push_obligations
from payments.reseal import reseal
from tests.payments.changing import correct, pay
from tests.payments.owed import KEYS, NOW, RATES, TODAY, fine, push

NEW = PersonalDataKeys(key_id="k2", encryption_key=b"t" * 32, index_key=b"j" * 32)
OLD_FIRST = replace(KEYS, retired_keys={"k2": b"t" * 32}, other_index_keys=(b"j" * 32,))
NEW_FIRST = replace(NEW, retired_keys={"k1": b"s" * 32}, other_index_keys=(b"i" * 32,))
"""Processes while keys change over: some seal with the old one still, some with the new."""

BEFORE: Final = 200
"""How many fines there are when keys begin to change over."""
ROUNDS: Final = 10


def _number(ordinal: int) -> str:
    return f"{ordinal}/QĐ-XPHC"


def _owed(ordinal: int) -> NewObligation:
    personal = {"name": "Nguyễn Văn An", "personal_id": f"0010900{ordinal:05}"}
    return replace(fine(_number(ordinal)), personal=personal)


class Portal:
    """Works on one thread as one process would; nothing of it may fail."""

    def __init__(self, open_tx: OpenTx, keys: PersonalDataKeys, *, first: int) -> None:
        self._open_tx, self._keys, self._first = open_tx, keys, first

    def work(self) -> None:
        """Push, look up, correct and pay."""
        for ordinal in range(self._first, self._first + ROUNDS):
            with self._open_tx() as tx:
                (pushed,) = push_obligations(tx, [_owed(ordinal)], keys=self._keys, now=NOW)
                assert pushed.outcome is PushOutcome.NEW
            with self._open_tx() as tx:
                # One's own, and one that was there before and may be moving right now.
                for each in (ordinal, ordinal % BEFORE):
                    self.look(tx, each, "59A-123.21")
                    self.look(tx, each, f"{each:04}"[-4:])
            change = correct(4_000_000, number=_number(ordinal % BEFORE), document=f"{ordinal}")
            with self._open_tx() as tx:
                personal = {"name": "Trần Bình", "personal_id": f"0010900{ordinal % BEFORE:05}"}
                (verdict,) = change_obligations(
                    tx,
                    [replace(change, personal=personal)],
                    keys=self._keys,
                    rates=RATES,
                    now=NOW,
                )
                assert verdict.outcome is ChangeOutcome.CHANGED, verdict
            assert pushed.obligation_id is not None
            with self._open_tx() as tx:
                pay(tx, pushed.obligation_id)

    def look(self, tx: Tx, ordinal: int, subject: str) -> None:
        """Find a fine by its number and one of its second facts, and open what is sealed of it."""
        question = Question(_number(ordinal), date(2026, 3, 10), subject)
        found = look_up(tx, question, on=TODAY, keys=self._keys, rates=RATES)
        assert isinstance(found, Found), (ordinal, subject)
        assert found.who in {"N. V. A.", "T. B."}


def test_under_load_no_look_up_misses_and_no_row_is_lost_or_left(
    server: Server, database: str, open_tx: OpenTx
) -> None:
    with open_tx() as tx:
        push(tx, *(_owed(ordinal) for ordinal in range(BEFORE)))
    as_owner = open_owner(server.dsn(role="clearing_migrator", database=database))
    portals = [
        Portal(open_tx, keys, first=first)
        for first, keys in ((1_000, OLD_FIRST), (2_000, NEW_FIRST))
    ]
    runs = 0
    with ThreadPoolExecutor(len(portals)) as threads:
        working = [threads.submit(portal.work) for portal in portals]
        while not all(each.done() for each in working):
            reseal(as_owner, SEALED_EVERYWHERE, keys=NEW_FIRST, told=lambda _: None)
            runs += 1
        for each in working:
            each.result()
    assert runs > 1
    # By now every process seals with the new key: what the slowest left behind moves, too.
    reseal(as_owner, SEALED_EVERYWHERE, keys=NEW_FIRST, told=lambda _: None)
    left = reseal(as_owner, SEALED_EVERYWHERE, keys=NEW, told=lambda _: None, is_trial=True)
    assert sum(each.needed + each.unopened for each in left) == 0
    assert not any(each.unexplained for each in left)
    with open_tx() as tx:
        rows = tx.scalar(text("SELECT count(*) FROM payments.obligation"))
        versions = tx.scalar(text("SELECT count(*) FROM payments.obligation_version"))
        assert (rows, versions) == (BEFORE + 2 * ROUNDS, 2 * ROUNDS)
        after = Portal(open_tx, NEW, first=0)
        for ordinal in (0, 1, BEFORE - 1, 1_000, 2_000):
            after.look(tx, ordinal, "59A-123.21")
