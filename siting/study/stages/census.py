"""Tables of `census:` and `sample:`: likely users by zone, site, square and stratum."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from siting.config.census import Census
from siting.errors import ConfigError
from siting.sources import sirene
from siting.study.stages import likely_users
from siting.study.stages import sample as study_sample
from siting.survey import census, disclosure, sampling
from siting.survey.disclosure import Counts

if TYPE_CHECKING:
    import numpy.typing as npt

    from siting.config import Study
    from siting.study.inputs import Inputs
    from siting.study.prepared import PreparedStudy


def tables(ground: PreparedStudy) -> dict[str, pd.DataFrame]:
    """Compute the census of a study, and the design of its sample.

    Returns
    -------
    `census` by zone, `census_sites` by candidate and facility, `census_squares` for a density map,
    `census_strata` by EPCI, rurality and status, `sample_design` by margin and, with declared
    interest, `census_interest` by EPCI; nothing where the configuration does not ask. Small counts
    are blank, and as many others as it takes for none to be found by subtraction, whatever tables
    are put together.

    Raises
    ------
    SitingError
        There is no register, or the file of declared interest is wrong.
    """
    study, read = ground.study, ground.read
    settings = study.census
    if settings is None and study.sample is None:
        return {}
    fewest = (settings or Census()).fewest
    chosen = likely_users.selected(study, read)
    chosen = chosen[chosen["commune_code"].isin(read.communes["code"])].reset_index(drop=True)
    page = _Page(len(chosen), fewest)
    if settings is not None:
        _count(ground, settings, chosen, page)
    if study.sample is not None:
        _plan(ground, page)
    return page.published()


@dataclass
class _Page:
    """Tables to be published, and who stands in which of their counts."""

    units: int
    fewest: int
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    counts: list[Counts] = field(default_factory=list)
    places: list[tuple[str, str, tuple[str, ...]] | None] = field(default_factory=list)

    def add(
        self, table: str, column: str, pairs: tuple[Any, Any], derived: tuple[str, ...] = ()
    ) -> None:
        """A column of counts of a table: pairs of row and unit, and columns that would tell it."""
        row, unit = (np.asarray(side, np.int64) for side in pairs)
        self.counts.append(Counts(len(self.tables[table]), row, unit))
        self.places.append((table, column, derived))

    def untold(self, rows: int, pairs: tuple[Any, Any]) -> None:
        """What a reader could compute by subtraction."""
        row, unit = (np.asarray(side, np.int64) for side in pairs)
        self.counts.append(Counts(rows, row, unit, published=False))
        self.places.append(None)

    def published(self) -> dict[str, pd.DataFrame]:
        """The tables, with blanks."""
        hidden = disclosure.hide(self.units, self.counts, self.fewest)
        tables = {name: table.copy() for name, table in self.tables.items()}
        for place, blank in zip(self.places, hidden, strict=True):
            if place is None:
                continue
            name, column, derived = place
            table = tables[name]
            table[column] = table[column].astype("Int64").mask(blank)
            for other in derived:
                table[other] = table[other].mask(blank)
        return tables


def _count(ground: PreparedStudy, settings: Census, chosen: pd.DataFrame, page: _Page) -> None:
    """Put the census on the page."""
    study, read = ground.study, ground.read
    population = read.communes.set_index("code")["population"]
    zones = census.by_zone(chosen, likely_users.register(read), read.zones, population)
    masked = chosen["masked"].to_numpy(bool)
    page.tables["census"] = zones
    row, unit = _of_zones(zones, read.zones, chosen)
    hides = ("teleworkable", "per_1000_people", "quotient", "quotient_shrunk")
    page.add("census", "establishments", (row, unit), hides)
    page.add("census", "masked", (row[masked[unit]], unit[masked[unit]]))
    page.untold(len(zones), (row[~masked[unit]], unit[~masked[unit]]))
    sites = _sites(ground)
    points = sirene.placed(chosen, read.communes)
    minutes = ground.minutes(points, sites)
    around = census.by_site(minutes, points, sites, settings.minutes)
    near = minutes <= settings.minutes
    blended = likely_users.expected(study, read, chosen)
    users: tuple[str, ...] = ()
    if blended is not None:
        rates = blended.set_index("epci_code")
        epci = read.communes.set_index("code")["epci_code"].loc[points["commune_code"]]
        share = points["teleworkable"].to_numpy(np.float64)
        for name, column in (("", "rate"), ("_low", "rate_low"), ("_high", "rate_high")):
            each = share * rates[column].reindex(epci).to_numpy(np.float64)
            around[f"expected_users{name}"] = each @ near
            users += (f"expected_users{name}",)
    page.tables["census_sites"] = around
    who, site = np.nonzero(near)
    page.add("census_sites", "within", (site, who), ("within_teleworkable", *users))
    page.add("census_sites", "within_masked", (site[masked[who]], who[masked[who]]))
    page.untold(len(sites), (site[~masked[who]], who[~masked[who]]))
    own = census.nearest_site(minutes, settings.minutes)
    some = np.flatnonzero(own >= 0)
    page.add("census_sites", "catchment", (own[some], some), ("catchment_teleworkable",))
    page.untold(1, (np.zeros((own < 0).sum()), np.flatnonzero(own < 0)))
    _add_squares(study, settings, chosen, page)
    if blended is not None:
        page.tables["census_interest"] = blended
        at = {code: row for row, code in enumerate(blended["epci_code"])}
        of = read.communes.set_index("code")["epci_code"].loc[chosen["commune_code"]].map(at)
        hides = ("teleworkable", "expected_users", "expected_low", "expected_high")
        page.add("census_interest", "establishments", (of, np.arange(len(chosen))), hides)


def _of_zones(
    table: pd.DataFrame, zones: pd.DataFrame, chosen: pd.DataFrame
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Pairs: this row of a table by zone counts this person."""
    keys = ["zone_kind", "zone_code"]
    rows = table[keys].assign(row=np.arange(len(table)))
    members = zones[[*keys, "commune_code"]].merge(rows, on=keys)
    units = pd.DataFrame(
        {"commune_code": chosen["commune_code"], "unit": np.arange(len(chosen), dtype=np.int64)}
    )
    pairs = units.merge(members, on="commune_code")
    return pairs["row"].to_numpy(np.int64), pairs["unit"].to_numpy(np.int64)


