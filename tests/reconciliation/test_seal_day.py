"""Closed days are sealed once, in order, over the rows they closed with."""

import contextlib
import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from ledger.audit_record import canonical_bytes as audit_bytes
from ledger.digest import canonical_bytes
from ledger.errors import BookUnreachable, EntryRefused
from ledger.merkle import root_of
from ledger.movements.reversed import reversed as reverse
from ledger.postgres import seal_rows
from ledger.postgres.audit_rows import newest as newest_records
from ledger.postgres.audit_rows import record
from ledger.postgres.seal_rows import KeptSeal
from ledger.postgres.transaction import OpenTx
from ledger.seal import NO_ROOT, Leaf, SealedDay, days_root_of, instant_text
from reconciliation.errors import DayAltered
from reconciliation.seal_day import seal_day
from tests.ledger.attempts import WAIT_S, wait_until_waiting
from tests.ledger.samples import DAY, NOW, capture
from tests.ledger.sealing import KEY, LAN, SECOND, THIRD, close, write_down


def seal(open_tx: OpenTx) -> KeptSeal | None:
    return seal_day(open_tx, key=KEY, now=NOW)


def sealed(open_tx: OpenTx) -> KeptSeal:
    made = seal(open_tx)
    assert made is not None
    return made


def leaves_of(open_tx: OpenTx, day: SealedDay) -> list[Leaf]:
    with open_tx() as tx:
        return list(seal_rows.leaves(tx, day))


def test_a_book_without_closed_days_has_nothing_to_seal(open_recon_tx: OpenTx) -> None:
    assert seal(open_recon_tx) is None


def test_a_seal_stands_over_the_day_its_entries_and_the_audit_records(
    open_recon_tx: OpenTx,
) -> None:
    audit_id = write_down(open_recon_tx)
    close(open_recon_tx, DAY, 1, 2)
    made = sealed(open_recon_tx)
    assert made.day == SealedDay(DAY, 1, NO_ROOT, 2, 1, 0, audit_id)
    day, first, second, audit = leaves_of(open_recon_tx, made.day)
    assert day == made.day.leaf
    assert first.body == canonical_bytes(capture(1))
    assert second.body == canonical_bytes(capture(2))
    assert audit.body == audit_bytes(LAN)
    assert made.root == root_of(leaf.hash for leaf in (day, first, second, audit))


def test_leaves_say_place_number_and_time_of_their_rows(open_recon_tx: OpenTx) -> None:
    audit_id = write_down(open_recon_tx)
    close(open_recon_tx, DAY, 1)
    _, row, audit = leaves_of(open_recon_tx, sealed(open_recon_tx).day)
    with open_recon_tx() as tx:
        found = tx.execute(text("SELECT entry_id, recorded_at FROM ledger.entry")).one()
        (kept,) = newest_records(tx, limit_max=1)
    recorded = instant_text(found.recorded_at)
    assert row.name == f"entry {found.entry_id}"
    assert row.head == f"row 1\n1\n{found.entry_id}\n{recorded}\n".encode()
    assert audit.name == f"audit {audit_id}"
    assert audit.head == f"row 1\n2\n{audit_id}\n{instant_text(kept.recorded_at)}\n".encode()


def test_a_reversal_is_sealed_with_the_key_it_corrects(open_recon_tx: OpenTx) -> None:
    mirror = reverse(capture(1), key="reversed:1", business_date=SECOND, source="staff:1")
    close(open_recon_tx, DAY, 1)
    close(open_recon_tx, SECOND, entries=[mirror])
    made = [sealed(open_recon_tx) for _ in range(2)][-1]
    assert leaves_of(open_recon_tx, made.day)[1].body == canonical_bytes(mirror)


def test_days_are_sealed_in_order_each_after_the_one_before(open_recon_tx: OpenTx) -> None:
    close(open_recon_tx, DAY, 1)
    close(open_recon_tx, SECOND)
    close(open_recon_tx, THIRD, 2)
    first, second, third = (sealed(open_recon_tx) for _ in range(3))
    assert [one.day.business_date for one in (first, second, third)] == [DAY, SECOND, THIRD]
    assert [one.day.sequence for one in (first, second, third)] == [1, 2, 3]
    assert (second.day.previous_root, third.day.previous_root) == (first.root, second.root)
    assert second.day.tree_size == 1
    assert seal(open_recon_tx) is None


def test_the_note_names_both_roots_and_is_signed(open_recon_tx: OpenTx) -> None:
    close(open_recon_tx, DAY, 1)
    close(open_recon_tx, SECOND, 2)
    first, second = sealed(open_recon_tx), sealed(open_recon_tx)
    assert KEY.verifier.has_signed(second.note)
    days_root = days_root_of([(DAY, first.root), (SECOND, second.root)])
    assert second.note == KEY.note_of(
        seal_rows.Seal(second.day, second.root, days_root, second.sealed_at)
    )
    with open_recon_tx() as tx:
        assert seal_rows.all_seals(tx) == [first, second]


def test_audit_records_belong_to_the_first_day_sealed_after_them(open_recon_tx: OpenTx) -> None:
    close(open_recon_tx, DAY, 1)
    early = write_down(open_recon_tx)
    first = sealed(open_recon_tx)
    late = write_down(open_recon_tx)
    close(open_recon_tx, SECOND, 2)
    second = sealed(open_recon_tx)
    assert (first.day.audit_after, first.day.audit_through) == (0, early)
    assert (second.day.audit_after, second.day.audit_through) == (early, late)
    names = [leaf.name for leaf in leaves_of(open_recon_tx, second.day)]
    assert names[-1] == f"audit {late}"


