"""What all print maps of a run share: shapes, classes, signs, names, sources."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siting import texts
from siting.outputs import context, print_scale, signs
from siting.outputs.print_sheet import Fill, Name, PrintSheet, Signs
from siting.publish import geometry, hours, towns, whereabouts
from siting.publish import sources as study_sources
from siting.publish.maps.wording import headline_key
from siting.publish.prints.wording import class_labels
from siting.publish.prints.wording import share as written_share
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from siting.outputs.context import Context
    from siting.outputs.print_sheet import Hatch
    from siting.outputs.theme import Theme
    from siting.study.result import Result
TOWN_LETTERS = ((15_000, 8.0), (0, 7.0))  # people of a main town, points
QUANTITY = 3  # category of the theme that draws proportional circles
LARGEST = 7.0  # millimetres of the largest proportional circle


@dataclass(frozen=True)
class PrintLimits:
    """Communes, EPCI (and `code,name,geometry` of them), the whole and what lies around, metres."""

    communes: Any
    epci: Any
    named: Any
    territory: Any
    context: Context | None = None


def limits(result: Result) -> PrintLimits:
    """Limits of a run, and the background of its maps."""
    whole = result.communes.to_crs(result.study.territory.crs)
    groups = whole[whole["epci_code"] != ""].groupby("epci_code", sort=True)
    epci = [merged(part.geometry.to_numpy()) for _, part in groups]
    named = gpd.GeoDataFrame(
        {"code": list(groups.groups), "name": list(groups["epci_name"].first())},
        geometry=epci,
        crs=whole.crs,
    )
    every = whole.geometry.to_numpy()
    around = context.gather(result.ground.read.context)
    moved = None if around is None else around.to_crs(result.study.territory.crs)
    return PrintLimits(every, np.array(epci, object), named, merged(every), moved)


def merged(shapes: Any) -> Any:
    """Neighbours as one; slower where their edges do not match."""
    if shapely.coverage_is_valid(shapes):
        return shapely.coverage_union_all(shapes)
    return shapely.union_all(shapely.make_valid(shapes))


def gathered(shapes: Any) -> Any:
    """Areas side by side as one geometry, not merged: drawn as one path they leave no seam."""
    parts = shapely.get_parts(np.asarray(shapes, object))
    return shapely.multipolygons(shapely.orient_polygons(parts[shapely.get_dimensions(parts) == 2]))


@dataclass(frozen=True)
class PrintBase:
    """What all maps of a run share."""

    result: Result
    whole: Result
    theme: Theme
    limits: PrintLimits

    @property
    def limit(self) -> float:
        """Minutes of the share that maps tell."""
        return self.result.study.headline_minutes

    @property
    def crs(self) -> str:
        """Metric system of the study."""
        return self.result.study.territory.crs

    @cached_property
    def communes(self) -> Any:
        """Communes, metres."""
        return self.result.communes.to_crs(self.crs)

    @cached_property
    def areas(self) -> Any:
        """Cells as areas, metres."""
        cells = self.result.cells[["cell_id", "geometry"]].to_crs(self.crs)
        return geometry.squares(cells, self.crs)

    @cached_property
    def even(self) -> bool:
        """Whether cells lie side by side, no edge over another."""
        return bool(shapely.coverage_is_valid(self.areas.geometry.to_numpy()))

    def dissolved(self, cells: Any) -> Any:
        """Cells as one geometry: merged, or side by side where they overlap."""
        shapes = cells.geometry.to_numpy()
        return shapely.coverage_union_all(shapes) if self.even else gathered(shapes)

    def cells(self, service: str) -> Any:
        """Cells with their minutes to a service, as areas."""
        rows = self.result.access[self.result.access["service"] == service]
        return self.areas.merge(rows, on="cell_id")

    def fill(self, label: str, cells: Any, colour: str, hatch: Hatch = "") -> Fill:
        """A class of cells, and the people there."""
        people = float(cells["population"].sum())
        total = float(self.result.cells["population"].sum())
        count = t(
            "print.people",
            people=texts.number(round(people)),
            share=written_share(people / total),
        )
        return Fill(label, count, colour, self.dissolved(cells), hatch)

    def classes(
        self, cells: Any, bounds: Sequence[float], colours: Sequence[str], column: str
    ) -> list[Fill]:
        """Classes of minutes and those without a time."""
        values = cells[column].to_numpy(np.float32)
        known = ~np.isnan(values)
        at = np.searchsorted(np.asarray(bounds, np.float32), values, side="left")
        made = [
            self.fill(label, cells[known & (at == i)], colours[i])
            for i, label in enumerate(class_labels(bounds, t("map.minutes")))
        ]
        if not known.all():
            made.append(self.fill(t("print.no_time"), cells[~known], "", "no_data"))
        return made

    def by_commune(self, percents: Any) -> list[Fill]:
        """Communes by class of a share in per cent."""
        bounds = [100 * share for share in self.theme.shares]
        known = ~np.isnan(percents)
        at = np.searchsorted(np.asarray(bounds), percents - 1e-9, side="left")
        made = [
            self.commune_fill(label, known & (at == i), self.theme.share_palette[i])
            for i, label in enumerate(class_labels(bounds, "%"))
        ]
        if not known.all():
            made.append(self.commune_fill(t("print.no_value"), ~known, "", "no_data"))
        return made

    def commune_fill(self, label: str, kept: Any, colour: str, hatch: Hatch = "") -> Fill:
        """A class of communes, those that are kept, and how many they are."""
        count = int(kept.sum())
        key = {0: "communes_none", 1: "communes_one"}.get(count, "communes")
        shape = gathered(self.communes.geometry.to_numpy()[kept])
        return Fill(label, t(f"print.{key}", count=texts.number(count)), colour, shape, hatch)

    def modelled(self) -> list[Fill]:
        """The hatching of cells that a model spread."""
        if not self.result.cells_modelled:
            return []
        every = self.dissolved(self.areas)
        return [Fill(t("print.modelled_cells"), "", "", every, "modelled")]

    def facilities(self, service: str, name: str) -> list[Signs]:
        """Facilities of a service; apart, those that open little, move, or do not count."""
        keys = next(keys for keys in self.result.study.services if keys.id == service)
        rows = self.result.facilities[self.result.facilities["service"] == service]
        points = shapely.get_coordinates(rows.to_crs(self.crs).geometry.to_numpy())
        meanings = hours.meanings(rows, keys)
        drawn = [(meaning, points[meanings == meaning]) for meaning in hours.COUNTED]
        drawn.append(("uncounted", self.moved(hours.uncounted(self.result, service))))
        return [
            Signs(hours.label(meaning, keys, name, "{count}"), at, signs.of(meaning, self.theme))
            for meaning, at in drawn
        ]

    def circles(self, rows: Any, values: Any, key: str) -> list[Signs]:
        """Circles whose area is in proportion, three round sizes in the legend."""
        if not len(values):
            return []
        largest = float(values.max())
        size = LARGEST * np.sqrt(np.maximum(values, 0) / max(largest, 1e-9))
        keys = []
        for people in round_sizes(largest):
            label = t("print.people_only", people=texts.number(people))
            keys.append((label, float(LARGEST * np.sqrt(people / largest))))
        keys[0] = (t(key, people=keys[0][0]), keys[0][1])
        look = signs.Sign("circle", "none", self.theme.categories[QUANTITY], 1.0, LARGEST)
        return [Signs(keys[0][0], self.seats(rows), look, size, keys=tuple(keys))]

    @property
    def neighbours(self) -> Any:
        """The other EPCI: `name,geometry`, metres."""
        own = set(self.result.communes["epci_code"])
        return self.limits.named[~self.limits.named["code"].isin(own)]

    def seats(self, rows: Any) -> Any:
        """Where the names of communes stand: their chef-lieu, metres."""
        return self.moved(rows, "chef_lieu_lon", "chef_lieu_lat")

    def moved(self, rows: Any, lon: str = "lon", lat: str = "lat") -> Any:
        """Points of a table in the metric system, shape (rows, 2)."""
        from pyproj import Transformer  # noqa: PLC0415 - one place only

        to_crs = Transformer.from_crs(4326, self.crs, always_xy=True)
        places = rows[lon].to_numpy(float), rows[lat].to_numpy(float)
        return np.column_stack(to_crs.transform(*places))

    def headline(self, cells: Any, name: str) -> str:
        """The sentence on the people who are far from a service."""
        people = cells["population"].to_numpy(float)
        near = (cells["minutes"].astype(np.float32) <= np.float32(self.limit)).to_numpy()
        left = round(float(people[~near].sum()))
        where = self.whereabouts(cells[~near]) if left else ""
        return t(
            headline_key(left),
            share=texts.percent(float(people[near].sum() / people.sum())),
            minutes=f"{self.limit:g}",
            service=name,
            left=texts.number(left),
            where=where,
        )

    def whereabouts(self, cells: Any) -> str:
        """In which part of the mapped territory most people of some cells are, in words."""
        seen = merged(self.communes.geometry.to_numpy())
        points = shapely.get_coordinates(shapely.centroid(cells.to_crs(self.crs).geometry))
        return whereabouts.mostly(seen, points, cells["population"].to_numpy(float))

    def status(self, role: str) -> str:
        """Status of the source of a table; empty where none is known."""
        table = next((item for item in self.result.inputs if item.role == role), None)
        return table.source.status if table is not None and table.source is not None else ""

    def sheet(
        self,
        name: str,
        what: str,
        headline: str,
        legend: tuple[str, str],
        fills: list[Fill],
        places: list[Signs],
        alt: str,
        notes: list[str],
        roles: Collection[str],
        first: Sequence[Name] = (),
    ) -> PrintSheet:
        """Put a map together: what is mapped, its sentence, its legend and unit, what is drawn.

        Parameters
        ----------
        roles
            Of the tables that it shows, beside those that every map shows.
        """
        limits = self.limits
        own = self.communes.sort_values("population", ascending=False, kind="stable")
        seats = self.seats(own)
        main = towns.main_towns(own)
        sites = {label.text: (label.x, label.y) for label in first}
        rows = zip(own["name"], own["population"], main, seats, strict=True)
        names = [
            _name(town, people if is_main else None, sites.get(town, at))
            for town, people, is_main, at in rows
            if is_main or town not in sites
        ]
        needed = [name for name in names if name.needed]
        written = {name.text for name in needed}
        others = [name for name in names if not name.needed]
        names = [*needed, *(name for name in first if name.text not in written), *others]
        cut = self.result.epci is not None
        vintage = self.result.study.territory.vintage
        day = t("charts.day", day=f"{vintage:%d}", month=f"{vintage:%m}", year=vintage.year)
        table = [{"class": fill.label, "count": fill.count} for fill in fills if fill.count]
        return PrintSheet(
            name=name,
            title=t("print.grouped_title", title=self.result.study.title, what=what),
            headline=headline,
            legend=legend[0],
            unit=legend[1],
            fills=tuple(fills),
            signs=tuple(place for place in places if len(place.points)),
            names=tuple(names),
            communes=limits.communes,
            epci=limits.epci,
            focus=merged(own.geometry.to_numpy()) if cut else limits.territory,
            territory=limits.territory,
            cut=cut,
            neighbours=self.neighbours if cut else None,
            crs=self.crs,
            notes=(*hours.notes(self.result, roles), *notes, t("print.context")),
            sources=tuple(
                study_sources.paper_lines(self.result, {*study_sources.EVERYWHERE, *roles})
            ),
            alt=f"{alt} {headline}",
            table=pd.DataFrame(table, columns=["class", "count"]),
            date=t("print.date", day=day),
            context=limits.context,
        )


def _name(town: str, people: float | None, at: Any) -> Name:
    """Name of a commune; those of main towns, whose people are given, are always written."""
    x, y = float(at[0]), float(at[1])
    if people is None:
        return Name(town, x, y)
    size = next(size for least, size in TOWN_LETTERS if people >= least)
    return Name(town, x, y, bold=True, size=size, needed=True)


def round_sizes(largest: float) -> list[float]:
    """Three round quantities for a legend of circles, the first at most the largest."""
    sizes = [print_scale.scale_length(max(largest, 1.0))]
    for part in (4, 16):
        if sizes[0] >= part:
            sizes.append(print_scale.scale_length(sizes[0] / part))
    return sizes
