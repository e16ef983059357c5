"""What `measures:` found, as each measure of the registry tells it, in the report's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.measures.measure import Amount, Drawing, Extract, Names, Sentence, Title
from siting.outputs.documents.model import Block, Heading
from siting.publish import sources
from siting.publish.report.shown import KINDS, shown
from siting.publish.report.words import stage_paragraph
from siting.study.stages import measures as study_measures
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from siting.measures.measure import Told
    from siting.publish.report.figures import Figures
    from siting.study.result import Result


def by_service(result: Result, service: str, name: str, drawn: Figures) -> list[Block]:
    """Redundancy and dependence of a service, as asked for."""
    return _of_service(result, service, name, drawn, technical=False)


def technical(result: Result, drawn: Figures) -> list[Block]:
    """Competition, choice and equity of each service: what only a specialist reads."""
    blocks: list[Block] = []
    for service in result.study.services:
        of_service = _of_service(result, service.id, service.name, drawn, technical=True)
        several = len(result.study.services) > 1 and bool(of_service)
        blocks += [*([Heading(2, service.name)] if several else []), *of_service]
    blocks += drawn.take("lorenz")
    return [Heading(1, t("report.headings.technical")), *blocks] if blocks else []


def _of_service(
    result: Result, service: str, name: str, drawn: Figures, *, technical: bool
) -> list[Block]:
    tables = {
        key: table[table["service"] == service]
        for key, table in result.measures.items()
        if "service" in table.columns
    }
    names = _names(result, name)
    return _told(result, tables, names, drawn, by_service=True, technical=technical)


def everyday(result: Result, drawn: Figures) -> list[Block]:
    """Baskets of everyday services, and the mesh of centres; nothing where none is asked for."""
    blocks = _told(result, result.measures, _names(result), drawn, by_service=False)
    return [Heading(1, t("stages.headings.everyday")), *blocks] if blocks else []


def _told(
    result: Result,
    tables: Mapping[str, pd.DataFrame],
    names: Names,
    drawn: Figures,
    *,
    by_service: bool,
    technical: bool = False,
) -> list[Block]:
    blocks: list[Block] = []
    for measure, settings in study_measures.chosen(result.study):
        chosen = (measure.by_service, measure.technical) == (by_service, technical)
        if measure.tell is not None and chosen:
            own = {table.name: tables[table.name] for table in measure.tables}
            for part in measure.tell(settings, own, names):
                blocks += _written(part, drawn)
    return blocks


def _names(result: Result, service: str = "") -> Names:
    communes = result.communes.set_index("code")["name"]
    facilities = result.facilities.drop_duplicates("id").set_index("id")["name"]
    modelled = sources.status(result, "everyday") == "modelled"
    return Names(communes, facilities, service, modelled)


def _written(part: Told, drawn: Figures) -> list[Block]:
    if isinstance(part, Title):
        return [Heading(2, t(part.key))]
    if isinstance(part, Sentence):
        return [stage_paragraph(part.key, **_values(part.values))]
    if isinstance(part, Drawing):
        return drawn.take(part.name)
    assert isinstance(part, Extract)  # noqa: S101 - the last kind
    return [*shown(part.key, part.frame, part.columns, part.file, **_values(part.values))]


def _values(values: Mapping[str, object]) -> dict[str, object]:
    return {
        key: KINDS[value.kind](value.value) if isinstance(value, Amount) else value
        for key, value in values.items()
    }
