"""From the keys of `effects:` to its tables, on the ground of a study."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from siting.economics import effects
from siting.economics.effects import Commute, Factors, Productivity, Trips, Usage
from siting.economics.estimates import Estimate, design
from siting.errors import ConfigError
from siting.study.stages import likely_users
from siting.study.stages.stage_contracts import EFFECTS_EPCI
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from siting.config import Study
    from siting.config.amounts import Range
    from siting.config.effects import Effects
    from siting.study.inputs import Inputs
    from siting.study.prepared import PreparedStudy

    Float64 = npt.NDArray[np.float64]

FEWEST = 11  # people below which a row would tell of somebody
UNKNOWN_PLACE, BEYOND = "people_unknown_place", "people_beyond"


def tables(ground: PreparedStudy) -> dict[str, pd.DataFrame]:
    """Compute what the sites of a study would spare.

    Returns
    -------
    `effects` (`measure,name,unit,value,low,high,p05,p50,p95,status`), `effects_epci` (declared
    values by EPCI), `effects_tornado` (of CO2) and `effects_assumptions`; nothing where the
    configuration does not ask.

    Raises
    ------
    ConfigError
        A site is not a candidate, or the register of likely users is missing.
    """
    settings = ground.study.effects
    if settings is None:
        return {}
    commute = _commute(settings)
    usage, factors, gain = usage_of(settings), factors_of(settings), _gain(settings)
    estimates = effects.estimates(usage, factors, commute, gain)
    best, worst = effects.electric_corners(factors)
    batch = design(estimates, settings.draws, settings.seed, best, worst)
    homes, lost = _people(ground, settings)
    measured = effects.compute(_trips(homes), usage, factors, batch, commute, gain)
    declared = design(estimates, 1, settings.seed)
    table = effects.table(measured, batch)
    for measure, people in lost.items():
        few = ground.read.flows is None and 0 < people < FEWEST
        row = {"measure": measure, "unit": "people", "value": np.nan if few else people}
        table.loc[len(table)] = pd.Series(row)
    table.insert(1, "name", [t(f"effects.measures.{measure}") for measure in table["measure"]])
    table["status"] = [_status(measure) for measure in table["measure"]]
    by_epci = []
    if ground.read.flows is None:
        homes = _merged(homes)
    for (code, name), part in homes.groupby(["epci_code", "epci_name"], sort=True):
        there = effects.compute(_trips(part), usage, factors, declared, commute, gain)
        values = {measure: float(values[0]) for measure, (_, values) in there.items()}
        by_epci.append({"zone_kind": "epci", "zone_code": code, "zone_name": name, **values})
    names = ["key", "name", "value", "unit", "low", "high", "status", "source"]
    rows = [{name: getattr(estimate, name) for name in names} for estimate in estimates]
    return {
        "effects": table,
        "effects_epci": pd.DataFrame(by_epci, columns=None if by_epci else EFFECTS_EPCI.names),
        "effects_tornado": batch.tornado(measured["co2_kg"][1]),
        "effects_assumptions": pd.DataFrame(rows),
    }


def check(study: Study, read: Inputs) -> None:
    """Refuse effects that cannot be computed; no route is searched.

    Raises
    ------
    ConfigError
        A site is not a candidate, or there is neither a file of flows nor a register.
    """
    settings = study.effects
    if settings is not None:
        _sites(settings, read)
        if read.flows is None and read.establishments is None:
            raise ConfigError("effects_need_register")


def _sites(settings: Effects, read: Inputs) -> pd.DataFrame:
    """Candidates that open."""
    candidates = read.candidates
    unknown = sorted(set(settings.sites) - set(candidates["id"]))
    if unknown:
        known = ", ".join(candidates["id"])
        raise ConfigError("effects_unknown_sites", sites=", ".join(unknown), known=known)
    return candidates[candidates["id"].isin(settings.sites)] if settings.sites else candidates


def by_site(ground: PreparedStudy, settings: Effects) -> dict[str, Float64]:
    """Compute what each candidate would spare by itself, at the declared values.

    Returns
    -------
    `vehicle_km` and `co2_kg` a year, shape (candidates,); NaN for a site with so few likely users
    in reach that its effects would tell of them.
    """
    usage, factors, commute = usage_of(settings), factors_of(settings), _commute(settings)
    estimates = effects.estimates(usage, factors, commute)
    declared = design(estimates, 1, settings.seed)
    spared = []
    for site in ground.read.candidates["id"]:
        homes, _ = _people(ground, settings.model_copy(update={"sites": (site,)}))
        there = effects.compute(_trips(homes), usage, factors, declared, commute, None)
        if ground.read.flows is None and 0 < homes["people"].sum() < FEWEST:
            there = {name: (unit, np.full(1, np.nan)) for name, (unit, _) in there.items()}
        spared.append(there)
    measures = ("vehicle_km", "co2_kg")
    return {name: np.array([float(of_site[name][1][0]) for of_site in spared]) for name in measures}


def co2_of(ground: PreparedStudy, settings: Effects, sites: Sequence[str]) -> float:
    """Kilograms of CO2 that sites would spare together in a year, at the declared values.

    NaN where so few likely users are in reach that it would tell of them.
    """
    usage, factors, commute = usage_of(settings), factors_of(settings), _commute(settings)
    homes, _ = _people(ground, settings.model_copy(update={"sites": tuple(sites)}))
    if ground.read.flows is None and 0 < homes["people"].sum() < FEWEST:
        return float("nan")
    declared = design(effects.estimates(usage, factors, commute), 1, settings.seed)
    spared = effects.compute(_trips(homes), usage, factors, declared, commute, None)
    return float(spared["co2_kg"][1][0])


def _merged(people: pd.DataFrame) -> pd.DataFrame:
    """The same, EPCI with few people merged into one row that has enough of them.

    Establishments of sole traders are counted: no row may tell of a few, nor the total less the
    other rows.
    """
    count = people.groupby("epci_code")["people"].sum().sort_values(kind="stable")
    small = count.index[count < FEWEST]
    if len(small) == 0:
        return people
    enough = int(np.searchsorted(count.cumsum().to_numpy(), FEWEST)) + 1
    small = count.index[: max(len(small), enough)]
    of = people["epci_code"].isin(small)
    others = {"epci_code": "", "epci_name": t("effects.others", fewest=FEWEST)}
    return people.assign(**{name: people[name].mask(of, value) for name, value in others.items()})


def _status(measure: str) -> str:
    """What a measure is: declared by somebody, or modelled."""
    declared = measure == "declared_gain_hours"
    return t("effects.declared_not_verified" if declared else "effects.modelled")


def _people(ground: PreparedStudy, settings: Effects) -> tuple[pd.DataFrame, dict[str, float]]:
    """People for whom a site is in reach, and those left out.

    Returns
    -------
    Rows of `home_code,work_code,mode,people,site_km,site_minutes,work_km,work_minutes,epci_code,
    epci_name` (no work where the way to it is declared), and people left out by reason.
    """
    read = ground.read
    communes = read.communes.set_index("code", drop=False)
    people = _likely(ground) if read.flows is None else read.flows.copy()
    known = people["work_code"].isin(communes.index) | (read.flows is None)
    seats = _seats(ground)
    lost = {UNKNOWN_PLACE: float(people.loc[~known, "people"].sum())}
    people = people[known].reset_index(drop=True)
    homes = seats.loc[sorted(people["home_code"].unique())]
    to_site = _nearest_site(ground, settings, homes)
    people = people.join(to_site, on="home_code")
    near = people["site_minutes"] <= np.float32(settings.max_minutes)
    lost[BEYOND] = float(people.loc[~near, "people"].sum())
    people = people[near].reset_index(drop=True)
    if read.flows is not None:
        people = people.join(_ways(ground, people, seats))
        reached = people["work_minutes"].notna()
        lost[UNKNOWN_PLACE] += float(people.loc[~reached, "people"].sum())
        people = people[reached].reset_index(drop=True)
    epci = communes.loc[people["home_code"], ["epci_code", "epci_name"]].reset_index(drop=True)
    return pd.concat([people, epci], axis=1), lost


def _likely(ground: PreparedStudy) -> pd.DataFrame:
    """Likely users, as the census defines them, by commune of their establishment."""
    stock = ground.read.establishments
    if stock is None:
        raise ConfigError("effects_need_register")
    some = likely_users.selected(ground.study, ground.read)
    here = some[some["commune_code"].isin(ground.read.communes["code"])]
    count = here["commune_code"].value_counts().sort_index()
    return pd.DataFrame(
        {
            "home_code": count.index,
            "work_code": "",
            "mode": "unknown",
            "people": count.to_numpy(np.float64),
        }
    )


def _seats(ground: PreparedStudy) -> gpd.GeoDataFrame:
    """Chefs-lieux as points, by commune code, in the study's metric system."""
    communes = ground.read.communes
    seats = communes.rename(
        columns={"code": "id", "chef_lieu_lon": "lon", "chef_lieu_lat": "lat"}
    ).assign(commune_code=communes["code"])
    return _metric(ground, seats).set_index("id", drop=False)


