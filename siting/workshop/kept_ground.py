"""The ground of a study, kept on this machine between two openings, by the content of its files.

Reading tables and spreading people over cells take seconds. What comes out depends on the
configuration, on the files that it names and on this package alone. The roads of an OpenStreetMap
study are kept beside (`kept_roads`), since several studies share them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from siting.study import kept, prepared
from siting.times import matrix

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from siting.config import Study
    from siting.study.prepared import PreparedStudy

FACILITY = ["id", "name", "lon", "lat", "commune_code", "kind"]


@dataclass(frozen=True)
class Held:
    """What a study is opened with.

    Attributes
    ----------
    ground
        Without its roads in the kept file where they are kept beside.
    standing
        See `standing`.
    """

    ground: PreparedStudy
    standing: npt.NDArray[np.float32]


def prepare(study: Study, say: Callable[[str], None]) -> Held:
    """Give a study's ground as kept, or make it; see `prepared.prepare` for the errors."""
    made: list[Held] = []
    apart = study.roads.osm is not None

    def make() -> Held:
        whole = prepared.prepare(study, say)
        made.append(Held(whole, standing(whole)))
        return replace(made[0], ground=_without(whole, apart))

    key = kept.digest([study.model_dump_json()], kept.paths(study), kept.CODE)
    opened = kept.get("ground", key, Held, make)
    if made:
        return made[0]
    ground = replace(opened.ground, study=study)
    if apart:
        ground = replace(ground, router=prepared.roads_ready(study, ground.read))
    return replace(opened, ground=ground)


def _without(whole: PreparedStudy, roads: bool) -> PreparedStudy:  # noqa: FBT001 - one of two
    """What is kept: the configuration is read anew, and the roads have a file of their own."""
    bare = replace(whole, study=None)  # type: ignore[arg-type]
    return replace(bare, router=None) if roads else bare  # type: ignore[arg-type]


def facilities(ground: PreparedStudy) -> pd.DataFrame:
    """Facilities of the first service, which scenarios change."""
    read = ground.read.services[ground.study.services[0].id]
    return read[FACILITY].reset_index(drop=True)


def standing(ground: PreparedStudy) -> npt.NDArray[np.float32]:
    """Minutes from every cell to every facility of the first service, NaN where there is no way.

    Kept, so that the workshop opens before the kernels of the searches are loaded.

    Returns
    -------
    float32, shape (cells, facilities).
    """
    joined = ground.router.network.attach(facilities(ground))
    return matrix.towards(ground.router, ground.demand, joined).minutes
