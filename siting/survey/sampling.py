"""A stratified sample with balanced margins, its inclusion probabilities and its replacements.

Strata are EPCI x rurality x status; there are more of them than people to be asked. `allocation`
says how many each is due, `rounding` makes whole numbers of it at random, margins kept: in each
EPCI and in each status the number drawn is the whole one below or above what it is due, and so it
is in most draws in each class of rurality. Then a simple random sample without replacement is drawn
in each stratum. As the rounding keeps every mean, a unit of a stratum of N_h units that is due n_h
has the inclusion probability n_h / N_h exactly, and 1 over it as its Horvitz-Thompson weight.
Source: Horvitz and Thompson (1952), Journal of the American Statistical Association 47, 663-685.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from siting.errors import ModelError
from siting.survey import allocation, rounding
from siting.survey.frame import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Bools = npt.NDArray[np.bool_]
    Int64 = npt.NDArray[np.int64]

Protect = Literal["epci", "status", "none"]


@dataclass(frozen=True)
class Design:
    """What a sample is drawn by.

    Attributes
    ----------
    strata
        `epci,rurality,status,size,expected,probability`, one row a stratum that has somebody.
    stratum
        Stratum of each unit of the frame, by its place.
    rural
        Class of rurality whose strata must have somebody.
    protected
        Strata that together have at least one, by their places.
    """

    strata: pd.DataFrame
    stratum: Int64
    rural: str
    protected: tuple[Int64, ...]

    @property
    def probability(self) -> npt.NDArray[np.float64]:
        """Inclusion probability of each unit of the frame."""
        probability: npt.NDArray[np.float64] = self.strata["probability"].to_numpy()[self.stratum]
        return probability


def design(
    units: pd.DataFrame,
    size: int,
    rural: str,
    deviations: dict[str, float],
    at_least_one: Protect = "epci",
) -> Design:
    """Work out how many each stratum is due.

    Parameters
    ----------
    units
        The frame: `epci,rurality,status`.
    size
        Units of the sample.
    rural
        The most rural class.
    deviations
        Standard deviation of the answers by status; all equal: proportional allocation.
    at_least_one
        In which parts of the most rural class somebody is asked: in each EPCI, in each status,
        in none.

    Raises
    ------
    ModelError
        There is nobody in the frame or in the most rural class though its parts are protected, the
        sample is larger than the frame, or smaller than the number of parts.
    """
    if units.empty:
        raise ModelError("sample_frame_empty")
    grouped = units.groupby(list(KINDS), sort=True)
    strata = grouped.size().rename("size").reset_index()
    groups: list[Int64] = []
    if at_least_one != "none":
        part = strata[strata["rurality"] == rural]
        if part.empty:
            raise ModelError("sample_no_rural", rural=rural)
        groups = [np.sort(at.to_numpy()) for at in part.groupby(at_least_one).groups.values()]
    deviation = strata["status"].map(deviations)
    strata["expected"] = allocation.allocate(strata["size"], deviation, size, groups)
    strata["probability"] = np.minimum(strata["expected"] / strata["size"], 1.0)
    stratum: Int64 = grouped.ngroup().to_numpy().astype(np.int64)
    return Design(strata, stratum, rural, tuple(groups))


def counts(plan: Design, seed: int, draws: int = 1, at_least_one: Protect = "epci") -> Int64:
    """Draw how many units each stratum gives, shape (draws, strata)."""
    strata = plan.strata
    second: Protect = "status" if at_least_one == "status" else "epci"
    margins = [np.ones(len(strata), bool)]
    margins += [*_members(strata, "epci"), *_members(strata, "status")]
    # nested in the EPCI (or in the statuses): two nested families in all
    rural = (strata["rurality"] == plan.rural).to_numpy(bool)
    margins += [member & rural for member in _members(strata, second)]
    soft = _members(strata, "rurality")
    expected = strata["expected"].to_numpy(np.float64)
    return rounding.whole(expected, margins, soft, seed, draws)


def draw(plan: Design, chosen: Int64, seed: int, replacements: int) -> pd.DataFrame:
    """Draw the units, and who replaces each.

    Parameters
    ----------
    chosen
        Units of each stratum, shape (strata,).
    seed
        Of the random numbers.
    replacements
        For each unit, as long as there is somebody left: of its stratum, else of its EPCI and
        rurality, else of its EPCI and status, else of its rurality and status. Nobody replaces two.

    Returns
    -------
    `unit,replaces,rank,like`: places in the frame; of a drawn unit `replaces` is -1, `rank` 0 and
    `like` empty; of a replacement `like` is what it has in common (`stratum`, `epci_rurality`,
    `epci_status`, `rurality_status`). Drawn units come first, by stratum.
    """
    random = np.random.default_rng([seed, 1])
    order = random.permutation(len(plan.stratum))
    by_stratum = order[np.argsort(plan.stratum[order], kind="stable")]
    start = np.cumsum([0, *plan.strata["size"]])
    drawn = [by_stratum[start[h] : start[h] + many] for h, many in enumerate(chosen)]
    taken = np.concatenate(drawn).astype(np.int64)
    free = np.ones(len(order), bool)
    free[taken] = False
    rows = [(int(unit), -1, 0, "") for unit in taken]
    strata = plan.strata[list(KINDS)].to_numpy(object)[plan.stratum]
    kinds = [("stratum", [0, 1, 2]), ("epci_rurality", [0, 1])]
    kinds += [("epci_status", [0, 2]), ("rurality_status", [1, 2])]
    left = order[free[order]]
    for rank in range(1, replacements + 1):
        for unit in taken:
            for like, columns in kinds:
                same = (strata[left][:, columns] == strata[unit, columns]).all(axis=1)
                if same.any():
                    replacement = int(left[same.argmax()])
                    rows.append((replacement, int(unit), rank, like))
                    left = left[left != replacement]
                    break
    return pd.DataFrame(rows, columns=["unit", "replaces", "rank", "like"])


def margins(plan: Design, chosen: Int64 | None = None) -> pd.DataFrame:
    """Frame and sample by EPCI, rurality, status, and in the most rural class by EPCI.

    Returns
    -------
    `margin,code,size,expected` and, where `chosen` is given, `drawn`.
    """
    strata = plan.strata if chosen is None else plan.strata.assign(drawn=chosen)
    values = ["size", "expected"] + ([] if chosen is None else ["drawn"])
    parts = [(kind, kind, strata) for kind in KINDS]
    parts.append(("rural_epci", "epci", strata[strata["rurality"] == plan.rural]))
    tables = []
    for name, kind, rows in parts:
        sums = rows.groupby(kind, sort=True)[values].sum().reset_index(names="code")
        sums.insert(0, "margin", name)
        tables.append(sums)
    return pd.concat(tables, ignore_index=True)


def _members(strata: pd.DataFrame, kind: str) -> Sequence[Bools]:
    """Which strata each value of a kind has."""
    values = strata[kind].to_numpy(object)
    return [values == value for value in sorted(set(values))]
