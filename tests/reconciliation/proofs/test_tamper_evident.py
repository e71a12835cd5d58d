"""I13 finds days without a seal, and every way a sealed day can be made to say something else."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import pytest

from api.seals import SealFolder
from ledger.postgres.transaction import Tx
from ledger.seal import SealKey
from reconciliation.proofs.contract import Holds, Means
from reconciliation.proofs.tamper_evident import tamper_evident
from tests.reconciliation.proofs.book import DAY, NEXT_EVENING, named, tamper

LATER = NEXT_EVENING.replace(minute=1)
FIRST_ENTRY = "(SELECT min(entry_id) FROM ledger.entry WHERE business_date = '2026-03-11')"


@dataclass(frozen=True, slots=True)
class Altered:
    """What stands outside, with one day's note or rows replaced."""

    seals: SealFolder
    changed_note: str | None = ""
    changed_rows: list[str] | None = None
    lacks_rows: bool = False

    def note(self, day: date, /) -> str | None:
        """Return the note, the replaced one of the first day."""
        is_other = day == DAY and self.changed_note != ""
        return self.changed_note if is_other else self.seals.note(day)

    def rows(self, day: date, /) -> Iterator[str] | None:
        """Return the rows, the replaced ones of the first day."""
        if day == DAY and self.lacks_rows:
            return None
        if day == DAY and self.changed_rows is not None:
            return iter(self.changed_rows)
        return self.seals.rows(day)


@pytest.fixture
def seals(means: Means) -> SealFolder:
    """Give what stands outside."""
    assert isinstance(means.seals, SealFolder)
    return means.seals


def test_it_holds_of_a_clean_book(book_tx: Tx, means: Means):
    assert tamper_evident(book_tx, means) == Holds("2 sealed days with 20 leaves")


def test_a_day_closed_for_more_than_a_minute_needs_its_seal(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.seal")
    planting_tx.exec_driver_sql("DELETE FROM ledger.seal WHERE sequence = 2")
    assert isinstance(tamper_evident(planting_tx, replace(means, now=NEXT_EVENING)), Holds)
    later = replace(means, now=LATER)
    assert named(tamper_evident(planting_tx, later)) == "2026-03-12 is closed and not sealed"


def test_a_row_that_was_changed_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.entry")
    planting_tx.exec_driver_sql(
        f"UPDATE ledger.entry SET source = 'evidence:99' WHERE entry_id = {FIRST_ENTRY}"  # noqa: S608 - our own constants
    )
    first = planting_tx.exec_driver_sql(f"SELECT {FIRST_ENTRY}").scalar_one()
    assert named(tamper_evident(planting_tx, means)).splitlines() == [
        f"2026-03-11: entry {first} is not what was sealed",
        "2026-03-11: its rows give another root than its seal",
    ]


def test_an_amount_that_was_changed_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.transfer")
    planting_tx.exec_driver_sql(
        f"UPDATE ledger.transfer SET amount_vnd = amount_vnd + 1 WHERE entry_id = {FIRST_ENTRY}"  # noqa: S608 - our own constants
    )
    found = named(tamper_evident(planting_tx, means))
    assert "is not what was sealed" in found


def test_a_row_that_is_gone_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.entry")
    first = planting_tx.exec_driver_sql(f"SELECT {FIRST_ENTRY}").scalar_one()
    planting_tx.exec_driver_sql(f"DELETE FROM ledger.entry WHERE entry_id = {first}")  # noqa: S608 - our own constants
    found = named(tamper_evident(planting_tx, means))
    assert f"stands in the book where outside stands entry {first}" in found
    assert "its rows give another root than its seal" in found


def test_a_book_and_seal_changed_together_differ_from_what_is_outside(
    planting_tx: Tx, means: Means
):
    tamper(planting_tx, "ledger.seal")
    planting_tx.exec_driver_sql(
        "UPDATE ledger.seal SET note = replace(note, 'entries', 'Entries') WHERE sequence = 1"
    )
    assert named(tamper_evident(planting_tx, means)).splitlines() == [
        "2026-03-11: its note says something else than its seal",
        "2026-03-11: its note is not signed by clearing",
        "2026-03-11: its note is not the one outside the database",
    ]


def test_a_root_that_was_changed_breaks_the_chain(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.seal")
    planting_tx.exec_driver_sql("UPDATE ledger.seal SET root = sha256('x') WHERE sequence = 1")
    assert named(tamper_evident(planting_tx, means)).splitlines() == [
        "2026-03-11: its rows give another root than its seal",
        "2026-03-11: its note says something else than its seal",
        "the seal of 2026-03-12 does not follow the one before",
        "2026-03-12: its note says something else than its seal",
    ]


def test_a_seal_that_is_gone_from_the_middle_is_missed(planting_tx: Tx, means: Means):
    tamper(planting_tx, "ledger.seal")
    planting_tx.exec_driver_sql("DELETE FROM ledger.seal WHERE sequence = 1")
    found = named(tamper_evident(planting_tx, means))
    assert "the seal of 2026-03-12 does not follow the one before" in found


def test_notes_signed_with_another_key_are_refused(book_tx: Tx, means: Means):
    other = replace(means, seal_key=SealKey("clearing", b"o" * 32).verifier)
    assert named(tamper_evident(book_tx, other)).splitlines() == [
        f"2026-03-{day}: its note is not signed by clearing" for day in (11, 12)
    ]


def test_without_a_key_nothing_is_believed(book_tx: Tx, means: Means):
    found = named(tamper_evident(book_tx, replace(means, seal_key=None)))
    assert found == "no key is known to check the seals with"


def test_a_note_that_is_missing_or_other_outside_is_named(
    book_tx: Tx, means: Means, seals: SealFolder
):
    gone = replace(means, seals=Altered(seals, changed_note=None), now=LATER)
    assert named(tamper_evident(book_tx, gone)) == (
        "2026-03-11: its note is not outside the database"
    )
    other = replace(means, seals=Altered(seals, changed_note="other"))
    assert named(tamper_evident(book_tx, other)) == (
        "2026-03-11: its note is not the one outside the database"
    )


def test_rows_that_are_missing_swapped_cut_or_longer_outside_are_named(
    book_tx: Tx, means: Means, seals: SealFolder
):
    rows = list(seals.rows(DAY) or ())
    names = [row.rpartition(" ")[0] for row in rows]
    swapped = [rows[0], rows[2], rows[1], *rows[3:]]
    cases = [
        (swapped, f"{names[1]} stands in the book where outside stands {names[2]}"),
        (rows[:-1], f"{names[-1]} stands in the book where outside stands nothing"),
        ([*rows, "entry 99 00"], "nothing stands in the book where outside stands entry 99"),
    ]
    for changed, wrong in cases:
        other = replace(means, seals=Altered(seals, changed_rows=changed))
        assert named(tamper_evident(book_tx, other)) == f"2026-03-11: {wrong}"
    lacking = replace(means, seals=Altered(seals, lacks_rows=True), now=LATER)
    assert named(tamper_evident(book_tx, lacking)) == (
        "2026-03-11: its rows are not outside the database"
    )


def test_a_seal_of_less_than_a_minute_may_still_be_on_its_way_out(
    book_tx: Tx, means: Means, seals: SealFolder
):
    lacking = Altered(seals, changed_note=None, lacks_rows=True)
    soon = replace(means, seals=lacking, now=NEXT_EVENING.replace(second=59))
    assert isinstance(tamper_evident(book_tx, soon), Holds)
