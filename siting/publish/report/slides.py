"""The deck of a study for its steering committee: a finding a slide, from question to decision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from siting.atomic_files import replacing_all
from siting.outputs import print_map
from siting.outputs.documents import pictures
from siting.outputs.documents.deck import Deck, DeckWords, Slide, SlidePicture, SlideTiles
from siting.outputs.documents.model import Paragraph
from siting.publish import charts as study_charts
from siting.publish import plans as publish_plans
from siting.publish import print_maps, sources
from siting.publish.missing import Missing
from siting.publish.report import choices, compose, diagnosis, essentials, slide_charts
from siting.publish.report.words import day, num, share
from siting.study.stages import score_tables
from siting.study.stages import theme as study_theme
from siting.texts import grammar
from siting.texts import text as t
from siting.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from siting.outputs.documents.model import Block
    from siting.outputs.print_sheet import PrintSheet
    from siting.outputs.theme import Theme
    from siting.publish.plans import PlannedTimes
    from siting.study.result import Result
    from siting.study.stages.scores import Compared

ENDING = ".pptx"
MAP_WIDE, MAP_HIGH = 146.0, 95.0  # millimetres; shown half as large again, so letters are read
GAIN_MAPS = 3  # plans whose map has a slide


@dataclass(frozen=True)
class _Findings:
    """A run, its compared candidates, and what slides show of them."""

    result: Result
    compared: Compared
    theme: Theme

    @cached_property
    def plans(self) -> list[PlannedTimes]:
        """Times under each plan."""
        return publish_plans.of_study(self.result)

    @cached_property
    def sheets(self) -> dict[str, PrintSheet]:
        """Maps by name."""
        wanted = ("access", "candidates", "gain")
        made, _ = print_maps.sheets(self.result, self.theme, wanted)
        return {sheet.name: sheet for sheet in made}

    @property
    def limit(self) -> str:
        """Minutes beyond which one is far, as written."""
        return num(self.result.study.headline_minutes)

    def picture(self, name: str) -> SlidePicture | None:
        """A map by name, with letters for a screen; None where the study cannot feed it."""
        sheet = self.sheets.get(name)
        if sheet is None:
            return None
        small = replace(sheet, notes=sheet.notes[:-1])  # its lines are findings on the large map
        figure = print_map.picture(small, MAP_WIDE, MAP_HIGH, self.theme)
        return SlidePicture(pictures.png(figure, self.theme), sheet.alt)

    def notes(self, key: str, sheet: str = "", **values: object) -> tuple[str, ...]:
        """How a slide was computed, and the sources of its map or of the whole study."""
        made = self.sheets.get(sheet)
        lines = made.sources if made else sources.paper_lines(self.result)
        findings = [t(f"slides.{key}.notes", **values)]
        findings += [made.headline] if made else []
        return (
            *findings,
            t("slides.notes.sources", sources=t("language.list_mark").join(lines)),
            self.made,
        )

    @property
    def reserve(self) -> str:
        """What of the figures is modelled; empty where nothing is."""
        return diagnosis.reserve(self.result) or essentials.limits(self.result)

    @property
    def made(self) -> str:
        """What wrote the deck, of which study."""
        study = self.result.study
        keys = {"study": study.title, "date": day(study.territory.vintage)}
        return t("slides.notes.made", version=__version__, **keys)


def document(
    result: Result, compared: Compared, say: Callable[[str], None]
) -> tuple[Deck, list[Missing]]:
    """The deck of a run and of its compared candidates, in the current language.

    Returns
    -------
    The deck, and the slides that the study cannot feed.
    """
    findings = _Findings(result, compared, study_theme.load(result.study))
    slides: list[Slide] = []
    missing: list[Missing] = []
    for made in _each(findings):
        if isinstance(made, str):
            missing.append(Missing(t(f"slides.names.{made}"), t(f"slides.missing.{made}")))
        else:
            say(t("report.progress.figure", name=made.title))
            slides.append(made)
    framed = compose.framed(result, result.study.title, t("slides.subtitle"), [])
    words = DeckWords(
        title_slide=t("slides.layouts.cover"),
        content_slide=t("slides.layouts.content"),
        prompt=t("slides.layouts.prompt"),
        more=t("slides.more"),
    )
    shared = ("title", "subtitle", "author", "subject", "keywords", "language", "date", "cover")
    frame = {key: getattr(framed, key) for key in shared}
    return Deck(**frame, slides=tuple(slides), words=words, look=framed.look), missing


def write(made: Deck, out: Path, name: str) -> Path:
    """Write a deck to a file, or to a folder under a name; gives the file.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    from siting.outputs.documents import pptx  # noqa: PLC0415 - its library, only to write

    path = out if out.suffix.lower() == ENDING else out / f"{name}{ENDING}"
    with replacing_all(path.parent) as part:
        pptx.write(part / path.name, made)
    return path