def _plan(ground: PreparedStudy, page: _Page) -> None:
    """Put strata and the sample's design on the page."""
    study, read = ground.study, ground.read
    frame = study_sample.framed(study, read)
    people, settings = frame.people, study_sample.settings(study)
    names = dict(zip(read.communes["epci_code"], read.communes["epci_name"], strict=True))
    groups = people.groupby(["epci", "rurality", "status"], sort=True)
    strata = groups.size().rename("establishments").reset_index()
    units = np.arange(len(people))
    row = groups.ngroup().to_numpy(np.int64)
    strata.insert(1, "epci_name", strata["epci"].map(names).fillna(""))
    page.tables["census_strata"] = strata.rename(columns={"epci": "epci_code"})
    page.add("census_strata", "establishments", (row, units))
    plan = study_sample.designed(study, frame)
    table = sampling.margins(plan).rename(columns={"size": "frame"})
    label = study_sample.label
    table.insert(
        2,
        "name",
        [
            names.get(code, "") if "epci" in kind else label(settings, kind, code)
            for kind, code in zip(table["margin"], table["code"], strict=True)
        ],
    )
    # what is due exactly would tell the sizes of the strata
    due = table.pop("expected").to_numpy(np.float64)
    table["least"] = np.floor(due + 1e-6)
    table["most"] = np.ceil(due - 1e-6)
    page.tables["sample_design"] = table
    may = (people["left_out"] == "").to_numpy()
    excluded = (people["left_out"] == "excluded").to_numpy()
    rural = (people["rurality"] == plan.rural).to_numpy()
    counted: list[tuple[Any, Any]] = []
    for margin in table["margin"].unique():
        part = table[table["margin"] == margin]
        at = dict(zip(part["code"], part.index, strict=True))
        values = people["epci" if margin == "rural_epci" else margin].map(at)
        inside = (values.notna() & (rural | (margin != "rural_epci"))).to_numpy()
        counted.append((values[inside & may], units[inside & may]))
        # the census less the frame less those masked: who asked to be left out
        out = inside & excluded
        page.untold(len(table), (values[out], units[out]))
    pairs = tuple(np.concatenate([pair[side] for pair in counted]) for side in (0, 1))
    page.add("sample_design", "frame", (pairs[0], pairs[1]), ("least", "most"))


def _add_squares(study: Study, settings: Census, chosen: pd.DataFrame, page: _Page) -> None:
    """Squares of density: those with a position of their own, masked ones left out."""
    placed = (~chosen["masked"] & chosen["lon"].notna() & chosen["lat"].notna()).to_numpy(bool)
    shown = chosen[placed]
    points = gpd.GeoSeries(gpd.points_from_xy(shown["lon"], shown["lat"]), crs=4326)
    metric = points.to_crs(study.territory.crs)
    side = settings.square_km * 1000
    squares, row = census.by_square(metric.x.to_numpy(), metric.y.to_numpy(), side)
    page.tables["census_squares"] = squares
    pairs = (row, np.flatnonzero(placed))
    page.add("census_squares", "establishments", pairs, ("per_km2",))


def check(study: Study, read: Inputs) -> None:
    """Refuse what a census cannot be computed from.

    Raises
    ------
    SitingError
        There is no register, nobody of it is a likely user, or the file of interest is wrong.
    """
    if study.census is None:
        return
    chosen = likely_users.selected(study, read)
    if not chosen["commune_code"].isin(read.communes["code"]).any():
        raise ConfigError("census_nobody")
    likely_users.expected(study, read, chosen)


def _sites(ground: PreparedStudy) -> pd.DataFrame:
    """Candidates, then the facilities of the first service, as points with `kind`."""
    first = ground.study.services[0]
    columns = ["id", "name", "commune_code", "lon", "lat"]
    existing = ground.read.services[first.id][columns].assign(kind=first.id)
    candidates = ground.read.candidates[columns].assign(kind="candidate")
    return pd.concat([candidates, existing], ignore_index=True)
