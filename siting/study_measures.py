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
    pairs,
    redundancy,
)
from siting.times import matrix

if TYPE_CHECKING:
    from siting.config import Catchment, Digital, Mesh, Study
    from siting.inputs import Inputs
    from siting.measures.pairs import Pairs
    from siting.network.routing import Attachment
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
    Tables by name: `summary` (always), `closures`, `catchments`, `baskets`, `centres`, `digital`.
    """
    asked = study.measures
    if asked is None:
        return {}
    tables = {"summary": coverage.zone_summary(access, read.zones)}
    people = pd.Series(cells["population"].to_numpy(np.float64), list(cells["cell_id"]))
    within: dict[str, Pairs] = {}
    if asked.closures_minutes is not None or asked.catchment is not None:
        for one in study.services:
            joined = router.network.attach(read.services[one.id])
            within[one.id] = pairs.from_times(matrix.dense(router, demand, joined), FARTHEST)
    if asked.closures_minutes is not None:
        tables["closures"] = _stacked(
            {
                name: redundancy.closures(found, people, asked.closures_minutes)
                for name, found in within.items()
            },
            "service",
        )
    if asked.catchment is not None:
        tables["catchments"] = _stacked(
            {
                name: _catchments(asked.catchment, read.services[name], found, people, cells, read)
                for name, found in within.items()
            },
            "service",
        )
    if asked.baskets and read.everyday is not None:
        tables["baskets"] = _baskets(study, read, router, demand, people, cells)
    if asked.mesh is not None and read.everyday is not None:
        tables["centres"] = _centres(asked.mesh, read, router)
    if asked.digital is not None and read.broadband is not None:
        tables["digital"] = _digital(asked.digital, read.broadband, access)
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
        supply = pd.Series(values.to_numpy(np.float64), list(facilities["id"]))
    score = catchments.enhanced_two_step(found, people, supply, decay.steps(asked.bands))
    table = pd.DataFrame(
        {
            "commune_code": cells["commune_code"].to_numpy(),
            "people": people.to_numpy(),
            "score": score.reindex(people.index).to_numpy(),
        }
    )
    joined = read.zones.merge(table, on="commune_code")
    rows = []
    keys = ["zone_kind", "zone_code", "zone_name"]
    for key, part in joined.groupby(keys, sort=False):
        mass, value = part["people"].to_numpy(), part["score"].to_numpy()
        total = mass.sum()
        some = total > 0 and (value > 0).any()
        rows.append(
            {
                **dict(zip(keys, key, strict=True)),
                "population": total,
                "supply_per_1000": 1000 * (mass @ value) / total if total > 0 else np.nan,
                "gini": equity.gini(value, mass) if some else np.nan,
                "people_without": mass[value <= 0].sum(),
            }
        )
    return pd.DataFrame(rows)


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
