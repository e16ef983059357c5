"""What a plan changes: minutes gained or lost, cell by cell, and the sentence that tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siting import texts
from siting.outputs.scales import GAINED
from siting.publish.prints.wording import class_labels
from siting.texts import text as t

if TYPE_CHECKING:
    import numpy.typing as npt

    Float64 = npt.NDArray[np.float64]
SAME, REACHED, LOST, NO_TIME = 0, len(GAINED) + 2, len(GAINED) + 3, -1
"""Kinds of change beside the classes of minutes gained, which are 1, 2…"""


@dataclass(frozen=True)
class Gains:
    """Minutes of each cell before a plan and with it, NaN where there is none; and its people."""

    before: Float64
    then: Float64
    people: Float64

    @property
    def minutes(self) -> Float64:
        """Minutes gained, negative where lost; NaN where a time is missing."""
        return self.before - self.then

    @property
    def kinds(self) -> npt.NDArray[np.int64]:
        """Change of each cell: `SAME`, a class of `GAINED`, `REACHED`, `LOST` or `NO_TIME`."""
        minutes = self.minutes
        kind = np.searchsorted(np.asarray(GAINED), minutes, side="left") + 1
        kind[minutes == 0] = SAME
        missing, gone = np.isnan(self.before), np.isnan(self.then)
        kind[(minutes < 0) | (~missing & gone)] = LOST
        kind[missing & ~gone] = REACHED
        kind[missing & gone] = NO_TIME
        return kind.astype(np.int64)

    def headline(self, limit: float, plan: str) -> str:
        """Tell who gains and how much, and how many come within the threshold."""
        faster = self.minutes > 0
        winners = float(self.people[faster].sum())
        near, then = (
            minutes.astype(np.float32) <= np.float32(limit) for minutes in (self.before, self.then)
        )
        come = round(float(self.people[then & ~near].sum()))
        leave = round(float(self.people[near & ~then].sum()))
        if round(winners) == 0:
            return t("print.gain.headline_none", plan=plan)
        mean = float(np.average(self.minutes[faster], weights=self.people[faster]))
        return t(
            "print.gain.headline_lost" if leave else "print.gain.headline",
            plan=plan,
            people=texts.number(round(winners)),
            mean=texts.number(mean, 1),
            come=texts.number(come),
            leave=texts.number(leave),
            minutes=f"{limit:g}",
        )


def labels() -> list[str]:
    """Words of the kinds of change, `SAME` first and `LOST` last."""
    classes = class_labels(GAINED, t("map.minutes"))
    ends = (t("print.gain.same"), t("print.gain.reached"), t("print.gain.lost"))
    return [ends[0], *classes, *ends[1:]]
