"""APL, the French « accessibilité potentielle localisée » (DREES, IRDES).

An enhanced two-step catchment between communes: supply in consultations (or full-time
equivalents), demand the population weighted by its need of care by age, a weight that falls in
steps between 0 and 20 minutes. Barlet, Coldefy, Collin, Lucas-Gabrielli (2012), DREES, Études et
résultats 795 and Document de travail 124. Aggregates are weighted by the standardised population.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.errors import InputError
from siting.measures import decay
from siting.measures.catchments import enhanced_two_step
from siting.measures.pairs import SHOWN, aligned

if TYPE_CHECKING:
    from collections.abc import Mapping

    from siting.measures.pairs import Pairs

Numbers = pd.Series | npt.ArrayLike


@dataclass(frozen=True)
class Steps:
    """A named set of decay steps with where it comes from.

    Attributes
    ----------
    bands
        (minutes, weight), the band's end included.
    source
        Who says so.
    status
        Whether the numbers were checked against the source.
    """

    name: str
    bands: tuple[tuple[float, float], ...]
    source: str
    status: Literal["confirmed", "to_confirm"]


GENERAL_PRACTITIONERS = Steps(
    "general_practitioners",
    ((10, 1.0), (15, 2 / 3), (20, 1 / 3)),
    "DREES, APL aux médecins généralistes : valeurs d'usage de la décroissance entre 0 et 20 min",
    "to_confirm",
)
"""Commonly told: full weight up to 10 minutes, two thirds up to 15, one third up to 20. Not
found in a DREES text at hand: to be confirmed, or replaced by the user's own."""


@dataclass(frozen=True)
class Comparison:
    """Our APL beside the published one.

    Attributes
    ----------
    communes
        `ours,published,difference` by commune that both know.
    only_ours, only_published
        Codes that one of the two lacks.
    mean_difference, mean_absolute_difference
        Weighted by standardised population where given, else plain.
    correlation
        Of ranks (Spearman).
    """

    communes: pd.DataFrame
    only_ours: tuple[str, ...]
    only_published: tuple[str, ...]
    mean_difference: float
    mean_absolute_difference: float
    correlation: float


def standardised_population(ages: pd.DataFrame, need: Mapping[str, float]) -> pd.Series:
    """People weighted by the need of their age, brought back to the number of people.

    Parameters
    ----------
    ages
        People by commune (index) and age class (columns).
    need
        Mean consumption of care by age class, any unit.

    Returns
    -------
    Standardised population by commune; its sum is that of all people.

    Raises
    ------
    InputError
        An age class has no need or a need no age class, or a number is negative or missing.
    """
    odd = sorted(set(map(str, ages.columns)) ^ set(need))
    if odd:
        raise InputError("age_classes", classes=", ".join(odd))
    ids = ages.index.to_numpy(object).astype(str).astype(object)
    people = np.column_stack([aligned(ages[name].to_numpy(), ids, str(name)) for name in ages])
    weight = aligned([need[str(name)] for name in ages], _texts(ages.columns), "need")
    weighted = people @ weight
    if not weighted.sum() > 0:
        raise InputError("nobody", name="ages")
    return pd.Series(weighted * (people.sum() / weighted.sum()), ages.index, name="standardised")


def apl(
    pairs: Pairs,
    standardised: Numbers,
    supply: Numbers,
    steps: Steps = GENERAL_PRACTITIONERS,
) -> pd.Series:
    """APL of each commune: supply a standardised inhabitant.

    Parameters
    ----------
    pairs
        Minutes between communes, 0 within one.
    standardised
        Standardised population of the origins.
    supply
        Of the destinations: consultations a year (then the APL is in consultations a year and
        standardised inhabitant), or full-time equivalents (multiply by 100,000 for that unit).
    """
    return enhanced_two_step(pairs, standardised, supply, decay.steps(steps.bands)).rename("apl")


def by_zone(values: pd.Series, standardised: pd.Series, zone: pd.Series) -> pd.DataFrame:
    """Mean APL of zones, weighted by standardised population, as the DREES aggregates it.

    Parameters
    ----------
    values, standardised, zone
        By commune.

    Returns
    -------
    `standardised,apl` by zone; NaN where a zone has nobody.
    """
    ids = _texts(values.index)
    people = aligned(standardised, ids, "standardised")
    lost = values.index[~values.index.isin(zone.dropna().index)]
    if len(lost):
        raise InputError("people_without_zone", codes=", ".join(map(str, lost[:SHOWN])))
    frame = pd.DataFrame({"standardised": people, "sum": people * values.to_numpy(float)})
    total = frame.groupby(zone.reindex(values.index).to_numpy()).sum()
    return pd.DataFrame(
        {
            "standardised": total["standardised"],
            "apl": total["sum"] / total["standardised"].replace(0, np.nan),
        }
    )


def compare(
    ours: pd.Series, published: pd.Series, standardised: pd.Series | None = None
) -> Comparison:
    """Compare with the published workbook (`siting.sources.drees_apl`), commune by commune.

    Raises
    ------
    InputError
        No commune is in both: another vintage, or codes read as numbers.
    """
    known = published.dropna()
    both = ours.index.intersection(known.index, sort=False)
    if not len(both):
        raise InputError("nothing_in_common", left="apl", right="DREES")
    table = pd.DataFrame({"ours": ours.loc[both], "published": known.loc[both]})
    table["difference"] = table["ours"] - table["published"]
    weight = np.ones(len(both)) if standardised is None else standardised.reindex(both).to_numpy()
    mean = float(np.average(table["difference"], weights=weight))
    absolute = float(np.average(table["difference"].abs(), weights=weight))
    ranks = table[["ours", "published"]].rank()
    return Comparison(
        table,
        tuple(ours.index.difference(known.index)),
        tuple(known.index.difference(ours.index)),
        mean,
        absolute,
        float(ranks["ours"].corr(ranks["published"])) if len(both) > 1 else float("nan"),
    )


def _texts(values: pd.Index) -> npt.NDArray[np.object_]:
    return values.to_numpy(object).astype(str).astype(object)
