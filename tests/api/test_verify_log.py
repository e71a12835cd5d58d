"""The verifier at our command line: days sealed by the program hold, and proofs it hands out."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from api.house import House
from api.log_proof import print_log_proof
from api.seals import seal_days
from api.settings import SettingsWrong
from api.verify_log import verify_log
from ledger.postgres.transaction import OpenTx
from tests.ledger.postgres.verify_log.sealed_book import OTHER_SEED, key_line, post_book, write_down

Verify = Callable[..., int]


@pytest.fixture
def sealed(house: House, owner_open_tx: OpenTx, capsys: pytest.CaptureFixture[str]) -> House:
    """Give a house with three days sealed by the act itself."""
    write_down(owner_open_tx, 3)
    post_book(owner_open_tx)
    assert len(seal_days(house.open_recon_tx, house)) == 3
    capsys.readouterr()
    return house


@pytest.fixture
def verify(house: House) -> Verify:
    """Give the command, with the settings of the house where something is not given."""
    assert house.settings.seals

    def with_options(**given: object) -> int:
        options = dict.fromkeys(("database", "seals", "key", "kept", "proof"))
        return verify_log(argparse.Namespace(**options | given))

    return with_options


def test_days_sealed_by_the_program_hold_for_the_verifier(
    sealed: House, verify: Verify, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify() == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[-1] == (
        "holds: 3 days, 19 entries, 3 audit records"
        " (not sealed yet: 1 day, 1 entry, 0 audit records)"
    )
    assert said.err == (
        f"the key is taken from {sealed.settings.seals}/key.pub:"
        " an auditor gives the copy kept elsewhere\n"
    )


def test_the_key_an_auditor_gives_wins(
    sealed: House, verify: Verify, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sealed.settings.seals.is_dir()
    assert verify(key=key_line(OTHER_SEED)) == 1
    assert "note signed by key" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("kind", "about", "told"),
    [
        ("inclusion", ["captured:momo:14"], "holds: row 8 of 2026-11-20, a day of 8 rows"),
        ("consistency", ["2026-11-19", "2026-11-21"], "holds: the 3 days sealed by 2026-11-21"),
    ],
)
def test_proofs_the_program_hands_out_hold_for_the_verifier(
    sealed: House,
    verify: Verify,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    *,
    kind: str,
    about: list[str],
    told: str,
) -> None:
    assert print_log_proof(sealed, kind, about, seals=sealed.settings.seals) == 0
    document = capsys.readouterr().out
    proof = tmp_path / "proof.json"
    proof.write_text(document)
    key = sealed.settings.seals / "key.pub"
    assert verify(proof=proof, key=str(key)) == 0
    assert capsys.readouterr().out.startswith(told)
    changed = json.loads(document) | {"path": []}
    proof.write_text(json.dumps(changed))
    assert verify(proof=proof) == 1


def test_without_settings_it_says_in_one_line_which_it_needs(
    monkeypatch: pytest.MonkeyPatch, verify: Verify
) -> None:
    for name in ("CLEARING_AUDITOR_DATABASE_URL", "CLEARING_SEALS"):
        monkeypatch.delenv(name)
    told = "CLEARING_AUDITOR_DATABASE_URL, CLEARING_SEALS: verify-log needs them"
    with pytest.raises(SettingsWrong, match=told):
        verify()
