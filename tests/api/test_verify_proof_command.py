"""`clearing verify-proof` as an officer or a clerk types it."""

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from api.command_line import main
from api.settings import PREFIX
from payments.proven import AcknowledgementTurn
from payments.revocations import Revocation, sign_revocations
from tests.api.paper_files import root
from tests.api.test_verify_proof import CODE, HELD, NOW, Sort, answer
from tests.payments.test_acknowledgement import SIGNER

Check = Callable[..., tuple[int, str]]


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    """Give the command, which knows our keys; it is handed what a file holds."""
    keys = tmp_path / "keys.json"
    public = base64.b64encode(SIGNER.public_key).decode()
    keys.write_text(json.dumps([{"key_id": SIGNER.key_id, "public_key": public}]))

    def check(held: bytes, *words: str, known: str = str(keys)) -> tuple[int, str]:
        file = tmp_path / "held"
        file.write_bytes(held)
        with pytest.raises(SystemExit) as left:
            main(["verify-proof", str(file), "--keys", known, *words])
        return int(left.value.code or 0), capsys.readouterr().out

    return check


def test_a_genuine_paper_is_told_in_words(check: Check) -> None:
    status, said = check(HELD[Sort.PAPER], "--root", str(root()))
    assert status == 0
    for word in ("PDF: genuine", "NPZZZZZZZZVN", "3,013,500 VND", "trusted", "2026-03-30T10:15:02"):
        assert word in said
    assert "not looked at: give --revocations" in said


def test_a_refunded_proof_is_not_valid_by_the_list(check: Check, tmp_path: Path) -> None:
    one = Revocation("NPZZZZZZZZVN", AcknowledgementTurn.REVOKED, NOW, None)
    signed = sign_revocations([one], signer=SIGNER, now=NOW)
    file = tmp_path / "revocations.json"
    file.write_bytes(answer(signed.payload, signed.signature))
    status, said = check(CODE, "--revocations", str(file))
    assert status == 1
    assert "no longer valid: the money was paid back" in said
    status, said = check(CODE, "--json", "--revocations", str(file))
    told = json.loads(said)
    assert (status, told["finding"], told["valid"]) == (1, "revoked", False)
    assert told["revocations_listed_at"] == "2026-04-01T09:00:00+07:00"


def test_what_cannot_be_checked_is_neither_valid_nor_not(check: Check, tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    for words in (("--revocations", missing), ("--root", missing)):
        status, said = check(HELD[Sort.PAPER], *words)
        assert (status, said.startswith("not checked: ")) == (2, True)
    assert check(CODE, known=missing) == (
        2,
        f"not checked: {missing}: No such file or directory\n",
    )
    assert check(CODE, known="http://127.0.0.1:1/v1/keys")[0] == 2


def test_an_altered_code_is_not_valid(check: Check) -> None:
    status, said = check(CODE[:-1] + (b"A" if CODE[-1:] != b"A" else b"B"))
    assert status == 1
    assert "altered" in said or "not a proof" in said


def test_who_has_no_keys_is_told_to_give_some(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(os.environ):
        if name.startswith(PREFIX):
            monkeypatch.delenv(name)
    file = tmp_path / "held"
    file.write_bytes(CODE)
    with pytest.raises(SystemExit) as left:
        main(["verify-proof", str(file)])
    said = capsys.readouterr().out
    assert left.value.code == 2
    assert said == "not checked: no keys to check with: give --keys FILE|URL, see /v1/keys\n"
    monkeypatch.setenv(f"{PREFIX}CITIZEN_URL", "x")
    with pytest.raises(SystemExit):
        main(["verify-proof", str(file)])
    assert f"give --keys FILE|URL, see /v1/keys (setting {PREFIX}" in capsys.readouterr().out


def test_keys_given_as_the_proof_are_called_keys(check: Check, tmp_path: Path) -> None:
    status, said = check((tmp_path / "keys.json").read_bytes())
    assert status == 2
    assert "is a list of public keys, no proof: give it after --keys" in said
    for empty in (b"[]", b"[" * 99_999):
        assert check(empty) == (1, "JSON of the API: not a proof of payment of ours\n")


def test_the_settings_file_named_says_the_keys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(os.environ):
        if name.startswith(PREFIX):
            monkeypatch.delenv(name)
    file = tmp_path / "held"
    file.write_bytes(CODE)
    missing = tmp_path / "missing.env"
    with pytest.raises(SystemExit) as left:
        main(["--settings", str(missing), "verify-proof", str(file)])
    assert left.value.code == 2
    assert str(missing) in capsys.readouterr().out


def test_what_never_ends_is_read_to_its_limit(check: Check) -> None:
    for words in ((), ("--root", "/dev/zero"), ("--revocations", "/dev/zero")):
        known = str(Path("/dev/zero")) if not words else None
        status, said = check(CODE, *words) if known is None else check(CODE, known=known)
        assert (status, "/dev/zero: has more than" in said) == (2, True)


def test_a_root_that_is_none_is_not_checked_with(check: Check, tmp_path: Path) -> None:
    none = tmp_path / "none.pem"
    none.write_bytes(b"words")
    status, said = check(HELD[Sort.PAPER], "--root", str(none))
    assert (status, said) == (2, f"not checked: {none}: holds no PEM certificates\n")
