"""What every request passes: its host, its origin, its size, its pace, and the token."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import ipaddress
import json
import math
import re
import secrets
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any

from siting import texts
from siting.workshop.guesses import Guesses

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, MutableMapping

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
COOKIE = "siting_session"
BODY_BYTES = 262_144
HEARD_BYTES = 134_217_728  # heard and forgotten: who still speaks does not hear the answer
BODY_SECONDS = 10.0
GUESS_SECONDS = 0.5  # before a wrong token is answered: guessing is slow
PIECE_BYTES = 65_536  # of an answer: the next waits until the client has taken the one before
OPEN_PATHS = ("/", "/api/login", "/static/", "/api/texts/")  # the page that asks for the token
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
HANG_UP = {"connection": "close"}


@dataclass(frozen=True)
class Refused:
    """Why a request goes no further: a status, and a sentence of the catalogue."""

    status: int
    key: str
    values: dict[str, object] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> bytes:
        """The answer, as the interface writes its own refusals."""
        sentence = texts.text(f"web.{self.key}", **self.values)
        return json.dumps({"error": sentence, "key": self.key}, ensure_ascii=False).encode()


class Guard:
    """An ASGI layer that lets good requests through and answers the others.

    Parameters
    ----------
    app
        What is guarded.
    hosts
        Names that requests may come to, without port. With a token, addresses written in digits
        are good as well: only a name can be made to point elsewhere.
    token
        What a client must know, said once to `/api/login` or as a bearer with each request; empty
        on the loopback.
    """

    def __init__(self, app: App, hosts: tuple[str, ...], token: str = "") -> None:
        self._app, self._hosts, self._token = app, hosts, token
        self._session = secrets.token_urlsafe(32)
        self._guesses = Guesses()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        spoken = headers.get("accept-language", "")[:2]
        if spoken in texts.LANGUAGES:
            texts.set_language(spoken)
        refused = self._refusal(scope, headers)
        body = b""
        if refused is None and scope["method"] not in ("GET", "HEAD"):
            body, refused = await _body(headers, receive)
        if refused is None and scope["path"] == "/api/login" and scope["method"] == "POST":
            refused = self._refused_token(scope, _said_token(body))
            if refused is None:
                cookie = f"{COOKIE}={self._session}; HttpOnly; SameSite=Strict; Path=/"
                await _answer(send, 200, b"{}", {"set-cookie": cookie})
                return
        if refused is not None:
            if refused.key == "wrong_token":
                await asyncio.sleep(GUESS_SECONDS)
            await _answer(send, refused.status, refused.body(), refused.headers)
            return
        await self._app(scope, _replayed(body, receive), _protected(send))

    def _refusal(self, scope: MutableMapping[str, Any], headers: dict[str, str]) -> Refused | None:
        host = headers.get("host", "")
        if not self._is_ours(re.sub(r":\d+$", "", host)):
            return Refused(421, "wrong_host")
        origin = headers.get("origin")
        if origin is not None and origin.split("://", 1)[-1] != host:
            return Refused(403, "wrong_origin")
        if not self._token or _is_open(scope["path"]) or self._has_session(headers):
            return None
        if "authorization" not in headers:
            return Refused(401, "no_token")
        return self._refused_token(scope, headers["authorization"].removeprefix("Bearer "))

    def _is_ours(self, name: str) -> bool:
        return name in self._hosts or (bool(self._token) and _is_address(name.strip("[]")))

    def _has_session(self, headers: dict[str, str]) -> bool:
        """Whether a request holds the session that a login gave."""
        cookie: SimpleCookie = SimpleCookie()
        with contextlib.suppress(CookieError):
            cookie.load(headers.get("cookie", ""))
        return COOKIE in cookie and _same(cookie[COOKIE].value, self._session)

    def _refused_token(self, scope: MutableMapping[str, Any], given: str) -> Refused | None:
        """Compare a token, unless its address guesses too much to be listened to."""
        if not self._token:
            return None
        address = str((scope.get("client") or ("",))[0])
        left = math.ceil(self._guesses.seconds_left(address))
        if left > 0:
            return Refused(429, "many_guesses", {"seconds": left}, {"retry-after": str(left)})
        if _same(given, self._token):
            return None
        self._guesses.add(address)
        return Refused(401, "wrong_token")


def _said_token(body: bytes) -> str:
    """Give the token that a login says; empty where it says none."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):  # brackets nested without end among them
        return ""
    given = content.get("token") if isinstance(content, dict) else None
    return given if isinstance(given, str) else ""


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Say a body that was heard again, then what comes after."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _protected(send: Send) -> Send:
    """Add the headers of every answer, and part its body."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = {name.lower() for name, _ in message["headers"]}
            added = ((name.encode(), value.encode()) for name, value in HEADERS.items())
            missing = (header for header in added if header[0] not in present)
            message["headers"] = [*message["headers"], *missing]
        for piece in _pieces(message):
            await send(piece)

    return sending


def _pieces(message: Message) -> Iterator[Message]:
    """Part an answer's body, so that only what a client is about to take lies in its buffer."""
    body = message.get("body", b"")
    if len(body) <= PIECE_BYTES:
        yield message
        return
    for begin in range(0, len(body), PIECE_BYTES):
        end = begin + PIECE_BYTES
        more = end < len(body) or message.get("more_body", False)
        yield {**message, "body": body[begin:end], "more_body": more}


def _is_open(path: str) -> bool:
    return any(path == start or (start[1:] and path.startswith(start)) for start in OPEN_PATHS)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _same(given: str, known: str) -> bool:
    """Compare in a time that tells nothing."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), known.encode())


async def _body(headers: dict[str, str], receive: Receive) -> tuple[bytes, Refused | None]:
    """Take a request's body, or say why not."""
    length = headers.get("content-length", "0")
    if not length.isdigit():
        return b"", Refused(400, "bad_request")
    too_large = Refused(413, "too_large", {"size": BODY_BYTES // 1024}, HANG_UP)
    if int(length) > HEARD_BYTES:
        return b"", too_large
    parts, size = [], 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return b"", Refused(400, "bad_request")
                part = message.get("body", b"")
                size += len(part)
                if size <= BODY_BYTES:
                    parts.append(part)
                if not message.get("more_body"):
                    return (b"".join(parts), None) if size <= BODY_BYTES else (b"", too_large)
                if size > HEARD_BYTES:
                    return b"", too_large
    except TimeoutError:
        return b"", Refused(408, "too_slow", {"seconds": f"{BODY_SECONDS:g}"}, HANG_UP)


async def _answer(send: Send, status: int, body: bytes, more: dict[str, str]) -> None:
    headers = {**HEADERS, "content-type": "application/json; charset=utf-8", **more}
    headers["content-length"] = str(len(body))
    start = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})