def test_sealing_waits_for_an_audit_record_being_written(
    open_recon_tx: OpenTx, open_tx: OpenTx
) -> None:
    close(open_recon_tx, DAY, 1)
    made: list[KeptSeal | None] = []
    sealing = threading.Thread(target=lambda: made.append(seal(open_recon_tx)))
    with open_tx() as tx:
        under_way = record(tx, LAN)
        sealing.start()
        wait_until_waiting(open_recon_tx, transactions=1)
    sealing.join(WAIT_S)
    assert made[0] is not None
    assert made[0].day.audit_through == under_way
    assert made[0].day.audit_count == 1


def test_sealing_gives_up_on_who_records_for_long_and_holds_up_nobody(
    open_recon_tx: OpenTx, open_tx: OpenTx
) -> None:
    close(open_recon_tx, DAY, 1)
    with open_tx() as tx:
        record(tx, LAN)
        with pytest.raises(BookUnreachable):
            seal(open_recon_tx)
        write_down(open_recon_tx)
    assert sealed(open_recon_tx).day.audit_count == 2


def test_a_number_that_was_never_used_leaves_no_gap_in_the_seal(open_recon_tx: OpenTx) -> None:
    write_down(open_recon_tx)
    with open_recon_tx() as tx, contextlib.suppress(ZeroDivisionError), tx.begin_nested():
        raise ZeroDivisionError(record(tx, LAN))
    last = write_down(open_recon_tx)
    close(open_recon_tx, DAY, 1)
    made = sealed(open_recon_tx)
    assert (made.day.audit_count, made.day.audit_through) == (2, last)
    assert made.day.audit_through == made.day.audit_count + 1


def test_who_finds_somebody_sealing_leaves_it_to_them(open_recon_tx: OpenTx) -> None:
    close(open_recon_tx, DAY, 1)
    with open_recon_tx() as tx:
        assert seal_rows.take_turn(tx)
        assert seal(open_recon_tx) is None
    assert seal(open_recon_tx) is not None


def test_a_day_whose_entries_changed_since_its_close_is_not_sealed(
    open_recon_tx: OpenTx, owner_open_tx: OpenTx
) -> None:
    close(open_recon_tx, DAY, 1, 2)
    with owner_open_tx() as tx:
        tx.execute(text("ALTER TABLE ledger.entry DISABLE TRIGGER ALL"))
        tx.execute(
            text("UPDATE ledger.entry SET source = 'evidence:9' WHERE source = 'evidence:2'")
        )
    with pytest.raises(DayAltered) as refused:
        seal(open_recon_tx)
    assert refused.value.day == DAY
    with open_recon_tx() as tx:
        assert seal_rows.all_seals(tx) == []


@pytest.mark.parametrize("days", [timedelta(days=1), timedelta(days=-1)])
def test_the_database_refuses_a_seal_out_of_order(open_recon_tx: OpenTx, days: timedelta) -> None:
    for number in range(3):
        close(open_recon_tx, DAY + timedelta(days=number), number + 1)
    first = sealed(open_recon_tx)
    other: date = first.day.business_date + timedelta(days=1) + days
    with pytest.raises(EntryRefused, match="the next day to seal is 2026-11-21"):
        keep(open_recon_tx, first, business_date=other, sequence=2)


def keep(open_tx: OpenTx, last: KeptSeal, **other: object) -> None:
    """Keep the second seal with some of it replaced."""
    values: dict[str, object] = {
        "business_date": SECOND,
        "sequence": 2,
        "previous_root": last.root,
        "entry_count": 1,
        "audit_count": 0,
        "audit_after": 0,
        "audit_through": 0,
    } | other
    day = SealedDay(**values)  # pyright: ignore[reportArgumentType] (wrong on purpose)
    with open_tx() as tx:
        made = seal_rows.Seal(day, root=b"r" * 32, days_root=b"d" * 32, sealed_at=NOW)
        seal_rows.keep(tx, made, note="note")


@pytest.mark.parametrize(
    "wrong",
    [
        {"sequence": 1},
        {"sequence": 3},
        {"previous_root": NO_ROOT},
        {"entry_count": 0},
        {"entry_count": 2},
        {"audit_count": 1},
        {"audit_through": 1},
        {"audit_through": -1},
    ],
)
def test_the_database_refuses_a_seal_that_is_not_over_what_is_there(
    open_recon_tx: OpenTx, wrong: dict[str, object]
) -> None:
    close(open_recon_tx, DAY, 1)
    close(open_recon_tx, SECOND, 2)
    first = sealed(open_recon_tx)
    with pytest.raises(EntryRefused, match=r"does not follow|not over the rows"):
        keep(open_recon_tx, first, **wrong)
    keep(open_recon_tx, first)


def test_the_database_refuses_to_seal_an_open_day(open_recon_tx: OpenTx) -> None:
    close(open_recon_tx, DAY, 1)
    first = sealed(open_recon_tx)
    with pytest.raises(EntryRefused, match="the next day to seal is not closed"):
        keep(open_recon_tx, first)
