"""The workshop's interface over HTTP; OpenAPI at `/api/openapi.json`.

Every question carries its whole scenario: two browsers never see each other's. What is wrong is
answered by 4xx and one sentence, `{"error": …}`.
"""

from __future__ import annotations

import os
import threading
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import orjson
from anyio import to_thread
from fastapi import FastAPI, Header, Request
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles

from siting import texts
from siting.errors import ConfigError, OutputError
from siting.workshop import (
    drawn_zone,
    exports,
    hypothesis,
    meeting_api,
    page_answers,
    refusals,
    replies,
    scenario,
    searches,
    surroundings,
)
from siting.workshop.answer_queue import AnswerQueue
from siting.workshop.jobs import Jobs
from siting.workshop.questions import (  # noqa: TC001 - FastAPI needs them at run time
    ExportQuestion,
    IsochroneQuestion,
    JobQuestion,
    MinutesQuestion,
    PairQuestion,
    PlaceQuestion,
    SaveQuestion,
    ScenarioQuestion,
    ZoneQuestion,
)
from siting.workshop.scenario import Name, Scenario  # noqa: TC001 - as above

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from siting.workshop.workshop import Workshop

WORKERS = max(2, os.cpu_count() or 2)
"""Questions answered at once: more would only take the processor from each other, none in turn."""
EXPORTS_WAITING, EXPORTS_KEPT = 40, 4
READERS_WAITING = 1000  # for what is the same for all: as many as may connect
STATIC = Path(str(resources.files("siting"))) / "browser" / "built"
JobName = Annotated[str, InPath(max_length=64)]
Language = Annotated[str, InPath(pattern="^(" + "|".join(texts.LANGUAGES) + ")$")]
ExportKind = Literal["table", "map", "config", "report"]
KINDS: dict[ExportKind, str] = {
    "table": "text/csv",
    "map": "text/html",
    "config": "application/yaml",
    "report": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True)
class OpenedStudy:
    """What the interface answers from."""

    workshop: Workshop
    config: Path
    read_only: bool = False

    @property
    def folder(self) -> Path:
        """Folder of the saved scenarios."""
        return scenario.folder_of(self.config)


def make(desk: OpenedStudy) -> FastAPI:
    """Make the application."""
    jobs = Jobs()

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = WORKERS
        yield
        jobs.close()

    app = FastAPI(
        title="siting",
        version="1",
        lifespan=life,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        responses=refusals.documented(*refusals.OF_ALL),
    )
    refusals.answer_by_sentences(app)
    _show(app, desk)
    _answer(app, desk.workshop)
    _optimise(app, desk.workshop, jobs)
    _keep(app, desk)
    _export(app, desk)
    meeting_api.add(app)
    return app


def _show(app: FastAPI, desk: OpenedStudy) -> None:
    """Serve the page, and what it draws before any question."""
    workshop = desk.workshop
    app.mount("/static", StaticFiles(directory=STATIC, check_dir=False), name="static")

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    def page() -> str:
        return (STATIC / "index.html").read_text(encoding="utf-8")

    same_for_all: AnswerQueue[bytes] = AnswerQueue(3, READERS_WAITING)

    async def kept(request: Request, make: Callable[[], object]) -> Response:
        """Give what is made once, in bytes; the address is its name."""

        def made() -> bytes:
            return orjson.dumps(make())

        return _json(await same_for_all.answer(request.url.path, made, request.is_disconnected))

    @app.get("/api/study", response_model=replies.StudyReply)
    async def study(request: Request) -> Response:
        """Tell what the study is: sites, criteria, thresholds, plans, links."""
        return await kept(request, lambda: page_answers.study(workshop, read_only=desk.read_only))

    @app.get("/api/layers", response_model=replies.LayersReply)
    async def layers(request: Request) -> Response:
        """Give communes and cells, to draw."""
        return await kept(request, lambda: page_answers.layers(workshop))

    @app.get("/api/surroundings", response_model=replies.SurroundingsReply)
    async def around(request: Request) -> Response:
        """Give EPCI outlines, and the background of the maps."""
        return await kept(request, lambda: surroundings.of_study(workshop))

    @app.get("/api/texts/{language}")
    def words(language: Language) -> dict[str, str]:
        """Give the page's texts."""
        return page_answers.words(language)


