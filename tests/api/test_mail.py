"""Mail as it arrives: in the reader's language, with nothing in it worth stealing or pressing."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.language import Language, read_speeches
from api.mail import decision_mail, mailer
from api.mail_settings import MailServer
from gateways.simulators.mailbox import Mailbox, read_mails
from gateways.simulators.store import Store
from payments.watch import Word

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
SPEECHES = read_speeches()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Give an empty memory."""
    opened = Store(tmp_path)
    yield opened
    opened.close()


def sent_to(server: MailServer | None, language: str = "vi") -> str:
    send = mailer(server, SPEECHES, lambda: NOW, citizen_url="http://citizen.test")
    return send(Word("an@example.vn", language, NOW))


@pytest.mark.parametrize(
    ("language", "subject", "asked"),
    [
        ("vi", "Đã có quyết định bạn nhờ báo tin", "Ngày 23/11/2026"),
        ("en", "The decision", "On 23"),
    ],
)
def test_a_mail_arrives_in_the_language_it_was_asked_in(
    store: Store, language: str, subject: str, asked: str
) -> None:
    box = Mailbox(store)
    box.start()
    server = MailServer(
        host="127.0.0.1", port=box.port, security="none", sender="no-reply@example.vn"
    )
    assert sent_to(server, language) == ""
    box.stop()
    (mail,) = read_mails(store)
    assert mail.to == "an@example.vn"
    assert mail.subject.startswith(subject)
    assert mail.text.startswith(asked)


@pytest.mark.parametrize("language", list(Language))
def test_a_mail_holds_nothing_to_press_and_nothing_about_the_fine(language: Language) -> None:
    word = Word("an@example.vn", language, NOW)
    mail = decision_mail(word, SPEECHES[language], sender="no-reply@example.vn", site="x.vn")
    text = mail.get_content()
    assert "http" not in text
    assert not re.search(r"\d{5}|QĐ|VND|₫", text)
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_server_that_is_away_or_speaks_no_tls_is_a_reason_and_not_a_crash(store: Store) -> None:
    nobody = MailServer(host="127.0.0.1", port=1, security="none", sender="a@example.vn")
    assert sent_to(nobody) == "ConnectionRefusedError"
    box = Mailbox(store)
    box.start()
    plain = MailServer(host="127.0.0.1", port=box.port, sender="a@example.vn")
    assert sent_to(plain).startswith("SMTPNotSupportedError")
    wrapped = MailServer(host="127.0.0.1", port=box.port, security="tls", sender="a@example.vn")
    assert sent_to(wrapped) != ""
    box.stop()
    assert read_mails(store) == []


def test_without_a_server_nobody_is_told() -> None:
    assert sent_to(None) == "no mail server is set"
