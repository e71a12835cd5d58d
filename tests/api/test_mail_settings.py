"""The mail server's setting: safe by default, and refused where it cannot be one."""

import pytest
from pydantic import ValidationError

from api.mail_settings import MailServer


def test_mail_is_handed_over_encrypted_unless_told_otherwise() -> None:
    server = MailServer(host="mail.example.vn", sender="no-reply@example.vn")
    assert (server.port, server.security) == (587, "starttls")
    assert "example" not in repr(server.password)


@pytest.mark.parametrize(
    "wrong", [{"sender": "nobody"}, {"sender": "a@b\nBcc: c"}, {"port": 0}, {"more": 1}]
)
def test_what_cannot_be_a_server_is_refused(wrong: dict[str, object]) -> None:
    given = {"host": "mail.example.vn", "sender": "no-reply@example.vn", **wrong}
    with pytest.raises(ValidationError):
        MailServer.model_validate(given)
