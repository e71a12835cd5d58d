"""Proofs at the terminal: one JSON document, or one line that says why not."""

import argparse
import json

import pytest

from api.house import House
from api.log_proof import log_proof, print_log_proof
from api.seals import seal_days
from tests.ledger.samples import DAY, capture
from tests.ledger.sealing import SECOND, close


@pytest.fixture
def sealed(house: House) -> House:
    """Give a house with two sealed days."""
    for number, day in enumerate((DAY, SECOND), start=1):
        close(house.open_recon_tx, day, number)
    seal_days(house.open_recon_tx, house)
    return house


def test_a_proof_is_printed_as_one_document(
    sealed: House, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert print_log_proof(sealed, "inclusion", [capture(2).key], seals=sealed.settings.seals) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["kind"], told["index"], told["size"]) == ("inclusion", 1, 2)
    assert (
        print_log_proof(sealed, "consistency", [str(DAY), str(SECOND)], seals=sealed.settings.seals)
        == 0
    )
    assert json.loads(capsys.readouterr().out)["kind"] == "consistency"


@pytest.mark.parametrize(
    ("words", "status", "why"),
    [
        ("inclusion captured:vnpay:9", 1, "not an entry of a sealed day"),
        ("consistency 2026-11-20 2026-11-22", 1, "both days must be sealed"),
        ("consistency 2026-11-20 tomorrow", 1, "'tomorrow' is not a date"),
        ("consistency 2026-11-20", 2, "inclusion KEY, or consistency DAY DAY"),
        ("inclusion a b", 2, "inclusion KEY, or consistency DAY DAY"),
    ],
)
def test_without_a_proof_one_line_says_why(
    sealed: House, capsys: pytest.CaptureFixture[str], words: str, status: int, why: str
) -> None:
    capsys.readouterr()
    kind, *about = words.split()
    assert print_log_proof(sealed, kind, about, seals=sealed.settings.seals) == status
    (line,) = capsys.readouterr().out.splitlines()
    assert why in line


def test_the_command_reads_as_the_auditor(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert house.settings.auditor_database_url
    chosen = argparse.Namespace(kind="inclusion", about=["captured:vnpay:9"])
    assert log_proof(chosen) == 1
    assert "no proof" in capsys.readouterr().out
