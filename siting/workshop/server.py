"""One process that serves the workshop on this machine."""

from __future__ import annotations

import gc
import socket
import sys
import threading
from typing import TYPE_CHECKING

import uvicorn

from siting.errors import ConfigError
from siting.workshop import api, workshop
from siting.workshop.api import OpenedStudy
from siting.workshop.guard import LOOPBACK, Guard
from siting.workshop.patient_protocol import PatientProtocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from siting.config import Study

CLIENTS_AT_ONCE = 200
IDLE_SECONDS = 15
SHORTEST_TOKEN = 16
SWITCH_SECONDS = 0.0005  # between threads, so that a map does not wait for a ranking


def require_safe(host: str, token: str) -> None:
    """Refuse to be heard beyond this machine without a token.

    Raises
    ------
    ConfigError
        The host is not the loopback and the token is missing or short.
    """
    if host in LOOPBACK or host == "::1":
        return
    if not token:
        raise ConfigError("host_needs_token", host=host)
    if len(token) < SHORTEST_TOKEN:
        raise ConfigError("token_too_short", least=SHORTEST_TOKEN)


def desk(study: Study, config: Path, say: Callable[[str], None], *, read_only: bool) -> OpenedStudy:
    """Open a study for the workshop.

    Raises
    ------
    ConfigError
        The configuration is itself a scenario: the workshop opens what it extends.
    """
    if study.what_if is not None:
        raise ConfigError("serve_base_only", file=config)
    return OpenedStudy(workshop.open_study(study, say), config, read_only)


def guarded(desk: OpenedStudy, host: str, token: str) -> Guard:
    """Make the application behind its guard."""
    names = (*LOOPBACK, host, socket.gethostname(), socket.getfqdn()) if token else LOOPBACK
    return Guard(api.make(desk), names, token)


def settings(app: Guard) -> uvicorn.Config:
    """Give how requests are heard: how many at once, and how long each may take to be said."""
    return uvicorn.Config(
        app,
        http=PatientProtocol,
        access_log=False,
        log_level="warning",
        server_header=False,
        limit_concurrency=CLIENTS_AT_ONCE,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=3,
        ws="none",
    )


def serve(desk: OpenedStudy, app: Guard, listening: socket.socket) -> None:
    """Answer until interrupted; what the first questions need is computed beside."""
    gc.freeze()  # modules and the study are never garbage, and answers need not wait for a search
    gc.enable()
    sys.setswitchinterval(SWITCH_SECONDS)
    threading.Thread(target=desk.workshop.warm, daemon=True).start()
    uvicorn.Server(settings(app)).run(sockets=[listening])


def listen(host: str, port: int) -> socket.socket:
    """Take a port; 0 for any that is free.

    Raises
    ------
    ConfigError
        It is taken, or the address is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # named, so that asyncio sends small answers at once (TCP_NODELAY) on what is accepted from it
    taken = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((host, port))
    except (OSError, OverflowError) as error:
        taken.close()
        raise ConfigError("cannot_listen", host=host, port=port, detail=error) from error
    return taken
