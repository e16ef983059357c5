"""The report of a study: computed once, written in each format."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from siting import texts
from siting.atomic_files import replacing_all
from siting.errors import InputError
from siting.outputs.documents.model import Document, Look, Words
from siting.publish.report import annex, choices, diagnosis, essentials, figures, measured, stages
from siting.publish.report.words import day
from siting.study.stages import scores as study_scores
from siting.study.stages import theme as study_theme
from siting.texts import grammar
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from siting.outputs.documents.model import Block
    from siting.study.result import Result
    from siting.study.stages.scores import Compared

FORMATS = ("docx", "pdf", "odt")


def compare(result: Result, say: Callable[[str], None]) -> Compared:
    """What the report tells of the ranking's robustness."""
    say(t("report.progress.compare"))
    return study_scores.compare(result.ground, result.scores.of, None, lambda _: None)


def document(result: Result, compared: Compared, say: Callable[[str], None]) -> Document:
    """The report of a run and of its compared candidates, in the current language."""
    study, theme = result.study, study_theme.load(result.study)
    drawn = figures.draw(result, compared, theme, say)
    say(t("report.progress.compose"))
    blocks = [
        *diagnosis.opening(result),
        *essentials.essentials(result, compared, 2),
        *diagnosis.territory(result),
        *diagnosis.data(result),
        *diagnosis.method(result),
        *diagnosis.services(result, drawn),
        *measured.everyday(result, drawn),
        *diagnosis.digital(result, drawn),
        *choices.candidates(result, compared, drawn),
        *choices.plan(result, compared, drawn),
        *(block for chapter in stages.CHAPTERS for block in chapter.write(result, drawn)),
        *annex.assumptions(result),
        *drawn.tables(),
        *annex.sources(result),
        *annex.sheets(result),
    ]
    return framed(result, study.title, t("report.subtitle"), blocks)


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
    words = {
        key: t(f"report.words.{key}") for key in ("table", "figure", "caption", "contents", "page")
    }
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
