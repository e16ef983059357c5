r"""Set covering: the fewest sites that cover every customer, by reductions and HiGHS.

.. math:: \min \sum_j y_j \quad \text{s.t.} \sum_{j : i \text{ covered by } j} y_j \ge 1
          \;\; \forall i, \quad y_j \in \{0, 1\}
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, vstack

from siting.location import interchange, median_tree, milp
from siting.location.assignment import Assignment
from siting.location.kernels import cover as cover_kernels
from siting.location.search import PAIRS_PER_UNIT, LimitReachedError, Search

if TYPE_CHECKING:
    from siting.location.search import Sites

Cover = npt.NDArray[np.bool_]  # shape (sites, customers)
ROUNDS = 4
TURNS = 100
LARGEST_REDUCED = 5000  # rows beyond which only equal ones are merged
RELAXED = 1e-6  # HiGHS's tolerance
TREE_WORK = 500.0  # units that branch and bound may take before HiGHS is asked


def greedy(cover: Cover) -> Sites:
    """Sites that cover everyone: the one that adds most each time, then the needless ones out.

    Every customer must be covered by a site.
    """
    open_for = np.ones(cover.shape[1], bool)
    left = cover.sum(axis=1).astype(np.int64)
    chosen: list[int] = []
    while open_for.any():
        site = int(left.argmax())
        new = cover[site] & open_for
        left -= cover[:, new].sum(axis=1)
        open_for &= ~new
        chosen.append(site)
    times = cover[chosen].sum(axis=0)
    for site in list(chosen):
        if (times[cover[site]] > 1).all():
            chosen.remove(site)
            times -= cover[site]
    return np.array(sorted(chosen), np.int64)


def reduce(cover: Cover) -> tuple[Sites, npt.NDArray[np.int64]]:
    """Sites and customers that matter.

    A site that covers a subset of what another covers is left out; so is a customer that is covered
    whenever another is. The first of equals stays.
    """
    sites, customers = np.arange(cover.shape[0]), np.arange(cover.shape[1])
    for _ in range(ROUNDS):
        before = sites.size, customers.size
        customers = customers[_minimal(cover[np.ix_(sites, customers)].T)]
        sites = sites[_minimal(~cover[np.ix_(sites, customers)])]
        if (sites.size, customers.size) == before:
            break
    return sites, customers


def _minimal(sets: Cover) -> npt.NDArray[np.bool_]:
    """Which rows contain no other row; the first of equal ones stays."""
    if sets.shape[0] > LARGEST_REDUCED:
        _, first = np.unique(np.packbits(sets, axis=1), axis=0, return_index=True)
        kept = np.zeros(sets.shape[0], bool)
        kept[first] = True
        return kept
    order = np.argsort(sets.sum(axis=1), kind="stable")  # none contains a later one, save its equal
    bits = np.packbits(sets[order], axis=1)
    padded = np.zeros((len(bits), -(-bits.shape[1] // 8) * 8), np.uint8)
    padded[:, : bits.shape[1]] = bits
    kept = np.empty(len(sets), bool)
    kept[order] = cover_kernels.contain_none(padded.view(np.uint64))
    return kept


def program(cover: Cover, *, whole: bool = True, most: float = np.inf) -> milp.Program:
    """The set covering program of a reduced cover; at most `most` sites."""
    sites, customers = cover.shape
    rows = csr_array(cover.T.astype(float))
    lower, upper = np.ones(customers), np.full(customers, milp.INFINITY)
    if np.isfinite(most):
        rows = csr_array(vstack([rows, np.ones((1, sites))]))
        lower, upper = np.append(lower, 0.0), np.append(upper, most)
    ones = np.ones(sites)
    return milp.Program(ones, 0 * ones, ones, np.full(sites, whole), rows, lower, upper)


def heuristic(cover: Cover, p: int, search: Search) -> Sites | None:
    """At most p sites that cover everyone, or None where none was found.

    Swaps that leave less uncovered, then more weight for who is left out, and again.
    """
    plan = greedy(cover)
    if plan.size <= p:
        return plan
    everything = np.arange(cover.shape[0])
    uncovered = (~cover).astype(np.uint16)
    weights = np.ones(cover.shape[1])
    plan = _largest(cover, plan, p)
    for _ in range(TURNS):
        data = Assignment(uncovered, weights, 1.0)
        trial = Search(replace(search.limits, progress=None, gap=0.0), started=search.started)
        plan = interchange.improve(data, plan, everything, trial)
        search.spend(trial.work)
        out = ~cover[plan].any(axis=0)
        if not out.any():
            return plan
        weights = weights + out
    return None


def _largest(cover: Cover, plan: Sites, p: int) -> Sites:
    """The p sites of a plan that cover most each."""
    size = cover[plan].sum(axis=1)
    return np.asarray(plan[np.argsort(-size, kind="stable")[:p]])


def needs_more(cover: Cover, p: int, search: Search) -> bool:
    """Whether the linear relaxation already proves that p sites cannot cover everyone."""
    sites, customers = reduce(cover)
    reduced = program(cover[np.ix_(sites, customers)], whole=False)
    outcome = milp.solve(reduced, search)
    search.spend(cover.size / PAIRS_PER_UNIT)
    return outcome.kind == "optimal" and outcome.bound > p + RELAXED


def _fewest_uncovered(cover: Cover, p: int, search: Search) -> Search:
    """Look a while for p sites that leave the fewest uncovered: a p-median of costs 0 and 1."""
    work = min(TREE_WORK, search.work_left())
    limits = replace(search.limits, progress=None, gap=0.0, work=work)
    trial = Search(limits, unit=1.0, started=search.started)
    uncovered = Assignment((~cover).astype(np.uint16), np.ones(cover.shape[1]), 1.0)
    with suppress(LimitReachedError):
        median_tree.minimise(uncovered, p, trial)
    search.spend(trial.work)
    return trial


def within(cover: Cover, p: int, search: Search) -> Sites | None:
    """At most p sites that cover everyone, or None: it is proven that there are none.

    Raises
    ------
    LimitReachedError
        The limits of the search were reached before an answer.
    """
    sites, customers = reduce(cover)
    kept = cover[np.ix_(sites, customers)]
    plan = heuristic(kept, p, search)
    if plan is not None:
        return np.asarray(sites[plan])
    trial = _fewest_uncovered(kept, p, search)
    if trial.upper == 0.0:
        return np.asarray(sites[trial.sites])
    if trial.closed:
        return None
    outcome = milp.solve(program(kept, most=p), search)
    search.spend(cover.size / PAIRS_PER_UNIT)
    if outcome.x is not None:
        return np.asarray(sites[outcome.x > 0.5])
    if outcome.kind == "infeasible":
        return None
    raise LimitReachedError