def _answer(app: FastAPI, workshop: Workshop) -> None:
    """Answer scenarios."""
    contradicted = refusals.documented(refusals.CONTRADICTION)

    @app.post("/api/answer", response_model=replies.ScenarioReply, responses=contradicted)
    def answer(question: ScenarioQuestion) -> Response:
        """Tell what a scenario does: minutes of each cell, coverage, gained and lost, curve."""
        return _encoded(page_answers.answer(*_looked_at(question.scenario, workshop)))

    @app.post("/api/compare", response_model=replies.PairReply, responses=contradicted)
    def compare(question: PairQuestion) -> Response:
        """Answer two scenarios at once."""
        pair = [_looked_at(given, workshop) for given in (question.first, question.second)]
        return _encoded({"answers": [page_answers.answer(*given) for given in pair]})

    @app.post("/api/ranking", response_model=replies.RankingReply, responses=contradicted)
    def ranking(question: ScenarioQuestion) -> Response:
        """Rank the candidates under the scenario's weights."""
        return _encoded(page_answers.ranking(*_looked_at(question.scenario, workshop)))

    @app.post("/api/robustness", response_model=replies.RobustnessReply, responses=contradicted)
    def robustness(question: ScenarioQuestion) -> Response:
        """Tell how far that ranking holds: under any weights, and as each weight moves."""
        return _encoded(page_answers.robustness(*_looked_at(question.scenario, workshop)))

    @app.post("/api/plan", response_model=replies.PlanReply, responses=contradicted)
    def plan(question: ScenarioQuestion) -> Response:
        """Tell what the sites of a plan cost, and how they hold in the ranking."""
        return _encoded(page_answers.plan(*_looked_at(question.scenario, workshop)))

    @app.post("/api/zone", response_model=replies.ZoneReply, responses=contradicted)
    def zone(question: ZoneQuestion) -> Response:
        """Tell what a scenario does to the people of a zone that somebody drew."""
        looked_at = _looked_at(question.scenario, workshop)
        return _encoded(drawn_zone.answer(*looked_at, question.zone))

    @app.post("/api/access", response_model=replies.AccessReply, responses=contradicted)
    def access(question: PlaceQuestion) -> Response:
        """Tell the minutes from a place to the open facilities."""
        looked_at = _looked_at(question.scenario, workshop)
        return _encoded(page_answers.access(*looked_at, question.lon, question.lat))

    @app.post("/api/isochrone", response_model=replies.IsochroneReply, responses=contradicted)
    def isochrone(question: IsochroneQuestion) -> Response:
        """Draw from where a place is within some minutes; studies on OpenStreetMap roads."""
        looked_at, limits = _looked_at(question.scenario, workshop), sorted(set(question.minutes))
        place = (question.lon, question.lat)
        return _encoded(page_answers.isochrone(*looked_at, *place, limits))


def _optimise(app: FastAPI, workshop: Workshop, jobs: Jobs) -> None:
    """Choose sites, each question in a process of its own."""
    unknown = refusals.documented(404)

    @app.post("/api/jobs", status_code=202, responses=refusals.documented(refusals.CONTRADICTION))
    def start(question: JobQuestion) -> replies.JobReply:
        """Start to choose sites."""
        looked_at = _looked_at(question.scenario, workshop)
        return jobs.start(searches.task(*looked_at, question)).state()

    @app.get("/api/jobs/{name}", responses=unknown)
    def job(name: JobName) -> replies.JobReply:
        """Tell how far it is, and its plan at the end."""
        return jobs.get(name).state()

    @app.delete("/api/jobs/{name}", responses=unknown)
    def cancel(name: JobName) -> replies.JobReply:
        """End it; its process is gone when this answers."""
        return jobs.cancel(name).state()


