"""How siting asks a server: under its name, through the proxy that is set, with a limit of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests

from siting.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

USER_AGENT = (
    f"siting/{__version__} (access to public services; reads official files, one study at a time)"
)


@dataclass(frozen=True)
class Settings:
    """How to fetch.

    Attributes
    ----------
    mirror
        Folder of files by their catalogue names, used instead of the network.
    proxy
        Address of a proxy; without one, that of the environment (`HTTPS_PROXY`) is taken.
    workers
        Files at a time.
    wait
        Seconds before the first retry; doubled at each.
    timeout
        Seconds without an answer.
    """

    mirror: Path | None = None
    proxy: str | None = None
    workers: int = 4
    wait: float = 1.0
    timeout: float = 30.0


def get(url: str, settings: Settings, headers: Mapping[str, str] | None = None) -> Any:
    """Open an answer whose body is still to be read; to be closed by `with`.

    Raises
    ------
    requests.RequestException
        No server answers.
    """
    proxy = settings.proxy
    return requests.get(
        url,
        headers={"Accept-Encoding": "identity", "User-Agent": USER_AGENT, **(headers or {})},
        stream=True,
        timeout=settings.timeout,
        proxies={"http": proxy, "https": proxy} if proxy else None,
    )
