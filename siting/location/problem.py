"""A location problem: demand, sites, times between them, and which sites are already decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.errors import InputError, ModelError
from siting.location.assignment import Assignment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from siting.location.assignment import Costs, Float64
    from siting.location.search import Sites

SHOWN = 10
COMPACT_MAXIMUM = 65534  # largest integer time kept in 16 bits; the next one means out of reach

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Problem:
    """Demand and sites.

    Attributes
    ----------
    demand_ids, site_ids
        Identifiers, object arrays; ties between sites go to the first.
    weights
        Of the demand, >= 0, float64, shape (demands,).
    minutes
        Time from a demand to a site, shape (sites, demands), a row a site; out of reach is
        infinite, or the type's largest value where times are unsigned integers (then of any unit).
    existing, required, closed
        Sites that serve already and do not count among the new ones; that the plan must choose;
        that it must not. Masks of shape (sites,).
    """

    demand_ids: npt.NDArray[np.object_]
    site_ids: npt.NDArray[np.object_]
    weights: Float64
    minutes: Costs
    existing: Mask
    required: Mask
    closed: Mask

    @property
    def candidates(self) -> Sites:
        """Sites that may be chosen and need not be."""
        return np.flatnonzero(~(self.existing | self.required | self.closed))

    @property
    def open(self) -> Sites:
        """Sites that are open in every plan: existing and required ones."""
        return np.flatnonzero(self.existing | self.required)

    @property
    def missing(self) -> Costs:
        """The value that means out of reach."""
        if self.minutes.dtype.kind == "u":
            return np.asarray(np.iinfo(self.minutes.dtype).max, self.minutes.dtype)
        return np.asarray(np.inf, self.minutes.dtype)

    def free_places(self, p: int) -> int:
        """How many candidates a plan of p sites chooses beside the required ones.

        Raises
        ------
        ModelError
            p is not positive, larger than the sites that may be chosen, or less than the required.
        """
        required = int(self.required.sum())
        most = required + self.candidates.size
        if p < 1 or p > most:
            raise ModelError("p_out_of_range", p=p, most=most)
        if p < required:
            raise ModelError("p_below_required", p=p, required=required)
        return p - required

    def limited(self, max_minutes: float) -> Problem:
        """The same problem, where a time above `max_minutes` is out of reach."""
        beyond = self.minutes > max_minutes
        return replace(self, minutes=np.where(beyond, self.missing, self.minutes))

    def restricted(self, *, existing: Iterable[str] = (), required: Iterable[str] = ()) -> Problem:
        """The same problem with more sites existing or required."""
        more = _mask(self.site_ids, existing, "existing")
        needed = _mask(self.site_ids, required, "required")
        return replace(
            self,
            existing=self.existing | more,
            required=(self.required | needed) & ~more,
        )


def from_arrays(
    minutes: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    demand_ids: Iterable[str] | None = None,
    site_ids: Iterable[str] | None = None,
    existing: Iterable[str] = (),
    required: Iterable[str] = (),
    closed: Iterable[str] = (),
) -> Problem:
    """Make a problem of a matrix.

    Parameters
    ----------
    minutes
        Shape (demands, sites); NaN or infinite where out of reach, or unsigned integers of any unit
        whose largest value means out of reach.
    weights
        Shape (demands,); 1 each where not given.
    demand_ids, site_ids
        Identifiers; the positions, from 0, where not given.
    existing, required, closed
        Identifiers of sites.

    Raises
    ------
    InputError
        Shapes do not fit, a time or a weight is negative, there is nothing to solve.
    ModelError
        A site is unknown, or required and closed at once.
    """
    table = np.asarray(minutes)
    if table.ndim != 2 or 0 in table.shape:
        raise InputError("matrix_shape", shape=table.shape)
    if table.dtype.kind != "u":
        table = table.astype(np.float32 if table.dtype == np.float32 else np.float64)
        table = np.where(np.isnan(table), np.inf, table)
        if (table < 0).any():
            raise InputError("negative_minutes", value=float(table.min()))
    n = table.shape[0]
    weight = np.ones(n) if weights is None else np.asarray(weights, dtype=float)
    if weight.shape != (n,):
        raise InputError("weights_shape", found=weight.shape, expected=n)
    if not (np.isfinite(weight) & (weight >= 0)).all():
        raise InputError("negative_weight", value=float(weight.min()))
    ids = _ids(demand_ids, n)
    sites = _ids(site_ids, table.shape[1])
    problem = Problem(
        demand_ids=ids,
        site_ids=sites,
        weights=weight,
        minutes=np.ascontiguousarray(table.T),
        existing=_mask(sites, existing, "existing"),
        required=_mask(sites, required, "required"),
        closed=_mask(sites, closed, "closed"),
    )
    for role, other in (("required", "closed"), ("existing", "closed")):
        both = getattr(problem, role) & getattr(problem, other)
        if both.any():
            raise ModelError("open_and_closed", sites=shown(sites[both]))
    return replace(problem, required=problem.required & ~problem.existing)


def from_tables(
    matrix: pd.DataFrame,
    demand: pd.DataFrame,
    *,
    existing: Iterable[str] = (),
    required: Iterable[str] = (),
    closed: Iterable[str] = (),
) -> Problem:
    """Make a problem of a long matrix and a table of demand.

    Parameters
    ----------
    matrix
        `origin_id,destination_id,minutes` (see `tables.MATRIX`); the origin is the demand, the
        destination the site; an absent pair or an empty time is out of reach. Rows of origins that
        are not in `demand` are left out.
    demand
        `id,weight`.
    existing, required, closed
        Identifiers of sites. Every destination is a site; sites are put in the order of their
        identifiers, so that the order of rows changes nothing.

    Raises
    ------
    InputError
        Identifiers of the two tables have nothing in common, or a pair stands twice.
    ModelError
        See `from_arrays`.
    """
    demand_ids = demand["id"].to_numpy(object)
    origins = matrix["origin_id"].astype("category")
    places = matrix["destination_id"].astype("category")
    site_ids = np.array(sorted(places.cat.categories), object)
    column = pd.Index(site_ids).get_indexer(places.cat.categories)[places.cat.codes.to_numpy()]
    row = pd.Index(demand_ids).get_indexer(origins.cat.categories)[origins.cat.codes.to_numpy()]
    known = row >= 0
    if not known.any():
        present = shown(origins.cat.categories.to_numpy(object))
        raise InputError("no_common_ids", found=present, expected=shown(demand_ids))
    table = np.full((len(demand_ids), len(site_ids)), np.inf)
    values = matrix["minutes"].to_numpy(float)[known]
    row, column = row[known], column[known]
    pair = row.astype(np.int64) * len(site_ids) + column
    if np.unique(pair).size != pair.size:
        again = np.sort(pair)
        first = int(again[:-1][again[1:] == again[:-1]][0])
        ids = f"{demand_ids[first // len(site_ids)]}/{site_ids[first % len(site_ids)]}"
        raise InputError("repeated_pair", ids=ids)
    table[row, column] = np.where(np.isnan(values), np.inf, values)
    return from_arrays(
        table,
        demand["weight"].to_numpy(float),
        demand_ids=demand_ids,
        site_ids=site_ids,
        existing=existing,
        required=required,
        closed=closed,
    )


def shown(ids: npt.NDArray[Any]) -> str:
    """The first identifiers, and how many more there are."""
    more = f", … (+{len(ids) - SHOWN})" if len(ids) > SHOWN else ""
    return ", ".join(map(str, ids[:SHOWN])) + more


def _ids(given: Iterable[str] | None, count: int) -> npt.NDArray[np.object_]:
    """Identifiers as an object array; positions where none are given."""
    ids = np.array([str(x) for x in (range(count) if given is None else given)], object)
    if ids.size != count or len(set(ids)) != count:
        raise InputError("ids_do_not_fit", found=len(set(ids)), expected=count)
    return ids


def _mask(site_ids: npt.NDArray[np.object_], wanted: Iterable[str], role: str) -> Mask:
    """Mask of listed sites."""
    ids = {str(x) for x in wanted}
    unknown = sorted(ids - set(site_ids))
    if unknown:
        raise ModelError("unknown_sites", role=role, sites=shown(np.array(unknown, object)))
    return np.isin(site_ids, list(ids)) if ids else np.zeros(site_ids.size, bool)


def whole_numbers(values: npt.NDArray[Any]) -> bool:
    """Whether all finite values are integers that 16 bits hold."""
    if values.dtype.kind == "u":
        return values.dtype.itemsize <= 2
    finite = values[np.isfinite(values)]
    return bool((finite <= COMPACT_MAXIMUM).all() and (finite % 1 == 0).all())


def assignment(costs: Costs, weights: Float64) -> Assignment:
    """Data of the p-median in the smallest type that holds them exactly; costs are finite."""
    if costs.dtype.kind != "u" and whole_numbers(costs):
        costs = costs.astype(np.uint16)
    return Assignment(np.ascontiguousarray(costs), weights, float(costs.max()))
