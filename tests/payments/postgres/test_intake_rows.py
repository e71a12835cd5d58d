"""The log of what authorities sent, in the database."""

from datetime import timedelta

import pytest
from sqlalchemy import Table, delete
from sqlalchemy.exc import DBAPIError

from ledger.postgres.transaction import Tx
from payments.intake import Channel, Received, Refusal
from payments.postgres.authority_rows import insert_authorities
from payments.postgres.intake_rows import (
    Spent,
    finish_intake,
    insert_intake,
    intake_of,
    intakes_of,
    spent,
)
from payments.postgres.tables import intake, intake_refusal, intake_result
from tests.payments.owed import NOW
from tests.payments.test_push_authorities import NEW

SENT = Received(
    authority="csgt", client="csgt", channel=Channel.XLSX, digest=b"d" * 32, item_count=7
)
REFUSAL = Refusal(place=3, number="1/QĐ", outcome="refused", field="kind", reason="is missing")


def test_a_body_is_there_before_its_result_and_with_it(tx: Tx):
    insert_authorities(tx, [NEW])
    number = insert_intake(tx, SENT, now=NOW)
    begun = intake_of(tx, "csgt", intake_id=number)
    assert begun is not None
    assert (begun.finished_at, begun.counts, begun.refusals) == (None, {}, ())
    finish_intake(tx, number, counts={"new": 6, "refused": 1}, refusals=[REFUSAL], now=NOW)
    ended = intake_of(tx, "csgt", intake_id=number)
    assert ended is not None
    assert (ended.counts, ended.refusals) == ({"new": 6, "refused": 1}, (REFUSAL,))
    assert (ended.channel, ended.digest, ended.item_count) == (Channel.XLSX, b"d" * 32, 7)
    assert intake_of(tx, "another", intake_id=number) is None


def test_the_log_is_read_newest_first_in_pages(tx: Tx):
    insert_authorities(tx, [NEW])
    numbers = [insert_intake(tx, SENT, now=NOW) for _ in range(3)]
    first = intakes_of(tx, "csgt", limit_max=2)
    rest = intakes_of(tx, "csgt", before=first[-1].intake_id, limit_max=2)
    assert [each.intake_id for each in [*first, *rest]] == numbers[::-1]
    assert intakes_of(tx, "another", limit_max=2) == []


def test_what_was_sent_since_is_counted(tx: Tx):
    insert_authorities(tx, [NEW])
    assert spent(tx, "csgt", since=NOW) == Spent(0, 0, None)
    for second in (0, 1, 2):
        insert_intake(tx, SENT, now=NOW + timedelta(seconds=second))
    assert spent(tx, "csgt", since=NOW) == Spent(2, 14, NOW + timedelta(seconds=1))


@pytest.mark.parametrize("kept", [intake, intake_result, intake_refusal])
def test_the_log_only_grows(owner_tx: Tx, kept: Table):
    with pytest.raises(DBAPIError, match=kept.name):
        owner_tx.execute(delete(kept))
