"""What maps and documents say of opening hours: places that open little, places left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting import texts
from siting.outputs import signs
from siting.study import opening_hours
from siting.texts import grammar
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Collection

    import numpy.typing as npt

    from siting.config.study import ServiceKeys
    from siting.outputs.signs import Meaning
    from siting.study.result import Result
COUNTED: tuple[Meaning, ...] = ("facility", "few_hours", "part_time")
"""How a place that counts is drawn: it stands, it opens little, it moves."""


@dataclass(frozen=True)
class ServiceHours:
    """Opening hours of the places of a service.

    Attributes
    ----------
    minimum
        Hours a week that part them; `enforced` tells whether the study asks for it, and leaves out
        the places below.
    places
        All of them, those left out too.
    few
        How many open for less.
    """

    service: str
    minimum: float
    enforced: bool
    places: pd.DataFrame
    few: int

    @property
    def note(self) -> str:
        """The sentence of a map; empty where there is nothing to say."""
        if not self.few:
            return ""
        return grammar.counted(
            "map.hours_left_out" if self.enforced else "map.hours_few",
            self.few,
            service=self.service,
            hours=f"{self.minimum:g}",
            all=texts.number(len(self.places)),
        )


def of_service(result: Result, service: ServiceKeys) -> ServiceHours | None:
    """Opening hours of a service's places; None where nothing is known of them."""
    counted = result.facilities[result.facilities["service"] == service.id]
    left_out = uncounted(result, service.id)
    places = pd.concat([counted.drop(columns="geometry"), left_out], ignore_index=True)
    if np.isnan(opening_hours.weekly(places)).all():
        return None
    minimum, enforced = opening_hours.least(service), service.minimum_hours is not None
    few = int(opening_hours.opens_little(places, minimum).sum())
    return ServiceHours(service.name, minimum, enforced, places, few)


def uncounted(result: Result, service: str) -> pd.DataFrame:
    """Places of a service that a result leaves out for their hours, in its communes or near."""
    places = result.ground.read.uncounted[service]
    if result.epci is None:
        return places
    return places[places["commune_code"].isin(result.communes["code"])]


def notes(result: Result, roles: Collection[str]) -> tuple[str, ...]:
    """Sentences on the services among the roles that a map shows."""
    shown = [service for service in result.study.services if f"services.{service.id}" in roles]
    every = [of_service(result, service) for service in shown]
    return tuple(hours.note for hours in every if hours is not None and hours.note)


def meanings(places: pd.DataFrame, service: ServiceKeys) -> npt.NDArray[np.object_]:
    """How each place that counts is drawn, of `COUNTED`."""
    moving = places["kind"].isin(signs.PART_TIME).to_numpy()
    few = opening_hours.opens_little(places, opening_hours.least(service))
    drawn: npt.NDArray[np.object_] = np.where(
        moving, "part_time", np.where(few, "few_hours", "facility")
    ).astype(object)
    return drawn


def label(meaning: Meaning, service: ServiceKeys, name: str, count: str) -> str:
    """What a legend says of a sign: the service by its name, how many there are."""
    minimum = opening_hours.least(service)
    return t(f"map.sign.{meaning}", service=name, count=count, hours=f"{minimum:g}")
