"""The recorded clock: the same question about the same instant gets the same answer for ever."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from ledger.entry import Entry
from ledger.errors import InstantAhead, StillRecording
from ledger.postgres import recorded
from ledger.postgres.balances import balances
from ledger.postgres.days import close_day
from ledger.postgres.post import post_entries
from ledger.postgres.recorded import fix_instant
from ledger.postgres.transaction import OpenTx, Tx
from ledger.postgres.trial_balance import TrialBalance, trial_balance
from tests.conftest import OpenAs
from tests.ledger.samples import DAY, NEXT_DAY, NOW, capture

TICK = timedelta(microseconds=1)
POSTERS = 3
POSTS_EACH = 25


def clock(tx: Tx) -> datetime:
    """Return the database's clock."""
    now: datetime = tx.execute(text("SELECT clock_timestamp()")).scalar_one()
    return now


def test_the_newest_instant_is_a_moment_ago(tx: Tx) -> None:
    before = clock(tx)
    found = fix_instant(tx)
    assert before - TICK <= found < clock(tx)


def test_an_instant_of_the_past_stays_what_it_is(tx: Tx) -> None:
    asked = clock(tx) - timedelta(days=1)
    assert fix_instant(tx, asked) == asked


def test_an_instant_that_has_not_come_is_refused_by_name(tx: Tx) -> None:
    ahead = clock(tx) + timedelta(minutes=1)
    with pytest.raises(InstantAhead) as refused:
        fix_instant(tx, ahead)
    assert refused.value.instant == ahead
    with pytest.raises(InstantAhead):
        balances(tx, recorded_by=ahead)


def test_who_asks_does_not_wait_for_himself(tx: Tx) -> None:
    post_entries(tx, [capture(1)])
    assert trial_balance(tx, recorded_by=fix_instant(tx)).rows


def test_a_question_waits_for_what_was_written_and_not_committed(
    open_tx: OpenTx, open_recon_tx: OpenTx
) -> None:
    written, commit = threading.Event(), threading.Event()

    def post() -> None:
        with open_tx() as tx:
            post_entries(tx, [capture(1)])
            written.set()
            assert commit.wait(20)

    def ask(recorded_by: datetime) -> TrialBalance:
        with open_recon_tx() as tx:
            return trial_balance(tx, recorded_by=recorded_by)

    with ThreadPoolExecutor(max_workers=2) as pool:
        posting = pool.submit(post)
        assert written.wait(20)
        with open_tx() as tx:
            instant = clock(tx)
        asked = pool.submit(ask, instant)
        with pytest.raises(TimeoutError):
            asked.result(timeout=0.3)
        commit.set()
        posting.result(20)
        first = asked.result(20)
    assert first.debit_total.vnd == 750_000
    assert repr(ask(instant)) == repr(first)


def test_a_question_is_refused_when_somebody_posts_for_too_long(
    open_tx: OpenTx, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded, "LOOKS_MAX", 3)
    with open_tx() as posting:
        post_entries(posting, [capture(1)])
        with open_tx() as tx, pytest.raises(StillRecording):
            fix_instant(tx, clock(tx) - TICK)
    with open_tx() as tx:
        assert fix_instant(tx)


def test_the_newest_instant_is_before_those_who_post_for_long(open_tx: OpenTx) -> None:
    with open_tx() as tx:
        post_entries(tx, [capture(1)])
    with open_tx() as posting:
        began = posting.execute(text("SELECT now()")).scalar_one()
        post_entries(posting, [capture(2)])
        with open_tx() as tx:
            found = fix_instant(tx)
            answer = balances(tx, recorded_by=found)
    assert found < began
    assert len(answer) == 2
    with open_tx() as tx:
        assert balances(tx, recorded_by=found) == answer
        assert balances(tx, recorded_by=fix_instant(tx)) != answer


def test_a_past_instant_does_not_wait_for_those_who_began_later(
    open_tx: OpenTx, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded, "LOOKS_MAX", 1)
    with open_tx() as tx:
        past = fix_instant(tx)
    with open_tx() as posting:
        post_entries(posting, [capture(1)])
        with open_tx() as tx:
            assert fix_instant(tx, past) == past
            assert balances(tx, recorded_by=past) == {}


@pytest.mark.parametrize("role", ["clearing_report", "clearing_auditor"])
def test_who_may_only_read_does_not_wait_for_others_who_began_later(
    open_as: OpenAs, open_recon_tx: OpenTx, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded, "LOOKS_MAX", 2)
    with open_as(role)() as tx:
        past = fix_instant(tx)
    with open_recon_tx() as posting:
        post_entries(posting, [capture(1)])
        with open_as(role)() as tx:
            assert fix_instant(tx, past) == past
        with open_as(role)() as tx, pytest.raises(StillRecording):
            fix_instant(tx, clock(tx) - TICK)


