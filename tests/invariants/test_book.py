"""The book against a model: whatever is posted, undone, contested and closed, both agree."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import count
from typing import ClassVar, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, create_engine, make_url

from api.postgres.embedded import Server
from ledger.entry import Entry
from ledger.errors import AlreadyReversed, BookRefused, DayClosed
from ledger.money import Money
from ledger.movements.reversed import reversed as mirror_of
from ledger.postgres.balances import balance, balances, uncleared
from ledger.postgres.days import close_day, closed_days
from ledger.postgres.entry_rows import entries_by_key
from ledger.postgres.post import post_entries
from ledger.postgres.proof_rows import (
    days_not_as_closed,
    entries_not_as_written,
    snapshots_not_as_moved,
    transfers_without_entry,
)
from ledger.postgres.recorded import fix_instant
from ledger.postgres.statement import Span, lines, turnovers
from ledger.postgres.transaction import OpenTx, Tx, transactions
from ledger.postgres.trial_balance import trial_balance
from tests.invariants.book_model import Answer, Model
from tests.ledger.attempts import refusal
from tests.ledger.movement_samples import every_form

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FIRST_DAY = date(2000, 1, 1)
DAYS_PER_RUN = 4
ENTRIES_PER_RUN = 16
INSTANTS_MAX = 3
PROOFS = [
    days_not_as_closed,
    entries_not_as_written,
    snapshots_not_as_moved,
    transfers_without_entry,
]
REOPENING = [
    "DELETE FROM ledger.closed_day",
    "UPDATE ledger.closed_day SET business_date = business_date - 1",
    "TRUNCATE ledger.balance_snapshot",
]


def _forms(key: str, day: date, content: "Content", surplus: int) -> list[Entry]:
    return every_form(
        key=key,
        gateway=content.gateway,
        business_date=day,
        beneficiary=content.beneficiary,
        amount=Money(content.vnd + surplus),
    )


@dataclass(frozen=True)
class Content:
    """What an entry says."""

    form: int
    after: int
    gateway: str
    beneficiary: str
    vnd: int


@dataclass(frozen=True)
class Post:
    """An entry by its number, or one that claims its key with one dong more."""

    number: int
    contested: bool


@dataclass(frozen=True)
class Undo:
    """The mirror of an entry or a mirror, under one of two keys; seldom before its own day."""

    number: int
    after: int
    variant: int
    is_early: bool


FORMS = len(_forms("k:1", FIRST_DAY, Content(0, 0, "g", "b", 1), 0))
Result = TypeVar("Result")
numbers = st.integers(0, ENTRIES_PER_RUN - 1)
afters = st.integers(0, DAYS_PER_RUN - 1)
contents = st.builds(
    Content,
    form=st.integers(0, FORMS - 1),
    after=st.sampled_from([0, 0, 1, 1, 2, 3]),
    gateway=st.sampled_from(["momo", "vnpay"]),
    beneficiary=st.sampled_from(["kbnn-0011", "kbnn-0012"]),
    vnd=st.integers(1, 1_000),
)
seldom = st.integers(0, 3).map(lambda drawn: drawn == 2)
posts = st.builds(Post, number=numbers, contested=seldom)
undos = st.builds(Undo, number=numbers, after=afters, variant=st.integers(0, 1), is_early=seldom)


class Book(RuleBasedStateMachine):
    """Posts to the database and to a model, and compares; the database outlives a run."""

    runs: ClassVar = count()
    engines: ClassVar[dict[str, Engine]]

    def __init__(self) -> None:
        super().__init__()
        self.open_tx: OpenTx = transactions(self.engines["clearing_recon"])
        self.open_owner_tx: OpenTx = transactions(self.engines["postgres"])

    @initialize(drawn=st.lists(contents, min_size=ENTRIES_PER_RUN, max_size=ENTRIES_PER_RUN))
    def begin(self, drawn: list[Content]) -> None:
        """Draw what this run's entries say, and look at what stands there already."""
        self.number = next(self.runs)
        self.contents = drawn
        self.remembered: dict[datetime, bytes] = {}
        self.steps = 0
        with self.open_tx() as tx:
            self.model = Model(balances(tx), uncleared(tx, until=self._day(0)))

    @rule(drawn=st.lists(numbers, min_size=1, max_size=6), again=st.booleans())
    def post(self, drawn: list[int], *, again: bool) -> None:
        """Post some entries in one call, new and repeated, some twice in it."""
        self._post([self._first(number) for number in (*drawn, *drawn[:again])])

    @rule(acts=st.lists(posts | undos, min_size=1, max_size=4))
    def post_odd(self, acts: list[Post | Undo]) -> None:
        """Post in one call what may be contested, taken back already or no mirror at all."""
        self._post([self._entry(act) for act in acts])

    @rule(drawn=st.lists(numbers, max_size=3), late=numbers)
    def post_late(self, drawn: list[int], late: int) -> None:
        """Post into the last closed day what was never posted, among others."""
        if self.model.closed:
            too_late = replace(
                self._first(late),
                key=f"run:{self.number}:late:{late}",
                business_date=self.model.closed[-1],
            )
            self._post([*map(self._first, drawn), too_late])

    @rule(undo=undos)
    def undo(self, undo: Undo) -> None:
        """Post one mirror alone, which takes another way through the database."""
        self._post([self._entry(undo)])

    @rule(calls=st.lists(st.lists(numbers, min_size=1, max_size=8), min_size=2, max_size=4))
    def post_at_once(self, calls: list[list[int]]) -> None:
        """Post overlapping batches from several transactions at the same time."""
        batches = [
            [
                self.model.known.get(entry.key, entry)
                for entry in map(self._first, call)
                if entry.key in self.model.known or self.model.is_open(entry.business_date)
            ]
            for call in calls
        ]
        answers = _at_once([partial(self._answer, batch) for batch in batches])
        new = Counter(key for answer in answers for key, is_new in _taken(answer) if is_new)
        asked = {entry.key: entry for batch in batches for entry in batch}
        assert new == Counter(asked.keys() - self.model.known.keys())
        self.model.take(list(asked.values()))

    @rule(number=numbers)
    def undo_at_once(self, number: int) -> None:
        """Take the same entry back from several transactions: one does, the others hear of it."""
        target = self._target(number)
        day = self._day(DAYS_PER_RUN - 1)
        if not self.model.may_reverse(target, day):
            return
        mirrors = [self._mirror(target, day, variant) for variant in range(3)]
        answers = _at_once([partial(self._answer, [mirror]) for mirror in mirrors])
        (first,) = (answer for answer in answers if answer != AlreadyReversed)
        ((key, is_new),) = _taken(first)
        assert is_new
        self.model.take([mirror for mirror in mirrors if mirror.key == key])

    @rule(after=st.integers(0, DAYS_PER_RUN - 2))
    def close(self, after: int) -> None:
        """Close some day, and the one before: in turn, again, out of turn, passed over."""
        for day in (self._day(after), self._day(max(0, after - 1))):
            assert self._closed(day) == self.model.close(day)

    @rule(number=numbers)
    def close_and_post_at_once(self, number: int) -> None:
        """Close a day while somebody posts into it: it went in before, or finds the day closed."""
        entry = self._first(number)
        is_new = entry.key not in self.model.known
        if is_new and not self.model.is_open(entry.business_date):
            return
        answer, closed = _at_once(
            [lambda: self._answer([entry]), lambda: self._closed(entry.business_date)]
        )
        if answer == DayClosed:
            assert is_new
        else:
            assert answer == [(entry.key, is_new)]
            self.model.take([self.model.known.get(entry.key, entry)])
        assert closed == self.model.close(entry.business_date)

    @rule(statement=st.sampled_from(REOPENING))
    def reopen(self, statement: str) -> None:
        """Open a closed day again: nobody can, not even the superuser."""
        if not self.model.closed:
            return  # As a precondition it would depend on who was faster in `close_and_post`.
        with self.open_owner_tx() as tx:
            assert refusal(tx, statement) == "LD005"

    @rule()
    def remember(self) -> None:
        """Remember an instant and what was answered about it."""
        if len(self.remembered) == INSTANTS_MAX:
            return
        with self.open_tx() as tx:
            instant = fix_instant(tx)
            self.remembered[instant] = self._pages(tx, instant)

    @invariant()
    def the_book_holds_what_the_model_holds(self) -> None:
        """Compare everything there is, and one by one what earlier days and instants held."""
        self.steps += 1
        with self.open_tx() as tx:
            assert entries_by_key(tx, self.model.known) == self.model.known
            closed = closed_days(tx, since=self._day(0))
            assert [one.business_date for one in closed] == self.model.closed
            assert balances(tx) == self.model.balances(as_of=date.max)
            self._compare_as_of(tx, self._day(self.steps % (DAYS_PER_RUN + 1)))
            for instant in list(self.remembered)[self.steps % (2 * INSTANTS_MAX) :][:1]:
                assert self._pages(tx, instant) == self.remembered[instant]

    def teardown(self) -> None:
        """Close what this run left open, the last day first if it may, and ask everything again."""
        for after in (DAYS_PER_RUN - 1, *range(DAYS_PER_RUN)):
            if self.model.is_open(self._day(after)):
                self.close(after)
        with self.open_tx() as tx:
            for instant, answer in self.remembered.items():
                assert self._pages(tx, instant) == answer
            for after in range(DAYS_PER_RUN):
                self._compare_as_of(tx, self._day(after))
            assert [proof(tx) for proof in PROOFS] == [[]] * len(PROOFS)

    def _compare_as_of(self, tx: Tx, day: date) -> None:
        found = trial_balance(tx, as_of=day)
        assert dict(found.rows) == self.model.balances(as_of=day)
        assert found.debit_total == found.credit_total
        for place, one in found.rows[self.steps % 10 :][:1]:
            assert balance(tx, place, as_of=day) == one
        assert uncleared(tx, until=day) == self.model.uncleared(until=day)

    def _day(self, after: int) -> date:
        return FIRST_DAY + timedelta(days=DAYS_PER_RUN * self.number + after)

    def _entry(self, act: Post | Undo) -> Entry:
        if isinstance(act, Undo):
            target = self._target(act.number)
            mirror = self._mirror(target, self._day(act.after), act.variant)
            early = target.business_date - timedelta(days=1)
            return replace(mirror, business_date=early) if act.is_early else mirror
        content = self.contents[act.number]
        key = f"run:{self.number}:{act.number}"
        return _forms(key, self._day(content.after), content, act.contested)[content.form]

    def _first(self, number: int) -> Entry:
        return self._entry(Post(number, contested=False))

    def _target(self, number: int) -> Entry:
        """Return what to take back; while the book is empty, something that is not in it."""
        known = [*self.model.known.values()] or [self._first(number)]
        return known[number % len(known)]

    def _mirror(self, target: Entry, day: date, variant: int) -> Entry:
        return mirror_of(
            target,
            key=f"{target.key}:undone:{variant}",
            business_date=max(day, target.business_date),
            source="test",
        )

    def _post(self, entries: list[Entry]) -> None:
        expected = self.model.answer(entries)
        assert self._answer(entries) == expected
        if isinstance(expected, list):
            self.model.take(entries)

    def _answer(self, entries: list[Entry]) -> Answer:
        try:
            with self.open_tx() as tx:
                return [(one.key, one.is_new) for one in post_entries(tx, entries)]
        except BookRefused as refused:
            return type(refused)

    def _closed(self, day: date) -> bool | type[BookRefused]:
        try:
            with self.open_tx() as tx:
                return close_day(tx, day, now=NOW)
        except BookRefused as refused:
            return type(refused)

    def _pages(self, tx: Tx, instant: datetime) -> bytes:
        """Return what the book says about an instant: balances, turnovers, one account's lines."""
        page = trial_balance(tx, recorded_by=instant)
        span = Span(self._day(DAYS_PER_RUN // 2), None, instant)
        told = [lines(tx, span, place) for place, _ in page.rows[:1]]
        return repr((page, sorted(turnovers(tx, span).items()), told)).encode()


def _at_once(calls: Sequence[Callable[[], Result]]) -> list[Result]:
    """Return what each call answers when all begin together."""
    start = threading.Barrier(len(calls))

    def begin(call: Callable[[], Result]) -> Result:
        start.wait()
        return call()

    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        return list(pool.map(begin, calls))


def _taken(answer: Answer) -> list[tuple[str, bool]]:
    assert isinstance(answer, list)
    return answer


def test_the_book_agrees_with_its_model_whatever_happens(server: Server, database: str) -> None:
    Book.engines = {
        role: create_engine(
            make_url(server.dsn(role=role, database=database)).set(drivername="postgresql+psycopg")
        )
        for role in ("clearing_recon", "postgres")
    }
    run_state_machine_as_test(
        Book,
        settings=settings(
            max_examples=max(10, settings().max_examples // 6),
            stateful_step_count=16,
            deadline=None,
        ),
    )
    for engine in Book.engines.values():
        engine.dispose()
