"""Facilities and candidates as scenarios leave them: opened, closed, moved, added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siting.errors import InputError
from siting.study import scenario as what_if
from siting.territory import area

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.config import Place, WhatIf
    from siting.config.scenario import Position
    from siting.study.prepared import PreparedStudy


class ScenarioSites:
    """The sites of a study under any scenario.

    Attributes
    ----------
    facilities
        Those of the first service today, `id,name,lon,lat,commune_code,kind`.
    """

    def __init__(self, base: PreparedStudy, facilities: pd.DataFrame) -> None:
        """Hold the sites of a study."""
        study, read = base.study, base.read
        self.facilities = facilities
        self._candidates = read.candidates
        self._by_id = {str(row["id"]): row for row in what_if.rows(read.candidates)}
        self._standing = what_if.rows(facilities)
        self._around = area.surroundings(read.boundaries, study.territory.crs)
        self._communes = what_if.communes(read.boundaries)
        self._buffer_km = study.territory.buffer_km

    def candidates(self, change: WhatIf) -> pd.DataFrame:
        """Candidates, those that the scenario moves or adds among them.

        Raises
        ------
        InputError
            One lies too far from the area.
        """
        if not change.candidates:
            return self._candidates
        self._require_near(change.candidates)
        return what_if.candidates(self._candidates, change.candidates, self._communes)

    def standing(self, change: WhatIf) -> list[dict[str, Any]]:
        """Facilities of today that stay, each with `id,name,lon,lat,commune_code`."""
        closed = set(change.close)
        return [row for row in self._standing if row["id"] not in closed]

    def opened(self, change: WhatIf) -> list[dict[str, Any]]:
        """Sites that the scenario opens, each with `id,name,lon,lat,commune_code`.

        Raises
        ------
        ConfigError
            A site or a facility is unknown, or nothing stays open.
        InputError
            A place lies too far from the area.
        """
        own = tuple(site for site in change.open if not isinstance(site, str))
        self._require_near(own)
        self._require_near(change.candidates)
        sites = self._by_id
        if change.candidates:
            lon = [site.lon for site in change.candidates]
            codes = self._communes.at(lon, [site.lat for site in change.candidates])
            rows = (
                {**site.model_dump(), "commune_code": code}
                for site, code in zip(change.candidates, codes, strict=True)
            )
            sites = sites | {str(row["id"]): row for row in rows}
        ids = [str(row["id"]) for row in self._standing]
        return what_if.opened_rows(ids, sites, change.open, change.close)

    def open(self, change: WhatIf) -> pd.DataFrame:
        """All that is open in the scenario, `id,name,lon,lat,commune_code`; errors as `opened`."""
        opened = pd.DataFrame(self.opened(change), columns=what_if.SITE)
        kept = self.facilities[~self.facilities["id"].isin(change.close)][what_if.SITE]
        return pd.concat([part for part in (kept, opened) if len(part)], ignore_index=True)

    def communes_at(self, places: Sequence[Position]) -> list[str]:
        """Code of the commune of each place, empty outside the territory."""
        return [
            str(code)
            for code in self._communes.at([p.lon for p in places], [p.lat for p in places])
        ]

    def require_near(
        self, lon: Sequence[float], lat: Sequence[float], names: Sequence[str]
    ) -> None:
        """Refuse places that lie too far from the area.

        Raises
        ------
        InputError
            Which one, and how far it lies.
        """
        metres = self._around.metres_to(lon, lat)
        for name, distance in zip(names, metres, strict=True):
            if not distance <= self._buffer_km * 1000:
                km = f"{distance / 1000:.0f}" if np.isfinite(distance) else "∞"
                raise InputError("place_outside", name=name, km=km, limit=f"{self._buffer_km:g}")

    def _require_near(self, places: Sequence[Place]) -> None:
        lon, lat = [place.lon for place in places], [place.lat for place in places]
        self.require_near(lon, lat, [place.name for place in places])
