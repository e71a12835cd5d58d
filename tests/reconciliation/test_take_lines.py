"""Taking in what a report says was paid."""

from collections.abc import Sequence

import pytest

from ledger.postgres.transaction import Tx
from payments.evidence import Received
from reconciliation.errors import LineNotTaken
from reconciliation.take_lines import take_lines
from tests.payments.scene import heard, notice

LINES = [heard(notice(reference)) for reference in ("A", "B", "C")]


def counted(tx: Tx) -> int:
    return int(tx.exec_driver_sql("SELECT count(*) FROM pg_temp.taken").scalar_one())


def keep(tx: Tx, lines: Sequence[Received]) -> None:
    """Keep lines, and refuse what was kept before."""
    for line in lines:
        tx.exec_driver_sql(
            "INSERT INTO pg_temp.taken VALUES (%(name)s)", {"name": line.notice.reference}
        )


@pytest.fixture
def own_tx(owner_tx: Tx) -> Tx:
    owner_tx.exec_driver_sql("CREATE TEMPORARY TABLE taken (name text PRIMARY KEY) ON COMMIT DROP")
    return owner_tx


def test_all_lines_are_taken_in_at_once(own_tx: Tx):
    calls: list[int] = []
    take_lines(own_tx, LINES, lambda tx, lines: (calls.append(len(lines)), keep(tx, lines)))
    assert (calls, counted(own_tx)) == ([3], 3)


def test_the_line_that_fails_alone_is_named_in_one_line(own_tx: Tx):
    keep(own_tx, [LINES[1]])
    with pytest.raises(LineNotTaken) as told:
        take_lines(own_tx, LINES, keep)
    assert told.value.reference == "B"
    assert str(told.value) == (
        "paper's report says B was paid, and taking that in failed (IntegrityError):"
        " nothing was matched, the day stays open"
    )


def test_what_fails_only_together_is_taken_in_one_by_one(own_tx: Tx):
    def one_at_a_time(tx: Tx, lines: Sequence[Received]) -> None:
        keep(tx, lines)
        assert len(lines) == 1

    take_lines(own_tx, LINES, one_at_a_time)
    assert counted(own_tx) == 3
