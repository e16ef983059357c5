"""The frame of a sample: likely users who may be asked, each with its stratum.

A stratum is an EPCI x a class of rurality x a status. Masked people are counted in the census but
cannot be asked: the register gives no way to reach them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting import contracts
from siting.errors import InputError
from siting.sources import reading
from siting.survey.census import UNDECLARED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NATURAL_PERSON = "1"
"""First digit of INSEE's legal categories of natural persons (entrepreneur individuel)."""

KINDS = ("epci", "rurality", "status")

EXCLUSIONS = contracts.Table(
    "exclusions",
    (
        contracts.code("siret", "establishment not to be asked", required=False),
        contracts.code("siren", "legal unit not to be asked", required=False),
        contracts.code("commune_code", "commune where nobody is asked", required=False),
    ),
)
RURALITY = contracts.Table(
    "rurality",
    (
        contracts.code("code", "INSEE code of the commune"),
        contracts.code("class", "class of rurality"),
    ),
    ("code",),
)


@dataclass(frozen=True)
class Status:
    """A rule that gives a status.

    Attributes
    ----------
    firm
        Of firms (True), of non-salaried people (False), of both (None).
    naf
        NAF codes or prefixes; empty: any.
    deviation
        Standard deviation of the answers expected, relative to the other statuses'.
    """

    id: str
    firm: bool | None = None
    naf: tuple[str, ...] = ()
    deviation: float = 1.0


@dataclass(frozen=True)
class Exclusions:
    """Who is not to be asked."""

    siret: frozenset[str] = frozenset()
    siren: frozenset[str] = frozenset()
    communes: frozenset[str] = frozenset()


def read_exclusions(path: Path) -> Exclusions:
    """Read who is not to be asked; each row names an establishment, a legal unit or a commune.

    Raises
    ------
    InputError
        The file is wrong, or a row names nobody.
    """
    frame = reading.checked(path, EXCLUSIONS)
    columns = ["siret", "siren", "commune_code"]
    plain = frame[columns].apply(lambda values: values.str.replace(r"\s", "", regex=True))
    named = plain != ""
    nobody = ~named.any(axis=1)
    if nobody.any():
        row = int(nobody.to_numpy().argmax()) + 2
        raise InputError("exclusion_of_nobody", file=path, row=row)
    excluded = [frozenset(plain.loc[named[name], name]) for name in columns]
    return Exclusions(*excluded)


def read_rurality(path: Path, communes: Sequence[str], order: Sequence[str]) -> pd.Series:
    """Class of each commune, from a table `code,class`.

    Parameters
    ----------
    communes
        Codes of the study; all of them must be there, others are left out.
    order
        The classes that may stand there.

    Raises
    ------
    InputError
        The file is wrong, a commune has no class, or a class is not among those of `order`.
    """
    frame = reading.checked(path, RURALITY)
    other = ~frame["class"].isin(order)
    if other.any():
        row = int(other.to_numpy().argmax())
        value, known = frame["class"].iloc[row], ", ".join(order)
        raise InputError("rurality_class", file=path, row=row + 2, value=value, known=known)
    classes = frame.set_index("code")["class"].reindex(list(communes))
    missing = list(classes.index[classes.isna()])
    if missing:
        raise InputError("rurality_missing", file=path, codes=", ".join(missing[:5]))
    return classes


def by_density(
    people: pd.Series, square_km: pd.Series, classes: Sequence[tuple[str, float | None]]
) -> pd.Series:
    """Class of each commune by people per km²: the first whose end lies above."""
    density = people / square_km
    class_of = pd.Series(classes[-1][0], index=people.index, dtype=object)
    for name, end in reversed(classes[:-1]):
        class_of[density < (np.inf if end is None else end)] = name
    return class_of


def statuses(people: pd.DataFrame, rules: Sequence[Status]) -> pd.Series:
    """Status of each establishment: that of the first rule that fits; empty where none does.

    A firm has an employee, or a legal category other than a natural person's. Where neither is
    known (no table of legal units, workforce not declared), a natural person is assumed.
    """
    employs = ~people["employees"].isin([*UNDECLARED, "00"])
    legal = people["legal_category"]
    firm = employs | ((legal != "") & ~legal.str.startswith(NATURAL_PERSON))
    status = pd.Series("", index=people.index, dtype=object)
    for rule in reversed(rules):
        fits = pd.Series(data=True, index=people.index)
        if rule.firm is not None:
            fits = firm == rule.firm
        if rule.naf:
            fits &= people["activity"].str.startswith(rule.naf)
        status[fits] = rule.id
    return status


def excluded(people: pd.DataFrame, who: Exclusions) -> pd.Series:
    """Why each establishment is not to be asked: `masked`, `excluded`, `no_status`, or empty."""
    named = people["siret"].isin(who.siret) | people["siret"].str[:9].isin(who.siren)
    named |= people["commune_code"].isin(who.communes)
    why = pd.Series("", index=people.index, dtype=object)
    why[people["status"] == ""] = "no_status"
    why[named] = "excluded"
    why[people["masked"]] = "masked"
    return why