def _metric(ground: PreparedStudy, places: pd.DataFrame) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(places["lon"], places["lat"], crs=4326)
    return gpd.GeoDataFrame(places, geometry=points).to_crs(ground.study.territory.crs)


def _nearest_site(
    ground: PreparedStudy, settings: Effects, homes: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Straight kilometres and minutes to the nearest site by road; NaN where there is none."""
    chosen = _sites(settings, ground.read)
    sites = _metric(ground, chosen.reset_index(drop=True))
    minutes = ground.minutes(homes, chosen)
    reached = ~np.isnan(minutes).all(axis=1)
    best = np.where(np.isnan(minutes), np.inf, minutes).argmin(axis=1)
    km = homes.geometry.distance(sites.geometry.iloc[best], align=False).to_numpy() / 1000
    nearest = minutes[np.arange(len(homes)), best].astype(np.float64)
    columns = {"site_km": np.where(reached, km, np.nan), "site_minutes": nearest}
    return pd.DataFrame(columns, index=homes.index)


def _ways(ground: PreparedStudy, people: pd.DataFrame, seats: gpd.GeoDataFrame) -> pd.DataFrame:
    """Straight kilometres and minutes from home to work, between chefs-lieux."""
    homes = seats.loc[sorted(people["home_code"].unique())]
    works = seats.loc[sorted(people["work_code"].unique())]
    minutes = ground.minutes(homes, works)
    row = homes.index.get_indexer(people["home_code"])
    column = works.index.get_indexer(people["work_code"])
    ends = [side.geometry.iloc[at] for side, at in ((homes, row), (works, column))]
    km = ends[0].distance(ends[1], align=False).to_numpy() / 1000
    times = minutes[row, column].astype(np.float64)
    return pd.DataFrame({"work_km": km, "work_minutes": times}, index=people.index)


def _trips(people: pd.DataFrame) -> Trips:
    def numbers(column: str) -> Float64:
        return people[column].to_numpy(np.float64)

    trips = Trips(
        numbers("people"),
        people["mode"].to_numpy(object),
        numbers("site_km"),
        numbers("site_minutes"),
    )
    if "work_km" not in people:
        return trips
    return replace(trips, work_km=numbers("work_km"), work_minutes=numbers("work_minutes"))


def usage_of(settings: Effects) -> Usage:
    """Who comes and how often, as the configuration says."""
    # a longer road spares more where both ways are straight lines, less where one is declared
    detour: Literal["low", "high"] = "high" if settings.commute is None else "low"
    return Usage(
        _estimate("suitable", settings.suitable_percent, "%"),
        _estimate("adoption", settings.adoption_percent, "%"),
        _estimate("days", settings.days_per_week, "j/semaine"),
        _estimate("weeks", settings.weeks_per_year, "semaines/an"),
        _estimate("rebound", settings.rebound_percent, "%", "low"),
        _estimate("detour", settings.detour, "", detour),
        _estimate("driving", settings.driving_percent, "%"),
    )


def factors_of(settings: Effects) -> Factors:
    """What a vehicle-kilometre does, as the configuration says."""
    accidents = settings.injury_accidents_per_100_million_km
    return Factors(
        _estimate("occupancy", settings.occupancy, "", "low"),
        _estimate("car", settings.car_kg_per_km, "kg CO2e/km"),
        _estimate("electric", settings.electric_car_kg_per_km, "kg CO2e/km"),
        _estimate("electric_share", settings.electric_percent, "%", "low"),
        _estimate("motorcycle", settings.motorcycle_kg_per_km, "kg CO2e/km"),
        _estimate("injury_accidents", accidents, "/100 M km"),
        _estimate("deaths", settings.deaths_per_billion_km, "/Md km"),
    )


def _gain(settings: Effects) -> Productivity | None:
    productivity = settings.productivity
    if productivity is None:
        return None
    return Productivity(
        _estimate("gain", productivity.gain_percent, "%"),
        _estimate("hours", productivity.hours_per_day, "h/j"),
    )


def _commute(settings: Effects) -> Commute | None:
    commute = settings.commute
    if commute is None:
        return None
    return Commute(
        _estimate("commute_km", commute.km, "km"),
        _estimate("commute_minutes", commute.minutes, "min"),
    )


def _estimate(
    key: str, amount: Range, unit: str, better: Literal["low", "high"] = "high"
) -> Estimate:
    low, high = amount.ends
    name = t(f"effects.estimates.{key}")
    return Estimate(key, amount.value, low, high, better, name, unit, amount.source, amount.status)
