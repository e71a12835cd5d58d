"""An authority's system away by somebody's word, and back."""

from datetime import timedelta

from ledger.postgres.transaction import Tx
from payments.declare_outage import declare_outage
from payments.postgres.outage_rows import Outage, OutageSource, outage_of
from payments.tell_provider import Told
from tests.payments.scene import NOW
from tests.payments.test_tell_provider import Authority, fail_until, pay, tell

LATER = NOW + timedelta(minutes=30)


def declare(tx: Tx, *, is_down: bool, reason: str = "Nâng cấp", minute: int = 0) -> Outage | None:
    return declare_outage(
        tx,
        provider="csgt",
        is_down=is_down,
        source=OutageSource.AUTHORITY,
        reason=reason,
        now=NOW + timedelta(minutes=minute),
    )


def test_what_is_declared_stands_until_it_is_taken_back(tx: Tx):
    assert declare(tx, is_down=True) == Outage(NOW, "Nâng cấp", declared=True)
    assert outage_of(tx, "csgt") == Outage(NOW, "Nâng cấp", declared=True)
    assert declare(tx, is_down=False, minute=5) is None
    assert outage_of(tx, "csgt") is None


def test_another_reason_keeps_since_when_it_is_away(tx: Tx):
    declare(tx, is_down=True)
    assert declare(tx, is_down=True, reason="Mất điện", minute=9) == Outage(
        NOW, "Mất điện", declared=True
    )
    assert outage_of(tx, "csgt") == Outage(NOW, "Mất điện", declared=True)


def test_what_failed_tries_noticed_may_be_declared_and_keeps_its_beginning(tx: Tx):
    pay(tx)
    fail_until(tx, timedelta(minutes=21))
    assert declare(tx, is_down=True, minute=25) == Outage(NOW, "Nâng cấp", declared=True)


def test_when_it_is_back_what_waits_is_told_at_once(tx: Tx):
    pay(tx)
    fail_until(tx, timedelta(minutes=25))
    assert tell(tx, Authority(), now=LATER - timedelta(minutes=4)) == Told()
    declare(tx, is_down=False, minute=26)
    assert outage_of(tx, "csgt") is None
    assert tell(tx, Authority(), now=LATER - timedelta(minutes=4)) == Told(delivered=1)
