"""Heavy answers: made one after the other and kept, while who waits for them holds no thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import anyio
from anyio import to_thread

from siting.errors import OutputError
from siting.workshop.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

T = TypeVar("T")


class AnswerQueue(Generic[T]):
    """Answers that are made in turn, in a thread beside those of light questions.

    The same question asked by many is answered once: the others take what is kept when their
    turn comes.

    Parameters
    ----------
    kept
        Answers that are kept, the least recently used dropped.
    waiting
        Questions that may wait; one more is refused.
    """

    def __init__(self, kept: int, waiting: int) -> None:
        self._kept: Recent[T] = Recent(kept)
        self._most, self._waiting = waiting, 0
        self._turn = anyio.Lock()
        self._thread = anyio.CapacityLimiter(1)

    async def answer(
        self, key: Hashable, make: Callable[[], T], is_gone: Callable[[], Awaitable[bool]]
    ) -> T:
        """Give the answer to a question, made when its turn comes unless it is kept.

        Parameters
        ----------
        key
            Of the question: what its answer depends on.
        make
            Makes the answer; called in a thread.
        is_gone
            Whether who asked has hung up: nothing is made for nobody.

        Raises
        ------
        OutputError
            As many as may wait are waiting; or nobody waits for this answer any more.
        """
        if self._waiting >= self._most:
            raise OutputError("export_busy")
        self._waiting += 1
        try:
            async with self._turn:
                if await is_gone():
                    raise OutputError("export_busy")
                return await to_thread.run_sync(self._kept.get, key, make, limiter=self._thread)
        finally:
            self._waiting -= 1
