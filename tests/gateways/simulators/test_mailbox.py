"""The simulated mail server: takes what the standard library sends, and shows it."""

import smtplib
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateways.simulators import mailbox
from gateways.simulators.mailbox import LINE_MAX, Mailbox, read_mails
from gateways.simulators.store import Store

TEMPLATES = Path(mailbox.__file__).with_name("templates")


@pytest.fixture
def box(store: Store) -> Iterator[Mailbox]:
    """Give a listener on a free port."""
    opened = Mailbox(store)
    opened.start()
    yield opened
    opened.stop()


def send(box: Mailbox, text: str) -> None:
    message = EmailMessage()
    message["Subject"] = "Đã có quyết định"
    message["From"] = "no-reply@example.vn"
    message["To"] = "an@example.vn"
    message.set_content(text)
    with smtplib.SMTP("127.0.0.1", box.port, timeout=5) as connection:
        connection.send_message(message)


def test_a_mail_is_kept_as_it_was_written(box: Mailbox, store: Store) -> None:
    send(box, "Dòng một\n.dòng hai\n")
    (mail,) = read_mails(store)
    assert (mail.to, mail.subject) == ("an@example.vn", "Đã có quyết định")
    assert mail.text == "Dòng một\n.dòng hai\n"


def test_who_breaks_off_or_floods_stops_nobody_else(box: Mailbox, store: Store) -> None:
    for words in (b"", b"DATA\r\nhalf", b"x" * (2 * LINE_MAX)):
        with socket.create_connection(("127.0.0.1", box.port), timeout=5) as connection:
            connection.sendall(words)
    send(box, "still here")
    assert read_mails(store)[0].text.strip() == "still here"


def test_people_read_what_came_in_both_languages(box: Mailbox, store: Store) -> None:
    send(box, "<b>chữ</b>")
    pages = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    app = FastAPI()
    app.include_router(mailbox.routes(store, pages))
    client = TestClient(app)
    assert client.get("/simulator/mails").json()["mails"][0]["to"] == "an@example.vn"
    for lang in ("vi", "en"):
        page = client.get("/simulator/mailbox", params={"lang": lang}).text
        assert "an@example.vn" in page
        assert "<b>chữ</b>" not in page
