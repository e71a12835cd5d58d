"""Which partner is speaking, and what its key opens."""

from dataclasses import replace
from datetime import timedelta

from fastapi.testclient import TestClient

from api.access.key_text import LIVE, SANDBOX, SECRET_BYTES, key_text, read_key
from api.access.known_keys import KNOWN_MS, KnownKeys, owner
from api.access.scope import Scope
from api.application import application
from api.house import House
from api.issue_key import issue_key
from api.postgres import partner_rows
from ledger.errors import BookUnreachable
from ledger.postgres.transaction import OpenTx
from tests.api.conftest import NOON, PARTNER_KEY

DOOR = "/v1/obligations/pushes"


def client_of(house: House) -> TestClient:
    """Return a client of the partner host."""
    return TestClient(application(house), base_url="http://partner.test")


def asked(client: TestClient, header: str) -> tuple[int, dict[str, object]]:
    """Ask at a door for reading, and return status and document without what differs each time."""
    got = client.get(DOOR, headers={"authorization": header} if header else {})
    told = {
        name: value
        for name, value in got.json().items()
        if name not in {"instance", "support_code"}
    }
    return got.status_code, told


def test_a_known_key_opens_and_its_scheme_may_be_written_in_any_case(house: House) -> None:
    client = client_of(house)
    assert asked(client, f"Bearer {PARTNER_KEY}")[0] == 200
    assert asked(client, f"bearer {PARTNER_KEY}")[0] == 200


def test_anything_else_is_refused_alike(house: House) -> None:
    live = key_text(LIVE, id_bytes=b"of the portal", secret=bytes(SECRET_BYTES))
    nobodys = key_text(SANDBOX, id_bytes=b"of nobody at all", secret=bytes(SECRET_BYTES))
    guessed = key_text(SANDBOX, id_bytes=b"of the portal", secret=b"1" * SECRET_BYTES)
    wrong = ["", "Bearer", "Bearer wrong", f"Basic {PARTNER_KEY}", PARTNER_KEY]
    wrong += [f"Bearer {key}" for key in (live, nobodys, guessed, PARTNER_KEY[:-1] + "x")]
    answers = [asked(client_of(house), header) for header in wrong]
    assert [status for status, _ in answers] == [401] * len(wrong)
    assert all(told == answers[0][1] for _, told in answers)
    refused = client_of(house).get(DOOR)
    assert refused.headers["www-authenticate"] == "Bearer"


def test_two_keys_in_one_request_are_none(house: House) -> None:
    said = f"Bearer {PARTNER_KEY}".encode()
    got = client_of(house).get(DOOR, headers=[(b"authorization", said), (b"authorization", said)])
    assert got.status_code == 401


def test_a_key_without_the_scope_is_told_which_is_missing(house: House) -> None:
    with house.open_tx() as tx:
        key = issue_key(
            tx, "portal", environment=SANDBOX, scopes=[Scope.PAYMENTS_READ], now=house.clock()
        )
    status, told = asked(client_of(house), f"Bearer {key}")
    assert (status, told["type"]) == (403, "urn:clearing:problem:scope-missing")
    assert told["errors"] == [
        {"field": "scope", "reason": "this key has no right to obligations:read"}
    ]


def test_two_keys_open_at_once_until_one_ends(house: House) -> None:
    with house.open_tx() as tx:
        key = issue_key(
            tx,
            "portal",
            environment=SANDBOX,
            scopes=list(Scope),
            now=NOON,
            expires_at=NOON + timedelta(days=1),
        )
    client, header = client_of(house), f"Bearer {key}"
    assert asked(client, header)[0] == asked(client, f"Bearer {PARTNER_KEY}")[0] == 200
    tomorrow = replace(house, clock=lambda: NOON + timedelta(days=1))
    assert asked(client_of(tomorrow), header)[0] == 401
    assert asked(client_of(tomorrow), f"Bearer {PARTNER_KEY}")[0] == 200


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


def test_the_door_stays_shut_while_the_register_is_away(house: House) -> None:
    def away() -> object:
        raise BookUnreachable("away")

    shut = client_of(replace(house, open_tx=away))
    got = shut.get(DOOR, headers={"authorization": f"Bearer {PARTNER_KEY}"})
    assert (got.status_code, got.headers["retry-after"]) == (503, "5")
    assert asked(shut, "Bearer wrong")[0] == 401
    assert shut.get("/v1/keys").status_code == 200


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
