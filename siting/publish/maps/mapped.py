"""A run as its maps read it: its ground, and the views and places that themes share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from siting import texts
from siting.measures import coverage as coverages
from siting.outputs import context, scales, web_map
from siting.outputs.theme import DEFAULT, Theme
from siting.outputs.web_map import Choice, Ground, Point, Points, View, WebMap
from siting.publish import geometry, hours, sources, towns, whereabouts
from siting.publish.maps import wording
from siting.study import opening_hours
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from siting.config.study import ServiceKeys
    from siting.study.result import Result

    Float64 = npt.NDArray[np.float64]


class NothingToShow(Exception):  # noqa: N818 - not an error: a map that the values leave blank
    """A theme that the study's tables cannot fill, and why, in the current language."""


@dataclass(frozen=True)
class MappedResult:
    """A run, and what its maps share.

    Attributes
    ----------
    result
        What was found.
    theme
        The look.
    """

    result: Result
    theme: Theme = DEFAULT

    @cached_property
    def ground(self) -> Ground:
        """Communes, cells and roads to draw."""
        communes, cells = (
            self.result.communes,
            geometry.squares(self.result.cells, self.result.study.territory.crs),
        )
        around = context.gather(self.result.ground.read.context)
        main = np.flatnonzero(towns.main_towns(communes)).tolist()
        return Ground(communes, cells, geometry.main_roads(self.result), around, tuple(main))

    @cached_property
    def drawn(self) -> web_map.Drawn:
        """The same, ready for every page."""
        return web_map.draw(self.ground)

    @property
    def services(self) -> tuple[ServiceKeys, ...]:
        """Services of the study."""
        return self.result.study.services

    @property
    def mode(self) -> str:
        """How people travel."""
        return t(f"map.mode.{self.result.study.roads.mode}")

    @property
    def threshold(self) -> float:
        """Minutes of the share that a map tells first."""
        return self.result.study.headline_minutes

    @cached_property
    def people(self) -> Float64:
        """People of each cell."""
        counts: Float64 = self.result.cells["population"].to_numpy(np.float64)
        return counts

    @cached_property
    def rows(self) -> npt.NDArray[np.int64]:
        """Row of each cell among those of the whole study."""
        whole = pd.Index(self.result.ground.cells["cell_id"])
        order: npt.NDArray[np.int64] = whole.get_indexer(self.result.cells["cell_id"])
        return order

    def access(self, service: str) -> pd.DataFrame:
        """Nearest facility of each cell, in the order of the cells."""
        table = self.result.access
        nearest = table[table["service"] == service].set_index("cell_id")
        return nearest.reindex(self.result.cells["cell_id"])

    def by_commune(self, minutes: Float64, service: str = "") -> pd.DataFrame:
        """Mean, share and people by commune, in the order of the communes."""
        table = pd.DataFrame(
            {
                "commune_code": self.result.cells["commune_code"].to_numpy(),
                "population": self.people,
                "service": service,
                "minutes": minutes.astype(np.float32),
            }
        )
        codes = self.result.communes["code"]
        limit = np.float32(self.threshold)
        mean = coverages.summary(table, "commune_code").reindex(codes)
        inside = table[table["minutes"] <= limit].groupby("commune_code")["population"].sum()
        total = table.groupby("commune_code")["population"].sum().reindex(codes)
        covered = inside.reindex(codes).fillna(0.0).where(total.notna())
        share = covered / total.where(total > 0)
        return pd.DataFrame(
            {
                "mean": mean["mean_minutes"].to_numpy(np.float64),
                "covered": covered.to_numpy(np.float64),
                "people": total.to_numpy(np.float64),
                "share": share.to_numpy(np.float64),
            }
        )

    def sums(self, chosen: npt.NDArray[np.bool_]) -> pd.Series:
        """People of the chosen cells, by commune, in the order of the communes."""
        commune = self.result.cells["commune_code"].to_numpy()
        people: pd.Series = pd.Series(self.people * chosen).groupby(commune).sum()
        return people.reindex(self.result.communes["code"])

    def service_roles(self) -> tuple[str, ...]:
        """Roles of the tables of travel times to all services."""
        return (*sources.TIMES, *(f"services.{service.id}" for service in self.services))

    def whereabouts(self, minutes: Float64, threshold: float) -> str:
        """In which part of the territory most people beyond a threshold are, in words."""
        far = ~(minutes.astype(np.float32) <= np.float32(threshold))
        territory, points = self.places
        return whereabouts.mostly(territory, points[far], self.people[far])

    @cached_property
    def places(self) -> tuple[Any, Float64]:
        """The territory and the middle of each cell, metres."""
        crs = self.result.study.territory.crs
        cells = self.result.cells.to_crs(crs).geometry.to_numpy()
        communes = self.result.communes.to_crs(crs).geometry.to_numpy()
        whole = shapely.union_all(shapely.make_valid(communes))
        return whole, shapely.get_coordinates(shapely.centroid(cells))

    def covered_whole(self, service: str, threshold: float) -> pd.Series:
        """Row of `coverage.csv` for the whole that the maps show."""
        table = self.result.coverage
        chosen = (table["service"] == service) & (table["threshold_minutes"] == threshold)
        return self.whole(table[chosen])

    def whole(self, table: pd.DataFrame) -> pd.Series:
        """The row of a table by zone for the whole that the maps show."""
        kind, epci = table["zone_kind"] == "department", self.result.epci
        if epci is not None:
            kind = (table["zone_kind"] == "epci") & (table["zone_code"] == epci)
        return table[kind].iloc[0]

    def covered_communes(self, service: str, threshold: float) -> pd.DataFrame:
        """Rows of `coverage.csv` for the communes, in their order."""
        table = self.result.coverage
        chosen = (table["service"] == service) & (table["threshold_minutes"] == threshold)
        rows = table[chosen & (table["zone_kind"] == "commune")].set_index("zone_code")
        return rows.reindex(self.result.communes["code"])

    def title(self, name: str) -> str:
        """Title of a themed map."""
        return t(f"maps.title.{name}", title=self.result.study.title)

    @property
    def first_option(self) -> tuple[int, ...]:
        """The first service, at the threshold that the other maps tell."""
        return (0, self.result.study.thresholds_minutes.index(self.threshold))

    def page(
        self,
        title: str,
        choices: Sequence[Choice],
        views: Sequence[View],
        points: Sequence[Points],
        roles: Collection[str],
        *,
        near: int = 0,
        compare: bool = False,
        first: tuple[int, ...] = (),
    ) -> WebMap:
        """A page about the study.

        Parameters
        ----------
        roles
            Of the tables that it shows, beside those that every map shows.
        """
        of_hours = hours.notes(self.result, roles)
        return WebMap(
            title=title,
            date=t("map.date", date=wording.day(self.result.study.territory.vintage)),
            ground=self.ground,
            choices=tuple(choices),
            views=tuple(replace(view, notes=(*of_hours, *view.notes)) for view in views),
            points=tuple(points),
            sources=tuple(sources.source_lines(self.result, {*sources.EVERYWHERE, *roles})),
            near=near,
            compare=compare,
            first=first,
        )

    def access_view(self, service: ServiceKeys, points: tuple[int, ...] | None = None) -> View:
        """Travel time to a service, by cell and by commune."""
        access = self.access(service.id)
        minutes = access["minutes"].to_numpy(np.float64)
        if np.isnan(minutes).all():
            raise NothingToShow(t("maps.no_values"))
        facilities = list(self.facilities(service.id)["id"])
        of_commune = self.by_commune(minutes)
        whole = self.covered_whole(service.id, self.threshold)
        left = round(whole["population"] - whole["covered_population"])
        values = {
            "share": wording.percent(whole["covered_share"]),
            "minutes": f"{self.threshold:g}",
            "service": service.name,
            "left": texts.number(left),
            "where": self.whereabouts(minutes, self.threshold),
        }
        limit = f"{self.threshold:g}"
        return View(
            legend=t("map.access", mode=self.mode),
            headline=t(wording.headline_key(left), **values),
            scale=scales.minutes(self.theme),
            cells=minutes,
            cell_term=t("map.time"),
            cell_unit=t("map.minutes"),
            nearest=pd.Index(facilities).get_indexer(access["facility_id"].fillna("")),
            communes=of_commune["mean"].to_numpy(),
            columns=(
                (t("map.mean"), wording.numbers(of_commune["mean"], 1)),
                (t("map.share", minutes=limit), wording.percents(of_commune["share"])),
            ),
            notes=self.notes,
            modelled=self.result.cells_modelled,
            points=points,
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What is modelled in every view of the cells."""
        return (t("map.modelled_note"),) if self.result.cells_modelled else ()

    def facilities(self, service: str) -> gpd.GeoDataFrame:
        """Facilities of a service."""
        table = self.result.facilities
        return table[table["service"] == service].reset_index(drop=True)

    def facility_points(self, service: ServiceKeys) -> Points:
        """Facilities of a service, as markers; then the places that do not count."""
        counted, left_out = self.facilities(service.id), hours.uncounted(self.result, service.id)
        meanings = [*hours.meanings(counted, service), *["uncounted"] * len(left_out)]
        rows = [*counted.to_dict("records"), *left_out.to_dict("records")]
        weekly = [*opening_hours.weekly(counted), *opening_hours.weekly(left_out)]
        places = list(map(self._facility, rows, meanings, weekly))
        legend = [
            (
                "" if meaning == "facility" else meaning,
                hours.label(meaning, service, service.name, texts.number(meanings.count(meaning))),
            )
            for meaning in (*hours.COUNTED, "uncounted")
            if meaning in meanings
        ]
        return Points(service.name, "facility", tuple(places), legend=tuple(legend))

    def _facility(self, row: Mapping[Any, Any], meaning: str, weekly: float) -> Point:
        """A facility: its kind, its commune, its hours a week where they are known (else NaN)."""
        commune = self._commune_names.get(row["commune_code"], "") or t("map.outside")
        lines = [
            (t("map.kind_term"), wording.kind_word(row["kind"])),
            (t("map.commune_term"), str(commune)),
        ]
        if not np.isnan(weekly):
            lines.append((t("map.hours_term"), t("map.hours", hours=texts.number(weekly, 1))))
        return Point(
            str(row["name"]),
            row["lon"],
            row["lat"],
            lines=tuple(lines),
            meaning="" if meaning == "facility" else meaning,
        )

    @cached_property
    def _commune_names(self) -> Mapping[str, str]:
        names: dict[str, str] = self.result.communes.set_index("code")["name"].to_dict()
        return names

    @cached_property
    def candidate_points(self) -> Points:
        """Candidates by rank, with their score opened."""
        candidates, ranked = self.result.candidates, self.result.scores
        layer_sources = sources.criterion_sources(self.result)
        places = []
        for i in np.argsort(ranked.rank, kind="stable"):
            row = candidates.iloc[int(i)]
            band = (texts.number(ranked.low[i], 1), texts.number(ranked.high[i], 1))
            lines = [(t("map.score"), texts.number(ranked.score[i], 1))]
            if band[0] != band[1]:
                lines.append((t("map.score_range"), " – ".join(band)))
            places.append(
                Point(
                    str(ranked.sites["name"].iloc[i]),
                    float(row["lon"]),
                    float(row["lat"]),
                    mark=str(int(ranked.rank[i])),
                    lines=tuple(lines),
                    opened=tuple(wording.opened(ranked, int(i), layer_sources)),
                )
            )
        return Points(t("map.candidates"), "candidate", tuple(places))
