"""`catchment`: competition for the same desk; formulas and sources in docs/en/measures.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from siting.contracts import OPENED, Column, Table
from siting.errors import ConfigError
from siting.measures import catchments, decay, equity, pairs
from siting.measures.measure import (
    BY_ZONE,
    PEOPLE,
    SERVICE,
    ZONE,
    Amount,
    Extract,
    Measure,
    Sentence,
    at_least,
    whole,
    zones,
)
from siting.settings import Model
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.measures.measure import Known, Names, Ready, Tables, Told
    from siting.measures.pairs import Pairs


class Catchment(Model):
    """Competition for the same desk; formulas and sources in docs/en/measures.md."""

    method: Literal["2sfca", "e2sfca", "3sfca", "m2sfca", "kd2sfca", "bfca", "raam"] = "e2sfca"
    bands: tuple[tuple[float, float], ...] = Field(
        ((10, 1), (20, 0.68), (30, 0.22)),
        min_length=1,
        description="minutes and weight of each ring",
    )
    supply: str = Field("", description="column of the facilities; 1 for each where empty")


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
        columns = ", ".join(map(str, facilities.columns))
        raise ConfigError("unknown_supply", column=settings.supply, found=columns)
    values = pd.to_numeric(facilities[settings.supply], errors="coerce")
    # a site that a scenario opens is given as much as the median facility that stands
    values = values.where(facilities["kind"] != OPENED, values.median())
    supply = pd.Series(values.to_numpy(np.float64), ids)
    pairs.aligned(supply, supply.index.to_numpy(object), settings.supply)
    return supply


def by_zone_supply(
    settings: Catchment, facilities: pd.DataFrame, within: Pairs, ready: Ready
) -> pd.DataFrame:
    """Supply for each person by zone, its Gini, and the people who reach none."""
    people, cells = ready.people, ready.cells
    supply = supply_of(settings, facilities)
    score = catchments.by_method(settings.method, within, people, supply, settings.bands)
    table = pd.DataFrame(
        {
            "commune_code": cells["commune_code"].to_numpy(),
            "people": people.to_numpy(),
            "score": score.reindex(people.index).to_numpy(),
        }
    )
    joined = ready.known.zones.merge(table, on="commune_code")
    rows, cost = [], settings.method == "raam"
    keys = ["zone_kind", "zone_code", "zone_name"]
    for key, part in joined.groupby(keys, sort=False):
        mass, value = part["people"].to_numpy(), part["score"].to_numpy()
        known = ~np.isnan(value)
        total, served = mass.sum(), mass[known].sum()
        some = served > 0 and (value[known] > 0).any()
        # no product of BLAS, whose last digits depend on its threads
        mean = (mass[known] * value[known]).sum() / served if served > 0 else np.nan
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


def compute(settings: Catchment, ready: Ready) -> Tables:
    """Supply a person, by zone and service."""

    def supply(service: str, within: Pairs) -> pd.DataFrame:
        return by_zone_supply(settings, ready.known.facilities[service], within, ready)

    return {"catchments": ready.each(at_least(settings.bands[-1][0]), supply)}


def check(settings: Catchment, known: Known) -> None:
    """Refuse rings that do not widen and a supply that facilities lack."""
    decay.steps(settings.bands)
    for facilities in known.facilities.values():
        supply_of(settings, facilities)


def tell(settings: Catchment, tables: Tables, names: Names) -> list[Told]:
    """Supply by zone, and the people who reach none."""
    supply = tables["catchments"]
    unit = t("stages.supply" if settings.supply else "stages.facilities")
    values = {"service": names.service, "unit": unit, "method": settings.method.upper()}
    columns = (
        ("zone_name", "text", 3.0),
        ("population", "whole", 1.0),
        ("supply_per_1000", "short", 1.3),
        ("cost_minutes", "one", 1.3),
        ("gini", "three", 1.0),
        ("people_without", "whole", 1.2),
    )
    without = Amount(whole(supply)["people_without"])
    return [
        Sentence("catchments", values | {"without": without}),
        Extract("catchments", zones(supply), columns, "measure_catchments.csv", values),
    ]


MEASURE = Measure(
    key="catchment",
    rank=30,
    settings=Catchment | None,
    tables=(
        Table(
            "catchments",
            (
                SERVICE,
                *ZONE,
                PEOPLE,
                Column("gini", "float", "inequality of the supply, 0 to 1", required=False),
                Column(
                    "people_without",
                    "float",
                    "people who reach none",
                    "inhabitants",
                    minimum=-1e-6,  # a difference of sums
                ),
            ),
            BY_ZONE,
        ),
    ),
    compute=compute,
    horizon=lambda settings, _: at_least(settings.bands[-1][0]),
    check=check,
    tell=tell,
    technical=True,
)
