"""`overlap_minutes`: how many facilities people have the choice of, and who depends on others'."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
import pandas as pd
from pydantic import Field

from siting.contracts import Column, Table
from siting.measures import mesh
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
    share_column,
    whole,
    zones,
)

if TYPE_CHECKING:
    from siting.measures.measure import Names, Ready, Tables, Told
    from siting.measures.pairs import Pairs


def compute(minutes: float, ready: Ready) -> Tables:
    """Facilities within the limit, and dependence on those outside the area."""
    inside = ready.known.communes["code"]

    def overlap(_: str, within: Pairs) -> pd.DataFrame:
        return mesh.overlap(within, ready.people, minutes)

    def dependence(service: str, within: Pairs) -> pd.DataFrame:
        facilities = ready.known.facilities[service]
        outside = ~facilities["commune_code"].isin(inside)
        by_id = pd.Series(outside.to_numpy(), list(facilities["id"]))
        table = mesh.dependence(within, by_id, minutes)
        values = table[["nearest_outside", "only_outside"]].astype(np.float64)
        by_zone = ready.by_zone(values.add_suffix("_share"))
        # of a list that stops at the border nobody knows who depends on what lies beyond it
        return by_zone if outside.any() else by_zone.iloc[:0]

    horizon = at_least(minutes)
    return {"overlap": ready.each(horizon, overlap), "dependence": ready.each(horizon, dependence)}


def tell(minutes: float, tables: Tables, names: Names) -> list[Told]:
    """How many facilities people have, and who has none but outside."""
    values = {"service": names.service, "minutes": Amount(minutes)}
    return [*_choice(tables["overlap"], values), *_dependence(tables["dependence"], values)]


def _choice(overlap: pd.DataFrame, values: dict[str, object]) -> list[Told]:
    none = overlap.loc[overlap["facilities"] == 0, "share"]
    columns = (("facilities", "whole", 1.0), ("people", "whole", 1.0), ("share", "share", 1.0))
    blocks: list[Told] = []
    if len(none):
        blocks.append(Sentence("overlap", values | {"share": Amount(none.iloc[0], "share")}))
    return [*blocks, Extract("overlap", overlap, columns, "measure_overlap.csv", values)]


def _dependence(dependence: pd.DataFrame, values: dict[str, object]) -> list[Told]:
    if dependence.empty:
        return [Sentence("dependence_unknown", values)]
    everybody = whole(dependence)
    shares = {
        "nearest": Amount(everybody["nearest_outside_share"], "share"),
        "only": Amount(everybody["only_outside_share"], "share"),
    }
    columns = (
        ("zone_name", "text", 3.0),
        ("population", "whole", 1.0),
        ("nearest_outside_share", "share", 1.4),
        ("only_outside_share", "share", 1.4),
    )
    file = "measure_dependence.csv"
    return [
        Sentence("dependence", values | shares),
        Extract("dependence", zones(dependence), columns, file, values),
    ]


MEASURE = Measure(
    key="overlap_minutes",
    rank=20,
    settings=Annotated[float, Field(gt=0, le=600)] | None,
    description="of catchments",
    tables=(
        Table(
            "overlap",
            (
                SERVICE,
                Column("facilities", "integer", "facilities within the limit", minimum=0),
                Column("people", "float", "people who have so many", "inhabitants", minimum=0),
                share_column("share", "of everybody"),
            ),
            ("service", "facilities"),
        ),
        Table(
            "dependence",
            (
                SERVICE,
                *ZONE,
                PEOPLE,
                share_column(
                    "nearest_outside_share", "of people whose nearest facility is outside the area"
                ),
                share_column(
                    "only_outside_share", "of people who have one within the limit outside only"
                ),
            ),
            BY_ZONE,
            may_be_empty=True,
        ),
    ),
    compute=compute,
    horizon=lambda minutes, _: at_least(minutes),
    tell=tell,
)
