"""Robots of group chats: which addresses are taken, how a message is signed, what an answer means."""

import hashlib
import hmac
import json
from base64 import b64encode
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.robots import AddressRefused, Robot, Verdict, body, check_address, hint, read_answer, signed

KEY = "693a91f6-7b1c-4bc4-97a0-0ec2f1fa5aaa"
ORIGINS = ["https://qyapi.weixin.qq.com"]
ADDRESS = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"


def test_the_address_of_a_robot_is_taken_as_it_is_copied():
    assert check_address(f"  {ADDRESS}\n", Robot.WECOM, ORIGINS) == ADDRESS
    dingtalk = f"https://oapi.dingtalk.com/robot/send?access_token={'a1' * 32}"
    assert check_address(dingtalk, Robot.DINGTALK, ["https://oapi.dingtalk.com"]) == dingtalk


@pytest.mark.parametrize(
    "address",
    [
        "",
        "机器人",
        f"http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}",  # not encrypted
        f"https://qyapi.weixin.qq.com.evil.example/cgi-bin/webhook/send?key={KEY}",
        f"https://evil.example/cgi-bin/webhook/send?key={KEY}",
        f"https://qyapi.weixin.qq.com@evil.example/cgi-bin/webhook/send?key={KEY}",
        f"https://evil.example@qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}",
        f"https://qyapi.weixin.qq.com:8443/cgi-bin/webhook/send?key={KEY}",
        f"https://127.0.0.1/cgi-bin/webhook/send?key={KEY}",
        f"https://[::1]/cgi-bin/webhook/send?key={KEY}",
        "https://[qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1",
        "https://qyapi.weixin.qq.com:port/cgi-bin/webhook/send?key=1",
        f"https://qyapi.weixin.qq.com/cgi-bin/../admin?key={KEY}",
        f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}&key={KEY}",
        f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}&x=1",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=short",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send",
        f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}#x",
        f"file:///cgi-bin/webhook/send?key={KEY}",
    ],
)
def test_any_other_address_is_refused_in_words(address):
    with pytest.raises(AddressRefused, match=r"。$"):
        check_address(address, Robot.WECOM, ORIGINS)


@given(st.text(max_size=80))
def test_whatever_is_typed_is_refused_or_lies_at_an_allowed_place(text):
    for address in (text, ADDRESS + text, f"https://{text}/cgi-bin/webhook/send?key={KEY}"):
        try:
            kept = check_address(address, Robot.WECOM, ORIGINS)
        except AddressRefused:
            continue
        assert kept.startswith("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=")


def test_of_the_key_four_characters_are_shown():
    assert hint(ADDRESS) == "qyapi.weixin.qq.com，密钥末四位5aaa"


def test_the_signature_is_that_of_the_manual():
    """https://open.dingtalk.com: HMAC-SHA256 of "time\\nsecret" with the secret, in base64, quoted."""
    address = signed("https://oapi.dingtalk.com/robot/send?access_token=a", "SECabc", 1788750000000)
    query = parse_qs(urlsplit(address).query)
    digest = hmac.new(b"SECabc", b"1788750000000\nSECabc", hashlib.sha256).digest()
    assert query == {"access_token": ["a"], "timestamp": ["1788750000000"], "sign": [b64encode(digest).decode()]}


def test_without_a_secret_nothing_is_signed():
    assert signed(ADDRESS, "", 1) == ADDRESS


def test_each_kind_of_robot_gets_its_own_form():
    assert json.loads(body(Robot.WECOM, "题", "文")) == {"msgtype": "markdown", "markdown": {"content": "文"}}
    assert json.loads(body(Robot.DINGTALK, "题", "文")) == {
        "msgtype": "markdown",
        "markdown": {"title": "题", "text": "文"},
    }


@pytest.mark.parametrize(
    ("status", "content", "verdict", "words"),
    [
        (200, b'{"errcode": 0, "errmsg": "ok"}', Verdict.DELIVERED, ""),
        (200, b'{"errcode": 93000, "errmsg": "invalid webhook url"}', Verdict.REFUSED, "地址不对"),
        (200, b'{"errcode": 45009}', Verdict.REFUSED, "太多"),
        (200, b'{"errcode": 12345, "errmsg": "secret detail"}', Verdict.REFUSED, "答复代码12345"),
        (302, b"", Verdict.REFUSED, "状态码302"),
        (404, b"<html>", Verdict.REFUSED, "状态码404"),
        (429, b"", Verdict.REFUSED, "状态码429"),
        (503, b"", Verdict.REFUSED, "状态码503"),
        (500, b"", Verdict.UNKNOWN, "不知道"),
        (502, b'{"errcode": 0}', Verdict.UNKNOWN, "不知道"),
        (200, b"", Verdict.UNKNOWN, "不知道"),
        (200, b"[]", Verdict.UNKNOWN, "不知道"),
        (200, b'{"errcode": "0"}', Verdict.UNKNOWN, "不知道"),
        (200, b"\xff\xfe", Verdict.UNKNOWN, "不知道"),
    ],
)
def test_an_answer_says_whether_it_arrived_or_nobody_knows(status, content, verdict, words):
    found, reason = read_answer(Robot.WECOM, status, content)
    assert found is verdict
    assert words in reason
    assert "secret" not in reason
