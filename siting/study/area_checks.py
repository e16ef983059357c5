"""What of a study's tables lies in its area: places of national lists kept, strays refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from siting.errors import InputError
from siting.sources import bpe
from siting.territory import area, codes

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from siting.study.reading import Reading
    from siting.territory.area import Surroundings


@dataclass(frozen=True)
class StudyArea:
    """The study area, the kilometres beyond it that count, and what other codes became.

    `today` is `territory.codes.recoded` of the study's communes.
    """

    around: Surroundings
    buffer_km: float
    today: dict[str, str]

    def named(self, places: pd.DataFrame) -> pd.DataFrame:
        """Places of a national list under the study's commune codes."""
        now = places["commune_code"].map(lambda code: self.today.get(code, code))
        return places.assign(commune_code=now)


def places_of(places: pd.DataFrame, here: StudyArea, file: Path) -> pd.DataFrame:
    """Places of a national list that lie in the area or near it; refuse a list that has none."""
    kept = area.within(places, here.around, here.buffer_km)
    if kept.empty:
        raise InputError("no_place_near", file=file, count=len(places), km=f"{here.buffer_km:g}")
    return here.named(kept)


def within(places: pd.DataFrame | None, here: StudyArea) -> pd.DataFrame | None:
    """Places of a list that lie in the area or near it."""
    return None if places is None else area.within(places, here.around, here.buffer_km)


def everyday(path: Path, here: StudyArea, communes: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Read everyday services of the area's communes, then those near it; how many the file holds.

    A national file holds millions: those of elsewhere are dropped block by block.
    """
    rows, inside, near = 0, [], []
    for block in bpe.blocks(path):
        rows += len(block)
        named = here.named(block)
        ours = named["commune_code"].isin(communes["code"])
        inside.append(named[ours])
        near.append(area.within(named[~ours], here.around, here.buffer_km))
    places = pd.concat([*inside, *near], ignore_index=True)
    if places.empty:
        raise InputError("no_place_near", file=path, count=rows, km=f"{here.buffer_km:g}")
    return places, rows


def require_codes(
    desk: Reading,
    keyed: list[tuple[Path | None, Any, str]],
    communes: pd.DataFrame,
    changes: Any,
    vintage: date,
) -> None:
    """Refuse commune codes of tables (file, rows, column) that are not of the study's vintage."""
    for path, frame, column in keyed:
        if frame is not None:
            known = (frame, column, communes, changes, vintage, path)
            desk.attempt(codes.require_known, *known)


def require_near(
    desk: Reading, here: StudyArea, tables: list[tuple[Path | None, Any, float]]
) -> None:
    """Refuse points of tables (file, points, kilometres) that lie farther off the area."""
    for path, frame, kilometres in tables:
        if frame is not None:
            desk.attempt(area.require_near, frame, here.around, kilometres, path)
