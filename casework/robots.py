"""Robots of group chats (群机器人): which address is one, what it is sent, what its answer means. Pure.

企业微信 takes {"msgtype": "markdown", "markdown": {"content": …}} of at most 4096 bytes, 钉钉 {"title", "text"} of at
most 20000; both answer {"errcode": 0} once the message stands in the chat. 钉钉 has the time in milliseconds signed
(加签) with HMAC-SHA256 and the secret.
"""

import hmac
import json
from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from urllib.parse import parse_qs, quote_plus, urlsplit


class Robot(StrEnum):
    """Whose robot it is."""

    WECOM = "wecom"
    DINGTALK = "dingtalk"


@dataclass(frozen=True)
class Kind:
    """The path of a robot's address, the name of the key in it, and the most bytes of a message."""

    path: str
    key: str
    most_bytes: int


KINDS = {
    Robot.WECOM: Kind("/cgi-bin/webhook/send", "key", 4096),
    Robot.DINGTALK: Kind("/robot/send", "access_token", 20000),
}
REASONS = {
    (Robot.WECOM, 93000): "机器人的地址不对，或者机器人已被移出群聊",
    (Robot.WECOM, 45009): "这个机器人一分钟内发得太多",
    (Robot.WECOM, -1): "企业微信系统繁忙",
    (Robot.DINGTALK, 310000): "钉钉机器人的安全设置不符：请核对加签密钥，或把关键词设为“守学”",
    (Robot.DINGTALK, 300001): "机器人的地址不对，或者机器人已被移出群聊",
    (Robot.DINGTALK, 400101): "机器人的地址不对，或者机器人已被移出群聊",
    (Robot.DINGTALK, 130101): "这个机器人一分钟内发得太多",
    (Robot.DINGTALK, -1): "钉钉系统繁忙",
}


class AddressRefused(ValueError):
    """An address that no message may be sent to; the message is a Chinese sentence."""


def check_address(address: str, robot: Robot, origins: Collection[str]) -> str:
    """The address of a robot as it is kept; raises ``AddressRefused`` unless it lies at one of ``origins`` (https://…)
    and holds a key."""
    try:
        parts = urlsplit(address.strip())
        origin = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
    except ValueError:
        raise AddressRefused("这不是一个网址，请从机器人的设置里整个复制。") from None
    kind = KINDS[robot]
    if parts.username or parts.password or parts.fragment or origin not in origins:
        raise AddressRefused("只能填这种机器人的官方地址，请从机器人的设置里整个复制。")
    keys = parse_qs(parts.query)
    if parts.path != kind.path or set(keys) != {kind.key} or not _is_key(keys[kind.key]):
        raise AddressRefused(f"地址不完整：应有“{kind.path}?{kind.key}=”和后面的一串字符，请整个复制。")
    return f"{origin}{kind.path}?{kind.key}={keys[kind.key][0]}"


def _is_key(values: list[str]) -> bool:
    return len(values) == 1 and values[0].replace("-", "").isalnum() and values[0].isascii() and len(values[0]) >= 16


def hint(address: str) -> str:
    """An address as it is shown: its host and the last four characters of its key."""
    parts = urlsplit(address)
    return f"{parts.hostname}，密钥末四位{parts.query[-4:]}"


def signed(address: str, secret: str, milliseconds: int) -> str:
    """The address of a 钉钉 robot with the signature for this moment; unchanged where no secret is set."""
    if not secret:
        return address
    digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), sha256).digest()
    return f"{address}&timestamp={milliseconds}&sign={quote_plus(b64encode(digest))}"


def body(robot: Robot, title: str, text: str) -> bytes:
    """The message as it is sent."""
    content = {"content": text} if robot is Robot.WECOM else {"title": title, "text": text}
    return json.dumps({"msgtype": "markdown", "markdown": content}, ensure_ascii=False).encode()


class Verdict(StrEnum):
    """What is known of a message after an answer."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    UNKNOWN = "unknown"


def read_answer(robot: Robot, status: int, content: bytes) -> tuple[Verdict, str]:
    """Whether a message stands in the chat, and if not, why, in Chinese; nothing of the answer itself is repeated.

    A gateway that fails (5xx) does not know what became of the message, so nobody here does.
    """
    try:
        code = json.loads(content)["errcode"]
    except (ValueError, KeyError, TypeError):
        code = None
    if status == 200 and isinstance(code, int):
        if code == 0:
            return Verdict.DELIVERED, ""
        return Verdict.REFUSED, REASONS.get((robot, code), f"机器人没有接收，答复代码{code}")
    if 300 <= status < 500 or status == 503:
        return Verdict.REFUSED, f"机器人的服务器没有接收，状态码{status}"
    return Verdict.UNKNOWN, "服务器的答复看不懂，不知道消息发出没有"
