"""Tables of a study's measures: the pure measures, told by zone, service, basket and date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.errors import ConfigError
from siting.measures import (
    baskets,
    catchments,
    decay,
    digital,
    equity,
    mesh,
    opportunities,
    pairs,
)
from siting.study.scenario import OPENED
from siting.times import matrix

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from siting.config import Catchment, Digital, Equity, Mesh, Opportunities
    from siting.measures.pairs import Pairs
    from siting.network.routing import Attachment
    from siting.study.inputs import Inputs
    from siting.times.matrix import Router


INDICES = (
    "gini",
    "theil",
    "theil_within_epci",
    "theil_between_epci",
    "palma",
    "share_of_minutes_of_worst_tenth",
    "share_beyond_standard",
    "mean_gap_to_standard",
    "squared_gap_to_standard",
)


def stacked(parts: dict[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """Tables one under the other, with a first column that tells them apart."""
    frames = []
    for key, part in parts.items():
        plain = part.reset_index() if part.index.name or part.index.nlevels > 1 else part
        plain.insert(0, name, key)
        frames.append(plain)
    return pd.concat(frames, ignore_index=True)


def by_zone_supply(
    settings: Catchment,
    facilities: pd.DataFrame,
    within: Pairs,
    people: pd.Series,
    cells: pd.DataFrame,
    read: Inputs,
) -> pd.DataFrame:
    """Supply for each person by zone, its Gini, and the people who reach none."""
    supply = supply_of(settings, facilities)
    score = catchments.by_method(settings.method, within, people, supply, settings.bands)
    table = pd.DataFrame(
        {
            "commune_code": cells["commune_code"].to_numpy(),
            "people": people.to_numpy(),
            "score": score.reindex(people.index).to_numpy(),
        }
    )
    joined = read.zones.merge(table, on="commune_code")
    rows, cost = [], settings.method == "raam"
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


def supply_of(settings: Catchment, facilities: pd.DataFrame) -> pd.Series:
    """What each facility offers, by its id: the column that is named, else 1 each.

    Raises
    ------
    ConfigError
        No facility has the column.
    InputError
        A facility that stands has none, or less than nothing.
    """
    ids = list(facilities["id"])
    if not settings.supply:
        return pd.Series(1.0, ids)
    if settings.supply not in facilities.columns:
        raise ConfigError(
            "unknown_supply", column=settings.supply, found=", ".join(map(str, facilities.columns))
        )
    values = pd.to_numeric(facilities[settings.supply], errors="coerce")
    # a site that a scenario opens is given as much as the median facility that stands
    values = values.where(facilities["kind"] != OPENED, values.median())
    supply = pd.Series(values.to_numpy(np.float64), ids)
    pairs.aligned(supply, supply.index.to_numpy(object), settings.supply)
    return supply


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


def in_reach(
    settings: Opportunities,
    thresholds: Sequence[float],
    within: Pairs,
    people: pd.Series,
    cells: pd.DataFrame,
    read: Inputs,
) -> pd.DataFrame:
    """Facilities in reach: within each threshold, by gravity, and minutes to the k-th."""
    ones = pd.Series(1.0, list(within.destinations))
    values = opportunities.cumulative(within, ones, list(thresholds))
    values.columns = [f"within_{limit:g}min" for limit in thresholds]
    falling = decay.negative_exponential(1 / settings.gravity_minutes)
    values["gravity"] = opportunities.gravity(within, ones, falling)
    values[f"minutes_to_{settings.wanted}"] = opportunities.time_to(within, ones, settings.wanted)
    return _by_zone(values, people, cells, read)


def inequality(settings: Equity, access: pd.DataFrame, communes: pd.DataFrame) -> pd.DataFrame:
    """Inequality of the minutes of those who reach a facility, and gaps to a standard."""
    known = access[access["minutes"].notna() & (access["population"] > 0)]
    minutes, people = known["minutes"].to_numpy(np.float64), known["population"].to_numpy(float)
    epci = known["commune_code"].map(communes.set_index("code")["epci_code"])
    standard = settings.standard_minutes
    if known.empty:  # nobody reaches a facility: no minutes to compare
        return pd.DataFrame({"measure": list(INDICES), "value": np.nan})
    parts = equity.theil(minutes, people, epci.to_numpy())
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
    return pd.DataFrame({"measure": list(INDICES), "value": [rows[name] for name in INDICES]})


def dependence(
    within: Pairs,
    facilities: pd.DataFrame,
    people: pd.Series,
    limit: float,
    cells: pd.DataFrame,
    read: Inputs,
) -> pd.DataFrame:
    """Share of the people of each zone who depend on a facility outside the area."""
    outside = ~facilities["commune_code"].isin(read.communes["code"])
    table = mesh.dependence(within, pd.Series(outside.to_numpy(), list(facilities["id"])), limit)
    values = table[["nearest_outside", "only_outside"]].astype(np.float64)
    return _by_zone(values.add_suffix("_share"), people, cells, read)


def in_baskets(
    paths: Sequence[Path],
    read: Inputs,
    router: Router,
    demand: Attachment,
    people: pd.Series,
    cells: pd.DataFrame,
) -> pd.DataFrame:
    """Baskets of everyday services within reach, by commune."""
    chosen = {path.stem: baskets.load(path) for path in paths}
    places = everyday(read).dropna(subset=["lon", "lat"])
    joined = router.network.attach(places)
    horizon = max(basket.horizon for basket in chosen.values())
    within = pairs.from_times(matrix.dense(router, demand, joined), horizon)
    types = places.set_index("id")["type"]
    commune = pd.Series(cells["commune_code"].to_numpy(), people.index)
    parts = {
        name: baskets.by_zone(baskets.in_reach(basket, within, types), people, commune)
        for name, basket in chosen.items()
    }
    return stacked(parts, "basket")


def everyday(read: Inputs) -> pd.DataFrame:
    """Everyday services as read; the registry has refused a study without them."""
    assert read.everyday is not None  # noqa: S101 - see the docstring
    return read.everyday


def fibre(broadband: pd.DataFrame, fibre_share: float) -> pd.DataFrame:
    """Fibre of each commune at each date, and the phase that it is in."""
    return digital.phases(broadband, None, fibre_share)


def centres(settings: Mesh, read: Inputs, router: Router) -> pd.DataFrame:
    """Communes that are centres-bourgs by their services and the people they attract."""
    communes = read.communes
    seats = communes.rename(columns={"code": "id", "chef_lieu_lon": "lon", "chef_lieu_lat": "lat"})
    joined = router.network.attach(seats.assign(commune_code=communes["code"]))
    within = pairs.from_times(matrix.dense(router, joined, joined), settings.minutes)
    present = baskets.in_communes(baskets.load(settings.basket), everyday(read), communes["code"])
    people = pd.Series(communes["population"].to_numpy(np.float64), list(communes["code"]))
    table = mesh.centres(
        present.met, within, people, settings.minimum_items, settings.minimum_attracted
    )
    names = communes.set_index("code")["name"]
    table.insert(0, "name", names.reindex(table.index))
    return table.rename_axis("commune_code").reset_index()


def far_and_unconnected(
    settings: Digital, broadband: pd.DataFrame, access: pd.DataFrame
) -> pd.DataFrame:
    """Far or near, connected or not, at each date and for each service."""
    parts = {}
    for day in sorted(broadband["date"].unique()):
        fibre = digital.fibre_share(broadband, day)
        by_service = {
            str(name): digital.cross_table(part, fibre, settings.minutes, settings.fibre_share)
            .rename_axis("quadrant")
            .reset_index()
            for name, part in access.groupby("service", sort=False)
        }
        parts[f"{pd.Timestamp(day):%Y-%m-%d}"] = stacked(by_service, "service")
    return stacked(parts, "date")
