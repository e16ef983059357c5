"""What every request passes: its host, its origin, its size, its pace, and the token."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import ipaddress
import json
import re
import secrets
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any

from siting import texts
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

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
        if refused is not None:
            if refused[0] == 401 and "authorization" in headers:
                await asyncio.sleep(GUESS_SECONDS)
            await _answer(send, *refused)
            return
        if scope["path"] == "/api/login" and scope["method"] == "POST":
            await self._login(body, send)
            return
        given = False

        async def again() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(
                        (name.encode(), value.encode())
                        for name, value in HEADERS.items()
                        if name.encode() not in present
                    ),
                ]
            await send(message)

        await self._app(scope, again, sending)

    def _refusal(
        self, scope: MutableMapping[str, Any], headers: dict[str, str]
    ) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if not self._is_ours(re.sub(r":\d+$", "", host)):
            return 421, t("web.wrong_host")
        origin = headers.get("origin")
        if origin is not None and origin.split("://", 1)[-1] != host:
            return 403, t("web.wrong_origin")
        if not self._token or _is_open(scope["path"]) or self._is_known(headers):
            return None
        return 401, t("web.no_token")

    def _is_ours(self, name: str) -> bool:
        return name in self._hosts or (bool(self._token) and _is_address(name.strip("[]")))

    def _is_known(self, headers: dict[str, str]) -> bool:
        """Whether a request holds the session that a login gave, or the token itself."""
        cookie: SimpleCookie = SimpleCookie()
        with contextlib.suppress(CookieError):
            cookie.load(headers.get("cookie", ""))
        session = cookie[COOKIE].value if COOKIE in cookie else ""
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        return _same(session, self._session) or _same(bearer, self._token)

    async def _login(self, body: bytes, send: Send) -> None:
        try:
            content = json.loads(body)
            given = content.get("token", "") if isinstance(content, dict) else ""
        except (ValueError, RecursionError):  # brackets nested without end among them
            given = ""
        if self._token and not (isinstance(given, str) and _same(given, self._token)):
            await asyncio.sleep(GUESS_SECONDS)
            await _answer(send, 401, t("web.wrong_token"))
            return
        cookie = f"{COOKIE}={self._session}; HttpOnly; SameSite=Strict; Path=/"
        await _answer(send, 200, "", {"set-cookie": cookie})


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


async def _body(headers: dict[str, str], receive: Receive) -> tuple[bytes, tuple[int, str] | None]:
    """Take a request's body, or say why not."""
    length = headers.get("content-length", "0")
    if not length.isdigit():
        return b"", (400, t("web.bad_request"))
    too_large = (413, t("web.too_large", size=BODY_BYTES // 1024))
    if int(length) > HEARD_BYTES:
        return b"", too_large
    parts, size = [], 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return b"", (400, t("web.bad_request"))
                part = message.get("body", b"")
                size += len(part)
                if size <= BODY_BYTES:
                    parts.append(part)
                if not message.get("more_body"):
                    return (b"".join(parts), None) if size <= BODY_BYTES else (b"", too_large)
                if size > HEARD_BYTES:
                    return b"", too_large
    except TimeoutError:
        return b"", (408, t("web.too_slow", seconds=f"{BODY_SECONDS:g}"))


async def _answer(
    send: Send, status: int, sentence: str, more: dict[str, str] | None = None
) -> None:
    body = json.dumps({"error": sentence} if sentence else {}, ensure_ascii=False).encode()
    headers = {**HEADERS, "content-type": "application/json; charset=utf-8", **(more or {})}
    headers["content-length"] = str(len(body))
    if status in (408, 413):
        headers["connection"] = "close"
    start = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})
