"""The report of a study: computed once, written in each format."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import TYPE_CHECKING

from siting import texts
from siting.atomic_files import replacing_all
from siting.errors import InputError
from siting.outputs.documents.model import (
    AnnexStart,
    Document,
    Heading,
    Look,
    PageBreak,
    Paragraph,
    Words,
)
from siting.publish.report import (
    annex,
    choices,
    diagnosis,
    essentials,
    figures,
    measured,
    reading,
    stages,
)
from siting.publish.report.words import day, table
from siting.study.stages import scores as study_scores
from siting.study.stages import theme as study_theme
from siting.texts import grammar
from siting.texts import text as t
from siting.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from siting.outputs.documents.model import Block, DocumentTable
    from siting.study.result import Result
    from siting.study.stages.scores import Compared

FORMATS = ("docx", "pdf", "odt")
RECORD_HIGH, SIGNED_HIGH = 0.65, 1.3  # centimetres of a row of the cover's forms


def compare(result: Result, say: Callable[[str], None]) -> Compared:
    """What the report tells of the ranking's robustness."""
    say(t("report.progress.compare"))
    return study_scores.compare(result.ground, result.scores.of, None, lambda _: None)


def document(result: Result, compared: Compared, say: Callable[[str], None]) -> Document:
    """The report of a run and of its compared candidates, in the current language."""
    study, theme = result.study, study_theme.load(result.study)
    drawn = figures.draw(result, compared, theme, say)
    say(t("report.progress.compose"))
    opening = [
        *diagnosis.opening(result),
        *drawn.first_map(study.services[0].id),
        *essentials.essentials(result, compared, 2),
    ]
    chapters = [
        *diagnosis.territory(result),
        *diagnosis.data(result),
        *diagnosis.services(result, drawn),
        *measured.everyday(result, drawn),
        *diagnosis.digital(result, drawn),
        *choices.candidates(result, compared, drawn),
        *choices.plan(result, compared, drawn),
        *(block for chapter in stages.CHAPTERS for block in chapter.write(result, drawn)),
    ]
    annexes = [
        *reading.data(result),
        *measured.technical(result, drawn),
        *choices.robustness(compared, drawn),
        *annex.assumptions(result),
        *drawn.tables(),
        *annex.sources(result),
        *annex.sheets(result),
    ]
    method = reading.method(result, [*chapters, *annexes])
    blocks = [*opening, PageBreak(), *_led(chapters), AnnexStart(), *method, *annexes]
    return replace(framed(result, study.title, t("report.subtitle"), blocks), record=record(result))


def _led(blocks: Sequence[Block]) -> list[Block]:
    """Chapters whose first sentence stands out: what the chapter found."""
    made: list[Block] = []
    opened = False
    for block in blocks:
        first = opened and isinstance(block, Paragraph)
        opened = isinstance(block, Heading) and (block.level == 1 or opened)
        made.append(
            replace(block, kind="lead") if first and isinstance(block, Paragraph) else block
        )
    return made


def record(result: Result) -> tuple[DocumentTable, ...]:
    """What the cover says of the document, blank where the study does not, and who approves it."""
    outputs, editor = result.study.outputs, study_theme.load(result.study).editor
    written = day(outputs.report_date) if outputs.report_date else ""
    rows = [
        (t("report.record.author"), editor),
        (t("report.record.date"), written),
        (t("report.record.version"), outputs.report_version or t("report.record.draft")),
        (
            t("report.record.made"),
            t(
                "report.record.made_with",
                version=__version__,
                date=day(result.study.territory.vintage),
            ),
        ),
    ]
    steps = [
        (t(f"report.record.{step}"), "", "", "") for step in ("written", "checked", "approved")
    ]
    about = table("record", rows, "ll", widths=(1, 3))
    approval = table("approval", steps, "llll", widths=(1.2, 2.4, 1.2, 1.6))
    return (
        replace(about, form=(RECORD_HIGH,) * len(rows)),
        replace(approval, form=(SIGNED_HIGH,) * len(steps)),
    )


def framed(result: Result, title: str, subtitle: str, blocks: Sequence[Block]) -> Document:
    """Blocks under a title, with the look, the date and the properties of a study's documents."""
    study, theme = result.study, study_theme.load(result.study)
    when = study.outputs.report_date or study.territory.vintage
    department = study.territory.department.name
    lines = [t("report.cover", of_department=grammar.of(department))]
    lines += [theme.editor] if theme.editor else []
    lines.append(
        day(when)
        if study.outputs.report_date
        else t("report.cover_vintage", date=day(study.territory.vintage))
    )
    parts = ("table", "figure", "caption", "contents", "page", "annex")
    words = {key: t(f"report.words.{key}") for key in parts}
    return Document(
        title=title,
        subtitle=subtitle,
        author=theme.editor or "siting",
        subject=t("report.subject", of_department=grammar.of(department)),
        keywords=", ".join(service.name for service in study.services),
        language=t("language.tag"),
        date=when,
        cover=tuple(lines),
        blocks=tuple(blocks),
        words=Words(**words),
        look=Look(
            accent=theme.colours.accent,
            font=theme.fonts.document,
            logo=theme.logo.read_bytes() if theme.logo else b"",
        ),
    )


def write(
    made: Document, out: Path, name: str, formats: Sequence[str], template: Path | None
) -> list[Path]:
    """Write a document in each format, all of them or none.

    Parameters
    ----------
    out
        A file (its format is its ending, where one is asked for), or a folder for `name.<format>`.

    Raises
    ------
    InputError, OutputError
        The template is refused, or a file cannot be written.
    """
    single = out.suffix[1:].lower() in FORMATS
    paths = [out.with_suffix(f".{kind}") if single else out / f"{name}.{kind}" for kind in formats]
    with replacing_all(paths[0].parent) as part:
        for path, form in zip(paths, formats, strict=True):
            writer = importlib.import_module(f"siting.outputs.documents.{form}")
            if form == "docx":
                writer.write(part / path.name, made, template)
            else:
                writer.write(part / path.name, made)
    return paths


def speak(language: str) -> None:
    """Write from now on in a language; empty: the current one.

    Raises
    ------
    InputError
        It is none of the tool's.
    """
    if not language:
        return
    if language not in texts.LANGUAGES:
        raise InputError("report_language", language=language)
    texts.set_language(language)


def formats(wanted: str, out: Path) -> list[str]:
    """Formats asked for, by name or by the ending of the file.

    Raises
    ------
    InputError
        One is unknown.
    """
    ending = out.suffix[1:].lower()
    given = [name.strip().lower() for name in wanted.split(",") if name.strip()]
    given = given or ([ending] if ending in FORMATS else list(FORMATS[:1]))
    unknown = [name for name in given if name not in FORMATS]
    if unknown:
        raise InputError("report_format", formats=", ".join(unknown), known=", ".join(FORMATS))
    return list(dict.fromkeys(given))
