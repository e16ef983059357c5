r"""Maximal covering (MCLP): p sites that cover the most weight (Church and ReVelle 1974).

.. math:: \max \sum_g w_g z_g \quad \text{s.t.} z_g \le \sum_{j \in J_g} y_j, \;
          \sum_j y_j = p, \; y_j \in \{0, 1\}, \; 0 \le z_g \le 1

Demands with the same covering sites are one group g. Interchange gives plans. Rewards
:math:`0 \le r_g \le w_g` for covering a group give the bound

.. math:: B(r) = \sum_g (w_g - r_g) + \max_{|S| = p} \sum_{j \in S} \sum_{g : j \in J_g} r_g

whose minimum is the linear relaxation's; the volume algorithm (Barahona and Anbil 2000) lowers it,
and sites whose entry or exit would bring it below the best plan are closed or opened. Branch and
bound on one site at a time decides the rest. In each node the groups that the sites left cover
alike are merged again, so that nodes shrink fast.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from siting.location import interchange
from siting.location.assignment import Assignment
from siting.location.kernels import cover_bound as bound_kernels
from siting.location.search import PAIRS_PER_UNIT

if TYPE_CHECKING:
    from siting.location.assignment import Float64
    from siting.location.covering import Groups
    from siting.location.search import Search, Sites

STARTS = 4
ROUNDING = 1e-12  # of the whole weight: what sums of floats may be off
FIRST_REWARD = 0.3  # of the weight, before anything is known
STORED_ENTRIES = 100_000_000  # of waiting nodes, beyond which the search goes depth first
SHRUNK = 10  # a node is made anew once more than one in so many of its sites is closed
CALL_ENTRIES = 20_000_000  # visited in one call of a kernel, so that limits are looked at


@dataclass(frozen=True)
class Effort:
    """How long a bound is sought.

    Attributes
    ----------
    turns
        In all.
    step
        The first one.
    patience
        Turns without gain after which it shrinks.
    shrink
        By how much.
    last
        Step below which the bound is left as it is.
    """

    turns: int
    step: float
    patience: int
    shrink: float
    last: float


ROOT = Effort(400, 0.5, 5, 0.7, 1e-3)
INSIDE = Effort(50, 0.2, 5, 0.5, 0.01)

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class CoverNode:
    """A question that is left: `places` of the free sites, to cover most of the groups left.

    Attributes
    ----------
    sites
        Positions of the free sites.
    fixed
        Positions of the sites that are open.
    places
        How many free sites to open.
    covered
        Weight that the fixed sites cover.
    start, item
        Site j covers the groups item[start[j]:start[j + 1]].
    weight
        Of the groups.
    prices
        Rewards of the best bound known.
    share
        How much each free site is open in the relaxation; zeros where not known.
    bound
        No plan of this node covers more.
    """

    sites: Sites
    fixed: Sites
    places: int
    covered: float
    start: npt.NDArray[np.int64]
    item: npt.NDArray[np.int32]
    weight: Float64
    prices: Float64
    share: Float64
    bound: float


@dataclass(frozen=True)
class Branch:
    """A node to be made when its turn comes: of a parent, with sites opened and sites kept free."""

    parent: CoverNode
    opened: Bools
    kept: Bools

    def node(self) -> CoverNode:
        """Make the node."""
        whole = self.parent
        start, item, weight, prices, gain = bound_kernels.remainder(
            whole.start, whole.item, whole.weight, whole.prices, self.kept, self.opened
        )
        return CoverNode(
            sites=whole.sites[self.kept],
            fixed=np.concatenate([whole.fixed, whole.sites[self.opened]]),
            places=whole.places - int(self.opened.sum()),
            covered=whole.covered + gain,
            start=start,
            item=item,
            weight=weight,
            prices=prices,
            share=whole.share[self.kept],
            bound=whole.bound,
        )


def minimise_uncovered(groups: Groups, p: int, search: Search) -> None:
    """Look for p sites, 1 <= p <= sites, that leave the least weight uncovered.

    Plans and bounds, in weight left uncovered, go to the search.
    """
    everything = np.arange(groups.cover.shape[0])
    total = float(groups.weight.sum())
    search.offer(everything[:p], total - groups.value(everything[:p]))
    search.raise_lower(total - groups.value(everything))
    if p < everything.size and not search.closed:
        _starts(groups, p, search)
        _branch(groups, _root(groups, p), search)
    search.close()


def _starts(groups: Groups, p: int, search: Search) -> None:
    """Offer locally best plans from seeded starts."""
    data = Assignment((~groups.cover).astype(np.uint16), groups.weight, 1.0)
    everything = np.arange(data.sites)
    rng = np.random.default_rng(search.limits.seed)
    for _ in range(STARTS):
        interchange.improve(data, interchange.seeded(data, p, rng), everything, search)


def _root(groups: Groups, p: int) -> CoverNode:
    """The whole question."""
    sites, count = groups.cover.shape
    start = np.zeros(sites + 1, np.int64)
    np.cumsum(groups.cover.sum(axis=1), out=start[1:])
    item = np.empty(start[-1], np.int32)
    for j in range(sites):
        item[start[j] : start[j + 1]] = np.flatnonzero(groups.cover[j])
    return CoverNode(
        sites=np.arange(sites),
        fixed=np.arange(0),
        places=p,
        covered=0.0,
        start=start,
        item=item,
        weight=groups.weight.astype(float),
        prices=FIRST_REWARD * groups.weight,
        share=np.zeros(sites),
        bound=float(groups.weight.sum()) if count else 0.0,
    )


def _branch(groups: Groups, root: CoverNode, search: Search) -> None:
    """Branch and bound: from the best bound down to where a node ends, and again."""
    total = float(groups.weight.sum())
    everything = np.ones(root.sites.size, bool)
    waiting = [Branch(root, ~everything, everything)]
    effort = ROOT
    while waiting:
        bounds = [node.parent.bound for node in waiting]
        search.raise_lower(min(total - max(bounds), search.upper))
        stored = sum(node.parent.item.size for node in waiting)
        at = int(np.argmax(bounds)) if stored <= STORED_ENTRIES else len(waiting) - 1
        branch: Branch | None = waiting.pop(at)
        while branch is not None:
            children = _treat(groups, branch.node(), effort, search)
            waiting += children[1:]
            branch = children[0] if children else None
            effort = INSIDE


def _needed(groups: Groups, search: Search) -> float:
    """What a plan must cover to be better than the best one, less what rounding may take."""
    total = float(groups.weight.sum())
    return total - search.cut - ROUNDING * total


def _treat(groups: Groups, node: CoverNode, effort: Effort, search: Search) -> list[Branch]:
    """Bound a node, shrink it, and give the branches that may hold a better plan."""
    while node.sites.size >= node.places:
        if node.places <= 1 or node.sites.size == node.places:
            _offer(groups, node, _covers(node), search)
            return []
        bounded, opened, closed, sums = _bounded(groups, node, effort, search)
        if bounded.bound < _needed(groups, search) or opened.sum() > node.places:
            return []
        _offer(groups, node, sums, search)
        kept = ~(opened | closed)
        if opened.any() or closed.sum() * SHRUNK > closed.size:
            node, effort = Branch(bounded, opened, kept).node(), INSIDE
            continue
        doubt = np.where(kept, np.abs(bounded.share - 0.5), np.inf)
        site = np.arange(kept.size) == int(doubt.argmin())
        kept &= ~site
        return [Branch(bounded, site, kept), Branch(bounded, np.zeros_like(site), kept)]
    return []


def _covers(node: CoverNode) -> Float64:
    """Weight that each free site covers."""
    reached = np.append(node.weight[node.item], 0.0)
    total = np.concatenate([[0.0], np.cumsum(reached)])
    return np.asarray(total[node.start[1:]] - total[node.start[:-1]])


def _offer(groups: Groups, node: CoverNode, sums: Float64, search: Search) -> None:
    """Offer the fixed sites and the free ones of greatest sums."""
    best = np.argsort(-sums, kind="stable")[: node.places]
    plan = np.concatenate([node.fixed, node.sites[best]])
    search.offer(plan, float(groups.weight.sum()) - groups.value(plan))


def _bounded(
    groups: Groups, node: CoverNode, effort: Effort, search: Search
) -> tuple[CoverNode, Bools, Bools, Float64]:
    """Lower the bound of a node.

    Returns
    -------
    The node with its bound, prices and shares; the sites that every better plan of the node opens;
    those that none opens; the reward that each site covers.
    """
    prices, trial = node.prices.copy(), node.prices.copy()
    slope, share = np.zeros(node.weight.size), node.share.copy()
    state = np.array([effort.step, 0.0, np.inf, 0.0])
    sums = np.empty(node.sites.size)
    opened, closed = np.zeros((2, node.sites.size), bool)
    size = node.item.size + node.weight.size
    once = max(1, CALL_ENTRIES // max(1, size))
    needed = _needed(groups, search) - node.covered
    left, more = effort.turns, True
    while left > 0 and more:
        turns = min(once, left)
        more = bound_kernels.lower_bound(
            node.start, node.item, node.weight, node.places, needed, turns, effort.patience,
            effort.shrink, effort.last, prices, trial, slope, share, state, sums, opened, closed,
        )  # fmt: skip
        left -= turns
        search.spend(turns * size / PAIRS_PER_UNIT)
    bound = min(node.bound, node.covered + float(state[2]))
    return replace(node, prices=prices, share=share, bound=bound), opened, closed, sums
