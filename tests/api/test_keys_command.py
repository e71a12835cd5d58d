"""`clearing keys`: what it counts, moves, records, and when it says that an old key may go."""

import argparse
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert

from api.access.known_keys import place_of
from api.command_line import main
from api.house import House
from api.keys_command import act
from api.postgres.embedded import Server
from api.postgres.owner import open_owner
from api.postgres.partner_tables import partner, partner_signing_key
from api.sandbox import sample_obligations
from api.sealed_columns import SEALED_EVERYWHERE
from ledger.audit_record import Act
from ledger.postgres.audit_rows import newest
from ledger.postgres.transaction import OpenTx
from payments.personal_data import PersonalDataKeys, seal, unseal
from payments.postgres.reseal_rows import keys_in_use
from payments.push_obligations import push_obligations


@pytest.fixture
def as_owner(server: Server, database: str) -> OpenTx:
    """Give the owner's transactions on the house's database."""
    return open_owner(server.dsn(role="clearing_migrator", database=database))


def _new(house: House) -> PersonalDataKeys:
    old = house.personal_keys
    return PersonalDataKeys(
        key_id="p2",
        encryption_key=b"6" * 32,
        index_key=b"7" * 32,
        retired_keys={"p1": old.encryption_key},
        other_index_keys=(old.index_key,),
    )


def _chosen(what: str) -> argparse.Namespace:
    return argparse.Namespace(what=what, reason="Hằng năm", all_processes_know=True)


def _fill(house: House) -> None:
    samples = sample_obligations(house.today())
    key_id = "AAAAAAAAAAAA"
    secret = seal(house.personal_keys, {"secret": "ab"}, place=place_of(key_id), nonce=b"n" * 12)
    with house.open_tx() as tx:
        push_obligations(tx, samples, keys=house.personal_keys, now=house.clock())
        registered: dict[str, object] = {"name": "app", "sort": "application", "return_origins": []}
        registered |= {"certificates": [], "must_sign": False, "requests_per_minute_max": 1}
        tx.execute(insert(partner).values(registered | {"registered_at": house.clock()}))
        key = {"key_id": key_id, "partner": "app", "algorithm": "hmac-sha256", "sealed": secret}
        key |= {"added_at": house.clock(), "expires_at": house.clock() + timedelta(9)}
        tx.execute(insert(partner_signing_key).values(key))


def test_all_moves_and_then_the_old_key_is_needed_by_nothing(
    house: House, as_owner: OpenTx, capsys: pytest.CaptureFixture[str]
) -> None:
    _fill(house)
    keys = _new(house)
    assert act(as_owner, _chosen("status"), keys) == 0
    assert "under p1" in capsys.readouterr().out
    assert act(as_owner, _chosen("check"), keys) == 1
    out = capsys.readouterr().out
    assert "p1: needed by" in out
    assert "other index keys: " in out
    assert act(as_owner, _chosen("rotate"), keys) == 0
    assert "sealed anew" in capsys.readouterr().out
    assert act(as_owner, _chosen("check"), keys) == 0
    out = capsys.readouterr().out
    assert "p1: nothing needs it any more" in out
    assert "other index keys: no row needs them" in out
    secrets = SEALED_EVERYWHERE[-1]
    with as_owner() as tx:
        assert keys_in_use(tx, secrets) == {"p2": 1}
        (moved,) = secrets.read(tx, (), 9)
        alone = replace(keys, retired_keys={}, other_index_keys=())
        assert unseal(alone, moved.sealed or b"", place=moved.place) == {"secret": "ab"}
        records = newest(tx, limit_max=9)
    assert {each.record.action for each in records} == {Act.ROTATE_KEYS}
    assert {each.record.reason for each in records} == {"Hằng năm"}
    total = len(sample_obligations(house.today())) + 1
    assert [each.record.subject for each in records] == [f"keys:p2 rows:{total}", "keys:p2"]


def test_a_key_that_is_not_known_here_is_named_and_its_rows_stay(
    house: House, as_owner: OpenTx, capsys: pytest.CaptureFixture[str]
) -> None:
    _fill(house)
    keys = replace(_new(house), retired_keys={})
    assert act(as_owner, _chosen("rotate"), keys) == 1
    assert "that no key known opens" in capsys.readouterr().out
    assert act(as_owner, _chosen("check"), keys) == 1
    assert "p1: not known here, and needed by" in capsys.readouterr().out


def test_nothing_moves_until_somebody_says_that_all_processes_know_the_key(
    house: House, as_owner: OpenTx, capsys: pytest.CaptureFixture[str]
) -> None:
    _fill(house)
    chosen = argparse.Namespace(what="rotate", reason="Hằng năm", all_processes_know=False)
    assert act(as_owner, chosen, _new(house)) == 1
    assert "--all-processes-know" in capsys.readouterr().out
    with as_owner() as tx:
        assert keys_in_use(tx, SEALED_EVERYWHERE[-1]) == {"p1": 1}
        assert newest(tx, limit_max=9) == []


def test_without_the_owners_address_nothing_begins(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert house.settings.sandbox
    monkeypatch.delenv("CLEARING_MIGRATE_URL", raising=False)
    with pytest.raises(SystemExit, match="CLEARING_MIGRATE_URL"):
        main(["keys", "status"])


def test_a_record_that_cannot_be_written_stops_it_before_it_begins(
    house: House, as_owner: OpenTx, capsys: pytest.CaptureFixture[str]
) -> None:
    _fill(house)
    chosen = argparse.Namespace(what="rotate", reason="", all_processes_know=True)
    assert act(as_owner, chosen, _new(house)) == 1
    assert "not done" in capsys.readouterr().out
    with as_owner() as tx:
        assert keys_in_use(tx, SEALED_EVERYWHERE[-1]) == {"p1": 1}
