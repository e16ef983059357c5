"""Maps and charts of a report, drawn once a language, and their numbers as tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from siting.outputs.documents import pictures
from siting.outputs.documents.model import Block, DocumentColumn, DocumentTable, Figure, Heading
from siting.publish import charts as study_charts
from siting.publish import print_maps as study_print
from siting.publish import sources
from siting.publish.report.words import num, paragraph
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from siting.outputs.charts.chart import Chart
    from siting.outputs.print_sheet import PrintSheet
    from siting.outputs.theme import Theme
    from siting.study.result import Result
    from siting.study.stages.scores import Compared

MOST_ROWS = 25
FIRST_MAP = 0.8  # of the width of the text
OBSERVED = ("broadband", "tornado_balance")
"""Figures on which nobody is spread by a model."""
EFFECTS = ("tornado_effects",)
"""Figures of what no one has observed: effects, under assumptions."""
ON_SERVICES = ("mesh",)
"""Figures on the services of everyday life."""


@dataclass(frozen=True)
class Figures:
    """Figures of a report.

    Attributes
    ----------
    drawn
        By name: of the sheet (`access-<service>`, `digital`) or of the chart (`lorenz`).
    numbers
        What each shows, in the same order.
    """

    drawn: Mapping[str, Figure]
    numbers: tuple[DocumentTable, ...]

    def take(self, *names: str) -> list[Block]:
        """Those of these names that the study could feed."""
        return [self.drawn[name] for name in names if name in self.drawn]

    def first_map(self, service: str) -> list[Block]:
        """The map of times to a service, small enough for a page that holds more."""
        figure = self.drawn.get(f"access-{service}")
        return [] if figure is None else [replace(figure, share=FIRST_MAP)]

    def of_plans(self) -> list[Block]:
        """The maps of what each plan changes."""
        return [figure for name, figure in self.drawn.items() if name.startswith("gain-")]

    def tables(self) -> list[Block]:
        """The section that says every figure in numbers."""
        if not self.numbers:
            return []
        return [Heading(1, t("report.headings.figures")), paragraph("figures_text"), *self.numbers]


def draw(
    result: Result, compared: Compared | None, theme: Theme, say: Callable[[str], None]
) -> Figures:
    """Draw every map and chart that a run can feed, in the current language."""
    drawn: dict[str, Figure] = {}
    numbers: list[DocumentTable] = []
    made, _ = study_print.sheets(result, theme)
    for picture in made:
        if picture.panels:  # each of them is a figure already
            continue
        say(t("report.progress.figure", name=picture.name))
        drawn[picture.name] = of_sheet(picture, result, theme)
        heads: tuple[str, ...] = (t("report.columns.class"), t("report.columns.count"))
        numbers.append(_table(drawn[picture.name].caption, picture.table, heads))
    charts, _ = study_charts.draw(result, compared, (), say)
    for chart in charts:
        say(t("report.progress.figure", name=chart.name))
        drawn[chart.name] = of_chart(chart, result, theme)
        heads = tuple(str(name) for name in chart.readable.columns)
        caption = drawn[chart.name].caption
        numbers.append(_table(caption, chart.readable, heads, f"{chart.name}.csv"))
    return Figures(drawn, tuple(numbers))


def of_sheet(sheet: PrintSheet, result: Result, theme: Theme) -> Figure:
    """A map as a figure: its legend beside it, its title as the caption."""
    return replace(captioned(sheet, result), png=pictures.of_sheet(sheet, theme))


def captioned(sheet: PrintSheet, result: Result) -> Figure:
    """A map as a figure that is to be drawn."""
    kind, _, service = sheet.name.partition("-")
    names = {service.id: service.name for service in result.study.services}
    service_name = names.get(service, result.study.services[0].name)
    limit = num(result.study.headline_minutes)
    keys = {"service": service_name, "minutes": limit, "plan": sheet.subject}
    caption = qualified(t(f"report.maps.{kind}", **keys), result, kind)
    return Figure(b"", caption, sheet.alt)


def of_chart(chart: Chart, result: Result, theme: Theme) -> Figure:
    """A chart as a figure: its title as the caption."""
    picture = pictures.png(chart.figure(theme, titled=False), theme)
    return Figure(picture, qualified(chart.title, result, chart.name), chart.alt)


def qualified(caption: str, result: Result, kind: str) -> str:
    """A caption that says what of the figure is modelled.

    Parameters
    ----------
    kind
        Of the map, or name of the chart.
    """
    if kind in OBSERVED:
        return caption
    if kind in EFFECTS:
        modelled, key = True, "effects"
    elif kind in ON_SERVICES:
        modelled, key = sources.status(result, "everyday") == "modelled", "services"
    else:
        modelled, key = result.cells_modelled, "people"
    return t(f"report.modelled_{key}", caption=caption) if modelled else caption


def _table(
    caption: str, frame: pd.DataFrame, heads: tuple[str, ...], file: str = ""
) -> DocumentTable:
    shown = frame.iloc[:MOST_ROWS]
    columns = tuple(
        DocumentColumn(head, "right" if i else "left", 1.0 if i else 2.4)
        for i, head in enumerate(heads)
    )
    rows = tuple(tuple(str(value) for value in row) for row in shown.itertuples(index=False))
    note = t("report.cut", file=file) if len(frame) > len(shown) else ""
    return DocumentTable(t("report.in_numbers", caption=caption), columns, rows, note=note)