def _keep(app: FastAPI, desk: OpenedStudy) -> None:
    """Save and load scenarios."""

    @app.get("/api/scenarios")
    def saved() -> replies.SavedNamesReply:
        """List the saved scenarios."""
        return {"names": scenario.names(desk.folder)}

    one_at_a_time = threading.Lock()

    @app.get("/api/scenarios/{name}", responses=refusals.documented(404))
    def load(name: Name, response: Response) -> Scenario:
        """Load a scenario; `ETag` is its version."""
        with one_at_a_time:
            read = scenario.read(name, desk.config, desk.folder)
            response.headers["etag"] = f'"{scenario.version(name, desk.folder)}"'
        return read

    @app.put("/api/scenarios/{name}", responses=refusals.documented(refusals.CONTRADICTION))
    def save(
        name: Name,
        question: SaveQuestion,
        response: Response,
        if_match: Annotated[str, Header(max_length=80)] = "",
    ) -> replies.SavedReply:
        """Save a scenario as a configuration that `siting run` takes.

        One of that name is replaced where the question says so and, where `If-Match` names a
        version, only if it is still that one.
        """
        if desk.read_only:
            raise OutputError("read_only")
        given = _checked(question.scenario, desk.workshop)
        study = desk.workshop.ground.study
        with one_at_a_time:
            there = scenario.version(name, desk.folder)
            if there and not question.replace:
                raise ConfigError("scenario_exists", name=name, version=there)
            if there and if_match and if_match.strip('"') != there:
                raise ConfigError("scenario_changed", name=name, version=there)
            path = scenario.save(given, name, study, desk.config, desk.folder)
            response.headers["etag"] = f'"{scenario.version(name, desk.folder)}"'
        return {"file": path.name}


def _export(app: FastAPI, desk: OpenedStudy) -> None:
    """Hand over the current view."""
    workshop = desk.workshop
    whole_studies: AnswerQueue[bytes] = AnswerQueue(EXPORTS_KEPT, EXPORTS_WAITING)
    of_answers: AnswerQueue[bytes] = AnswerQueue(EXPORTS_KEPT, EXPORTS_WAITING)
    files = {"description": "A file.", "content": {kind: {} for kind in KINDS.values()}}

    @app.post(
        "/api/export/{kind}",
        response_class=Response,
        responses={200: files, **refusals.documented(refusals.CONTRADICTION)},
    )
    async def export(kind: ExportKind, question: ExportQuestion, request: Request) -> Response:
        """Give the view as a CSV table, a map in one file, a configuration or a report (DOCX)."""

        def made() -> bytes:
            return _exported(kind, desk, _checked(question.scenario, workshop), question.name)

        queue = whole_studies if kind in exports.WHOLE_STUDIES else of_answers
        key = (kind, texts.language(), hypothesis.today(), question.model_dump_json())
        content = await queue.answer(key, made, request.is_disconnected)
        return Response(content, media_type=KINDS[kind])

    document = {"description": "A file.", "content": {KINDS["report"]: {}}}

    @app.post(
        "/api/minutes",
        response_class=Response,
        responses={200: document, **refusals.documented(refusals.CONTRADICTION)},
    )
    async def minutes(question: MinutesQuestion, request: Request) -> Response:
        """Write the minutes of a meeting (DOCX), each plan with its map."""

        def made() -> bytes:
            plans = tuple(
                plan.model_copy(update={"scenario": _checked(plan.scenario, workshop)})
                for plan in question.plans
            )
            return exports.minutes(workshop, question.model_copy(update={"plans": plans}))

        key = ("minutes", texts.language(), hypothesis.today(), question.model_dump_json())
        content = await whole_studies.answer(key, made, request.is_disconnected)
        return Response(content, media_type=KINDS["report"])


def _exported(kind: ExportKind, desk: OpenedStudy, given: Scenario, name: str) -> bytes:
    """Write the view in one of the kinds."""
    workshop = desk.workshop.looking(given.service, given.mode)
    if kind == "table":
        return exports.table(workshop, given, name).encode()
    if kind == "config":
        base = desk.config
        return scenario.written(given, desk.workshop.ground.study, base.name, base.parent).encode()
    if kind == "report":
        return exports.report(workshop, given, name)
    return exports.html_map(workshop, given, name).encode()


def _encoded(answer: object) -> Response:
    """Encode an answer once: it is made of plain values, so nothing needs to look at them again."""
    return _json(orjson.dumps(answer))


def _json(answer: bytes) -> Response:
    return Response(answer, media_type="application/json")


def _looked_at(given: Scenario, workshop: Workshop) -> tuple[Workshop, Scenario]:
    """Give a scenario as the study takes it, and the study as the scenario looks at it."""
    return workshop.looking(given.service, given.mode), _checked(given, workshop)


def _checked(given: Scenario, workshop: Workshop) -> Scenario:
    given.require_bounded()
    if list(given.thresholds_minutes) != sorted(set(given.thresholds_minutes)):
        raise ConfigError("thresholds_not_increasing")
    if not given.thresholds_minutes:
        default = workshop.ground.study.thresholds_minutes
        given = given.model_copy(update={"thresholds_minutes": default})
    return given
