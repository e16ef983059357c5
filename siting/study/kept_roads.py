"""Roads of an OpenStreetMap extract, kept on this machine between two runs, by their content.

Reading an extract and ordering its hierarchy take tens of seconds for a région; what comes out
depends on the extracts, the area, the speeds and this package alone.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from siting.errors import InputWarning
from siting.sources import sound_rows
from siting.study import kept

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from siting.config import Study
    from siting.times.matrix import Router

CODE = Path(__file__).parents[1] / "network"


@dataclass(frozen=True)
class KeptRoads:
    """Roads ready for searches, and what reading them warned of."""

    router: Router
    warnings: tuple[InputWarning, ...]


def router(study: Study, make: Callable[[], Router]) -> Router:
    """Give the roads of a study made ready, as kept or as made; a damaged file is made again.

    What reading the extract warned of is told again each time.
    """
    roads = study.roads
    if roads.osm is None:
        return make()

    place = study.territory
    options = (
        roads.model_dump_json(exclude={"osm", "speeds", "distances"}),
        str(study.assumptions.snap_cap.value),
        *(place.department.code, place.crs, str(place.buffer_km)),
    )
    beside = (roads.speeds, place.communes, place.boundaries, place.changes)
    return kept_or_made(options, roads.osm, beside, make)


def kept_or_made(
    options: Sequence[str],
    extracts: Sequence[Path],
    beside: Sequence[Path | None],
    make: Callable[[], Router],
) -> Router:
    """Roads of extracts as kept, or as made; what reading them warned of is told each time.

    Parameters
    ----------
    options
        What they depend on beside files and this package.
    beside
        Other files that they depend on.
    """

    def made() -> KeptRoads:
        with sound_rows.watched() as warned:
            ready = make()
        return KeptRoads(ready, tuple(warned))

    paths = [*extracts, *(path for path in beside if path is not None)]
    opened = kept.get("roads", kept.digest(options, paths, CODE), KeptRoads, made)
    for warning in opened.warnings:
        files = ", ".join(str(path) for path in extracts)  # the same content may lie elsewhere
        values = {**warning.values, "file": files}
        warnings.warn(InputWarning(warning.key, **values), stacklevel=3)
    return opened.router
