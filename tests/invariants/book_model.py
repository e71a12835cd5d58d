"""The book as dictionaries: what one run posted and closed, upon what stood there before it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ledger.accounts import CLEARING, Account
from ledger.entry import Entry
from ledger.errors import (
    AlreadyReversed,
    BookRefused,
    DayClosed,
    DayOutOfOrder,
    EntryRefused,
    KeyUsedDifferently,
)
from ledger.money import Money
from ledger.movements.reversed import reversed as mirror_of
from ledger.postgres.balances import NOTHING, Balance, OpenBatch

Answer = list[tuple[str, bool]] | type[BookRefused]


@dataclass(frozen=True)
class Model:
    """What stood before a run, every entry it posted, and the days it closed, in order."""

    balances_before: Mapping[Account, Balance]
    batches_before: Sequence[OpenBatch]
    known: dict[str, Entry] = field(default_factory=dict[str, Entry])
    closed: list[date] = field(default_factory=list[date])

    def answer(self, entries: Sequence[Entry]) -> Answer:
        """Say what posting these in one call must answer; nothing is posted."""
        if not all(self._is_mirror(entry) for entry in entries if entry.corrects):
            return EntryRefused
        known, new = dict(self.known), set[int]()
        for place, entry in sorted(enumerate(entries), key=lambda pair: (pair[1].key, pair[0])):
            if entry.key in known:
                continue
            if entry.corrects in {other.corrects for other in known.values()} - {None}:
                return AlreadyReversed
            known[entry.key] = entry
            new.add(place)
        for place, entry in enumerate(entries):
            if known[entry.key] != entry:
                return KeyUsedDifferently
            if place in new and not self.is_open(entry.business_date):
                return DayClosed
        return [(entry.key, place in new) for place, entry in enumerate(entries)]

    def _is_mirror(self, entry: Entry) -> bool:
        corrected = self.known.get(entry.corrects or "")
        if corrected is None or entry.business_date < corrected.business_date:
            return False
        mirror = mirror_of(
            corrected, key=entry.key, business_date=entry.business_date, source=entry.source
        )
        return mirror == entry

    def take(self, entries: Sequence[Entry]) -> None:
        """Hold what was posted."""
        self.known.update({entry.key: entry for entry in entries})

    def may_reverse(self, entry: Entry, day: date) -> bool:
        """Say whether an entry is in the book, nobody took it back, and the day takes entries."""
        is_free = all(other.corrects != entry.key for other in self.known.values())
        return is_free and self.known.get(entry.key) == entry and self.is_open(day)

    def is_open(self, day: date) -> bool:
        """Say whether a day takes entries."""
        return not self.closed or day > self.closed[-1]

    def close(self, day: date) -> bool | type[DayOutOfOrder]:
        """Close a day, and say what that must answer."""
        if day in self.closed:
            return False
        days_in_use = {entry.business_date for entry in self.known.values()}
        if not self.is_open(day) or any(self.is_open(used) and used < day for used in days_in_use):
            return DayOutOfOrder
        self.closed.append(day)
        return True

    def balances(self, *, as_of: date) -> dict[Account, Balance]:
        """Return every account's sides."""
        found = dict(self.balances_before)
        for debit, credit, amount, _ in self._legs(as_of):
            before = found.get(debit, NOTHING)
            found[debit] = Balance(before.debit + amount, before.credit)
            before = found.get(credit, NOTHING)
            found[credit] = Balance(before.debit, before.credit + amount)
        return found

    def uncleared(self, *, until: date) -> list[OpenBatch]:
        """Return what stands in clearing accounts, by batch, in order."""
        nets = defaultdict[tuple[Account, str], int](int)
        for one in self.batches_before:
            nets[one.account, one.batch] = one.net.vnd
        for debit, credit, amount, batch in self._legs(until):
            nets[debit, batch] += amount.vnd
            nets[credit, batch] -= amount.vnd
        return sorted(
            (
                OpenBatch(account, batch, Money(net))
                for (account, batch), net in nets.items()
                if net and account.kind in CLEARING
            ),
            key=lambda one: (one.account.code, one.batch),
        )

    def _legs(self, until: date) -> Iterator[tuple[Account, Account, Money, str]]:
        for entry in self.known.values():
            if entry.business_date <= until:
                for leg in entry.transfers:
                    yield leg.debit, leg.credit, leg.amount, leg.batch
