"""The sheet of each EPCI as a document of its own, for its opinion on the draft schéma."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from siting.errors import ConfigError
from siting.outputs.documents import series
from siting.outputs.documents.model import Bullets, Heading, Paragraph
from siting.publish import print_maps as study_print
from siting.publish import sources
from siting.publish.opinion import cut, folder_of, places
from siting.publish.report import annex, compose
from siting.publish.report.figures import captioned
from siting.study.stages import theme as study_theme
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from siting.outputs.documents.model import Block
    from siting.outputs.documents.series import One
    from siting.outputs.print_sheet import PrintSheet
    from siting.study.result import Result


def documents(result: Result) -> list[One]:
    """The sheet of each EPCI, its maps yet to be drawn, named after its code and name.

    Raises
    ------
    ConfigError
        No commune has an EPCI.
    """
    every = places(result)
    if not every:
        raise ConfigError("no_epci", file=result.study.territory.communes.name)
    maps, _ = study_print.series(result, study_theme.load(result.study), ("access",))
    made = []
    for place in every:
        name = folder_of(place)
        own = [sheet for sheet in maps if sheet.name.startswith(f"{name}-access-")]
        drawn_maps = tuple(
            replace(sheet, name=sheet.name.removeprefix(f"{name}-")) for sheet in own
        )
        made.append(_one(result, cut(result, place), name, place.name, drawn_maps))
    return made


def write(
    result: Result,
    folder: Path,
    formats: Sequence[str],
    template: Path | None = None,
    *,
    inside: str = "",
    jobs: int = 1,
    say: Callable[[str], None] = lambda _: None,
) -> list[Path]:
    """Write the sheet of each EPCI, in several processes.

    Parameters
    ----------
    inside
        Name of the file in a folder of each EPCI; empty: all in one folder, by its code and name.
    jobs
        Processes; see `documents.series.write`.

    Returns
    -------
    Files.

    Raises
    ------
    ConfigError, InputError, OutputError
        No commune has an EPCI, the template is refused, or a file cannot be written.
    """

    def show(done: int, total: int) -> None:
        say(t("sheets.writing", done=done, total=total))

    made = documents(result)
    if inside:
        made = [replace(document, name=f"{document.name}/{inside}") for document in made]
    theme = study_theme.load(result.study)
    return series.write(folder, made, formats, theme, template, jobs=jobs, say=show)


def _one(whole: Result, part: Result, name: str, epci: str, maps: tuple[PrintSheet, ...]) -> One:
    mode = t(f"report.by.{part.study.roads.mode}")
    blocks: list[Block] = [
        Heading(1, t("sheets.access")),
        *annex.sheet_findings(part, epci),
        *([Paragraph(t("report.modelled"), "notice")] if part.cells_modelled else []),
        *(captioned(sheet, part) for sheet in maps),
        *annex.figures_of(part, epci),
        Heading(1, t("sheets.communes")),
        *annex.communes_of(part, epci),
    ]
    if sites := annex.sites_of(part, epci):
        blocks += [Heading(1, t("sheets.sites")), *sites]
    blocks += [Heading(1, t("sheets.opinion")), annex.opinion_of(epci)]
    blocks += [Heading(1, t("sheets.sources")), Paragraph(t("sheets.method", mode=mode))]
    blocks.append(Bullets(tuple(sources.paper_lines(whole))))
    title = t("sheets.title", epci=epci)
    framed = compose.framed(whole, title, whole.study.title, blocks)
    return series.One(name, replace(framed, brief=True), maps)
