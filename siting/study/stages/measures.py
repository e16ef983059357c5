"""The measures of a study beyond coverage; its configuration says which tables are computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.errors import ConfigError
from siting.measures import (
    baskets,
    catchments,
    coverage,
    decay,
    digital,
    equity,
    mesh,
    opportunities,
    pairs,
    redundancy,
)
from siting.study.scenario import OPENED
from siting.times import matrix

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from siting.config import Catchment, Digital, Equity, Mesh, Opportunities, Study
    from siting.measures.pairs import Pairs
    from siting.network.routing import Attachment
    from siting.study.inputs import Inputs
    from siting.times.matrix import Router

FARTHEST = 90.0  # minutes beyond which a facility plays no part in a measure


def compute(
    study: Study,
    read: Inputs,
    router: Router,
    cells: pd.DataFrame,
    demand: Attachment,
    access: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """Compute the measures that a study asks for.

    Parameters
    ----------
    cells, demand
        Demand cells, and the same joined to the network.
    access
        Table `access.csv`.

    Returns
    -------
    Tables by name: `summary` (always), `closures`, `overlap`, `dependence`, `catchments`,
    `opportunities`, `equity`, `baskets`, `centres`, `digital`, `fibre`.
    """
    asked = study.measures
    if asked is None:
        return {}
    tables = {"summary": coverage.zone_summary(access, read.zones)}
    people = pd.Series(cells["population"].to_numpy(np.float64), list(cells["cell_id"]))
    within = {}
    for one in study.services:
        joined = router.network.attach(read.services[one.id])
        within[one.id] = pairs.from_times(matrix.dense(router, demand, joined), FARTHEST)
    by_service: dict[str, Callable[[str], pd.DataFrame]] = {}
    closures, overlap = asked.closures_minutes, asked.overlap_minutes
    if closures is not None:
        by_service["closures"] = lambda name: redundancy.closures(within[name], people, closures)
    if overlap is not None:
        by_service["overlap"] = lambda name: mesh.overlap(within[name], people, overlap)
        by_service["dependence"] = lambda name: _dependence(
            within[name], read.services[name], people, overlap, cells, read
        )
    catchment, reach, fair = asked.catchment, asked.opportunities, asked.equity
    if catchment is not None:
        by_service["catchments"] = lambda name: _catchments(
            catchment, read.services[name], within[name], people, cells, read
        )
    if reach is not None:
        by_service["opportunities"] = lambda name: _opportunities(
            reach, study.thresholds_minutes, within[name], people, cells, read
        )
    if fair is not None:
        by_service["equity"] = lambda name: _equity(
            fair, access[access["service"] == name], read.communes
        )
    for table, measure in by_service.items():
        tables[table] = _stacked({name: measure(name) for name in within}, "service")
    if asked.baskets and read.everyday is not None:
        tables["baskets"] = _baskets(study, read, router, demand, people, cells)
    if asked.mesh is not None and read.everyday is not None:
        tables["centres"] = _centres(asked.mesh, read, router)
    if asked.digital is not None and read.broadband is not None:
        tables |= _net(asked.digital, read.broadband, read.access, access)
    return tables


def _stacked(parts: dict[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """Tables one under the other, with a first column that tells them apart."""
    frames = []
    for key, part in parts.items():
        plain = part.reset_index() if part.index.name or part.index.nlevels > 1 else part
        plain.insert(0, name, key)
        frames.append(plain)
    return pd.concat(frames, ignore_index=True)


def _catchments(
    asked: Catchment,
    facilities: pd.DataFrame,
    found: Pairs,
    people: pd.Series,
    cells: pd.DataFrame,
    read: Inputs,
) -> pd.DataFrame:
    """Supply for each person by zone, its Gini, and the people who reach none."""
    supply = pd.Series(1.0, list(facilities["id"]))
    if asked.supply:
        if asked.supply not in facilities.columns:
            raise ConfigError(
                "unknown_supply", column=asked.supply, found=", ".join(map(str, facilities.columns))
            )
        values = pd.to_numeric(facilities[asked.supply], errors="coerce")
        # a site that a scenario opens is given as much as the median facility that stands
        values = values.where(facilities["kind"] != OPENED, values.median())
        supply = pd.Series(values.to_numpy(np.float64), list(facilities["id"]))
    score = catchments.by_method(asked.method, found, people, supply, asked.bands)
    table = pd.DataFrame(
        {
            "commune_code": cells["commune_code"].to_numpy(),
            "people": people.to_numpy(),
            "score": score.reindex(people.index).to_numpy(),
        }
    )
    joined = read.zones.merge(table, on="commune_code")
    rows, cost = [], asked.method == "raam"
    keys = ["zone_kind", "zone_code", "zone_name"]
    for key, part in joined.groupby(keys, sort=False):
        mass, value = part["people"].to_numpy(), part["score"].to_numpy()
        known = ~np.isnan(value)
        total, served = mass.sum(), mass[known].sum()
        some = served > 0 and (value[known] > 0).any()
        mean = (mass[known] @ value[known]) / served if served > 0 else np.nan
        rows.append(
            {
                **dict(zip(keys, key, strict=True)),
                "population": total,
                # the rational agents' measure is a cost in minutes, the others are supply a person
                **({"cost_minutes": mean} if cost else {"supply_per_1000": 1000 * mean}),
                "gini": equity.gini(value[known], mass[known]) if some else np.nan,
                "people_without": total - mass[known & (cost | (value > 0))].sum(),
            }
        )
    return pd.DataFrame(rows)


def _by_zone(
    values: pd.DataFrame, people: pd.Series, cells: pd.DataFrame, read: Inputs
) -> pd.DataFrame:
    """People-weighted means of the cells' values by zone; unknown values are left out of theirs."""
    names = list(values.columns)
    table = values.reindex(people.index).reset_index(drop=True)
    table.insert(0, "commune_code", cells["commune_code"].to_numpy())
    table.insert(1, "population", people.to_numpy())
    for name in names:
        table[f"{name}_people"] = table["population"].where(table[name].notna(), 0.0)
        table[name] = table[name].fillna(0.0) * table["population"]
    joined = read.zones.merge(table, on="commune_code").drop(columns="commune_code")
    total = joined.groupby(["zone_kind", "zone_code", "zone_name"], sort=False).sum()
    for name in names:
        known = total.pop(f"{name}_people")
        total[name] = total[name] / known.where(known > 0)
    return total.reset_index()


