"""Mail to citizens: one plain text in their language, handed to the operator's own server."""

import smtplib
import ssl
from collections.abc import Callable, Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

import structlog

from api.language import Language, Speech
from api.mail_settings import MailServer
from payments.tell_watchers import SendWord
from payments.vietnam_time import vietnam_date
from payments.watch import Word

TIMEOUT_S = 20
ERROR_MAX = 200

_log = structlog.get_logger()


def mailer(
    server: MailServer | None,
    speeches: Mapping[Language, Speech],
    clock: Callable[[], datetime],
    *,
    citizen_url: str,
) -> SendWord:
    """Return the way a word reaches who asked for it; without a server it reaches nobody."""
    site = urlsplit(citizen_url).netloc

    def send(word: Word) -> str:
        if server is None:
            return "no mail server is set"
        speech = speeches[Language(word.language)]
        message = decision_mail(word, speech, sender=server.sender, site=site)
        message["Date"] = format_datetime(clock())
        try:
            _hand_over(server, message)
        except (smtplib.SMTPException, OSError) as problem:
            # The text of a refusal may repeat the address: only its kind is kept.
            code = getattr(problem, "smtp_code", "")
            _log.warning("mail.not_sent", reason=type(problem).__name__, code=code)
            return f"{type(problem).__name__} {code}".strip()[:ERROR_MAX]
        _log.info("mail.sent")
        return ""

    return send


def decision_mail(word: Word, speech: Speech, *, sender: str, site: str) -> EmailMessage:
    """Return the mail: no address to press, no amount, no plate, no number, nobody's name."""
    day = speech.day(vietnam_date(word.asked_at))
    message = EmailMessage()
    message["Subject"] = speech.say("Đã có quyết định bạn nhờ báo tin")
    message["From"] = Address(speech.say("Thanh toán dịch vụ công"), addr_spec=sender)
    message["To"] = Address(addr_spec=word.address)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        "\n\n".join(
            [
                speech.say("Ngày %(day)s bạn nhờ báo tin khi có quyết định. Nay đã có.", day=day),
                speech.say(
                    "Để xem, hãy tự gõ địa chỉ %(site)s rồi tra cứu lại như lần trước.", site=site
                ),
                speech.say(
                    "Thư này không có đường dẫn để bấm và không bao giờ yêu cầu chuyển tiền. "
                    "Chúng tôi đã xóa địa chỉ thư của bạn; bạn sẽ không nhận thêm thư nào."
                ),
            ]
        )
        + "\n"
    )
    return message


def _hand_over(server: MailServer, message: EmailMessage) -> None:
    if server.security == "tls":
        context = ssl.create_default_context()
        connection = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
    with connection:
        if server.security == "starttls":
            connection.starttls(context=ssl.create_default_context())
        if server.user:
            connection.login(server.user, server.password.get_secret_value())
        connection.send_message(message)
