"""Minutes of a meeting (DOCX): who was there, what was said, each plan, its map and decision."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from siting.outputs.documents.model import Heading, Paragraph
from siting.publish import print_maps
from siting.publish.report import compose, figures
from siting.study import run as study_run
from siting.study.stages import theme as study_theme
from siting.texts import text as t
from siting.workshop import hypothesis
from siting.workshop.scenario import applied

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.outputs.documents.model import Block
    from siting.study.result import Result
    from siting.workshop.questions import MinutesPlan, MinutesQuestion
    from siting.workshop.workshop import Workshop

MAP = "access"  # what of a plan is drawn


def document(workshop: Workshop, meeting: MinutesQuestion) -> bytes:
    """Write the minutes; each plan's figures and map are those of `siting run` for its scenario.

    Raises
    ------
    ConfigError, InputError, NetworkError
        A plan is refused; see `Workshop.answer`.
    """
    study = workshop.ground.study
    today = study_run.run(study, _quiet)
    blocks: list[Block] = [
        Heading(1, t("minutes.participants")),
        *_paragraphs(meeting.participants),
    ]
    blocks += [Heading(1, t("minutes.notes")), *_paragraphs(meeting.notes)]
    blocks += [Heading(1, t("minutes.today")), *_maps(today)]
    for plan in meeting.plans:
        blocks += _plan(workshop, plan)
    title = meeting.title.strip() or t("minutes.title", study=study.title)
    made = compose.framed(today, title, study.title, blocks)
    with tempfile.TemporaryDirectory(prefix="siting-") as folder:
        (written,) = compose.write(made, Path(folder) / "minutes.docx", "minutes", ["docx"], None)
        return written.read_bytes()


def _plan(workshop: Workshop, plan: MinutesPlan) -> list[Block]:
    """A plan: what was decided, what was said, what it changes, what it does, its map."""
    given = hypothesis.of_scenario(workshop, plan.scenario, plan.name)
    decision = t(f"page.decision_{plan.decision or 'none'}")
    result = study_run.run(applied(plan.scenario, workshop.ground.study), _quiet)
    return [
        *given.blocks(),
        Paragraph(t("minutes.decision", decision=decision), "lead"),
        *(_paragraphs(plan.note) if plan.note.strip() else ()),
        *_maps(result),
    ]


def _maps(result: Result) -> list[Block]:
    look = study_theme.load(result.study)
    sheets, _ = print_maps.sheets(result, look, (MAP,))
    return [figures.of_sheet(sheet, result, look) for sheet in sheets]


def _paragraphs(text: str) -> Sequence[Paragraph]:
    """A paragraph for each line that somebody typed."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [Paragraph(line) for line in lines or [t("minutes.nothing")]]


def _quiet(_: str) -> None:
    """Say nothing: nobody sees a terminal."""
