"""HTTP connections that do not wait for ever, for headers nor for who does not read.

uvicorn waits for headers as long as the client likes, and for a client to take its answer, so a
few hundred connections that say or read nothing would keep everybody else out. Bodies have their
own limit (`guard.BODY_SECONDS`). An answer is written piece by piece (`guard.PIECE_BYTES`): what a
client has not taken holds one piece in memory, and must be taken within some seconds.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from siting.texts import text as t

if TYPE_CHECKING:
    import asyncio

HEADER_SECONDS = 10.0
UNTAKEN_SECONDS = 30.0  # for one piece of an answer: 2 kB/s


class PatientProtocol(H11Protocol):
    """uvicorn's protocol, with limits to the times of headers and of an answer's pieces."""

    _waiting: asyncio.TimerHandle | None = None
    _untaken: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first headers."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # a piece is taken once nothing of it is left
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
        self._taken()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Begin to wait for the client to take what was written."""
        super().pause_writing()
        if self._untaken is None:
            self._untaken = self.loop.call_later(UNTAKEN_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Wait no more: the client took it."""
        self._taken()
        super().resume_writing()

    def _taken(self) -> None:
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None

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
