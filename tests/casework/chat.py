"""A group chat that stands in for 企业微信 and 钉钉: a server on this machine that keeps what it is sent."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

KEY = "693a91f6-7b1c-4bc4-97a0-0ec2f1fa5aaa"


class Chat:
    """What came in, and what is answered: ``status``, ``answer``; ``silent`` hangs up without a word."""

    def __init__(self):
        self.received: list[dict] = []
        self.queries: list[dict] = []
        self.status, self.answer, self.silent = 200, b'{"errcode": 0, "errmsg": "ok"}', False
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def wecom(self) -> str:
        return f"{self.origin}/cgi-bin/webhook/send?key={KEY}"

    @property
    def dingtalk(self) -> str:
        return f"{self.origin}/robot/send?access_token={KEY}"

    @property
    def texts(self) -> list[str]:
        """The messages as people in the chat read them."""
        return [each["markdown"].get("content") or each["markdown"]["text"] for each in self.received]

    def _handler(chat):  # noqa: N805 - the handler's own self is the request
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                content = self.rfile.read(int(self.headers["Content-Length"]))
                chat.received.append(json.loads(content))
                chat.queries.append(parse_qs(urlsplit(self.path).query))
                if chat.silent:
                    self.close_connection = True
                    return
                self.send_response(chat.status)
                if 300 <= chat.status < 400:
                    self.send_header("Location", f"{chat.origin}/elsewhere")
                self.send_header("Content-Length", str(len(chat.answer)))
                self.end_headers()
                self.wfile.write(chat.answer)

            def log_message(self, *args):
                """Says nothing."""

        return Handler

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def chat(settings):
    """A chat whose address the settings allow for both kinds of robot."""
    chat = Chat()
    settings.WEBHOOK_ORIGINS = {"wecom": [chat.origin], "dingtalk": [chat.origin]}
    settings.WEBHOOK_TIMEOUT = 5
    yield chat
    chat.close()


@pytest.fixture
def mail_is_set_up(settings):
    """E-mail goes to ``django.core.mail.outbox``."""
    settings.EMAIL_IS_SET_UP = True
