"""The command line: help that helps, one line for what is wrong."""

import os
import sys
from pathlib import Path

import pytest

from api.command_line import main
from api.house import House
from api.settings import PREFIX

COMMANDS = (
    "demo",
    "web",
    "schedule",
    "prepare-database",
    "migrate",
    "close-day",
    "trial-balance",
    "account",
    "prove",
    "export",
    "log-proof",
    "verify-log",
    "rates",
    "bench",
)


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        main(["--help"])
    assert leaving.value.code == 0
    told = capsys.readouterr().out
    for command in COMMANDS:
        assert command in told


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        main([command, "--help"])
    assert leaving.value.code == 0
    assert len(capsys.readouterr().out) > 100


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "COMMAND"),
        (["nonsense"], "nonsense"),
        (["close-day", "23/11/2026"], "'23/11/2026' is not a date like 2026-11-23"),
        (["close-day", "--reason", " "], "a reason has 1 to 500 characters"),
        (["demo", "--payments", "0"], "'0' is not a whole number"),
        (["demo", "--port", "99999"], "--port: '99999' is not a port from 1024 to 65532"),
        (["demo", "--port", "80"], "'80' is not a port"),
        (["demo", "--payments", "many"], "'many' is not a whole number"),
        (["trial-balance", "--as-of", "now"], "'now' is not a date"),
        (["trial-balance", "--recorded-by", "2026-11-23T17:00:00"], "lacks its offset"),
        (["account", "vnpay"], "'vnpay' is not an account like receivable:vnpay"),
        (["bench", "everything"], "everything"),
        (["export", "xlsx"], "xlsx"),
        (["export", "csv", "--from", "1/11/2026"], "'1/11/2026' is not a date"),
        (["export", "csv", "--recorded-by", "2026-11-23T17:00:00"], "lacks its offset"),
        (["export", "csv", "--recorded-by", "yesterday"], "is not an instant"),
    ],
)
def test_wrong_usage_says_what_and_leaves_with_2(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as leaving:
        main(words)
    assert leaving.value.code == 2
    assert told in capsys.readouterr().err


def test_a_missing_setting_stops_with_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "STAFF_KEY", "staff-key-of-sixteen")
    with pytest.raises(SystemExit) as leaving:
        main(["prove"])
    told = str(leaving.value.code)
    assert told.startswith("clearing: setting CLEARING_CITIZEN_URL, CLEARING_STAFF_URL, ")
    assert told.endswith(", CLEARING_AUDITOR_DATABASE_URL: prove needs them")
    assert "\n" not in told


@pytest.mark.parametrize(
    ("words", "status", "held"),
    [
        ("trial-balance", 0, "AUDITOR_DATABASE_URL"),
        ("account receivable:vnpay", "clearing: no such account", "AUDITOR_DATABASE_URL"),
        ("export csv", 0, "AUDITOR_DATABASE_URL RECON_DATABASE_URL"),
        ("log-proof consistency 2026-11-20 2026-11-21", 1, "AUDITOR_DATABASE_URL"),
        ("log-proof inclusion captured:vnpay:9", 1, "AUDITOR_DATABASE_URL SEALS"),
        ("verify-log", 2, "AUDITOR_DATABASE_URL SEALS"),
    ],
)
def test_who_only_looks_holds_no_secret_of_ours(
    house: House, monkeypatch: pytest.MonkeyPatch, words: str, status: int | str, held: str
) -> None:
    assert house.settings.sandbox
    for name in list(os.environ):
        is_ours = name.startswith((PREFIX, "VNPAY_"))
        if is_ours and name.removeprefix(PREFIX) not in held.split():
            monkeypatch.delenv(name)
    with pytest.raises(SystemExit) as leaving:
        main(words.split())
    assert str(leaving.value.code).startswith(str(status))


def test_a_settings_file_that_is_not_there_stops_with_one_line() -> None:
    with pytest.raises(SystemExit) as leaving:
        main(["--settings", "/nowhere.env", "prove"])
    assert "/nowhere.env" in str(leaving.value.code)


def test_a_migration_without_a_database_is_told_what_to_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CLEARING_MIGRATE_URL", raising=False)
    with pytest.raises(SystemExit) as leaving:
        main(["migrate"])
    assert "CLEARING_MIGRATE_URL" in str(leaving.value.code)


@pytest.mark.parametrize("command", ["prepare-database", "migrate"])
def test_an_address_that_is_none_is_one_line(command: str) -> None:
    with pytest.raises(SystemExit) as leaving:
        main([command, "--url", "nonsense"])
    assert str(leaving.value.code).startswith("clearing: an address is like postgresql://")


def test_an_address_in_the_settings_that_is_none_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CLEARING_AUDITOR_DATABASE_URL", "nonsense")
    with pytest.raises(SystemExit) as leaving:
        main(["trial-balance"])
    assert str(leaving.value.code).startswith("clearing: setting CLEARING_AUDITOR_DATABASE_URL: ")


def test_far_sides_that_are_away_are_one_line(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert house.settings.sandbox
    monkeypatch.setenv("CLEARING_FAR_SIDE_URL", "http://127.0.0.1:1")
    with pytest.raises(SystemExit) as leaving:
        main(["prove"])
    told = str(leaving.value.code)
    assert told.startswith("clearing: the far sides at http://127.0.0.1:1 do not answer")
    assert "\n" not in told


@pytest.mark.parametrize("of_demo", [True, False])
def test_a_demo_that_is_away_may_have_stopped(
    house: House, monkeypatch: pytest.MonkeyPatch, *, of_demo: bool
) -> None:
    assert house.settings.sandbox
    monkeypatch.setenv("CLEARING_AUDITOR_DATABASE_URL", "postgresql://x@/x?host=/nowhere")

    def load(*_: object, **__: object) -> bool:
        return of_demo

    monkeypatch.setattr("api.command_line.load_settings_file", load)
    with pytest.raises(SystemExit) as leaving:
        main(["trial-balance"])
    assert str(leaving.value.code).endswith("(is the demo running?)") is of_demo


def test_a_seals_folder_that_cannot_be_read_is_one_line(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CLEARING_SEAL_KEY")
    monkeypatch.delenv("CLEARING_FAR_SIDE_URL", raising=False)
    key = house.settings.seals / "key.pub"
    key.mkdir(parents=True)
    with pytest.raises(SystemExit) as leaving:
        main(["prove"])
    assert leaving.value.code == f"clearing: {key}: Is a directory"


def test_a_database_that_is_away_is_one_line(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert house.settings.sandbox
    for role in ("RECON", "AUDITOR"):
        monkeypatch.setenv(f"CLEARING_{role}_DATABASE_URL", "postgresql://x@/x?host=/nowhere")
    for command in ("prove", "close-day", "trial-balance"):
        with pytest.raises(SystemExit) as leaving:
            main([command])
        told = str(leaving.value.code)
        assert told.startswith("clearing: ")
        assert "\n" not in told


def test_a_reader_who_has_seen_enough_is_left_without_a_word(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert house.settings.sandbox
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as nobody_reads:
        monkeypatch.setattr(sys, "stdout", nobody_reads)
        with pytest.raises(SystemExit) as leaving:
            main(["trial-balance"])
    assert leaving.value.code == 1
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("command", ["trial-balance", "export csv"])
def test_what_cannot_be_written_is_one_line(
    house: House, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    assert house.settings.sandbox
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(SystemExit) as leaving:
            main(command.split())
    told = str(leaving.value.code)
    assert told.startswith("clearing: ")
    assert told.endswith("No space left on device")