def _each(findings: _Findings) -> Iterator[Slide | str]:
    """Slides in their order; the name of one that the study cannot feed."""
    yield _question(findings)
    yield _today(findings)
    yield _far(findings)
    yield _minutes(findings)
    yield _candidates(findings)
    yield _scores(findings)
    yield from _plans(findings)
    yield _robustness(findings)
    yield _costs(findings)
    yield _decision(findings)
    yield _sources(findings)


def sentences(blocks: Sequence[Block]) -> tuple[str, ...]:
    """Sentences of the report's paragraphs that are no warning, as a slide tells them."""
    return tuple(
        block.text
        for block in blocks
        if isinstance(block, Paragraph) and block.kind != "notice" and isinstance(block.text, str)
    )


def _question(findings: _Findings) -> Slide:
    study, figures = findings.result.study, diagnosis.in_figures(findings.result)
    named = {"people": t("slides.question.people")}
    tiles = [(figures["people"][1], named["people"])]
    for service in study.services:
        places = t("slides.question.places", service=service.name)
        tiles.append((figures[f"facilities.{service.id}"][1].partition(",")[0], places))
    tiles += [figures[key][::-1] for key in ("candidates", "communes", "epci")]
    department = grammar.of(study.territory.department.name)
    others = [num(m) for m in study.thresholds_minutes if m != study.headline_minutes]
    points = [
        t("slides.question.scope", of_department=department),
        t(
            "slides.question.limit",
            minutes=findings.limit,
            mode=t(f"report.by.{study.roads.mode}"),
        ),
        *([t("slides.question.thresholds", minutes=", ".join(others))] if others else []),
        *sentences(diagnosis.open_places(findings.result, study.services[0])),
    ]
    title = t("slides.question.title", service=" / ".join(s.name for s in study.services))
    notes = findings.notes("question")
    return Slide(title, SlideTiles(tuple(tiles)), tuple(points), findings.reserve, notes)


def _today(findings: _Findings) -> Slide:
    study = findings.result.study
    service = study.services[0]
    points = [
        t(
            "slides.today.point",
            share=share(row["covered_share"]),
            limit=t("report.at", minutes=num(row["threshold_minutes"])),
        )
        for row in diagnosis.whole(findings.result, service.id).to_dict("records")
    ]
    name = f"access-{service.id}"
    sheet = findings.sheets.get(name)
    others = (diagnosis.finding(findings.result, other) for other in study.services[1:])
    title = sheet.headline if sheet else sentences([diagnosis.finding(findings.result, service)])[0]
    return Slide(
        title,
        findings.picture(name),
        (*points, *sentences(list(others))),
        findings.reserve,
        findings.notes("today", name),
    )


def _far(findings: _Findings) -> Slide | str:
    result, service = findings.result, findings.result.study.services[0]
    rows = diagnosis.of_epci(result, service)
    if rows.empty:
        return "far"
    whole = diagnosis.whole(result, service.id)
    row = whole[whole["threshold_minutes"] == result.study.headline_minutes].iloc[0]
    left = round(row["population"]) - round(row["covered_population"])
    points = [
        *sentences(diagnosis.epci_ends(result, service)),
        *sentences(diagnosis.far_communes(result, {"service": service.name})),
    ]
    return Slide(
        t("slides.far.title", left=grammar.counted("slides.left", left), minutes=findings.limit),
        slide_charts.far(rows, findings.limit, findings.theme),
        tuple(points),
        findings.reserve,
        findings.notes("far"),
    )


def _minutes(findings: _Findings) -> Slide | str:
    made = slide_charts.minutes(findings.result, findings.theme)
    if made is None:
        return "minutes"
    chart, points = made
    return Slide(
        t("slides.minutes.title"),
        chart,
        points,
        findings.reserve,
        findings.notes("minutes"),
    )


