"""Keys are looked up once in a while, and what ended is refused soon after."""

from dataclasses import replace
from datetime import timedelta

import pytest

from api.access import known_keys
from api.access.key_text import SANDBOX, ShownKey, read_key
from api.access.known_keys import KNOWN_MS, KnownKeys, owner
from api.house import House
from api.postgres import partner_rows
from ledger.postgres.transaction import OpenTx
from tests.api.access.test_partner_key import asked, client_of
from tests.api.conftest import NOON, PARTNER_KEY


def test_a_revoked_key_is_refused_within_two_seconds_and_asking_costs_nothing_before(
    house: House,
) -> None:
    shown = read_key(PARTNER_KEY, environment=SANDBOX)
    assert shown is not None
    passed = [0]
    keys = KnownKeys(house, monotonic_ms=lambda: passed[0])
    assert keys.at_hand(shown) is None
    assert owner(keys.ask(shown).caller, shown, now=NOON) is not None
    with house.open_tx() as tx:
        assert partner_rows.revoke_key(tx, shown.key_id, now=NOON) == "portal"
        assert partner_rows.revoke_key(tx, shown.key_id, now=NOON) is None
    passed[0] = KNOWN_MS - 1
    remembered = keys.at_hand(shown)
    assert remembered is not None
    assert owner(remembered.caller, shown, now=NOON) is not None
    passed[0] = KNOWN_MS
    assert keys.at_hand(shown) is None
    assert owner(keys.ask(shown).caller, shown, now=NOON) is None


def test_a_use_is_noted_at_most_once_an_hour(house: House, open_tx: OpenTx) -> None:
    def used_at() -> object:
        with open_tx() as tx:
            return partner_rows.keys_of(tx, "portal")[0].last_used_at

    def use(after: timedelta) -> object:
        at = replace(house, clock=lambda: NOON + after)
        assert asked(client_of(at), f"Bearer {PARTNER_KEY}")[0] == 200
        return used_at()

    assert used_at() is None
    assert use(timedelta()) == NOON
    assert use(timedelta(minutes=59)) == NOON
    assert use(timedelta(minutes=60)) == NOON + timedelta(minutes=60)


def test_nothing_of_a_key_is_shown_by_what_holds_it(house: House) -> None:
    shown = read_key(PARTNER_KEY, environment=SANDBOX)
    assert shown is not None
    known = KnownKeys(house).ask(shown)
    said = f"{shown!r} {known!r} {known.caller!r}"
    assert PARTNER_KEY[-20:] not in said
    assert shown.digest.hex() not in said
    assert repr(shown.digest) not in said


def test_nobodys_keys_are_remembered_within_bounds(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_keys, "REMEMBERED_MAX", 3)
    keys = KnownKeys(house, monotonic_ms=lambda: 0)
    nobodys = [ShownKey(f"nobody-{turn}", bytes(32)) for turn in range(5)]
    for each in nobodys:
        assert keys.ask(each).caller is None
        assert keys.at_hand(each) is not None
    assert sum(keys.at_hand(each) is not None for each in nobodys) <= 3


def test_nobody_is_whoever_shows_nothing(house: House) -> None:
    nobody = ShownKey("nobody", bytes(32))
    assert owner(KnownKeys(house).ask(nobody).caller, nobody, now=NOON) is None
