"""The book against a model: whatever is posted, repeated, contested and closed, both agree."""

import threading
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import ClassVar

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
from ledger.accounts import CLEARING, Account, AccountKind
from ledger.entry import Entry, Transfer
from ledger.errors import BookRefused, DayClosed, KeyUsedDifferently
from ledger.money import Money
from ledger.postgres.balances import balances, uncleared
from ledger.postgres.days import close_day
from ledger.postgres.entry_rows import entries_by_key
from ledger.postgres.post import Posted, post_entries
from ledger.postgres.proof_rows import (
    days_not_as_closed,
    entries_not_as_written,
    snapshots_not_as_moved,
    transfers_without_entry,
)
from ledger.postgres.transaction import OpenTx, transactions
from ledger.postgres.trial_balance import trial_balance

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FIRST_DAY = date(2026, 1, 1)
DAYS_PER_RUN = 4
ENTRIES_PER_RUN = 12
KINDS = [*sorted(CLEARING), AccountKind.CLAIM, AccountKind.OVERDUE]
PROOFS = [
    days_not_as_closed,
    entries_not_as_written,
    snapshots_not_as_moved,
    transfers_without_entry,
]

numbers = st.integers(0, ENTRIES_PER_RUN - 1)
legs = st.tuples(
    st.permutations(KINDS).map(lambda kinds: (kinds[0], kinds[1])),
    st.integers(1, 1_000),
    st.sampled_from(["b1", "b2"]),
)
contents = st.tuples(
    st.integers(0, DAYS_PER_RUN - 1),
    st.lists(legs, min_size=1, max_size=3),
)
Content = tuple[int, list[tuple[tuple[AccountKind, AccountKind], int, str]]]


@dataclass(frozen=True)
class Run:
    """One run's own days, accounts and entries: the database outlives it."""

    number: int
    contents: Sequence[Content]

    def day(self, after: int) -> date:
        """Return one of this run's business days."""
        return FIRST_DAY + timedelta(days=DAYS_PER_RUN * self.number + after)

    def entry(self, number: int, *, contested: bool) -> Entry:
        """Return an entry, or one that claims its key with one dong more."""
        after, parts = self.contents[number]
        return Entry(
            movement="captured",
            key=f"run:{self.number}:{number}",
            business_date=self.day(after),
            source="test",
            transfers=tuple(
                Transfer(
                    debit=Account(debit, f"run{self.number}"),
                    credit=Account(credit, f"run{self.number}"),
                    amount=Money(vnd + contested),
                    batch=batch,
                )
                for (debit, credit), vnd, batch in parts
            ),
        )


class Book(RuleBasedStateMachine):
    """Posts to the database and to a dictionary, and compares."""

    runs = count()
    engine: ClassVar[Engine]

    def __init__(self) -> None:
        super().__init__()
        self.open_tx: OpenTx = transactions(self.engine)
        self.known: dict[str, Entry] = {}
        self.closed_days = 0

    @initialize(drawn=st.lists(contents, min_size=ENTRIES_PER_RUN, max_size=ENTRIES_PER_RUN))
    def begin(self, drawn: list[Content]) -> None:
        """Draw what this run's entries say."""
        self.run = Run(next(self.runs), drawn)

    @rule(batch=st.lists(st.tuples(numbers, st.booleans()), min_size=1, max_size=8))
    def post(self, batch: list[tuple[int, bool]]) -> None:
        """Post some entries, new, repeated and contested, in one call."""
        entries = [self.run.entry(number, contested=contested) for number, contested in batch]
        expected = self._expected(entries)
        assert self._posted(entries) == expected
        if isinstance(expected, list):
            self.known |= {entry.key: entry for entry in entries}

    def _posted(self, entries: list[Entry]) -> list[tuple[str, bool]] | type[BookRefused]:
        try:
            with self.open_tx() as tx:
                return [(one.key, one.is_new) for one in post_entries(tx, entries)]
        except BookRefused as refused:
            return type(refused)

    def _expected(self, entries: list[Entry]) -> list[tuple[str, bool]] | type[BookRefused]:
        found: list[tuple[str, bool]] = []
        known = dict(self.known)
        for entry in entries:
            is_new = entry.key not in known
            if known.setdefault(entry.key, entry) != entry:
                return KeyUsedDifferently
            if is_new and entry.business_date < self.run.day(self.closed_days):
                return DayClosed
            found.append((entry.key, is_new))
        return found

    @rule(calls=st.lists(st.lists(numbers, min_size=1, max_size=8), min_size=2, max_size=4))
    def post_at_once(self, calls: list[list[int]]) -> None:
        """Post overlapping batches from several transactions at the same time."""
        start = threading.Barrier(len(calls))
        batches = [
            [
                self.known.get(entry.key, entry)
                for entry in (self.run.entry(number, contested=False) for number in call)
                if entry.key in self.known or entry.business_date >= self.run.day(self.closed_days)
            ]
            for call in calls
        ]

        def post(batch: list[Entry]) -> list[Posted]:
            start.wait()
            with self.open_tx() as tx:
                return post_entries(tx, batch)

        with ThreadPoolExecutor(max_workers=len(calls)) as pool:
            posted = [one for answers in pool.map(post, batches) for one in answers]
        new = Counter(one.key for one in posted if one.is_new)
        asked = {entry.key: entry for batch in batches for entry in batch}
        assert new == Counter(asked.keys() - self.known.keys())
        self.known |= asked

    @rule()
    def close(self) -> None:
        """Close this run's next day, twice."""
        if self.closed_days == DAYS_PER_RUN:
            return
        closing = self.run.day(self.closed_days)
        for is_first in (True, False):
            with self.open_tx() as tx:
                assert close_day(tx, closing, now=NOW) == is_first
        self.closed_days += 1

    @invariant()
    def the_book_holds_what_the_model_holds(self) -> None:
        """Compare entries, balances, open batches and proofs."""
        sums: defaultdict[Account, int] = defaultdict(int)
        batches: defaultdict[tuple[Account, str], int] = defaultdict(int)
        for entry in self.known.values():
            for leg in entry.transfers:
                for place, vnd in ((leg.debit, leg.amount.vnd), (leg.credit, -leg.amount.vnd)):
                    sums[place] += vnd
                    batches[place, leg.batch] += vnd
        with self.open_tx() as tx:
            assert entries_by_key(tx, self.known) == self.known
            found = balances(tx, sums)
            assert {place: balance.net.vnd for place, balance in found.items()} == sums
            party = f"run{self.run.number}"
            assert {
                (one.account, one.batch): one.net.vnd
                for one in uncleared(tx, until=self.run.day(DAYS_PER_RUN))
                if one.account.party == party
            } == {key: vnd for key, vnd in batches.items() if vnd and key[0].kind in CLEARING}
            assert trial_balance(tx).is_balanced
            assert [proof(tx) for proof in PROOFS] == [[]] * len(PROOFS)

    def teardown(self) -> None:
        """Close what this run left open, so that the next can close its own."""
        for _ in range(self.closed_days, DAYS_PER_RUN):
            self.close()


def test_the_book_agrees_with_its_model_whatever_happens(server: Server, database: str) -> None:
    url = make_url(server.dsn(role="clearing_recon", database=database))
    engine = create_engine(url.set(drivername="postgresql+psycopg"))
    Book.engine = engine
    run_state_machine_as_test(
        Book,
        settings=settings(
            max_examples=max(10, settings().max_examples // 5),
            stateful_step_count=10,
            deadline=None,
        ),
    )
    engine.dispose()
