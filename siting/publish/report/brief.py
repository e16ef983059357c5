"""The brief: one page to sign, with the finding, the map, three sites, how firm, what is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from siting.outputs import print_map
from siting.outputs.documents import pictures
from siting.publish import print_maps
from siting.publish.report import compose, diagnosis, essentials
from siting.publish.report.figures import captioned
from siting.study.stages import theme as study_theme
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.outputs.documents.model import Document, Figure
    from siting.study.result import Result
    from siting.study.stages.scores import Compared

MAP_HIGH = 86.0  # millimetres: the page must hold the rest


def document(result: Result, compared: Compared) -> Document:
    """One page on a run and its compared candidates, in the current language."""
    service = result.study.services[0]
    blocks = [
        diagnosis.finding(result, service),
        *_map(result),
        *essentials.essentials(result, compared, 1),
    ]
    framed = compose.framed(result, result.study.title, t("brief.subtitle"), blocks)
    return replace(framed, brief=True)


def _map(result: Result) -> list[Figure]:
    """The map of times to the first service; nothing where nobody lives."""
    theme = study_theme.load(result.study)
    sheets, _ = print_maps.sheets(result, theme, ("access",))
    figures = []
    for sheet in sheets[:1]:
        small = replace(sheet, notes=sheet.notes[:-1])  # its lines are told on the large map
        picture = print_map.picture(small, pictures.WIDE, MAP_HIGH, theme)
        figures.append(replace(captioned(sheet, result), png=pictures.png(picture, theme)))
    return figures
