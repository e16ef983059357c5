"""Wrong tokens, counted by address: who guesses much is not listened to for a while."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_WRONG = 10
PAUSE_SECONDS = 60.0
ADDRESSES = 4096  # that are remembered


class Guesses:
    """Wrong tokens of the last minute, by address.

    Parameters
    ----------
    clock
        Gives seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()

    def add(self, address: str) -> None:
        """Remember a wrong token."""
        self._wrong[address] = [*self._recent(address), self._clock()][-MOST_WRONG:]
        self._wrong.move_to_end(address)
        while len(self._wrong) > ADDRESSES:
            self._wrong.popitem(last=False)

    def seconds_left(self, address: str) -> float:
        """Seconds for which an address is not listened to; 0 where it is."""
        recent = self._recent(address)
        return recent[0] + PAUSE_SECONDS - self._clock() if len(recent) >= MOST_WRONG else 0.0

    def _recent(self, address: str) -> list[float]:
        now = self._clock()
        return [moment for moment in self._wrong.get(address, []) if now - moment < PAUSE_SECONDS]