def _opportunities(
    asked: Opportunities,
    thresholds: Sequence[float],
    found: Pairs,
    people: pd.Series,
    cells: pd.DataFrame,
    read: Inputs,
) -> pd.DataFrame:
    """Facilities in reach: within each threshold, by gravity, and minutes to the k-th."""
    ones = pd.Series(1.0, list(found.destinations))
    values = opportunities.cumulative(found, ones, list(thresholds))
    values.columns = [f"within_{limit:g}min" for limit in thresholds]
    falling = decay.negative_exponential(1 / asked.gravity_minutes)
    values["gravity"] = opportunities.gravity(found, ones, falling)
    values[f"minutes_to_{asked.wanted}"] = opportunities.time_to(found, ones, asked.wanted)
    return _by_zone(values, people, cells, read)


def _equity(asked: Equity, access: pd.DataFrame, communes: pd.DataFrame) -> pd.DataFrame:
    """Inequality of the minutes of those who reach a facility, and gaps to a standard."""
    known = access[access["minutes"].notna() & (access["population"] > 0)]
    minutes, people = known["minutes"].to_numpy(np.float64), known["population"].to_numpy(float)
    epci = known["commune_code"].map(communes.set_index("code")["epci_code"])
    parts = equity.theil(minutes, people, epci.to_numpy())
    standard = asked.standard_minutes
    rows = {
        "gini": equity.gini(minutes, people),
        "theil": parts.total,
        "theil_within_epci": parts.within,
        "theil_between_epci": parts.between,
        "palma": equity.palma(minutes, people),
        "share_of_minutes_of_worst_tenth": equity.least_served_share(minutes, people, worst="high"),
        "share_beyond_standard": equity.shortfall(minutes, people, standard, 0, "high"),
        "mean_gap_to_standard": equity.shortfall(minutes, people, standard, 1, "high"),
        "squared_gap_to_standard": equity.shortfall(minutes, people, standard, 2, "high"),
    }
    return pd.DataFrame({"measure": list(rows), "value": list(rows.values())})


