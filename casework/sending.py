"""Carries one message out of the site: by e-mail through Django's mail, to a robot by HTTPS.

Everything that can go wrong before the message leaves (no name server, nobody listening, a wrong certificate) happens
before ``leave`` is called; so what fails there was surely not sent. ``leave`` is called once, right before the first
byte of the message, and may raise to stop it.
"""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from time import time
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core import mail

from casework.robots import AddressRefused, Robot, Verdict, body, check_address, read_answer, signed

MOST_ANSWER_BYTES = 64 * 1024
Leave = Callable[[], None]


class NotSent(Exception):
    """The message did not arrive; the text says why, in Chinese. ``for_good``: it will not another time either."""

    def __init__(self, reason: str, *, for_good: bool = False):
        super().__init__(reason)
        self.for_good = for_good


class NobodyKnows(Exception):
    """The message left and nobody has said what became of it."""


def send_mail(*, address: str, title: str, text: str, key: UUID, leave: Leave) -> None:
    """Send an e-mail to one address; raises ``NotSent`` or ``NobodyKnows``.

    The Message-ID follows from ``key``, so a mailbox that gets a message again knows it for the same.
    """
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    message = mail.EmailMessage(title, text, to=[address], headers={"Message-ID": f"<{key}@{host}>"})
    connection = mail.get_connection()
    try:
        try:
            connection.open()
        except smtplib.SMTPAuthenticationError:
            raise NotSent("邮件服务器不认这里设置的账号或密码") from None
        except (OSError, smtplib.SMTPException):
            raise NotSent("连不上邮件服务器") from None
        leave()
        _hand_in(connection, message)
    finally:
        _hang_up(connection)


def _hand_in(connection, message: mail.EmailMessage) -> None:
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as refused:
        codes = [code for code, _ in refused.recipients.values()]
        raise NotSent("收件邮箱被拒收，请核对地址", for_good=min(codes, default=0) >= 500) from None
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refused:
        raise NotSent(f"邮件服务器没有接收，答复代码{refused.smtp_code}") from None
    except (OSError, smtplib.SMTPException):
        raise NobodyKnows("发送时和邮件服务器断了连接") from None


def _hang_up(connection) -> None:
    # the server has hung up first; what it said of the message has been heard
    with suppress(OSError, smtplib.SMTPException):
        connection.close()


def post(*, address: str, secret: str, robot: Robot, title: str, text: str, leave: Leave) -> None:
    """Put a message into a chat; raises ``NotSent`` or ``NobodyKnows``. Redirects are not followed."""
    try:
        address = check_address(address, robot, settings.WEBHOOK_ORIGINS[robot])
    except AddressRefused:  # what was allowed when it was saved may no longer be
        raise NotSent("这个地址不在允许的范围内", for_good=True) from None
    connection = _connection_to(address)
    parts = urlsplit(signed(address, secret, int(time() * 1000)))
    try:
        try:
            connection.connect()
        except (OSError, HTTPException):
            raise NotSent("连不上机器人的服务器") from None
        leave()
        verdict, reason = _ask(connection, f"{parts.path}?{parts.query}", robot, body(robot, title, text))
    finally:
        connection.close()
    if verdict is Verdict.REFUSED:
        raise NotSent(reason)
    if verdict is Verdict.UNKNOWN:
        raise NobodyKnows(reason)


def _connection_to(address: str) -> HTTPConnection:
    parts, timeout = urlsplit(address), settings.WEBHOOK_TIMEOUT
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return HTTPSConnection(parts.hostname, parts.port, timeout=timeout, context=context)
    return HTTPConnection(parts.hostname, parts.port, timeout=timeout)  # only where a trial's settings name it so


def _ask(connection: HTTPConnection, path: str, robot: Robot, content: bytes) -> tuple[Verdict, str]:
    try:
        connection.request("POST", path, content, {"Content-Type": "application/json; charset=utf-8"})
        answer = connection.getresponse()
        return read_answer(robot, answer.status, answer.read(MOST_ANSWER_BYTES))
    except (OSError, HTTPException):
        return Verdict.UNKNOWN, "没有等到机器人的答复，不知道消息发出没有"
