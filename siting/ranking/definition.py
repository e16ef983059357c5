"""What a criterion is: its families, what it draws on, and how its values come about.

Three lists of families meet here: the seed project's, the seven dimensions of accessibility of the
CGET, and those of the charter, whose criteria are entered with their evidence. A criterion belongs
to one section (the seed's families, and the charter) and may belong to a dimension of the CGET.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from siting.ranking import candidate_facts

if TYPE_CHECKING:
    from collections.abc import Callable

    from siting.ranking.candidate_facts import Float64, SiteFacts

Family = Literal[
    "accessibility", "positioning", "premises",
    "time", "availability", "cost", "quality", "choice", "information", "image",
    "ethics", "organisation", "governance", "name_and_theme", "animation",
    "training", "project_support", "participation",
]  # fmt: skip
Requester = Literal["seed", "cget", "charter", "charter_2016", "schema"]
SEED: tuple[Family, ...] = ("accessibility", "positioning", "premises")
CGET: tuple[Family, ...] = (
    "time", "availability", "cost", "quality", "choice", "information", "image",
)  # fmt: skip
CHARTER: tuple[Family, ...] = (
    "ethics",
    "organisation",
    "governance",
    "name_and_theme",
    "animation",
)
CHARTER_2016: tuple[Family, ...] = ("training", "project_support", "participation")
SECTIONS = (*SEED, "charter")


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A kind of criterion.

    Attributes
    ----------
    families
        Families that it belongs to; the first one is the seed's or the charter's.
    better
        `more` or `less`: which values are better.
    unit
        Unit of the raw value.
    asked_by
        Who asked for it.
    compute
        From the facts and the id's number to one value a site.
    takes
        What the number in the id is: minutes, a year, or nothing.
    layer
        Table that it draws on, by its key in the configuration.
    around, nearest
        Layer of points whose times to every site, or the time to the nearest of which, it needs:
        see `siting.study.stages.site_facts`.
    persons
        Whether it counts persons, of whom a few must not be told: see `small_counts`.
    entered
        Whether it is entered by hand.
    equipment
        Whether it counts equipment, which never dominates.
    """

    families: tuple[Family, ...]
    better: Literal["more", "less"]
    unit: str
    asked_by: tuple[Requester, ...]
    compute: Callable[[SiteFacts, int], Float64]
    takes: Literal["minutes", "year", "nothing"] = "nothing"
    layer: str = ""
    around: str = ""
    nearest: str = ""
    persons: bool = False
    entered: bool = False
    equipment: bool = False

    @property
    def family(self) -> Family:
        """The seed's family, or the charter's."""
        return self.families[0]

    @property
    def section(self) -> str:
        """The seed's family, or `charter`."""
        return self.family if self.family in SEED else "charter"


@dataclass(frozen=True)
class Criterion:
    """A criterion of a study: its id, its definition, and the number that the id holds."""

    id: str
    name: str
    number: int
    definition: Definition


def minutes_to_nearest(
    layer: str,
    families: tuple[Family, ...],
    *,
    read_as: str = "",
    better: Literal["more", "less"] = "less",
    asked_by: tuple[Requester, ...] = ("seed", "cget"),
) -> Definition:
    """Define the minutes from each site to the nearest point of a layer.

    Parameters
    ----------
    read_as
        Key of the configuration that the layer comes from, where it is not the layer's name.
    """

    def compute(known: SiteFacts, _: int) -> Float64:
        return known.nearest[layer].astype(np.float64) if layer in known.nearest else known.unknown

    return Definition(
        families=families,
        better=better,
        unit="min",
        layer=read_as or layer,
        nearest=layer,
        compute=compute,
        asked_by=asked_by,
    )


def count_within(
    layer: str,
    families: tuple[Family, ...],
    unit: str,
    *,
    persons: bool = False,
    asked_by: tuple[Requester, ...],
) -> Definition:
    """Define the count of a layer's points within the id's minutes of each site."""

    def compute(known: SiteFacts, minutes: int) -> Float64:
        return (
            candidate_facts.within(known.around[layer], minutes)
            if layer in known.around
            else known.unknown
        )

    return Definition(
        families=families,
        better="more",
        unit=unit,
        takes="minutes",
        layer=layer,
        around=layer,
        compute=compute,
        persons=persons,
        asked_by=asked_by,
    )


def entered_by_hand(
    name: str,
    families: tuple[Family, ...],
    unit: str,
    *,
    better: Literal["more", "less"] = "more",
    asked_by: tuple[Requester, ...] = ("cget",),
    equipment: bool = False,
) -> Definition:
    """Define a criterion that is entered by hand, with its evidence."""

    def compute(known: SiteFacts, _: int) -> Float64:
        if known.entered is None or name not in known.entered:
            return known.unknown
        return known.entered[name].to_numpy(np.float64)

    return Definition(
        families=families,
        better=better,
        unit=unit,
        layer="evidence",
        compute=compute,
        asked_by=asked_by,
        entered=True,
        equipment=equipment,
    )
