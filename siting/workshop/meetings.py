"""Meetings: one state that several browsers look at, changed by whoever has the hand.

A change names the version that it starts from, and is taken only from who has the hand and only
if nothing changed meanwhile: of two changes of the same version one is refused, so none is lost
unseen. Nothing is written to disk; all of it happens on the event loop, so that nothing is locked.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

from siting.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from siting.workshop.questions import SharedState
    from siting.workshop.replies import MeetingReply

MOST_MEETINGS = 20
MOST_PRESENT = 100
BEAT_SECONDS = 10.0
"""Between two signs of life: who hung up is noticed, and a line that nobody uses stays open."""


@dataclass
class Meeting:
    """A meeting as it stands.

    Attributes
    ----------
    version
        Grows with each change of the state or of the hand.
    hand, name
        Client that has the hand, and how its reader is called.
    changed
        Set, and replaced, when somebody must be told.
    """

    id: str
    state: SharedState
    hand: str
    name: str
    version: int = 1
    present: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self) -> None:
        """Wake who listens."""
        before, self.changed = self.changed, asyncio.Event()
        before.set()

    def reply(self) -> MeetingReply:
        """Give what everybody sees."""
        return {
            "id": self.id,
            "version": self.version,
            "hand": self.hand,
            "name": self.name,
            "present": self.present,
            "state": self.state.model_dump(mode="json"),
        }


class Meetings:
    """The meetings of a server."""

    def __init__(self) -> None:
        self._meetings: OrderedDict[str, Meeting] = OrderedDict()

    def begin(self, client: str, name: str, state: SharedState) -> Meeting:
        """Begin a meeting; who begins it has the hand.

        Raises
        ------
        ConfigError
            As many as may be are going on.
        """
        if len(self._meetings) >= MOST_MEETINGS:
            empty = [key for key, meeting in self._meetings.items() if not meeting.present]
            if not empty:
                raise ConfigError("too_many_meetings", most=MOST_MEETINGS)
            del self._meetings[empty[0]]
        meeting = Meeting(secrets.token_urlsafe(9), state, client, name)
        self._meetings[meeting.id] = meeting
        return meeting

    def get(self, key: str) -> Meeting:
        """Give a meeting.

        Raises
        ------
        ConfigError
            There is none of that name.
        """
        if key not in self._meetings:
            raise ConfigError("unknown_meeting")
        return self._meetings[key]

    def require_room(self, key: str) -> None:
        """Refuse one more who listens, where as many as may do.

        Raises
        ------
        ConfigError
            There is no room; or see `get`.
        """
        if self.get(key).present >= MOST_PRESENT:
            raise ConfigError("too_many_present", most=MOST_PRESENT)

    def take_hand(self, key: str, client: str, name: str) -> Meeting:
        """Give the hand to a client; see `get`."""
        meeting = self.get(key)
        meeting.hand, meeting.name = client, name
        meeting.version += 1
        meeting.tell()
        return meeting

    def change(self, key: str, client: str, version: int, state: SharedState) -> Meeting:
        """Change what everybody sees.

        Raises
        ------
        ConfigError
            The client does not have the hand, or the version is not the last; or see `get`.
        """
        meeting = self.get(key)
        if client != meeting.hand:
            raise ConfigError("meeting_not_in_hand", name=meeting.name or "-")
        if version != meeting.version:
            raise ConfigError("meeting_moved")
        meeting.state = state
        meeting.version += 1
        meeting.tell()
        return meeting

    async def events(self, key: str) -> AsyncIterator[bytes]:
        """Give the meeting as it is, then after each change, as server-sent events.

        Who is slow gets the last state, not each between.

        Raises
        ------
        ConfigError
            See `get`.
        """
        meeting = self.get(key)
        meeting.present += 1
        meeting.tell()
        try:
            while True:
                changed = meeting.changed
                yield b"data: " + orjson.dumps(meeting.reply()) + b"\n\n"
                while not changed.is_set():
                    try:
                        async with asyncio.timeout(BEAT_SECONDS):
                            await changed.wait()
                    except TimeoutError:
                        yield b": here\n\n"
        finally:
            meeting.present -= 1
            meeting.tell()
