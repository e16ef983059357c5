"""Refusals: what is wrong is answered by a status that OpenAPI shows, and one sentence.

400 and 422: the question is malformed. 409: it is well formed, and contradicts the study or itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from siting import texts
from siting.config import expected
from siting.errors import SitingError
from siting.workshop.replies import Refusal

if TYPE_CHECKING:
    from fastapi import FastAPI, Request

CONTRADICTION = 409
STATUSES = {
    "unknown_job": 404,
    "unknown_scenario": 404,
    "too_many_jobs": 429,
    "export_busy": 429,
    "read_only": 403,
    "unknown_meeting": 404,
    "too_many_meetings": 429,
    "too_many_present": 429,
}
MEANINGS = {
    400: "The body is no text in UTF-8, or the request is malformed.",
    401: "A token is needed, or this is not the one.",
    403: "The request comes from another page, or nothing is saved here.",
    404: "There is none of that name.",
    408: "The body did not come in time.",
    CONTRADICTION: "Well formed, but it contradicts the study, or itself, or a name is taken.",
    413: "The body is too large.",
    421: "The request names another host.",
    422: "The question is not of this form.",
    429: "Too much is asked at once, or too many tokens were wrong: try later.",
}
OF_ALL = (400, 401, 403, 408, 413, 421, 422, 429)  # whatever is asked: guard.py answers most


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe refusals for OpenAPI."""
    return {status: {"model": Refusal, "description": MEANINGS[status]} for status in statuses}


def answer_by_sentences(app: FastAPI) -> None:
    """Answer what is wrong by one sentence."""

    @app.exception_handler(SitingError)
    async def wrong(_: Request, error: SitingError) -> JSONResponse:
        status = STATUSES.get(error.key, CONTRADICTION)
        known = {"etag": f'"{error.values["version"]}"'} if "version" in error.values else None
        return JSONResponse({"error": error.text(), "key": error.key}, status, headers=known)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            return JSONResponse({"error": texts.text("web.bad_request"), "key": "invalid"}, 422)
        where = ".".join(str(step) for step in first["loc"][1:]) or "-"
        sentence = texts.text("web.invalid", key=where, detail=expected(first))
        return JSONResponse({"error": sentence, "key": "invalid"}, 422)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        key = {404: "not_found", 405: "bad_method"}.get(error.status_code, "bad_request")
        headers = dict(error.headers or {})
        if error.status_code == 405:  # a route knows of its own method only
            headers["Allow"] = ", ".join(_methods(app, request))
        answer = {"error": texts.text(f"web.{key}"), "key": key}
        return JSONResponse(answer, error.status_code, headers)

    @app.exception_handler(Exception)
    async def failed(_: Request, __: Exception) -> JSONResponse:
        return JSONResponse({"error": texts.text("web.failed"), "key": "failed"}, 500)


def _methods(app: FastAPI, request: Request) -> list[str]:
    """Methods that an address is asked by."""
    matching = (route for route in app.routes if route.matches(request.scope)[0] != Match.NONE)
    return sorted({method for route in matching for method in getattr(route, "methods", ())})
