"""Where sites should stand, and how candidates compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siting.api import arguments, frames
from siting.api.times import TravelTimes
from siting.errors import InputError
from siting.location import problem as problems
from siting.location import solver
from siting.location.question import LocationQuestion
from siting.location.search import Limits
from siting.ranking import ranking
from siting.ranking.scales import Scale, Values

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from siting.location.result import Solution

BETTER = ("more", "less")


def locate(
    times: TravelTimes | pd.DataFrame,
    people: pd.DataFrame,
    *,
    model: str,
    p: int | None = None,
    population: str = "population",
    existing: Iterable[str] = (),
    required: Iterable[str] = (),
    closed: Iterable[str] = (),
    seconds: float | None = None,
    gap: float = 0.0,
    **parameters: Any,
) -> Solution:
    """Choose sites by a location model, with a proof or a gap.

    Parameters
    ----------
    times
        From the demand to the candidate sites: `travel_times(...)`, or a long frame
        `origin_id,destination_id,minutes` (also with the names of r5py and cafein). An absent pair
        is out of reach.
    people
        `id` (of the origins; or the index) and the column of people.
    model
        `p-median`, `p-center`, `mclp`, `lscp`…: see docs/en/location.md.
    p
        How many sites to choose beside the existing ones, for models that are asked a number.
    population
        Column of `people` that weighs the demand.
    existing, required, closed
        Identifiers of sites that serve already, that must be chosen, that must not.
    seconds
        Time limit: the best plan until then, with its gap. None: until it is proven.
    gap
        Relative gap at which a plan is good enough; 0 asks for a proof.
    **parameters
        What else the model takes: `max_minutes`, `full_minutes`, `levels`, `budget`…

    Returns
    -------
    Status, objective with its bounds, sites, who goes where.

    Raises
    ------
    ModelError
        The model is unknown, lacks a parameter or does not take one; a site is unknown.
    InputError
        A column or an identifier is missing, or a value is negative.

    Examples
    --------
    >>> import pandas as pd, siting
    >>> times = pd.DataFrame({"origin_id": ["a", "a", "b", "b"], "destination_id": ["x", "y"] * 2,
    ...                       "minutes": [5.0, 9.0, 30.0, 8.0]})
    >>> people = pd.DataFrame({"id": ["a", "b"], "population": [100, 300]})
    >>> siting.locate(times, people, model="p-median", p=1).chosen
    ['y']
    """
    unknown = sorted(set(parameters) - set(LocationQuestion.__dataclass_fields__))
    if unknown:
        known = ", ".join(name for name in LocationQuestion.__dataclass_fields__ if name != "model")
        raise InputError("unknown_parameter", value=unknown[0], known=known)
    question = LocationQuestion(
        model,
        None if p is None else arguments.whole(p, "p", 0),
        **{name: _parameter(name, value) for name, value in parameters.items()},
    )
    limits = Limits(
        seconds=arguments.optional(seconds, "seconds", least=0),
        gap=arguments.number(gap, "gap", least=0, most=1),
    )
    sides = {
        name: [str(site) for site in arguments.sequence(sites, name)]
        for name, sites in (("existing", existing), ("required", required), ("closed", closed))
    }
    if isinstance(times, TravelTimes):
        weights = frames.column(people, population, "people", times.origins)
        problem = problems.from_arrays(
            times.dense(),
            weights.to_numpy(),
            demand_ids=times.origins,
            site_ids=times.destinations,
            **sides,
        )
    else:
        matrix = frames.matrix(times)
        origins = matrix["origin_id"].unique()
        weights = frames.column(people, population, "people", origins)
        demand = pd.DataFrame({"id": origins, "weight": weights.to_numpy()})
        problem = problems.from_tables(matrix, demand, **sides)
    return solver.solve(problem, question, limits)


def _parameter(name: str, value: Any) -> Any:
    """A parameter of a model, refused where it is of another kind than its question's."""
    if value is None or name in ("decay", "split"):
        return value
    if name == "levels":
        return tuple(arguments.numbers(value, name, least=0))
    if name == "floor" and not isinstance(value, int | float):
        zones = arguments.mapping(value, name)
        return {z: arguments.number(v, f"{name}[{z}]", least=0, most=1) for z, v in zones.items()}
    return arguments.number(value, name, least=0)


