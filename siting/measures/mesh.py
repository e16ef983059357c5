"""The mesh of centres: where they are, how their catchments overlap, what they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.errors import InputError
from siting.measures.coverage import least
from siting.measures.pairs import aligned, csr, only, thresholds_within, within

if TYPE_CHECKING:
    from siting.measures.pairs import Pairs

Numbers = pd.Series | npt.ArrayLike


def centres(
    present: pd.DataFrame,
    pairs: Pairs,
    people: Numbers,
    minimum_items: int,
    minimum_attracted: float,
) -> pd.DataFrame:
    """Centre-bourgs: communes with enough services, that people of other communes go to for them.

    For each service, people go to the nearest commune that has it, at home where it is there (the
    rule of INSEE's bassins de vie). A commune attracts, of each service, the people who come; its
    attraction is their mean over the services. A centre has at least `minimum_items` services and
    attracts at least `minimum_attracted` people.

    Parameters
    ----------
    present
        True where a commune (index: its code) has a service (column), see `baskets.in_communes`.
    pairs
        Minutes from commune to commune, origins and destinations being the same.
    people
        Of each commune.
    minimum_items, minimum_attracted
        The rule, a choice of the study.

    Returns
    -------
    One row a commune: `items`, `attracted_people`, `attracted_communes` (that send people for a
    service at least), `lost_people` (own people who find no service anywhere in reach, mean
    over the services), `centre`.

    Raises
    ------
    InputError
        Origins and destinations differ, or `present` lacks some of them.
    """
    if not np.array_equal(pairs.origins, pairs.destinations):
        raise InputError("other_origins")
    living = aligned(people, pairs.origins, "people")
    lacking = [code for code in pairs.origins if code not in present.index]
    if lacking:
        raise InputError(
            "value_missing", name="present", count=len(lacking), ids=", ".join(lacking[:5])
        )
    has = present.loc[list(pairs.origins)].to_numpy(bool)
    n, services = has.shape
    attracted, lost = np.zeros(n), np.zeros(n)
    sends = np.zeros((n, n), bool)
    own = np.arange(n)
    for k in range(services):
        if not has[:, k].any():
            continue
        _, column = least(only(pairs, has[:, k]))
        column = np.where(has[:, k], own, column)
        away = (column >= 0) & (column != own)
        attracted += np.bincount(column[away], living[away], n)
        sends[own[away], column[away]] = True
        lost += np.where(column < 0, living, 0)
    met = max(int(has.any(axis=0).sum()), 1)
    items = has.sum(axis=1)
    attracted /= met
    return pd.DataFrame(
        {
            "items": items,
            "attracted_people": attracted,
            "attracted_communes": sends.sum(axis=0),
            "lost_people": lost / met,
            "centre": (items >= minimum_items) & (attracted >= minimum_attracted),
        },
        index=pd.Index(pairs.origins, name="commune_code"),
    )


def overlap(pairs: Pairs, people: Numbers, limit: float) -> pd.DataFrame:
    """People by the number of facilities within the limit: 0 is a gap, 2 and more an overlap.

    Returns
    -------
    Index `facilities` from 0 to the most; `people`, `share`.
    """
    living = aligned(people, pairs.origins, "people")
    cut = thresholds_within(pairs, [limit])[0]
    near = csr(pairs, (pairs.minutes <= cut).astype(np.float64)) @ np.ones(len(pairs.destinations))
    total = np.bincount(near.astype(np.int64), living)
    share = total / total.sum() if total.sum() > 0 else np.full(len(total), np.nan)
    index = pd.RangeIndex(len(total), name="facilities")
    return pd.DataFrame({"people": total, "share": share}, index=index)


def shared_catchments(pairs: Pairs, people: Numbers, limit: float) -> pd.DataFrame:
    """People within the limit of two facilities at once, pair by pair of facilities.

    Returns
    -------
    `facility_id,other_id,people,share`: `share` of the smaller catchment of the two; pairs that
    share somebody only, the largest first.
    """
    living = aligned(people, pairs.origins, "people")
    near = within(pairs, float(thresholds_within(pairs, [limit])[0]))
    inside = csr(near, np.ones(len(near.minutes)))
    both = (inside.T @ (inside.multiply(living[:, None]))).tocoo()
    own = inside.T @ living
    upper = (both.row < both.col) & (both.data > 0)
    row, column, count = both.row[upper], both.col[upper], both.data[upper]
    table = pd.DataFrame(
        {
            "facility_id": pairs.destinations[row],
            "other_id": pairs.destinations[column],
            "people": count,
            "share": count / np.minimum(own[row], own[column]),
        }
    )
    order = ["people", "facility_id", "other_id"]
    return table.sort_values(order, ascending=[False, True, True], ignore_index=True)


def spacing(pairs: Pairs) -> pd.DataFrame:
    """Minutes from each centre to the nearest other.

    Parameters
    ----------
    pairs
        Minutes between the centres, origins and destinations being the same.

    Returns
    -------
    `nearest_id` (empty where there is none), `minutes` by centre.
    """
    if not np.array_equal(pairs.origins, pairs.destinations):
        raise InputError("other_origins")
    row = np.repeat(np.arange(len(pairs.origins)), pairs.count)
    minutes, column = least(pairs, left_out=row == pairs.destination)
    ids = np.append(pairs.destinations, "")
    return pd.DataFrame(
        {"nearest_id": ids[column], "minutes": minutes},
        index=pd.Index(pairs.origins, name="centre_id"),
    )


def dependence(
    pairs: Pairs, outside: npt.NDArray[np.bool_] | pd.Series, limit: float
) -> pd.DataFrame:
    """Who depends on a pole outside the area.

    Parameters
    ----------
    outside
        True for the destinations outside the area, in their order (or a series by id).
    limit
        Minutes within which a pole serves.

    Returns
    -------
    One row an origin: `inside_minutes`, `outside_minutes` to the nearest of each (NaN where none),
    `nearest_outside` (a pole outside is strictly nearer), `only_outside` (one outside is within the
    limit, none inside is). Multiply by people and sum for the population that depends.
    """
    away = aligned(outside, pairs.destinations, "outside") > 0
    cut = thresholds_within(pairs, [limit])[0]
    far = away[pairs.destination]
    inside, _ = least(pairs, left_out=far)
    beyond, _ = least(pairs, left_out=~far)
    nearer = (beyond < inside) | (np.isnan(inside) & ~np.isnan(beyond))
    return pd.DataFrame(
        {
            "inside_minutes": inside,
            "outside_minutes": beyond,
            "nearest_outside": nearer,
            "only_outside": (beyond <= cut) & ~(inside <= cut),
        },
        index=pd.Index(pairs.origins, name="origin_id"),
    )
