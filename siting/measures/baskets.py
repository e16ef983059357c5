"""Baskets of everyday services: what a resident should find near, and what fails.

A basket is a YAML file (`configs/baskets/*.yaml`): items over the types of INSEE's BPE, each with
the types that will do, how many are needed and within how many minutes. Where a table holds no
facility of an item's types anywhere, the item is unknown there, not unmet: the score is a band.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from siting import yaml_files
from siting.errors import InputError
from siting.measures.pairs import LONGEST_MINUTES, aligned, csr, require_horizon

if TYPE_CHECKING:
    from pathlib import Path

    from siting.measures.pairs import Float64, Pairs


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Item(_Model):
    """One thing to find: any of `types`, at least `minimum` of them, within `minutes`."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: dict[str, str] = Field(min_length=1, description="by language")
    types: tuple[str, ...] = Field(min_length=1, description="BPE types, any will do")
    minimum: int = Field(1, ge=1, description="how many facilities are needed")
    minutes: float | None = Field(None, gt=0, le=LONGEST_MINUTES, description="else the basket's")


class Basket(_Model):
    """A named list of items with its source."""

    id: str
    title: dict[str, str] = Field(min_length=1, description="by language")
    source: str
    edition: str = Field(description="edition of the BPE whose type codes are used")
    status: Literal["confirmed", "to_confirm"] = Field(description="of the list, at its source")
    minutes: float = Field(gt=0, le=LONGEST_MINUTES)
    items: tuple[Item, ...] = Field(min_length=1)

    @property
    def horizon(self) -> float:
        """The longest minutes that an item allows."""
        return max(item.minutes or self.minutes for item in self.items)


@dataclass(frozen=True)
class BasketScores:
    """A basket's result, one row a cell or commune.

    Attributes
    ----------
    met
        True where an item (column) is met; the known items only.
    unknown
        Items none of whose types is in the table of facilities.
    table
        `score` (share of known items met), `score_low` and `score_high` (unknown items unmet, met),
        `complete` (all known items met), `failing` (ids of items unmet, by a blank).
    """

    met: pd.DataFrame
    unknown: tuple[str, ...]
    table: pd.DataFrame


def load(path: Path) -> Basket:
    """Read a basket.

    Raises
    ------
    InputError
        The file is missing or not YAML, a key is unknown, missing or wrong, an item stands twice.
    """
    if not path.is_file():
        raise InputError("missing_file", file=path)
    try:
        basket = Basket.model_validate(yaml_files.load(path))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise InputError("bad_basket", file=path, key=key, detail=first["msg"]) from error
    ids = [item.id for item in basket.items]
    again = sorted({name for name in ids if ids.count(name) > 1})
    if again:
        raise InputError("duplicate_ids", file=path, column="items.id", ids=", ".join(again))
    return basket


def require_known(basket: Basket, types: pd.Series) -> None:
    """Refuse a basket none of whose items is among the types of a table of facilities.

    Raises
    ------
    InputError
        The table is of another edition of the BPE, or holds none of its types.
    """
    there = set(types.astype(str))
    if not any(there & set(item.types) for item in basket.items):
        raise InputError("basket_without_facilities", basket=basket.id, edition=basket.edition)


def in_reach(basket: Basket, pairs: Pairs, types: pd.Series) -> BasketScores:
    """Score of each cell: what it finds within each item's minutes.

    Parameters
    ----------
    pairs
        Minutes from cells to facilities of all types, made with a limit of at least the longest of
        the basket's.
    types
        BPE type of each facility, by its id.

    Raises
    ------
    InputError
        A facility of the pairs has no type, or the pairs were cut at fewer minutes.
    """
    require_horizon(pairs, basket.horizon)
    ids = pd.Index(pairs.destinations)
    known = types[~types.index.duplicated()]
    lost = ids[~ids.isin(known.index.astype(str))]
    if len(lost):
        shown = ", ".join(lost[:5])
        raise InputError("value_missing", name="types", count=len(lost), ids=shown)
    kind = known.set_axis(known.index.astype(str)).reindex(ids).astype(str).to_numpy()

    def count(item: Item) -> Float64:
        near = pairs.minutes <= np.float32(item.minutes or basket.minutes)
        will_do = np.isin(kind, item.types).astype(np.float64)
        result: Float64 = csr(pairs, near.astype(np.float64)) @ will_do
        return result

    index = pd.Index(pairs.origins, name="origin_id")
    return _scored(basket, set(kind), {item.id: count(item) for item in basket.items}, index)


