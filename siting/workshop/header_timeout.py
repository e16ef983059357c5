"""HTTP connections that do not wait for ever: headers must be whole within some seconds.

uvicorn waits for headers as long as the client likes, so a few hundred idle connections would
keep everybody else out. Bodies have their own limit (`guard.BODY_SECONDS`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from siting.texts import text as t

if TYPE_CHECKING:
    import asyncio

HEADER_SECONDS = 10.0


class PatientProtocol(H11Protocol):
    """uvicorn's protocol, with a limit to the time that a request's headers take."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first headers."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take what came; bytes that come one by one do not make the time longer."""
        self._wait()
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._heard()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._heard()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._waiting is None:
            self._waiting = self.loop.call_later(HEADER_SECONDS, self._too_slow)

    def _heard(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _too_slow(self) -> None:
        """Answer 408 and hang up, unless a request is being answered."""
        self._waiting = None
        transport: Any = self.transport
        if transport.is_closing() or (self.cycle and not self.cycle.response_complete):
            return
        refusal = json.dumps({"error": t("web.too_slow", seconds=f"{HEADER_SECONDS:g}")})
        body = refusal.encode()
        head = (
            "HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        transport.write(head.encode("ascii") + body)
        transport.close()
