"""The register of partners in the database: names and keys stay what they were, and end once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.access.key_text import SANDBOX, read_key
from api.issue_key import enrol
from api.postgres import partner_rows
from ledger.postgres.transaction import Tx, alone
from tests.api.conftest import MINISTRY, NOON, PARTNER_KEY, PORTAL

LATER = NOON + timedelta(hours=2)


def key_id() -> str:
    shown = read_key(PARTNER_KEY, environment=SANDBOX)
    assert shown is not None
    return shown.key_id


def test_a_partner_is_read_as_it_was_registered_and_changed(tx: Tx) -> None:
    assert partner_rows.insert_partner(tx, PORTAL, now=NOON)
    assert not partner_rows.insert_partner(tx, replace(PORTAL, must_sign=True), now=NOON)
    assert partner_rows.partner_by_name(tx, "portal") == PORTAL
    changed = replace(PORTAL, must_sign=True, certificates=("0f" * 32,), return_origins=())
    partner_rows.change_partner(tx, changed)
    partner_rows.insert_partner(tx, MINISTRY, now=NOON)
    assert partner_rows.all_partners(tx, limit_max=9) == [MINISTRY, changed]
    assert partner_rows.partner_by_name(tx, "nobody", locked=True) is None


def test_a_caller_is_found_by_key_with_all_it_may_show(tx: Tx) -> None:
    enrol(tx, PORTAL, key=PARTNER_KEY, now=NOON)
    found = partner_rows.caller_by_key(tx, key_id())
    assert found is not None
    assert (found.partner, found.signing_keys) == (PORTAL, {})
    assert partner_rows.caller_by_key(tx, "nobodys") is None


def test_a_key_ends_once_and_its_last_use_is_noted(tx: Tx) -> None:
    enrol(tx, PORTAL, key=PARTNER_KEY, now=NOON)
    partner_rows.note_used(tx, key_id(), now=NOON)
    assert partner_rows.revoke_key(tx, key_id(), now=LATER) == "portal"
    assert partner_rows.revoke_key(tx, key_id(), now=LATER) is None
    (kept,) = partner_rows.keys_of(tx, "portal")
    assert (kept.last_used_at, kept.revoked_at) == (NOON, LATER)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE api.partner_key SET revoked_at = NULL",
        "UPDATE api.partner_key SET scopes = ARRAY['refunds:write']",
        "UPDATE api.partner_key SET digest = decode(repeat('00', 32), 'hex')",
        "UPDATE api.partner_key SET expires_at = NULL",
        "UPDATE api.partner SET name = 'other'",
        "DELETE FROM api.partner_key",
    ],
)
def test_not_even_the_owner_opens_again_what_ended_or_gives_a_key_more(
    owner_tx: Tx, change: str
) -> None:
    enrol(owner_tx, PORTAL, key=PARTNER_KEY, now=NOON)
    partner_rows.revoke_key(owner_tx, key_id(), now=LATER)
    with pytest.raises(DBAPIError), alone(owner_tx):
        owner_tx.execute(text(change))
