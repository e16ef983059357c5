"""Declared interest: people who said that they would come, blended with the census.

Each unit's rate of interest among likely users is drawn to the general one (`shrinkage`); expected
users are likely users x that rate. Units are EPCI. Those with fewer declared people than may be
told of go together, so that no published rate gives away a handful.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from siting import contracts
from siting.errors import InputError
from siting.sources import reading
from siting.survey import shrinkage

if TYPE_CHECKING:
    from pathlib import Path

INTEREST = contracts.Table(
    "interest",
    (
        contracts.code("commune_code", "commune where the person lives or works"),
        contracts.Column("consent", "boolean", "the person agreed to be counted"),
        contracts.code("respondent", "who, to find repeats; never written", required=False),
    ),
)


def read(path: Path) -> pd.DataFrame:
    """Count, by commune, people who said that they would come and agreed to be counted.

    Returns
    -------
    `commune_code,interested`; who they are is not kept.

    Raises
    ------
    InputError
        A file is wrong, or a respondent stands twice (the row is named, not the person).
    """
    frame = reading.checked(path, INTEREST)
    named = frame["respondent"].str.strip().str.lower()
    repeated = (named != "") & named.duplicated()
    if repeated.any():
        row = int(repeated.to_numpy().argmax()) + 2
        raise InputError("interest_repeated", file=path, row=row)
    counts = frame.loc[frame["consent"], "commune_code"].value_counts().sort_index()
    return pd.DataFrame({"commune_code": counts.index, "interested": counts.to_numpy()})


def blend(census: pd.DataFrame, interest: pd.DataFrame, fewest: int) -> pd.DataFrame:
    """Blend declared interest with the census.

    Parameters
    ----------
    census
        By commune: `commune_code,epci_code,epci_name,establishments,teleworkable` (likely users,
        and the same weighted).
    interest
        `commune_code,interested`.
    fewest
        Declared people below which an EPCI goes together with others.

    Returns
    -------
    By EPCI: `epci_code,epci_name,establishments,teleworkable,rate,rate_low,rate_high,own_weight,
    expected_users,expected_low,expected_high`. `own_weight` is that of the unit's own answers.

    Raises
    ------
    InputError
        A commune is not of the study, or there are fewer declared people than `fewest` in all.
    """
    unknown = sorted(set(interest["commune_code"]) - set(census["commune_code"]))
    if unknown:
        raise InputError("interest_elsewhere", codes=", ".join(unknown[:5]))
    declared = census.merge(interest, on="commune_code", how="left").fillna({"interested": 0})
    total = int(declared["interested"].sum())
    if total < fewest:
        raise InputError("interest_too_few", count=total, fewest=fewest)
    columns = ["establishments", "teleworkable", "interested"]
    table = declared.groupby(["epci_code", "epci_name"], sort=True)[columns].sum().reset_index()
    unit = table["epci_code"].map(_units(table.set_index("epci_code")["interested"], fewest))
    sums = table.groupby(unit)[["interested", "teleworkable"]].sum()
    # who said that they would come is there, whether the register knows them or not
    exposure = sums[["teleworkable", "interested"]].max(axis=1)
    some = exposure > 0
    events, exposed = sums["interested"][some].to_numpy(float), exposure[some].to_numpy(float)
    rates = shrinkage.blend(events, exposed, shrinkage.fit(events, exposed))
    rates.index = sums.index[some]
    of_unit = rates.reindex(unit).reset_index(drop=True).fillna(0.0)
    likely = table["teleworkable"]
    return table.drop(columns="interested").assign(
        rate=of_unit["rate"],
        rate_low=of_unit["low"],
        rate_high=of_unit["high"],
        own_weight=of_unit["weight"],
        expected_users=likely * of_unit["rate"],
        expected_low=likely * of_unit["low"],
        expected_high=likely * of_unit["high"],
    )


def _units(declared: pd.Series, fewest: int) -> dict[str, str]:
    """The unit of each EPCI: itself, or the one of those with few declared people."""
    few = declared[declared < fewest]
    together = list(few.index)
    if together and few.sum() < fewest:
        # too few even together: the smallest of the others joins them
        others = declared[declared >= fewest].sort_index().sort_values(kind="stable")
        together.append(others.index[0])
    return {code: ("" if code in together else code) for code in declared.index}
