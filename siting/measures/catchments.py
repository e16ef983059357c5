"""Floating catchments: how much supply each origin has when others compete for the same desk.

All are two sums over the pairs: people are summed at each facility, its supply is shared among
them, and the shares are summed back at each origin. P_i is the demand of origin i,
S_j the supply of facility j, f_ij the decay of the minutes between them.

An origin that reaches nothing has 0; a facility that no demand reaches shares nothing, and
`unserved` counts both. PySAL `access` leaves such rows out and divides by zero where a facility is
reached by origins without demand only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.errors import InputError
from siting.measures.decay import binary, epanechnikov, steps
from siting.measures.pairs import (
    aligned,
    at_facilities,
    at_origins,
    blocks,
    csr,
    require_horizon,
    weights,
    within,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from siting.measures.decay import Decay
    from siting.measures.pairs import Float64, Pairs

Numbers = pd.Series | npt.ArrayLike
METHODS = ("2sfca", "e2sfca", "3sfca", "m2sfca", "kd2sfca", "bfca", "raam")


@dataclass(frozen=True)
class Unserved:
    """What takes no part in a catchment measure.

    Attributes
    ----------
    people, origins
        Demand, and number of origins with demand, that no facility with supply is within reach of.
    supply, facilities
        Supply, and number of facilities with supply, that no demand reaches.
    """

    people: float
    origins: int
    supply: float
    facilities: int


def two_step(pairs: Pairs, demand: Numbers, supply: Numbers, limit: float) -> pd.Series:
    """2SFCA: sum over t_ij <= limit of S_j / (sum over t_kj <= limit of P_k).

    Luo and Wang (2003), Environment and Planning B 30(6).

    Parameters
    ----------
    pairs
        Minutes; made with a limit of at least `limit`.
    demand, supply
        People of each origin, supply of each facility: see `pairs.aligned`.
    limit
        Minutes of the catchment, included.

    Returns
    -------
    Supply a head, by origin. Weighted by demand it sums to the supply that some demand reaches.

    Raises
    ------
    InputError
        See `pairs.aligned`.
    """
    require_horizon(pairs, limit)
    return enhanced_two_step(pairs, demand, supply, binary(limit)).rename("2sfca")


def enhanced_two_step(pairs: Pairs, demand: Numbers, supply: Numbers, decay: Decay) -> pd.Series:
    """E2SFCA: sum of f_ij S_j / (sum of f_kj P_k).

    Luo and Qi (2009), Health & Place 15(4), with any decay.
    """
    people, offer = _both(pairs, demand, supply)
    return _named(pairs, _shared(pairs, people, offer, _plain(decay)), "e2sfca")


def kernel_two_step(pairs: Pairs, demand: Numbers, supply: Numbers, limit: float) -> pd.Series:
    """KD2SFCA: E2SFCA with the Epanechnikov kernel. Dai and Wang (2011)."""
    require_horizon(pairs, limit)
    return enhanced_two_step(pairs, demand, supply, epanechnikov(limit)).rename("kd2sfca")


def modified_two_step(pairs: Pairs, demand: Numbers, supply: Numbers, decay: Decay) -> pd.Series:
    """M2SFCA: sum of f_ij² S_j / (sum of f_kj P_k): distance also loses supply.

    Delamater (2013), Health & Place 24. Not conserved, on purpose: what far people cannot use is
    lost.
    """
    people, offer = _both(pairs, demand, supply)

    def squared(block: Pairs) -> Float64:
        return weights(block, decay) ** 2

    ratio = _divided(offer, at_facilities(pairs, _plain(decay), people))
    return _named(pairs, at_origins(pairs, squared, ratio), "m2sfca")


def three_step(pairs: Pairs, demand: Numbers, supply: Numbers, decay: Decay) -> pd.Series:
    """3SFCA: sum of G_ij f_ij S_j / (sum of G_kj f_kj P_k), G_ij = f_ij / (sum over j of f_ij).

    Wan, Zou, Sternberg (2012), International Journal of GIS 26(6): people choose among the
    facilities of their catchment. G counts the facilities with a weight only, as in the paper;
    `access` sums G over all rows of its table, also those beyond `max_cost`.
    """
    people, offer = _both(pairs, demand, supply)

    def chosen(block: Pairs) -> Float64:
        weight = weights(block, decay)
        total = csr(block, weight) @ np.ones(len(offer))
        return weight * weight * np.repeat(_divided(np.ones(len(total)), total), block.count)

    return _named(pairs, _shared(pairs, people, offer, chosen), "3sfca")


def balanced(pairs: Pairs, demand: Numbers, supply: Numbers, decay: Decay) -> pd.Series:
    """BFCA: demand and level of service are shared out, so that neither is counted twice.

    Páez, Higgins, Vivona (2019), PLOS ONE 14(6): L_j = S_j / (sum of P_i f_ij / sum over j of
    f_ij), A_i = sum of L_j f_ij / (sum over i of f_ij). The A_i sum to the L_j.
    """
    people, offer = _both(pairs, demand, supply)
    sums = np.zeros((len(offer), 2))  # of shares of demand, of weights
    for rows, block in blocks(pairs):
        share = csr(block, weights(block, decay))
        apart = _divided(people[rows], share @ np.ones(len(offer)))
        sums += share.T @ np.column_stack([apart, np.ones(len(apart))])
    level = _divided(_divided(offer, sums[:, 0]), sums[:, 1])
    return _named(pairs, at_origins(pairs, _plain(decay), level), "bfca")


def ratio(
    to_supply: Pairs, to_demand: Pairs, demand: Numbers, supply: Numbers, limit: float
) -> pd.Series:
    """FCA: supply within the limit over demand within the limit, around each origin.

    Parameters
    ----------
    to_supply, to_demand
        Minutes from each origin to the facilities, and to the origins themselves (its own, 0
        minutes, included).
    """
    people = aligned(demand, to_demand.destinations, "demand")
    offer = aligned(supply, to_supply.destinations, "supply")
    if not np.array_equal(to_supply.origins, to_demand.origins):
        raise InputError("other_origins")
    require_horizon(to_supply, limit)
    require_horizon(to_demand, limit)
    near = _plain(binary(limit))
    above = at_origins(to_supply, near, offer)
    below = at_origins(to_demand, near, people)
    return _named(to_supply, _divided(above, below), "fca")


def rational_agents(
    pairs: Pairs,
    demand: Numbers,
    supply: Numbers,
    minutes_of_congestion: float = 60,
    people_for_supply: float | None = None,
    gap: float = 1e-4,
) -> pd.Series:
    """RAAM: cost to each origin when everybody goes where travel plus congestion cost least.

    Saxon and Snow (2020), Annals of the AAG 110(1). The cost of facility j to origin i is
    t_ij / tau + D_j / (rho S_j), D_j being the people who go there. At the equilibrium nobody gains
    by going elsewhere. `access` moves whole people by shrinking steps for 150 rounds, which stops
    some way before the equilibrium; here the equilibrium itself is computed, to a known gap. With
    its steps made small and its rounds many, `access` comes to the same costs.

    Parameters
    ----------
    minutes_of_congestion
        tau: minutes that one is ready to drive to avoid the mean congestion.
    people_for_supply
        rho: people for one unit of supply that count as a congestion of 1; by default total demand
        over total supply.
    gap
        What all would save together by their best choice, relative to the least total cost.

    Returns
    -------
    Cost by origin (1 = tau minutes, or the mean congestion), of a newcomer where nobody lives; NaN
    where no facility with supply is reached: see the `reason` of the pairs.

    Raises
    ------
    InputError
        Parameters are not positive, or see `pairs.aligned`.
    """
    from siting.measures.kernels import equilibrium  # noqa: PLC0415 - numba for RAAM only

    people, offer = _both(pairs, demand, supply)
    rho = people_for_supply
    if rho is None:
        rho = float(people.sum() / offer.sum()) if people.sum() > 0 < offer.sum() else 1.0
    for name, value in (
        ("minutes_of_congestion", minutes_of_congestion),
        ("people_for_supply", rho),
        ("gap", gap),
    ):
        if not value > 0:
            raise InputError("bad_parameter", name=name, value=f"{value:g}")
    capacity = offer * rho
    table = (pairs.first, pairs.destination, pairs.minutes)
    cost = equilibrium.equilibrium(*table, people, capacity, 1 / minutes_of_congestion, gap)
    return _named(pairs, cost, "raam")


def by_method(
    method: str,
    pairs: Pairs,
    demand: Numbers,
    supply: Numbers,
    bands: Sequence[tuple[float, float]],
) -> pd.Series:
    """The measure of `METHODS` that is named, on rings of minutes and weight.

    Methods with one limit take the minutes of the last ring.
    """
    rings, limit = steps(bands), bands[-1][0]
    measures: dict[str, Callable[[], pd.Series]] = {
        "2sfca": lambda: two_step(pairs, demand, supply, limit),
        "e2sfca": lambda: enhanced_two_step(pairs, demand, supply, rings),
        "3sfca": lambda: three_step(pairs, demand, supply, rings),
        "m2sfca": lambda: modified_two_step(pairs, demand, supply, rings),
        "kd2sfca": lambda: kernel_two_step(pairs, demand, supply, limit),
        "bfca": lambda: balanced(pairs, demand, supply, rings),
        "raam": lambda: rational_agents(within(pairs, limit), demand, supply),
    }
    return measures[method]()


def unserved(pairs: Pairs, demand: Numbers, supply: Numbers, decay: Decay) -> Unserved:
    """Count the people, and the supply, that take no part."""
    people, offer = _both(pairs, demand, supply)

    def linked(block: Pairs) -> Float64:
        return (weights(block, decay) > 0).astype(np.float64)

    alone = (people > 0) & (at_origins(pairs, linked, (offer > 0).astype(np.float64)) == 0)
    idle = (offer > 0) & (at_facilities(pairs, linked, (people > 0).astype(np.float64)) == 0)
    return Unserved(
        float(people[alone].sum()), int(alone.sum()), float(offer[idle].sum()), int(idle.sum())
    )


def _plain(decay: Decay) -> Callable[[Pairs], Float64]:
    """The decay of each pair of a block."""
    return lambda block: weights(block, decay)


def _shared(
    pairs: Pairs, people: Float64, offer: Float64, weight: Callable[[Pairs], Float64]
) -> Float64:
    """Supply shared among the people of each facility, summed back at each origin."""
    return at_origins(pairs, weight, _divided(offer, at_facilities(pairs, weight, people)))


def _both(pairs: Pairs, demand: Numbers, supply: Numbers) -> tuple[Float64, Float64]:
    people = aligned(demand, pairs.origins, "demand")
    return people, aligned(supply, pairs.destinations, "supply")


def _divided(above: Float64, below: Float64) -> Float64:
    """Quotient, 0 where there is nothing to divide by."""
    return np.divide(above, below, out=np.zeros(len(above)), where=below > 0)


def _named(pairs: Pairs, values: Any, name: str) -> pd.Series:
    return pd.Series(values, pairs.origins, name=name)
