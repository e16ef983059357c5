"""The sheet of each EPCI as a document of its own, for its opinion on the draft schéma."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from siting.errors import ConfigError
from siting.outputs.documents import series
from siting.outputs.documents.model import Heading, PageBreak, Paragraph
from siting.publish import print_maps as study_print
from siting.publish.opinion import cut, folder_of, places, shown_name
from siting.publish.report import annex, compose
from siting.publish.report.figures import captioned
from siting.study.stages import theme as study_theme
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from siting.outputs.documents.model import Block, Document
    from siting.outputs.documents.series import One
    from siting.outputs.print_sheet import PrintSheet
    from siting.publish.opinion import OpinionArea
    from siting.study.result import Result
ON_A_SHEET = ("communes", "boundaries", "cells", "roads", "services", "candidates", "context")
"""Roles of the tables that a sheet shows."""
MAP_SHARE = 0.66  # of the width of the text, so that the sheet's facts hold on a page


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
        made.append(_one(result, place, name, drawn_maps))
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


def atlas(result: Result, say: Callable[[str], None] = lambda _: None) -> Document:
    """The sheets of all EPCI bound into one document, a chapter each.

    Raises
    ------
    ConfigError
        No commune has an EPCI.
    """
    theme, made = study_theme.load(result.study), documents(result)
    blocks: list[Block] = []
    for i, (place, sheet) in enumerate(zip(places(result), made, strict=True), 1):
        say(t("sheets.writing", done=i, total=len(made)))
        blocks += [PageBreak(), Heading(1, shown_name(result, place))]
        blocks += [
            replace(block, level=block.level + 1) if isinstance(block, Heading) else block
            for block in sheet.drawn(theme).blocks
        ]
    framed = compose.framed(result, result.study.title, t("sheets.atlas_subtitle"), blocks[1:])
    return replace(framed, record=compose.record(result)[:1])


def _one(whole: Result, place: OpinionArea, name: str, maps: tuple[PrintSheet, ...]) -> One:
    part, epci = cut(whole, place), shown_name(whole, place)
    mode = t(f"report.by.{part.study.roads.mode}")
    carried = annex.carried(whole, ON_A_SHEET)
    sources = t("sheets.carried", sources=t("language.list_mark").join(carried)) if carried else ""
    blocks: list[Block] = [
        Heading(1, t("sheets.access")),
        *annex.sheet_findings(part, epci),
        *([Paragraph(t("report.modelled"), "notice")] if part.cells_modelled else []),
        *(replace(captioned(sheet, part), share=MAP_SHARE) for sheet in maps),
        *annex.figures_of(part, place, epci),
        Paragraph(" ".join(filter(None, (t("sheets.method", mode=mode), sources))), "source"),
        PageBreak(),
        Heading(1, t("sheets.opinion")),
        *annex.communes_of(part, epci),
        *annex.sites_of(part),
        annex.opinion_of(epci, len(part.communes)),
    ]
    framed = compose.framed(whole, t("sheets.title", epci=epci), whole.study.title, blocks)
    brief = replace(framed, brief=True, cover=framed.cover[-1:])
    return series.One(name, brief, maps)