def _candidates(findings: _Findings) -> Slide:
    sheet = findings.sheets.get("candidates")
    points = tuple(essentials.reasons(findings.compared))
    title = sheet.headline if sheet else t("brief.sites")
    return Slide(
        title,
        findings.picture("candidates"),
        points,
        findings.reserve,
        findings.notes("candidates", "candidates"),
    )


def _scores(findings: _Findings) -> Slide | str:
    chart = slide_charts.scores(findings.compared, findings.theme)
    if chart is None:
        return "scores"
    return Slide(
        t("slides.scores.title"),
        chart,
        (
            *sentences([choices.compared_on(findings.compared)]),
            *score_tables.notes(findings.compared),
        ),
        findings.reserve,
        findings.notes("scores"),
    )


def _plans(findings: _Findings) -> Iterator[Slide | str]:
    """Plans side by side and the map of each of the first; else what the first site changes."""
    result, limit = findings.result, findings.limit
    reserve = findings.reserve
    if not findings.plans:
        yield "plans"
        chart = slide_charts.opening(result, findings.theme)
        if chart is not None:
            title, drawn = chart
            yield Slide(title, drawn, (), reserve, findings.notes("opening"))
        return
    headlines = {
        plan.key: findings.sheets[f"gain-{plan.key}"].headline
        for plan in findings.plans
        if f"gain-{plan.key}" in findings.sheets
    }
    gained = [
        t("slides.plans.point", plan=plan.name, headline=headlines[plan.key])
        for plan in findings.plans
        if plan.key in headlines
    ]
    yield Slide(
        t("slides.plans.title", minutes=limit),
        slide_charts.plans(result, findings.plans, findings.theme),
        tuple(gained),
        reserve,
        findings.notes("plans"),
    )
    for plan in findings.plans[:GAIN_MAPS]:
        if plan.key not in headlines:
            continue
        name = f"gain-{plan.key}"
        title = t("slides.gain.title", plan=plan.name, headline=headlines[plan.key])
        points = _changes(findings, plan)
        yield Slide(title, findings.picture(name), points, reserve, findings.notes("gain", name))


def _changes(findings: _Findings, plan: PlannedTimes) -> tuple[str, ...]:
    """What a plan opens and closes, and the share of the people within the threshold."""
    result = findings.result
    service = result.study.services[0].id
    here = result.facilities[result.facilities["service"] == service]
    points = []
    for key, ids, table in (
        ("opened", plan.opened, result.candidates),
        ("closed", plan.closed, here),
    ):
        if ids:
            names = table.set_index("id")["name"].astype(str).loc[list(ids)]
            points.append(t(f"slides.gain.{key}", sites=", ".join(names)))
    now = result.access[result.access["service"] == service]
    limit = result.study.headline_minutes
    before, then = (study_charts.within(access, limit) for access in (now, plan.access))
    change = {"before": share(before), "after": share(then), "minutes": findings.limit}
    return (*points, t("slides.gain.share", **change))


def _robustness(findings: _Findings) -> Slide | str:
    made = slide_charts.robustness(findings.compared, findings.theme)
    if made is None:
        return "robustness"
    chart, points, draws = made
    return Slide(
        essentials.firmness(findings.compared),
        chart,
        points,
        findings.reserve,
        findings.notes("robustness", draws=num(draws)),
    )


def _costs(findings: _Findings) -> Slide | str:
    made = slide_charts.costs(findings.result, findings.theme)
    if made is None:
        return "costs"
    title, body, blocks, reserve = made
    return Slide(title, body, sentences(blocks), reserve, findings.notes("costs"))


def _decision(findings: _Findings) -> Slide:
    points = [
        essentials.decision(findings.result, findings.compared),
        *essentials.reasons(findings.compared),
        essentials.firmness(findings.compared),
        essentials.limits(findings.result),
    ]
    kept = tuple(filter(None, points))
    return Slide(t("slides.decision.title"), None, kept, "", findings.notes("decision"))


def _sources(findings: _Findings) -> Slide:
    lines = tuple(sources.paper_lines(findings.result))
    notes = (t("slides.sources.notes"), findings.made)
    return Slide(t("slides.sources.title"), None, lines, "", notes)
