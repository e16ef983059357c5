"""Roads of an OpenStreetMap study, kept on this machine between two openings, by their content.

Reading an extract and ordering its hierarchy take tens of seconds for a département; what comes out
depends on the extract, the speeds and this package alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from siting.times.matrix import Router
from siting.workshop import kept

if TYPE_CHECKING:
    from collections.abc import Callable

    from siting.config import Study

CODE = Path(__file__).parents[1] / "network"


def router(study: Study, make: Callable[[], Router]) -> Router:
    """Give the roads of a study made ready, as kept or as made; a damaged file is made again."""
    roads = study.roads
    if roads.osm is None:
        return make()
    options = (
        roads.model_dump_json(exclude={"osm", "speeds", "distances"}),
        str(study.assumptions.snap_cap.value),
        study.territory.department.code,
    )
    paths = [path for path in (roads.osm, roads.speeds) if path is not None]
    return kept.get("roads", kept.digest(options, paths, CODE), Router, make)