def test_a_question_stops_nobody_who_posts(open_tx: OpenTx) -> None:
    with open_tx() as asking:
        fix_instant(asking)
        with open_tx() as posting:
            posting.execute(text("SET LOCAL lock_timeout = 1"))
            post_entries(posting, [capture(1)])


def test_another_database_of_the_server_is_not_waited_for(
    tx: Tx, open_tx: OpenTx, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded, "LOOKS_MAX", 1)
    with open_tx() as elsewhere:
        post_entries(elsewhere, [capture(1)])
        assert fix_instant(tx)


def test_a_day_closed_later_changes_no_answer(open_recon_tx: OpenTx) -> None:
    with open_recon_tx() as tx:
        post_entries(tx, [capture(1), capture(2, day=NEXT_DAY)])
    with open_recon_tx() as tx:
        instant = fix_instant(tx)
        first = trial_balance(tx, recorded_by=instant)
        of_the_day = trial_balance(tx, as_of=DAY, recorded_by=instant)
    for day in (DAY, NEXT_DAY):
        with open_recon_tx() as tx:
            post_entries(tx, [capture(100 + day.day, day=day)])
        with open_recon_tx() as tx:
            close_day(tx, day, now=NOW)
        with open_recon_tx() as tx:
            assert trial_balance(tx, recorded_by=instant) == first
            assert trial_balance(tx, as_of=DAY, recorded_by=instant) == of_the_day


def test_a_close_under_way_changes_no_answer(open_recon_tx: OpenTx) -> None:
    with open_recon_tx() as tx:
        post_entries(tx, [capture(1)])
    with open_recon_tx() as closing:
        close_day(closing, DAY, now=NOW)
        with open_recon_tx() as tx:
            instant = fix_instant(tx)
            first = trial_balance(tx, recorded_by=instant)
    with open_recon_tx() as tx:
        assert trial_balance(tx, recorded_by=instant) == first
    assert first.debit_total.vnd == 750_000


def test_answers_given_while_others_post_and_close_stay_true(open_recon_tx: OpenTx) -> None:
    days = [DAY + timedelta(days=after) for after in range(4)]
    drawn = random.Random(20261122)  # noqa: S311 (drawn once, the same in every run)
    plans = [
        [
            _some(drawn, poster * 1_000 + number * 10, days[1 + 2 * number // POSTS_EACH :])
            for number in range(POSTS_EACH)
        ]
        for poster in range(POSTERS)
    ]
    answers: list[tuple[datetime, date | None, str]] = []
    done = threading.Event()

    def post(plan: list[list[Entry]]) -> None:
        for batch in plan:
            with open_recon_tx() as tx:
                post_entries(tx, batch[:1])
                post_entries(tx, batch[1:])
                tx.execute(text("SELECT pg_sleep_for('5 ms')"))  # Written, and nobody can see it.

    def ask(seed: int) -> list[tuple[datetime, date | None, str]]:
        chance = random.Random(seed)  # noqa: S311 (drawn once, the same in every run)
        told: list[tuple[datetime, date | None, str]] = []
        while not done.is_set():
            with open_recon_tx() as tx:
                instant = clock(tx) - chance.choice([1, 3, 300]) * timedelta(milliseconds=1)
                as_of = chance.choice([None, *days])
                told.append((instant, as_of, _answer(tx, instant, as_of)))
        return told

    with ThreadPoolExecutor(max_workers=POSTERS + 2) as pool:
        asking = [pool.submit(ask, seed) for seed in (1, 2)]
        posting = [pool.submit(post, plan) for plan in plans]
        try:
            with open_recon_tx() as tx:
                close_day(tx, days[0], now=NOW)
            for one in posting:
                one.result(60)
        finally:
            done.set()
        answers = [answer for each in asking for answer in each.result(60)]
    for closing in (None, *days[1:]):
        with open_recon_tx() as tx:
            if closing is not None:
                close_day(tx, closing, now=NOW)
            again = [(instant, as_of, _answer(tx, instant, as_of)) for instant, as_of, _ in answers]
        assert again == answers
    assert len({told for _, _, told in answers}) > 5


def _some(drawn: random.Random, first: int, days: list[date]) -> list[Entry]:
    return [
        capture(first + number, day=drawn.choice(days), amount=drawn.randint(1, 10**6))
        for number in range(drawn.randint(1, 5))
    ]


def _answer(tx: Tx, instant: datetime, as_of: date | None) -> str:
    return repr(trial_balance(tx, as_of=as_of, recorded_by=instant))
