"""What commands print, and the status they leave with."""

import argparse
import json

import pytest
from sqlalchemy import text

from api import commands
from api.house import House
from ledger.postgres.transaction import OpenTx


def test_a_book_without_movements_has_nothing_to_close(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.close_days(house, only=None, by=None) == 0
    assert "nothing to close" in capsys.readouterr().out


def test_every_proof_holds_on_an_empty_book(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.prove_house(house, as_json=False) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [
        *("I1", "I2", "I3", "I4", "I5", "I6", "I8"),
        *("I9", "I10", "I11", "I12", "I13", "I14", "I15", "I16", "I18"),
    ]


def test_a_violation_leaves_with_1_and_names_the_row(
    house: House, owner_open_tx: OpenTx, capsys: pytest.CaptureFixture[str]
) -> None:
    with owner_open_tx() as tx:
        tx.execute(
            text(
                "INSERT INTO payments.idempotency"
                " (client, route, key, body_digest, status, answer, created_at)"
                " VALUES ('portal', '/v1/payments', 'k', '\\x00', 201, '{}', now())"
            )
        )
    assert commands.prove_house(house, as_json=True) == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (broken,) = [each for each in told if not each["holds"]]
    assert broken["id"] == "I8"


def test_migrating_to_where_it_stands_changes_nothing(
    owner_dsn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = argparse.Namespace(url=owner_dsn, revision="head")
    assert commands.run_migrations(chosen) == 0
    assert capsys.readouterr().out.startswith("already at 00")
