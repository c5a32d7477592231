"""Group robots in WeCom, DingTalk and Feishu: what people paste becomes one of three addresses and no other, and what a robot answers is heard.

Apprise knows for each of the three which host and path it is and what a token looks like; nothing else of it is opened, and
only these three of its classes are imported. We hand the text over ourselves: these services answer a refusal with HTTP 200
and a code in the body, which Apprise takes for a success, and a line that broke after the text was sent is not the same as a
refusal (docs/decisions/group-robots-and-digests.md).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from apprise.exception import AppriseImproperlyConfigured
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.wecombot import NotifyWeComBot
from urllib3.exceptions import NewConnectionError

from disputes.notifications.smtp import LONGEST_ANSWER, Answer, Result
from disputes.notifications.wishes import Channel

TIMEOUT = (5.0, 10.0)  # seconds to connect, and for each part of the answer
MOST_OF_AN_ANSWER = 20_000  # bytes
PASTED = {  # what the three services show as the address of a robot
    Channel.WECOM: ("qyapi.weixin.qq.com", r"/cgi-bin/webhook/send", "key"),
    Channel.DINGTALK: ("oapi.dingtalk.com", r"/robot/send", "access_token"),
    Channel.FEISHU: ("open.feishu.cn", r"/open-apis/bot/v2/hook/(?P<token>[^/]+)", None),
}
TOKEN = {
    Channel.WECOM: re.compile(r"[A-Za-z0-9_-]{8,128}"),
    Channel.DINGTALK: re.compile(r"[A-Za-z0-9]{8,128}"),
    Channel.FEISHU: re.compile(r"[A-Za-z0-9_-]{8,128}"),
}
SECRET = re.compile(r"[A-Za-z0-9]{8,128}")
# Codes by which a service says that it is only too much just now.
TOO_MANY = {
    Channel.WECOM: (45009, 45033, -1),
    Channel.DINGTALK: (130101, 130103, 410100, 660026, -1),
    Channel.FEISHU: (9499, 11232, 99991400),
}


class NoRobot(ValueError):
    """What was given is not the address of a robot of one of the three services."""


@dataclass(frozen=True)
class Address:
    """A robot: its service, its token, and DingTalk's secret for signing where one is set."""

    channel: Channel
    token: str
    secret: str | None = None


def read(channel: Channel, typed: str, secret: str = "") -> Address:
    """The robot whose whole webhook address, or its token alone, was typed. NoRobot for everything else.

    Of a pasted address only the token is kept. The host is never taken from what was typed; it must be the service's own.
    """
    text = typed.strip()
    if channel not in PASTED:
        raise NoRobot("scheme")
    token = _of_pasted(channel, text) if "/" in text or ":" in text else text
    if not TOKEN[channel].fullmatch(token):
        raise NoRobot("token")
    kept = secret.strip() or None
    if kept is not None and (channel is not Channel.DINGTALK or not SECRET.fullmatch(kept)):
        raise NoRobot("secret")
    address = Address(channel, token, kept)
    url_of(address)  # Apprise must agree
    return address


def url_of(address: Address, instead: str | None = None) -> str:
    """Where the text for this robot goes. ``instead`` is a server of our own on this machine that stands in for the service's host."""
    try:
        if address.channel is Channel.WECOM:
            url = str(NotifyWeComBot(key=address.token).api_url)
        elif address.channel is Channel.DINGTALK:
            robot = NotifyDingTalk(token=address.token)
            url = robot.notify_url.format(token=robot.token)
        elif address.channel is Channel.FEISHU:
            robot = NotifyFeishu(token=address.token)
            url = robot.notify_url.format(token=robot.token).rstrip("/")
        else:
            raise NoRobot("scheme")
    except AppriseImproperlyConfigured as error:
        raise NoRobot("token") from error
    if instead is None:
        return url
    parts = urlsplit(url)
    return f"{instead}{parts.path}{'?' + parts.query if parts.query else ''}"


def hand_over(address: Address, text: str, now: datetime, instead: str | None = None) -> Answer:
    """One attempt to have a robot say this text. Never raises for what a server or a network does."""
    given: dict[str, str] = {}
    if address.secret:
        given = _signed(address.secret, now)
    said: dict[str, Any] = {"msgtype": "text", "text": {"content": text}}
    if address.channel is Channel.FEISHU:
        said = {"msg_type": "text", "content": {"text": text}}
    with requests.Session() as session:
        session.trust_env = False  # no proxy and no password file of the machine has a say in where this goes
        try:
            response = session.post(
                url_of(address, instead), params=given, json=said, timeout=TIMEOUT, allow_redirects=False, stream=True
            )
            with response:
                status, body = response.status_code, response.raw.read(MOST_OF_AN_ANSWER, decode_content=True)
        except (requests.exceptions.ConnectTimeout, requests.exceptions.SSLError) as error:
            return Answer(Result.DOWN, _words(error))
        except requests.exceptions.ConnectionError as error:
            return Answer(Result.DOWN if _never_connected(error) else Result.UNKNOWN, _words(error))
        except Exception as error:  # urllib3's own errors come through while the answer is read
            return Answer(Result.UNKNOWN, _words(error))
    return _meaning(address.channel, status, body)


def _meaning(channel: Channel, status: int, body: bytes) -> Answer:
    if status == 429 or status >= 500:
        return Answer(Result.LATER, f"{status}")
    try:
        said = json.loads(body)
        code = int(said.get("errcode", said.get("code", said.get("StatusCode"))))
    except (ValueError, TypeError, AttributeError):
        # A success without the service's own words may come from anybody on the way; so may a refusal.
        return Answer(Result.UNKNOWN if 200 <= status < 300 else Result.LATER, f"{status} without an answer we know")
    words = f"{code} {' '.join(str(said.get('errmsg') or said.get('msg') or '').split())}"[:LONGEST_ANSWER]
    if code == 0 and 200 <= status < 300:
        return Answer(Result.SENT)
    return Answer(Result.LATER if code in TOO_MANY[channel] else Result.REFUSED, words)


def _of_pasted(channel: Channel, text: str) -> str:
    host, path, name = PASTED[channel]
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise NoRobot("address") from None
    matched = re.fullmatch(path, parts.path.rstrip("/"))
    if parts.scheme != "https" or parts.netloc != host or port is not None or parts.fragment or matched is None:
        raise NoRobot("address")
    if name is None:
        return matched["token"]
    return parse_qs(parts.query).get(name, [""])[0]


def _signed(secret: str, now: datetime) -> dict[str, str]:
    moment = str(round(now.timestamp() * 1000))
    mac = hmac.new(secret.encode(), f"{moment}\n{secret}".encode(), hashlib.sha256).digest()
    return {"timestamp": moment, "sign": base64.b64encode(mac).decode()}


def _never_connected(error: BaseException) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)


def _words(error: Exception) -> str:
    """What went wrong, without the address: it holds the robot's token."""
    return type(error).__name__