def _dependence(
    found: Pairs,
    facilities: pd.DataFrame,
    people: pd.Series,
    limit: float,
    cells: pd.DataFrame,
    read: Inputs,
) -> pd.DataFrame:
    """Share of the people of each zone who depend on a facility outside the area."""
    outside = ~facilities["commune_code"].isin(read.communes["code"])
    table = mesh.dependence(found, pd.Series(outside.to_numpy(), list(facilities["id"])), limit)
    values = table[["nearest_outside", "only_outside"]].astype(np.float64)
    return _by_zone(values.add_suffix("_share"), people, cells, read)


def _fibre(asked: Digital, broadband: pd.DataFrame) -> pd.DataFrame:
    """Fibre of each commune at each date, and the phase that it is in."""
    return digital.phases(broadband, None, asked.fibre_share if asked.fibre_share > 0 else 1e-9)


def _baskets(
    study: Study,
    read: Inputs,
    router: Router,
    demand: Attachment,
    people: pd.Series,
    cells: pd.DataFrame,
) -> pd.DataFrame:
    """Baskets of everyday services within reach, by commune."""
    assert study.measures is not None  # noqa: S101 - the caller's condition
    assert read.everyday is not None  # noqa: S101 - the caller's condition
    places = read.everyday.dropna(subset=["lon", "lat"])
    joined = router.network.attach(places)
    found = pairs.from_times(matrix.dense(router, demand, joined), 45.0)
    types = places.set_index("id")["type"]
    commune = pd.Series(cells["commune_code"].to_numpy(), people.index)
    parts = {}
    for path in study.measures.baskets:
        basket = baskets.load(path)
        parts[path.stem] = baskets.by_zone(baskets.in_reach(basket, found, types), people, commune)
    return _stacked(parts, "basket")


def _centres(asked: Mesh, read: Inputs, router: Router) -> pd.DataFrame:
    """Communes that are centres-bourgs by their services and the people they attract."""
    assert read.everyday is not None  # noqa: S101 - the caller's condition
    communes = read.communes
    seats = communes.rename(columns={"code": "id", "chef_lieu_lon": "lon", "chef_lieu_lat": "lat"})
    joined = router.network.attach(seats.assign(commune_code=communes["code"]))
    found = pairs.from_times(matrix.dense(router, joined, joined), asked.minutes)
    present = baskets.in_communes(baskets.load(asked.basket), read.everyday, communes["code"])
    people = pd.Series(communes["population"].to_numpy(np.float64), list(communes["code"]))
    table = mesh.centres(present.met, found, people, asked.minimum_items, asked.minimum_attracted)
    names = communes.set_index("code")["name"]
    table.insert(0, "name", names.reindex(table.index))
    return table.rename_axis("commune_code").reset_index()


def _net(
    asked: Digital, broadband: pd.DataFrame, told: pd.DataFrame | None, access: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Tables of fixed internet; `broadband` is ARCEP's files in one, by commune."""
    tables = {"digital": _digital(asked, broadband, access), "fibre": _fibre(asked, broadband)}
    if told is not None:
        tables["broadband"] = told[told["level"] == "commune"].drop(columns="id")
    return tables


def _digital(asked: Digital, broadband: pd.DataFrame, access: pd.DataFrame) -> pd.DataFrame:
    """Far or near, connected or not, at each date and for each service."""
    parts = {}
    for day in sorted(broadband["date"].unique()):
        fibre = digital.fibre_share(broadband, day)
        by_service = {
            str(name): digital.cross_table(part, fibre, asked.minutes, asked.fibre_share)
            .rename_axis("quadrant")
            .reset_index()
            for name, part in access.groupby("service", sort=False)
        }
        parts[f"{pd.Timestamp(day):%Y-%m-%d}"] = _stacked(by_service, "service")
    return _stacked(parts, "date")
