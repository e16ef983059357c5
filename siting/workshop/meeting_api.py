"""Meetings over HTTP: begun, joined, changed, and followed by server-sent events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Path as InPath
from fastapi.responses import StreamingResponse

from siting.workshop import refusals
from siting.workshop.meetings import Meetings
from siting.workshop.questions import (  # noqa: TC001 - FastAPI needs them at run time
    HandQuestion,
    MeetingQuestion,
    StateQuestion,
)
from siting.workshop.replies import MeetingReply  # noqa: TC001 - as above

if TYPE_CHECKING:
    from fastapi import FastAPI

MeetingName = Annotated[str, InPath(max_length=64)]
EVENTS = "text/event-stream"


def add(app: FastAPI) -> None:
    """Let several browsers look at one state."""
    meetings = Meetings()
    unknown = refusals.documented(404)
    contradicted = refusals.documented(404, refusals.CONTRADICTION)
    stream: dict[int | str, dict[str, Any]] = {
        200: {"description": "Server-sent events.", "content": {EVENTS: {}}}
    }

    @app.post("/api/meetings", status_code=201)
    async def begin(question: MeetingQuestion) -> MeetingReply:
        """Begin a meeting; who begins it has the hand."""
        question.state.require_bounded()
        return meetings.begin(question.client, question.name, question.state).reply()

    @app.get("/api/meetings/{key}", responses=unknown)
    async def meeting(key: MeetingName) -> MeetingReply:
        """Tell what everybody sees."""
        return meetings.get(key).reply()

    @app.post("/api/meetings/{key}/hand", responses=unknown)
    async def take_hand(key: MeetingName, question: HandQuestion) -> MeetingReply:
        """Take the hand: from now on this client alone changes what everybody sees."""
        return meetings.take_hand(key, question.client, question.name).reply()

    @app.put("/api/meetings/{key}", responses=contradicted)
    async def change(key: MeetingName, question: StateQuestion) -> MeetingReply:
        """Change what everybody sees, from the last version and with the hand."""
        question.state.require_bounded()
        return meetings.change(key, question.client, question.version, question.state).reply()

    @app.get(
        "/api/meetings/{key}/events",
        response_class=StreamingResponse,
        responses={**stream, **contradicted},
    )
    async def events(key: MeetingName) -> StreamingResponse:
        """Follow a meeting: what everybody sees, now and after each change."""
        meetings.require_room(key)  # a refusal is said before the stream begins
        return StreamingResponse(meetings.events(key), media_type=EVENTS)
