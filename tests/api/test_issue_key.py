"""A new key is told once; what is kept of it leads nowhere."""

from datetime import timedelta

import pytest

from api.access.key_text import SANDBOX, read_key
from api.access.scope import Scope
from api.issue_key import enrol, issue_key
from api.postgres import partner_rows
from ledger.postgres.transaction import Tx
from payments.errors import InputRefused
from tests.api.conftest import MINISTRY, NOON, PARTNER_KEY, PORTAL


def test_a_key_is_kept_as_a_digest_with_what_it_opens(tx: Tx) -> None:
    partner_rows.insert_partner(tx, MINISTRY, now=NOON)
    text = issue_key(tx, "ministry", environment=SANDBOX, scopes=[Scope.REFUNDS_READ], now=NOON)
    shown = read_key(text, environment=SANDBOX)
    assert shown is not None
    (kept,) = partner_rows.keys_of(tx, "ministry")
    assert (kept.key_id, kept.digest) == (shown.key_id, shown.digest)
    assert kept.scopes == {"refunds:read"}


def test_what_cannot_be_issued_is_refused(tx: Tx) -> None:
    partner_rows.insert_partner(tx, MINISTRY, now=NOON)
    for name, scopes, end in (
        ("nobody", [Scope.LOOK_UPS], None),
        ("ministry", [], None),
        ("ministry", [Scope.LOOK_UPS], NOON - timedelta(seconds=1)),
    ):
        with pytest.raises(InputRefused):
            issue_key(tx, name, environment=SANDBOX, scopes=scopes, now=NOON, expires_at=end)
    assert partner_rows.keys_of(tx, "ministry") == []


def test_enrolling_again_changes_nothing(tx: Tx) -> None:
    for _ in range(2):
        enrol(tx, PORTAL, key=PARTNER_KEY, now=NOON)
    (kept,) = partner_rows.keys_of(tx, "portal")
    assert kept.scopes == {each.value for each in Scope}
