"""What is kept of an authority's system being away."""

from datetime import timedelta
from functools import partial

from ledger.postgres.transaction import Tx
from payments.postgres.outage_rows import Outage, OutageSource, keep_down, keep_up, outage_of
from tests.payments.scene import NOW

LATER = NOW + timedelta(hours=1)


def test_an_authority_nobody_spoke_of_is_not_away(tx: Tx):
    assert outage_of(tx, "csgt") is None


def test_the_latest_word_holds(tx: Tx):
    down = partial(
        keep_down, tx, provider="csgt", source=OutageSource.AUTHORITY, reason="Nâng cấp máy chủ"
    )
    down(since=NOW, now=NOW)
    assert outage_of(tx, "csgt") == Outage(NOW, "Nâng cấp máy chủ", declared=True)
    keep_up(tx, provider="csgt", source=OutageSource.AUTHORITY, reason="", now=LATER)
    assert outage_of(tx, "csgt") is None
    down(since=LATER, now=LATER)
    assert outage_of(tx, "csgt") == Outage(LATER, "Nâng cấp máy chủ", declared=True)


def test_what_deliveries_showed_is_noticed_and_not_declared(tx: Tx):
    keep_down(
        tx,
        provider="csgt",
        source=OutageSource.DELIVERIES,
        reason="HTTP 503",
        since=NOW,
        now=LATER,
    )
    assert outage_of(tx, "csgt") == Outage(NOW, "HTTP 503", declared=False)


def test_one_authority_away_is_nothing_of_another(tx: Tx):
    keep_down(tx, provider="csgt", source=OutageSource.STAFF, reason="Mất điện", since=NOW, now=NOW)
    assert outage_of(tx, "thanhtra") is None
