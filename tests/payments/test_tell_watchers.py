"""Telling who waits: one mail when all facts fit, none before, and nothing kept afterwards."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from ledger.postgres.transaction import Tx
from payments.tell_watchers import WatchersTold
from payments.watch import KEPT_FOR, TRIES_MAX, Word
from tests.payments.changing import CANCEL, changed
from tests.payments.owed import demand, fine, push, record
from tests.payments.scene import NOW
from tests.payments.watching import WISH, Post, tell, wish


def kept(tx: Tx) -> int:
    return int(tx.scalar(text("SELECT count(*) FROM payments.decision_watch")) or 0)


def test_one_mail_leaves_when_the_decision_comes_and_the_address_is_forgotten(tx: Tx):
    wish(tx)
    post = Post()
    assert tell(tx, post) == WatchersTold()
    push(tx, fine())
    assert tell(tx, post) == WatchersTold(told=1)
    assert post.sent == [Word("an@example.vn", "vi", NOW)]
    assert kept(tx) == 0
    assert tell(tx, post) == WatchersTold()


@pytest.mark.parametrize(
    ("number", "subject"),
    [("0012346/QĐ-XPHC", "59A-123.21"), (WISH.number, "59A-123.22"), (WISH.number, "4321")],
)
def test_nobody_is_told_of_what_they_could_not_look_up(tx: Tx, number: str, subject: str):
    wish(tx, number=number, subject=subject)
    push(tx, fine())
    assert tell(tx, Post()) == WatchersTold()


def test_another_date_is_another_decision(tx: Tx):
    wish(tx)
    push(tx, replace(fine(issued_on="2026-03-09"), decided_on=date(2026, 3, 9)))
    assert tell(tx, Post()) == WatchersTold()


def test_who_typed_no_date_is_told_of_a_paper_that_has_one_unless_its_kind_asks_for_it(tx: Tx):
    wish(tx, number="H29", subject="2345", decided_on=None)
    wish(tx, decided_on=None)
    push(tx, replace(demand("H29"), subject="2345", decided_on=date(2026, 3, 10)), fine())
    assert tell(tx, Post()) == WatchersTold(told=1)


def test_last_digits_serve_as_they_do_in_a_search(tx: Tx):
    wish(tx, subject="2345")
    push(tx, replace(fine(), personal={"personal_id": "001099012345"}))
    assert tell(tx, Post()) == WatchersTold(told=1)


def test_who_waits_with_a_record_is_told_when_its_decision_came(tx: Tx):
    push(tx, replace(record(), decided_on=date(2026, 3, 10)))
    wish(tx, number="0077/BB-VPHC")
    assert tell(tx, Post()) == WatchersTold()
    push(tx, fine(record_number="0077/BB-VPHC"))
    assert tell(tx, Post()) == WatchersTold(told=1)


def test_a_withdrawn_decision_is_nothing_to_be_told_of(tx: Tx):
    wish(tx)
    push(tx, fine())
    changed(tx, CANCEL)
    assert tell(tx, Post()) == WatchersTold()


def test_a_mail_that_does_not_leave_is_tried_again_and_given_up_in_the_end(tx: Tx):
    wish(tx)
    push(tx, fine())
    now, tries = NOW, 0
    while kept(tx):
        told = tell(tx, Post("SMTPServerDisconnected"), now=now)
        assert told.told == 0
        tries += told.failed + told.given_up
        now += timedelta(minutes=1)
    assert tries == TRIES_MAX
    assert NOW + timedelta(hours=5) < now < NOW + KEPT_FOR


def test_a_mail_claimed_by_a_process_that_died_is_sent_by_the_next(tx: Tx):
    wish(tx)
    push(tx, fine())

    class Died(Exception):
        pass

    class Dying(Post):
        def __call__(self, word: Word) -> str:
            raise Died(word.language)

    with pytest.raises(Died):
        tell(tx, Dying())
    assert tell(tx, Post()) == WatchersTold()
    assert tell(tx, Post(), now=NOW + timedelta(minutes=5)) == WatchersTold(told=1)


def test_who_waits_too_long_is_forgotten(tx: Tx):
    wish(tx)
    assert tell(tx, Post(), now=NOW + KEPT_FOR - timedelta(seconds=1)).expired == 0
    assert tell(tx, Post(), now=NOW + KEPT_FOR) == WatchersTold(expired=1)
    assert kept(tx) == 0
