"""The print maps of a study: what is on each, and a series by EPCI."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from siting import texts
from siting.errors import ConfigError
from siting.measures import baskets, digital
from siting.outputs import context, print_map
from siting.outputs.print_map import Fill, Name, Sheet, Signs
from siting.publish import opinion as study_opinion
from siting.publish import sources as study_sources
from siting.publish.maps.wording import headline_key
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from siting.outputs.context import Context
    from siting.outputs.print_map import Hatch
    from siting.outputs.theme import Theme
    from siting.study.result import Result

MAPS = ("access", "coverage", "candidates", "digital", "mesh", "gap")
EXCESS = (5.0, 10.0, 15.0)  # classes of minutes beyond the standard
TOWN_LETTERS = ((15_000, 8.0), (7_000, 7.0))  # people, points; smaller ones as all others
LARGEST = 7.0  # millimetres of the largest proportional circle
HARDLY = 0.0005  # written 0.0 %
QUADRANTS = ("near_connected", "near_unconnected", "far_connected", "far_unconnected")


@dataclass(frozen=True)
class Missing:
    """A map that the study cannot feed, and why, in the current language."""

    name: str
    why: str


Made = tuple[list[Sheet], list[Missing]]


def sheets(result: Result, theme: Theme, only: Sequence[str] = ()) -> Made:
    """Make the sheets of a run, one a map (and a service, for access and coverage).

    Parameters
    ----------
    only
        Maps wanted, of `MAPS`; all where empty.

    Returns
    -------
    Sheets, and the maps that cannot be.
    """
    missing: dict[Missing, None] = {}
    return list(sheets_of(each(result, theme, only), missing)), list(missing)


def series(result: Result, theme: Theme, only: Sequence[str] = ("access",)) -> Made:
    """Make the sheets of each EPCI, their files named after its code and name.

    Raises
    ------
    ConfigError
        No commune has an EPCI.
    """
    missing: dict[Missing, None] = {}
    return list(sheets_of(each_epci(result, theme, only), missing)), list(missing)


def sheets_of(made: Iterable[Sheet | Missing], missing: dict[Missing, None]) -> Iterator[Sheet]:
    """Let sheets through, and keep what cannot be made, each reason once."""
    for sheet in made:
        if isinstance(sheet, Missing):
            missing[sheet] = None
        else:
            yield sheet


def each(
    result: Result,
    theme: Theme,
    only: Sequence[str] = (),
    within: Result | None = None,
    limits: Limits | None = None,
) -> Iterator[Sheet | Missing]:
    """Make sheets one by one, as `sheets` does.

    Parameters
    ----------
    within
        The whole run, where `result` is the part of an EPCI (`study_opinion.cut`).
    limits
        Those of the whole run, where they were drawn already.
    """
    wanted = [name for name in MAPS if not only or name in only]
    if result.cells["population"].sum() <= 0:
        yield from (Missing(map_name, t("print.missing.cells")) for map_name in wanted)
        return
    page = _Base(result, within or result, theme, limits or _limits(within or result))
    makers: dict[str, Callable[[], Sheet | str]] = {
        "candidates": page.candidates,
        "digital": page.digital,
        "mesh": page.mesh,
        "gap": page.gap,
    }
    for name in wanted:
        if name in ("access", "coverage"):
            make = page.access if name == "access" else page.coverage
            yield from (make(service.id, service.name) for service in result.study.services)
            continue
        sheet = makers[name]()
        yield Missing(name, t(f"print.missing.{sheet}")) if isinstance(sheet, str) else sheet


def each_epci(
    result: Result, theme: Theme, only: Sequence[str] = ("access",)
) -> Iterator[Sheet | Missing]:
    """Make the sheets of each EPCI one by one, as `series` does."""
    places = study_opinion.places(result)
    if not places:
        raise ConfigError("no_epci", file=result.study.territory.communes.name)
    limits = _limits(result)
    if (
        only and "mesh" not in only
    ):  # the only map that reads the other tables: cutting them takes longest
        result = replace(result, measures={}, extras={})
    for place in places:
        folder = f"{place.code}-{study_opinion.plain(place.name)}"
        for sheet in each(study_opinion.cut(result, place), theme, only, result, limits):
            yield (
                sheet
                if isinstance(sheet, Missing)
                else replace(sheet, name=f"{folder}-{sheet.name}")
            )


@dataclass(frozen=True)
class Limits:
    """Communes, EPCI, the whole and what lies around, metres."""

    communes: Any
    epci: Any
    territory: Any
    context: Context | None = None


def _limits(result: Result) -> Limits:
    whole = result.communes.to_crs(result.study.territory.crs)
    groups = whole[whole["epci_code"] != ""].groupby("epci_code", sort=True)
    epci = [_merged(part.geometry.to_numpy()) for _, part in groups]
    every = whole.geometry.to_numpy()
    around = context.gather(result.ground.read.context)
    moved = None if around is None else around.to_crs(result.study.territory.crs)
    return Limits(every, np.array(epci, object), _merged(every), moved)


def _merged(shapes: Any) -> Any:
    """Neighbours as one; slower where their edges do not match."""
    if shapely.coverage_is_valid(shapes):
        return shapely.coverage_union_all(shapes)
    return shapely.union_all(shapely.make_valid(shapes))


def _gathered(shapes: Any) -> Any:
    """Areas side by side as one geometry, not merged: drawn as one path they leave no seam."""
    parts = shapely.get_parts(np.asarray(shapes, object))
    return shapely.multipolygons(shapely.orient_polygons(parts[shapely.get_dimensions(parts) == 2]))


@dataclass(frozen=True)
class _Base:
    """What all maps of a run share."""

    result: Result
    whole: Result
    theme: Theme
    limits: Limits

    @property
    def limit(self) -> float:
        """Minutes of the share that maps tell."""
        return self.result.study.headline_minutes

    @property
    def crs(self) -> str:
        return self.result.study.territory.crs

    def access(self, service: str, name: str) -> Sheet:
        """Cells by class of travel time to a service."""
        cells = self._cells(service)
        fills = self._classes(cells, self.theme.classes, self.theme.palette, "minutes")
        values = {"service": name}
        return self._sheet(
            f"access-{service}",
            t("print.access.what"),
            self._headline(cells, name),
            (t("print.access.legend", **values), t("print.access.unit")),
            [*fills, *self._modelled()],
            [self._facilities(service, name)],
            t("print.access.alt", classes=_counts(fills), **values),
            [t("print.modelled_note")] if self.result.cells_modelled else [],
        )

    def coverage(self, service: str, name: str) -> Sheet:
        """Communes by the share of their people within the threshold."""
        table = self.result.coverage
        rows = table[
            (table["service"] == service)
            & (table["threshold_minutes"] == self.limit)
            & (table["zone_kind"] == "commune")
        ]
        share = self._communes["code"].map(rows.set_index("zone_code")["covered_share"])
        values = {"service": name, "minutes": f"{self.limit:g}"}
        fills = self._by_commune(100 * share.to_numpy(float))
        return self._sheet(
            f"coverage-{service}",
            t("print.coverage.what", minutes=values["minutes"]),
            self._headline(self._cells(service), name),
            (t("print.coverage.legend", **values), t("print.coverage.unit")),
            fills,
            [self._facilities(service, name)],
            t("print.coverage.alt", classes=_counts(fills), **values),
            [t("print.derived_note")] if self.result.cells_modelled else [],
        )

    def candidates(self) -> Sheet | str:
        """Candidates with their rank, over the people who are far."""
        result, service = self.result, self.result.study.services[0]
        if result.candidates.empty:
            return "candidates"
        ranked = result.scores.table()
        every = len(ranked)
        own = set(result.communes["code"])
        sites = result.candidates.to_crs(self.crs).set_index("id")
        if result.epci is not None:
            ranked = ranked[ranked["site_id"].map(sites["commune_code"]).isin(own)]
        if ranked.empty:
            return "candidates"
        at = sites.loc[ranked["site_id"]]
        points = shapely.get_coordinates(at.geometry.to_numpy())
        values = {"minutes": f"{self.limit:g}", "service": service.name}
        cells = self._cells(service.id)
        far = ~(cells["minutes"].astype(np.float32) <= np.float32(self.limit))
        fills = [
            self._fill(t("print.candidates.near", **values), cells[~far], self.theme.palette[0]),
            self._fill(t("print.candidates.far", **values), cells[far], self.theme.palette[2]),
        ]
        first = ranked.iloc[0]
        signs = Signs(
            t("print.candidates.sign", count=len(ranked)),
            points,
            "o",
            self.theme.colours.candidate,
            4.2,
            tuple(str(rank) for rank in ranked["rank"]),
        )
        names = [
            Name(name, float(x), float(y), bold=True)
            for name, (x, y) in zip(ranked["name"], points, strict=True)
        ]
        key = "headline_one" if len(ranked) == 1 else "headline"
        tied = ranked["rank"] == first["rank"]
        key = "headline_tied" if tied.sum() > 1 else key
        key = f"{key}_cut" if result.epci is not None else key
        score = texts.number(float(first["score"]), 1)
        leading = t("print.and").join(ranked.loc[tied, "name"])
        best = {"first": leading, "score": score, "rank": first["rank"], "every": every}
        return self._sheet(
            "candidates",
            t("print.candidates.what"),
            t(f"print.candidates.{key}", count=len(ranked), **best),
            (t("print.candidates.legend"), t("print.candidates.unit", **values)),
            [*fills, *self._modelled()],
            [self._facilities(service.id, service.name), signs],
            t("print.candidates.alt", names=", ".join(ranked["name"])),
            [t("print.modelled_note")] if result.cells_modelled else [],
            names,
        )

    def digital(self) -> Sheet | str:
        """Cells near or far, of communes connected or not."""
        result, read = self.result, self.whole.ground.read
        wanted = result.study.measures and result.study.measures.digital
        if not wanted or read.broadband is None:
            return "digital"
        service = result.study.services[0]
        cells = self._cells(service.id)
        day = max(read.broadband["date"])
        fibre = digital.fibre_share(read.broadband, day)
        where = digital.quadrants(cells, fibre, wanted.minutes, wanted.fibre_share)
        fills = [
            self._fill(
                t(f"print.digital.{quadrant}"),
                cells[(where == quadrant).to_numpy()],
                colour,
                "alternate" if quadrant.endswith("unconnected") else "",
            )
            for quadrant, colour in zip(QUADRANTS, self.theme.quadrants, strict=True)
        ]
        unknown = cells[(where == "").to_numpy()]
        if len(unknown):
            fills.append(self._fill(t("print.no_value"), unknown, "", "no_data"))
        when = pd.Timestamp(day)
        shown = t("charts.day", day=f"{when.day:02}", month=f"{when.month:02}", year=when.year)
        people = float(cells.loc[(where == "far_unconnected").to_numpy(), "population"].sum())
        values = {"service": service.name, "day": shown, "people": texts.number(round(people))}
        unit = {"minutes": f"{wanted.minutes:g}", "share": texts.percent(wanted.fibre_share, 0)}
        key = {0: "headline_none", 1: "headline_one"}.get(round(people), "headline")
        return self._sheet(
            "digital",
            t("print.digital.what"),
            t(f"print.digital.{key}", **values),
            (t("print.digital.legend"), t("print.digital.unit", service=service.name, **unit)),
            fills,
            [self._facilities(service.id, service.name)],
            t("print.digital.alt", day=shown, classes=_counts(fills)),
            [t("print.derived_note")] if result.cells_modelled else [],
        )

    def mesh(self) -> Sheet | str:
        """Communes by services of a basket, and those that are centres."""
        result = self.result
        wanted = result.study.measures and result.study.measures.mesh
        table = result.measures.get("centres")
        if not wanted or table is None:
            return "mesh"
        rows = self._communes.merge(
            table.drop(columns="name"), left_on="code", right_on="commune_code", how="left"
        )
        items = rows["items"].to_numpy(float)
        centre = rows["centre"].fillna(value=False).to_numpy(bool)
        groups = {
            "none": items == 0,
            "some": (items > 0) & (items < wanted.minimum_items),
            "many": (items >= wanted.minimum_items) & ~centre,
            "centre": centre,
        }
        scale = self.theme.palette
        colours = (self.theme.colours.background, scale[0], scale[1], scale[-2])
        values = {
            "items": f"{wanted.minimum_items}",
            "people": texts.number(wanted.minimum_attracted),
        }
        fills = [
            self._commune_fill(t(f"print.mesh.{key}", **values), kept, colour)
            for (key, kept), colour in zip(groups.items(), colours, strict=True)
        ]
        if np.isnan(items).any():
            fills.append(self._commune_fill(t("print.no_value"), np.isnan(items), "", "no_data"))
        notes = []
        if self._status("everyday") == "modelled":
            every = _gathered(self._communes.geometry.to_numpy())
            fills.append(Fill(t("print.modelled_services"), "", "", every, "modelled"))
            notes.append(t("print.services_note"))
        people = rows.loc[centre, "attracted_people"].to_numpy(float)
        circles = self._circles(rows[centre], people, "print.mesh.sign")
        basket = baskets.load(wanted.basket)
        titles = {str(key): title for key, title in basket.title.items()}
        named = titles.get(texts.language(), basket.id)
        count = int(centre.sum())
        key = {0: "headline_none", 1: "headline_one"}.get(count, "headline")
        return self._sheet(
            "mesh",
            t("print.mesh.what"),
            t(f"print.mesh.{key}", count=count),
            (t("print.mesh.legend"), t("print.mesh.unit", basket=named)),
            fills,
            circles,
            t("print.mesh.alt", classes=_counts(fills)),
            notes,
        )

    def gap(self) -> Sheet:
        """Cells by minutes beyond the standard, and the people there by commune."""
        result, service = self.result, self.result.study.services[0]
        fair = result.study.measures and result.study.measures.equity
        standard = fair.standard_minutes if fair else self.limit
        cells = self._cells(service.id)
        minutes = cells["minutes"].astype(np.float32)
        near = (minutes <= np.float32(standard)).to_numpy()
        scale = self.theme.palette
        far = cells[~near]
        beyond = far.assign(excess=far["minutes"].astype(np.float64) - standard)
        tones = [scale[round(i)] for i in np.linspace(1, len(scale) - 1, len(EXCESS) + 1)]
        fills = [
            self._fill(t("print.gap.within"), cells[near], scale[0]),
            *self._classes(beyond, EXCESS, tones, "excess"),
        ]
        people = beyond.groupby("commune_code")["population"].sum()
        rows = self._communes.assign(people=self._communes["code"].map(people).fillna(0.0))
        rows = rows[rows["people"] >= 1]
        lost, total = float(people.sum()), float(cells["population"].sum())
        values = {
            "people": texts.number(round(lost)),
            "share": texts.percent(lost / total),
            "minutes": f"{standard:g}",
            "service": service.name,
        }
        key = {0: "headline_none", 1: "headline_one"}.get(round(lost), "headline")
        circles = self._circles(rows, rows["people"].to_numpy(float), "print.gap.sign")
        return self._sheet(
            "gap",
            t("print.gap.what", minutes=values["minutes"]),
            t(f"print.gap.{key}", **values),
            (t("print.gap.legend", **values), t("print.gap.unit", **values)),
            [*fills, *self._modelled()],
            [*circles, self._facilities(service.id, service.name)],
            t("print.gap.alt", minutes=values["minutes"], classes=_counts(fills)),
            [t("print.modelled_note")] if result.cells_modelled else [],
        )

    @cached_property
    def _communes(self) -> Any:
        return self.result.communes.to_crs(self.crs)

    @cached_property
    def _areas(self) -> Any:
        """Cells as areas, metres."""
        cells = self.result.cells[["cell_id", "geometry"]].to_crs(self.crs)
        return cells.assign(geometry=areas(cells.geometry.to_numpy()))

    @cached_property
    def _even(self) -> bool:
        """Whether cells lie side by side, no edge over another."""
        return bool(shapely.coverage_is_valid(self._areas.geometry.to_numpy()))

    def _dissolved(self, cells: Any) -> Any:
        """Cells as one geometry: merged, or side by side where they overlap."""
        shapes = cells.geometry.to_numpy()
        return shapely.coverage_union_all(shapes) if self._even else _gathered(shapes)

    def _cells(self, service: str) -> Any:
        """Cells with their minutes to a service, as areas."""
        rows = self.result.access[self.result.access["service"] == service]
        return self._areas.merge(rows, on="cell_id")

    def _fill(self, label: str, cells: Any, colour: str, hatch: Hatch = "") -> Fill:
        people = float(cells["population"].sum())
        total = float(self.result.cells["population"].sum())
        count = t(
            "print.people",
            people=texts.number(round(people)),
            share=_share(people / total),
        )
        return Fill(label, count, colour, self._dissolved(cells), hatch)

    def _classes(
        self, cells: Any, bounds: Sequence[float], colours: Sequence[str], column: str
    ) -> list[Fill]:
        """Classes of minutes and those without a time."""
        values = cells[column].to_numpy(np.float32)
        known = ~np.isnan(values)
        at = np.searchsorted(np.asarray(bounds, np.float32), values, side="left")
        made = [
            self._fill(label, cells[known & (at == i)], colours[i])
            for i, label in enumerate(class_labels(bounds, t("map.minutes")))
        ]
        if not known.all():
            made.append(self._fill(t("print.no_time"), cells[~known], "", "no_data"))
        return made

    def _by_commune(self, percents: Any) -> list[Fill]:
        """Communes by class of a share in per cent."""
        bounds = [100 * share for share in self.theme.shares]
        known = ~np.isnan(percents)
        at = np.searchsorted(np.asarray(bounds), percents - 1e-9, side="left")
        made = [
            self._commune_fill(label, known & (at == i), self.theme.share_palette[i])
            for i, label in enumerate(class_labels(bounds, "%"))
        ]
        if not known.all():
            made.append(self._commune_fill(t("print.no_value"), ~known, "", "no_data"))
        return made

    def _commune_fill(self, label: str, kept: Any, colour: str, hatch: Hatch = "") -> Fill:
        count = int(kept.sum())
        key = {0: "communes_none", 1: "communes_one"}.get(count, "communes")
        shape = _gathered(self._communes.geometry.to_numpy()[kept])
        return Fill(label, t(f"print.{key}", count=texts.number(count)), colour, shape, hatch)

    def _modelled(self) -> list[Fill]:
        """The hatching of cells that a model spread."""
        if not self.result.cells_modelled:
            return []
        every = self._dissolved(self._areas)
        return [Fill(t("print.modelled_cells"), "", "", every, "modelled")]

    def _facilities(self, service: str, name: str) -> Signs:
        rows = self.result.facilities[self.result.facilities["service"] == service]
        points = shapely.get_coordinates(rows.to_crs(self.crs).geometry.to_numpy())
        label = t("print.facilities", service=name, count=texts.number(len(rows)))
        return Signs(label, points, "s", self.theme.colours.facility, 1.9)

    def _circles(self, rows: Any, values: Any, key: str) -> list[Signs]:
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
        points, colour = self._seats(rows), self.theme.colours.candidate
        return [Signs(keys[0][0], points, "o", colour, size, hollow=True, keys=tuple(keys))]

    def _seats(self, rows: Any) -> Any:
        """Where the names of communes stand: their chef-lieu, metres."""
        from pyproj import Transformer  # noqa: PLC0415 - one place only

        to_crs = Transformer.from_crs(4326, self.crs, always_xy=True)
        lon = rows["chef_lieu_lon"].to_numpy(float)
        lat = rows["chef_lieu_lat"].to_numpy(float)
        return np.column_stack(to_crs.transform(lon, lat))

    def _headline(self, cells: Any, name: str) -> str:
        people = cells["population"].to_numpy(float)
        near = (cells["minutes"].astype(np.float32) <= np.float32(self.limit)).to_numpy()
        left = round(float(people[~near].sum()))
        return t(
            headline_key(left),
            share=texts.percent(float(people[near].sum() / people.sum())),
            minutes=f"{self.limit:g}",
            service=name,
            left=texts.number(left),
        )

    def _status(self, role: str) -> str:
        table = next((item for item in self.result.inputs if item.role == role), None)
        return table.source.status if table is not None and table.source is not None else ""

    def _sheet(
        self,
        name: str,
        what: str,
        headline: str,
        legend: tuple[str, str],
        fills: list[Fill],
        signs: list[Signs],
        alt: str,
        notes: list[str],
        first: Sequence[Name] = (),
    ) -> Sheet:
        limits = self.limits
        own = self._communes.sort_values("population", ascending=False, kind="stable")
        seats = self._seats(own)
        taken = {label.text for label in first}
        names = [
            _name(town, people, x, y)
            for town, people, (x, y) in zip(own["name"], own["population"], seats, strict=True)
            if town not in taken
        ]
        main = [name for name in names if name.needed]
        names = [*main, *first, *(name for name in names if not name.needed)]
        cut = self.result.epci is not None
        vintage = self.result.study.territory.vintage
        day = t("charts.day", day=f"{vintage:%d}", month=f"{vintage:%m}", year=vintage.year)
        rows = [{"class": fill.label, "count": fill.count} for fill in fills if fill.count]
        return Sheet(
            name=name,
            title=t("print.grouped_title", title=self.result.study.title, what=what),
            headline=headline,
            legend=legend[0],
            unit=legend[1],
            fills=tuple(fills),
            signs=tuple(sign for sign in signs if len(sign.points)),
            names=tuple(names),
            communes=limits.communes,
            epci=limits.epci,
            focus=_merged(own.geometry.to_numpy()) if cut else limits.territory,
            territory=limits.territory,
            cut=cut,
            crs=self.crs,
            notes=(*notes, t("print.context")),
            sources=tuple(study_sources.paper_lines(self.result)),
            alt=f"{alt} {headline}",
            table=pd.DataFrame(rows, columns=["class", "count"]),
            date=t("print.date", day=day),
            context=limits.context,
        )


def _name(town: str, people: float, x: float, y: float) -> Name:
    """Name of a commune in letters of its rank; those of main towns are always written."""
    for least, size in TOWN_LETTERS:
        if people >= least:
            return Name(town, float(x), float(y), bold=True, size=size, needed=True)
    return Name(town, float(x), float(y))


def round_sizes(largest: float) -> list[float]:
    """Three round quantities for a legend of circles, the first at most the largest."""
    sizes = [print_map.scale_length(max(largest, 1.0))]
    for part in (4, 16):
        if sizes[0] >= part:
            sizes.append(print_map.scale_length(sizes[0] / part))
    return sizes


def class_labels(bounds: Sequence[float], unit: str) -> list[str]:
    """Words of classes whose upper bounds belong to them, and of what lies beyond."""
    written = [texts.number(bound, 0 if float(bound).is_integer() else 1) for bound in bounds]
    middle = [t("print.between", low=low, high=high, unit=unit) for low, high in pairwise(written)]
    first = t("print.upto", high=written[0], unit=unit)
    return [first, *middle, t("print.beyond", low=written[-1], unit=unit)]


def areas(shapes: Any) -> Any:
    """Cells as areas: points become squares as wide as the nearest points are apart."""
    points = shapely.get_dimensions(shapes) == 0
    if not points.any():
        return shapes
    from scipy.spatial import cKDTree  # noqa: PLC0415 - cells of a file only

    at = shapely.get_coordinates(shapes[points])
    near = cKDTree(at).query(at, k=min(2, len(at)))[0]
    apart = float(np.median(near[:, 1])) if near.ndim == 2 else 200.0
    made = np.array(shapes, object)
    half = max(apart, 20.0) / 2
    made[points] = shapely.buffer(shapes[points], half, cap_style="square")
    return made


def _share(share: float) -> str:
    """A share as a percentage; a little that would be written 0.0 is said to be a little."""
    return t("print.hardly") if 0 < share < HARDLY else texts.percent(share)


def _counts(fills: Sequence[Fill]) -> str:
    return " ; ".join(f"{fill.label} : {fill.count}" for fill in fills if fill.count)
