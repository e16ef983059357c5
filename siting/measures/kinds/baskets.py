"""`baskets`: what of the services of everyday life is in reach, by commune."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from siting import texts
from siting.contracts import Column, Table, code
from siting.errors import ConfigError
from siting.measures import baskets, pairs
from siting.measures.measure import (
    PEOPLE,
    Amount,
    Extract,
    Measure,
    Sentence,
    Title,
    share_column,
    stacked,
)
from siting.settings import File
from siting.times import matrix

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from siting.measures.baskets import Basket
    from siting.measures.measure import Known, Names, Ready, Tables, Told

WORST = 10  # communes told of


def compute(paths: Sequence[Path], ready: Ready) -> Tables:
    """Baskets of everyday services within reach, by commune."""
    chosen = {path.stem: baskets.load(path) for path in paths}
    places = ready.known.layer("everyday").dropna(subset=["lon", "lat"])
    joined = ready.router.network.attach(places)
    horizon = max(basket.horizon for basket in chosen.values())
    within = pairs.from_times(matrix.dense(ready.router, ready.demand, joined), horizon)
    types = places.set_index("id")["type"]
    commune = pd.Series(ready.cells["commune_code"].to_numpy(), ready.people.index)
    parts = {
        name: baskets.by_zone(baskets.in_reach(basket, within, types), ready.people, commune)
        for name, basket in chosen.items()
    }
    return {"baskets": stacked(parts, "basket")}


def check(paths: Sequence[Path], known: Known) -> None:
    """Refuse two baskets of one name, and items that no service of the layer is."""
    names = [path.stem for path in paths]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError("baskets_alike", names=", ".join(twice))
    places = known.layer("everyday").dropna(subset=["lon", "lat"])
    for path in paths:
        baskets.require_known(baskets.load(path), places["type"])


def tell(paths: Sequence[Path], tables: Tables, names: Names) -> list[Told]:
    """Of each basket the communes that have least of it, and what they lack."""
    table = tables["baskets"]
    blocks: list[Told] = [Title("stages.headings.baskets")]
    for path in paths:
        part = table[table["basket"] == path.stem]
        blocks += _least_served(baskets.load(path), part, names)
    return blocks


def _least_served(basket: Basket, table: pd.DataFrame, names: Names) -> list[Told]:
    items = {item.id: texts.wording(item.title) for item in basket.items}
    part = table[table["zone"].isin(names.communes.index) & table["score"].notna()]
    worst = part.sort_values(["score", "zone"], kind="stable").head(WORST)
    if worst.empty:
        return []
    rows = worst.assign(
        commune=names.communes.reindex(worst["zone"]).to_numpy(),
        failing=[
            ", ".join(items.get(item, item) for item in str(lacking).split())
            for lacking in worst["failing"].fillna("")
        ],
    )
    first, title = rows.iloc[0], texts.wording(basket.title)
    values = {"commune": first["commune"], "share": Amount(first["score"], "share")}
    columns = (
        ("commune", "text", 2.2),
        ("population", "whole", 1.0),
        ("score", "share", 1.1),
        ("complete_share", "share", 1.2),
        ("failing", "text", 2.4),
    )
    return [
        Sentence("basket", values | {"basket": title}),
        Extract("basket", rows, columns, "measure_baskets.csv", {"basket": title}),
    ]


MEASURE = Measure(
    key="baskets",
    rank=60,
    settings=tuple[File, ...],
    default=(),
    tables=(
        Table(
            "baskets",
            (
                Column("basket", "text", "name of the basket's file"),
                code("zone", "commune"),
                PEOPLE,
                share_column("score", "of the known items that people find, mean"),
                share_column("complete_share", "of people who find all known items"),
                Column("failing", "text", "item that most people lack", required=False),
                share_column("failing_share", "of people who lack it"),
            ),
            ("basket", "zone"),
        ),
    ),
    compute=compute,
    needs=("everyday",),
    check=check,
    tell=tell,
    by_service=False,
)
