"""`opportunities`: how much is in reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from pydantic import Field

from siting.contracts import Column, Table
from siting.measures import decay, opportunities
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

if TYPE_CHECKING:
    from siting.measures.measure import Names, Ready, Tables, Told
    from siting.measures.pairs import Pairs

SHOWN = 4  # thresholds of a table in a document


class Opportunities(Model):
    """How much is in reach."""

    gravity_minutes: float = Field(15, gt=0, description="minutes at which a place counts 1/e")
    wanted: int = Field(2, ge=1, description="time to so many facilities")


def compute(settings: Opportunities, ready: Ready) -> Tables:
    """Facilities within each threshold, by gravity, and minutes to the k-th."""
    limits = list(ready.known.thresholds)
    falling = decay.negative_exponential(1 / settings.gravity_minutes)

    def reach(_: str, within: Pairs) -> pd.DataFrame:
        ones = pd.Series(1.0, list(within.destinations))
        values = opportunities.cumulative(within, ones, limits)
        values.columns = [f"within_{limit:g}min" for limit in limits]
        values["gravity"] = opportunities.gravity(within, ones, falling)
        values[f"minutes_to_{settings.wanted}"] = opportunities.time_to(
            within, ones, settings.wanted
        )
        return ready.by_zone(values)

    return {"opportunities": ready.each(at_least(limits[-1]), reach)}


def tell(settings: Opportunities, tables: Tables, names: Names) -> list[Told]:
    """How many facilities people have within each threshold, and how far the k-th is."""
    table = tables["opportunities"]
    within = [name for name in map(str, table.columns) if name.startswith("within_")]
    far = f"minutes_to_{settings.wanted}"
    numbered = {name: f"within_{place}" for place, name in enumerate(within)}
    plain = table.rename(columns=numbered | {far: "minutes_to"})
    limits = [name.removeprefix("within_").removesuffix("min") for name in within]
    values = {"service": names.service, "wanted": Amount(settings.wanted)}
    values |= {f"limit_{place}": limit for place, limit in enumerate(limits)}
    last = len(within) - 1
    mean = {"minutes": limits[last], "count": Amount(whole(plain)[f"within_{last}"], "two")}
    columns = (
        ("zone_name", "text", 3.0),
        *((f"within_{place}", "two", 0.9) for place in range(min(len(within), SHOWN))),
        ("minutes_to", "one", 1.1),
    )
    return [
        Sentence("opportunities", {"service": names.service} | mean),
        Extract("opportunities", zones(plain), columns, "measure_opportunities.csv", values),
    ]


MEASURE = Measure(
    key="opportunities",
    rank=40,
    settings=Opportunities | None,
    tables=(
        Table(
            "opportunities",
            (
                SERVICE,
                *ZONE,
                PEOPLE,
                Column(
                    "gravity", "float", "facilities weighted by distance", required=False, minimum=0
                ),
            ),
            BY_ZONE,
        ),
    ),
    compute=compute,
    horizon=lambda _, known: at_least(known.thresholds[-1]),
    tell=tell,
    technical=True,
)
