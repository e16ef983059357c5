"""Fibre of each commune at each date, and who is far and without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting import texts
from siting.measures import digital
from siting.outputs import scales
from siting.outputs.web_map import Choice, View
from siting.publish import sources
from siting.publish.maps import wording
from siting.publish.maps.map_theme import MapTheme
from siting.publish.maps.mapped import NothingToShow
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.outputs.web_map import WebMap
    from siting.publish.maps.mapped import MappedResult


KINDS = ("near_connected", "near_unconnected", "far_connected", "far_unconnected")


def digital_map(mapped: MappedResult) -> WebMap:
    """Fibre at each date; and, where the study asks for the measure, remoteness with it."""
    table = mapped.result.ground.read.broadband
    assert table is not None  # noqa: S101 - what the theme needs
    codes = mapped.result.communes["code"]
    table = table[table["code"].isin(codes)]
    dates = sorted(table["date"].unique())
    shares = {date: digital.fibre_share(table, date).reindex(codes) for date in dates}
    columns = tuple(
        (t("maps.digital.share", date=wording.day(pd.Timestamp(date))), wording.percents(share))
        for date, share in shares.items()
    )
    if all(share.isna().all() for share in shares.values()):
        raise NothingToShow(t("maps.no_values"))
    names = [t("maps.choice.fibre", date=wording.day(pd.Timestamp(date))) for date in dates]
    views = [_fibre(mapped, table, date, share, columns) for date, share in shares.items()]
    if "digital" in mapped.result.measures:
        for date, share in shares.items():
            names.append(t("maps.choice.quadrants", date=wording.day(pd.Timestamp(date))))
            views.append(_quadrants(mapped, date, share))
    choice = Choice(t("maps.theme.digital"), tuple(names))
    points = [mapped.facility_points(mapped.services[0])]
    roles = (*sources.TIMES, f"services.{mapped.services[0].id}", "broadband")
    first = (len(dates) - 1,)
    return mapped.page(mapped.title("digital"), [choice], views, points, roles, first=first)


def _fibre(
    mapped: MappedResult,
    table: pd.DataFrame,
    date: str,
    share: pd.Series,
    columns: tuple[tuple[str, list[str]], ...],
) -> View:
    """Share of premises that fibre reaches at a date, by commune."""
    rows = table[table["date"] == date]
    known = rows[rows["premises"].notna() & rows["ftth_premises"].notna()]
    premises, fibre = known["premises"].sum(), known["ftth_premises"].sum()
    day = wording.day(pd.Timestamp(date))
    return View(
        legend=t("maps.digital.legend", date=day),
        headline=t(
            "maps.digital.headline",
            date=day,
            share=wording.percent(fibre / premises if premises else np.nan),
            fibre=texts.number(fibre),
            premises=texts.number(premises),
        ),
        scale=scales.fibre(mapped.theme),
        communes=share.to_numpy(np.float64),
        columns=columns,
        points=(),
    )


def _quadrants(mapped: MappedResult, date: str, share: pd.Series) -> View:
    """Far or near, connected or not, by cell; the people are those of `measure_digital.csv`."""
    service, result = mapped.services[0], mapped.result
    wanted = result.study.measures and result.study.measures.digital
    assert wanted  # noqa: S101 - the table is there
    access = mapped.access(service.id).assign(commune_code=result.cells["commune_code"].to_numpy())
    where = digital.quadrants(access, share, wanted.minutes, wanted.fibre_share)
    kind = pd.Index(KINDS).get_indexer(pd.Index(where)).astype(np.float64)
    kind[kind < 0] = np.nan
    labels = [t(f"maps.digital.{name}") for name in KINDS]
    columns = tuple(
        (t("maps.digital.people", kind=label), wording.numbers(mapped.sums(kind == i)))
        for i, label in enumerate(labels)
    )
    people = result.measures["digital"]
    rows = (people["service"] == service.id) & (people["quadrant"] == "far_unconnected")
    worst = people[rows & (pd.to_datetime(people["date"]) == pd.Timestamp(date))].iloc[0]
    day = wording.day(pd.Timestamp(date))
    return View(
        legend=t(
            "maps.digital.quadrants",
            service=service.name,
            minutes=f"{wanted.minutes:g}",
            share=texts.percent(wanted.fibre_share, 0),
            date=day,
        ),
        headline=t(
            "maps.digital.quadrant_headline",
            date=day,
            people=texts.number(round(worst["people"])),
            share=wording.percent(worst["share"]),
        ),
        scale=scales.kinds(labels, mapped.theme.quadrants),
        cells=kind,
        cell_term=t("maps.digital.term"),
        columns=columns,
        notes=mapped.notes,
        modelled=result.cells_modelled,
        points=(0,),
    )


THEME = MapTheme("digital", 40, digital_map, needs=("broadband",))