def score(
    table: pd.DataFrame,
    criteria: Mapping[str, str],
    weights: Mapping[str, float],
) -> pd.DataFrame:
    """Rank sites by the weighted mean of their criteria, each between its worst and its best.

    An unknown value (NaN) is not zero: the score is the mean over the criteria that are known,
    and `low` and `high` are what it would be if every unknown were the worst or the best.

    Parameters
    ----------
    table
        A row a site: `id` (or the index) and a column of numbers for each criterion.
    criteria
        Column of each criterion, and whether `more` or `less` of it is better.
    weights
        Weight of each criterion, zero or more; taken as shares of their sum.

    Returns
    -------
    `id,rank,score,low,high` and `<criterion>_norm` (0 for the worst, 1 for the best), best first;
    scores are between 0 and 100, equal ones ranked by identifier.

    Raises
    ------
    InputError
        A column is missing, a direction is neither `more` nor `less`, weights do not fit.

    Examples
    --------
    >>> import pandas as pd, siting
    >>> sites = pd.DataFrame({"id": ["x", "y"], "people": [100, 400], "rent": [300.0, 500.0]})
    >>> ranked = siting.score(sites, {"people": "more", "rent": "less"}, {"people": 2, "rent": 1})
    >>> ranked["id"].tolist()
    ['y', 'x']
    """
    sites = frames.table(table, "table")
    criteria, weights = (
        arguments.mapping(criteria, "criteria"),
        arguments.mapping(weights, "weights"),
    )
    for name, better in criteria.items():
        if name not in sites.columns:
            present = ", ".join(map(str, sites.columns))
            raise InputError("score_columns", column=name, found=present)
        if better not in BETTER:
            raise InputError("score_direction", name=name, value=better)
    share = _shares(criteria, weights)
    ids = sites["id"]
    if ids.duplicated().any():
        twice = ids[ids.duplicated()].iloc[0]
        raise InputError("duplicate_ids", file="table", column="id", ids=twice)
    columns = {name: _numbers(sites, name) for name in criteria}
    values = Values(
        ids.to_numpy(str),
        tuple(criteria),
        np.array([better == "more" for better in criteria.values()], np.bool_),
        np.column_stack(list(columns.values())),
    )
    scale = Scale("min_max", values)
    ranked = ranking.rank("sum", scale, share)
    places = np.where(values.known, scale(values.corner(0.5)), np.nan)
    scores = pd.DataFrame(
        {
            "id": ids,
            "rank": ranked.rank,
            "score": ranked.score,
            "low": ranked.low,
            "high": ranked.high,
            **{f"{name}_norm": places[:, k] for k, name in enumerate(criteria)},
        }
    )
    return scores.sort_values("rank", ignore_index=True)


def _numbers(sites: pd.DataFrame, name: str) -> Any:
    """A column of numbers, float64; NaN where unknown."""
    numbers = pd.to_numeric(sites[name], errors="coerce").to_numpy(np.float64, na_value=np.nan)
    wrong = (np.isnan(numbers) & sites[name].notna().to_numpy()) | np.isinf(numbers)
    if wrong.any():
        row = int(wrong.argmax())
        raise InputError("score_number", row=row, column=name, value=sites[name].iloc[row])
    return numbers


def _shares(criteria: Mapping[str, str], weights: Mapping[str, float]) -> Any:
    """Weights as shares of their sum, in the order of the criteria."""
    if set(weights) != set(criteria):
        names = ", ".join(sorted(set(weights) ^ set(criteria)))
        raise InputError("score_weights", detail=names)
    given = np.array([arguments.number(weights[n], f"weights[{n}]", least=0) for n in criteria])
    total = given.sum()
    if not (np.isfinite(total) and total > 0):
        raise InputError("score_weights", detail=", ".join(f"{value:g}" for value in given))
    return given / total
