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
    """Of each basket how much is in reach, and the communes that have least of real services."""
    table = tables["baskets"]
    inside = table[table["zone"].isin(names.communes.index) & table["score"].notna()]
    chosen = {path.stem: baskets.load(path) for path in paths}
    parts = {stem: inside[inside["basket"] == stem] for stem in chosen}
    whole = pd.DataFrame(
        [
            {"basket": texts.wording(basket.title), **overall(parts[stem])}
            for stem, basket in chosen.items()
            if len(parts[stem])
        ]
    )
    blocks: list[Told] = [Title("stages.headings.baskets")]
    for row in whole.to_dict("records"):
        shares = {key: Amount(row[key], "share") for key in ("score", "complete_share")}
        blocks.append(Sentence("basket", {"basket": row["basket"], **shares}))
    columns = (
        ("basket", "text", 3.0),
        ("population", "whole", 1.0),
        ("score", "share", 1.1),
        ("complete_share", "share", 1.2),
        ("without", "whole", 1.2),
    )
    blocks.append(Extract("baskets_whole", whole, columns, "measure_baskets.csv"))
    if names.modelled:
        return [*blocks, Sentence("baskets_modelled")]
    for stem, basket in chosen.items():
        blocks += _least_served(basket, parts[stem], names)
    return blocks


def overall(communes: pd.DataFrame) -> dict[str, float]:
    """What people find of a basket, over all communes.

    Parameters
    ----------
    communes
        Rows of a basket with `population,score,complete_share`, both shares known.

    Returns
    -------
    `population`, people-weighted means `score` and `complete_share`, and `without`: communes where
    nothing of it is in reach.
    """
    people = communes["population"]
    total = float(people.sum())
    means = {
        name: float((communes[name] * people).sum()) / total if total else float("nan")
        for name in ("score", "complete_share")
    }
    return {"population": total, **means, "without": int((communes["score"] == 0).sum())}


def least_served(communes: pd.DataFrame) -> pd.DataFrame:
    """The `WORST` communes with the lowest score and all that tie with the last of them."""
    last = communes["score"].nsmallest(WORST).iloc[-1]
    tied: pd.DataFrame = communes[communes["score"] <= last]
    return tied.sort_values(["score", "zone"], kind="stable")


def _least_served(basket: Basket, part: pd.DataFrame, names: Names) -> list[Told]:
    if part.empty:
        return []
    items = {item.id: texts.wording(item.title) for item in basket.items}
    worst = least_served(part)
    rows = worst.assign(
        commune=names.communes.reindex(worst["zone"]).to_numpy(),
        failing=[
            ", ".join(items.get(item, item) for item in str(lacking).split())
            for lacking in worst["failing"].fillna("")
        ],
    )
    columns = (
        ("commune", "text", 2.2),
        ("population", "whole", 1.0),
        ("score", "share", 1.1),
        ("complete_share", "share", 1.2),
        ("failing", "text", 2.4),
    )
    values = {"basket": texts.wording(basket.title)}
    return [Extract("basket", rows, columns, "measure_baskets.csv", values)]


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
