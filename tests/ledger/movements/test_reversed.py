"""A mirror undoes whatever it mirrors."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given

from ledger import movements
from ledger.accounts import Account
from ledger.entry import Entry
from ledger.money import Money
from ledger.movements.reversed import reversed as mirror_of
from tests.ledger.movement_samples import every_form
from tests.ledger.samples import DAY, NEXT_DAY, amounts, capture, entries, parties


def _undone(entry: Entry) -> Entry:
    return mirror_of(entry, key="undo:1", business_date=NEXT_DAY, source="case:7")


def _left(*moved: Entry) -> Iterator[tuple[Account, str]]:
    """Give each account and batch that is not at zero."""
    nets: Counter[tuple[Account, str]] = Counter()
    for leg in (leg for entry in moved for leg in entry.transfers):
        nets[leg.debit, leg.batch] += leg.amount.vnd
        nets[leg.credit, leg.batch] -= leg.amount.vnd
    return (place for place, net in nets.items() if net)


@given(amounts, parties)
def test_every_movement_undone_leaves_every_account_and_batch_at_zero(
    amount: Money, beneficiary: str
) -> None:
    for entry in every_form(
        key="k:1", gateway="vnpay", business_date=DAY, beneficiary=beneficiary, amount=amount
    ):
        assert any(_left(entry)), entry.movement
        assert not any(_left(entry, _undone(entry))), entry.movement


def test_every_movement_of_the_book_is_among_the_samples() -> None:
    (folder,) = movements.__path__
    forms = every_form(
        key="k:1", gateway="vnpay", business_date=DAY, beneficiary="kbnn-0011", amount=Money(5)
    )
    found = {file.stem for file in Path(folder).glob("*.py")} - {"__init__"}
    assert {entry.movement for entry in (*forms, _undone(forms[0]))} == found


@given(entries)
def test_a_mirror_names_what_it_undoes_and_keeps_its_order(entry: Entry) -> None:
    undone = mirror_of(entry, key="undo:1", business_date=entry.business_date, source="case:7")
    assert (undone.movement, undone.key, undone.corrects) == ("reversed", "undo:1", entry.key)
    assert (undone.business_date, undone.source) == (entry.business_date, "case:7")
    assert [(leg.credit, leg.debit, leg.amount, leg.batch) for leg in undone.transfers] == [
        (leg.debit, leg.credit, leg.amount, leg.batch) for leg in entry.transfers
    ]


@given(entries)
def test_a_mirror_of_a_mirror_moves_what_was_moved_first(entry: Entry) -> None:
    undone = mirror_of(entry, key="undo:1", business_date=entry.business_date, source="e")
    again = mirror_of(undone, key="undo:2", business_date=entry.business_date, source="e")
    assert again.transfers == entry.transfers
    assert again.corrects == "undo:1"


def test_nothing_is_undone_before_it_happened() -> None:
    with pytest.raises(ValueError, match="cannot be undone"):
        mirror_of(capture(1), key="undo:1", business_date=DAY - timedelta(days=1), source="case:7")
