"""Settings in a file: only for its owner's eyes, never over what stands in the environment."""

from pathlib import Path

import pytest

from api.settings import SettingsWrong
from api.settings_file import load_settings_file, read_settings_file, write_settings_file


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    values = {"CLEARING_CITIZEN_URL": "http://x", "VNPAY_HASH_SECRET": "a=b c"}
    write_settings_file(tmp_path / "new" / "settings.env", values)
    assert read_settings_file(tmp_path / "new" / "settings.env") == values


def test_only_the_owner_can_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "settings.env"
    write_settings_file(path, {"CLEARING_SECRET_KEY": "x"})
    assert path.stat().st_mode & 0o077 == 0


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "settings.env"
    write_settings_file(path, {"CLEARING_A": "file", "CLEARING_B": "file"})
    environ = {"CLEARING_A": "environment"}
    load_settings_file(path, environ=environ)
    assert environ == {"CLEARING_A": "environment", "CLEARING_B": "file"}


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsWrong, match=r"nowhere\.env"):
        load_settings_file(tmp_path / "nowhere.env", environ={})


def test_a_line_that_is_no_setting_is_named(tmp_path: Path) -> None:
    path = tmp_path / "settings.env"
    path.write_text("# comment\n\nCLEARING_A=1\nnonsense\n")
    with pytest.raises(SettingsWrong, match="line 4"):
        read_settings_file(path)


def test_it_is_told_when_the_demos_file_was_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo, other = tmp_path / "demo.env", tmp_path / "other.env"
    for path in (demo, other):
        path.write_text("CLEARING_A=1\n")
    monkeypatch.setattr("api.settings_file.DEMO_SETTINGS", demo)
    assert load_settings_file(None, environ={})
    assert load_settings_file(demo, environ={})
    assert not load_settings_file(other, environ={})


def test_a_configured_process_does_not_look_for_the_demo() -> None:
    environ = {"CLEARING_DATABASE_URL": "postgresql://x"}
    load_settings_file(None, environ=environ)
    assert environ == {"CLEARING_DATABASE_URL": "postgresql://x"}
