"""Settings: complete or refused by name, secrets never shown."""

import pytest

from api.settings import PREFIX, SettingsWrong, read_look_settings, read_settings

COMPLETE = {
    "CITIZEN_URL": "http://127.0.0.1:8700/",
    "STAFF_URL": "http://127.0.0.1:8701",
    "PARTNER_URL": "http://127.0.0.1:8702",
    "INBOX": "var/inbox",
    "SEALS": "var/seals",
    "SECRET_KEY": "11" * 32,
    "STAFF_KEY": "staff-key-of-sixteen",
    "SIGNING_KEY": "22" * 32,
    "PERSONAL_KEY": "33" * 32,
    "PERSONAL_INDEX_KEY": "44" * 32,
    "SUBSCRIBERS": '{"csgt": {"url": "http://127.0.0.1:8703/x", "secret": "whsec_AAAA"}}',
}


@pytest.fixture(autouse=True)
def complete_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give an environment in which a process starts."""
    for name, value in COMPLETE.items():
        monkeypatch.setenv(PREFIX + name, value)


def test_a_complete_environment_is_read() -> None:
    settings = read_settings()
    assert settings.citizen_url == "http://127.0.0.1:8700"
    assert settings.subscribers["csgt"].url == "http://127.0.0.1:8703/x"


@pytest.mark.parametrize("name", [name for name in COMPLETE if name != "SUBSCRIBERS"])
def test_a_missing_setting_is_named_in_one_line(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PREFIX + name)
    with pytest.raises(SettingsWrong) as caught:
        read_settings()
    assert PREFIX + name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_all_missing_settings_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PREFIX + "INBOX")
    monkeypatch.delenv(PREFIX + "STAFF_KEY")
    with pytest.raises(SettingsWrong) as caught:
        read_settings("prove", ["auditor_database_url"])
    assert str(caught.value) == (
        "setting CLEARING_INBOX, CLEARING_STAFF_KEY, CLEARING_AUDITOR_DATABASE_URL:"
        " prove needs them"
    )


def test_what_only_some_processes_need_is_demanded_of_them() -> None:
    assert read_settings("web").seal_key is None
    with pytest.raises(SettingsWrong, match="CLEARING_SEAL_KEY: close-day needs it"):
        read_settings("close-day", ["seal_key"])


def test_a_command_that_only_looks_needs_no_more_than_it_asks_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in COMPLETE:
        monkeypatch.delenv(PREFIX + name)
    monkeypatch.setenv(PREFIX + "AUDITOR_DATABASE_URL", "postgresql://auditor@/book")
    settings = read_look_settings("account", ["auditor_database_url"])
    assert settings.auditor_database_url == "postgresql://auditor@/book"
    with pytest.raises(SettingsWrong, match="CLEARING_SEALS: verify-log needs it"):
        read_look_settings("verify-log", ["seals"])


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("SECRET_KEY", "abcd"),
        ("SIGNING_KEY", "zz" * 32),
        ("SEAL_KEY", "11" * 31),
        ("SEAL_ORIGIN", "two words"),
        ("SEAL_ORIGIN", "a+b"),
        ("CITIZEN_URL", "not an address"),
        ("STAFF_KEY", "short"),
        ("SUBSCRIBERS", '{"csgt": {"url": "http://x", "secret": "s", "more": 1}}'),
        ("SUBSCRIBERS", "{"),
        ("THREADS_MAX", "0"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(
    name: str, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PREFIX + name, wrong)
    with pytest.raises(SettingsWrong) as caught:
        read_settings()
    assert PREFIX + name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_wrong_secret_is_not_repeated_in_the_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "SECRET_KEY", "my-real-secret")
    with pytest.raises(SettingsWrong) as caught:
        read_settings()
    assert "my-real-secret" not in str(caught.value)


def test_no_secret_shows_when_settings_are_printed() -> None:
    shown = repr(read_settings())
    for name in ("SECRET_KEY", "STAFF_KEY", "SIGNING_KEY", "PERSONAL_KEY", "PERSONAL_INDEX_KEY"):
        assert COMPLETE[name] not in shown