def in_communes(basket: Basket, facilities: pd.DataFrame, communes: pd.Series) -> BasketScores:
    """Score of each commune: what it has within its own limits, as INSEE counts its ranges.

    Parameters
    ----------
    facilities
        `commune_code,type`; those of other communes are not counted.
    communes
        Codes, the rows of the result.
    """
    index = pd.Index(communes, name="commune_code")
    row = index.get_indexer(facilities["commune_code"])
    inside = row >= 0
    kinds = facilities["type"].astype(str).to_numpy()
    counts = {
        item.id: np.bincount(row[inside & np.isin(kinds, item.types)], minlength=len(index))
        for item in basket.items
    }
    return _scored(basket, set(kinds), counts, index)


def by_zone(scores: BasketScores, people: pd.Series, zone: pd.Series) -> pd.DataFrame:
    """Mean score of the people of each zone, and the item that fails most of them.

    Parameters
    ----------
    people, zone
        People and zone (a commune's code, say) of each row of the scores, by the same index.

    Returns
    -------
    By zone: `population`, `score`, `complete_share` (of people whose basket is complete),
    `failing` (the item that most people lack, empty where none does; of equals, the first in the
    basket), `failing_share` (of people).
    """
    index = scores.table.index
    count = aligned(people, index.to_numpy(object).astype(str).astype(object), "people")
    where = zone.reindex(index)
    if where.isna().any():
        lost = ", ".join(map(str, index[where.isna()][:5]))
        raise InputError("people_without_zone", codes=lost)
    code, names = pd.factorize(where)
    total = np.bincount(code, count)

    def mean(values: npt.ArrayLike) -> Float64:
        sums = np.bincount(code, count * np.asarray(values, np.float64), len(names))
        result: Float64 = np.divide(sums, total, np.full(len(names), np.nan), where=total > 0)
        return result

    lacking = np.column_stack([mean(~scores.met[item]) for item in scores.met])
    worst = np.nan_to_num(lacking).argmax(axis=1)
    share = lacking[np.arange(len(names)), worst]
    items = np.array(scores.met.columns, object)[worst]
    return pd.DataFrame(
        {
            "population": total,
            "score": mean(scores.table["score"]),
            "complete_share": mean(scores.table["complete"]),
            "failing": np.where(share > 0, items, ""),
            "failing_share": share,
        },
        index=pd.Index(names, name="zone"),
    )


def _scored(
    basket: Basket,
    there: set[str],
    counts: dict[str, npt.NDArray[Any]],
    index: pd.Index,
) -> BasketScores:
    """Scores from how many facilities each row has for each item."""
    known = [item for item in basket.items if there & set(item.types)]
    unknown = tuple(item.id for item in basket.items if not there & set(item.types))
    if not known:
        raise InputError("basket_without_facilities", basket=basket.id, edition=basket.edition)
    met = pd.DataFrame({item.id: counts[item.id] >= item.minimum for item in known}, index=index)
    total = met.sum(axis=1).to_numpy()
    names = [item.id for item in known]
    failing = [
        " ".join(name for name, fine in zip(names, row, strict=True) if not fine)
        for row in met.to_numpy()
    ]
    table = pd.DataFrame(
        {
            "score": total / len(known),
            "score_low": total / len(basket.items),
            "score_high": (total + len(unknown)) / len(basket.items),
            "complete": total == len(known),
            "failing": failing,
        },
        index=index,
    )
    return BasketScores(met, unknown, table)
