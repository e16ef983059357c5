"""The ground of a study, kept on this machine between two openings, by the content of its files.

Reading tables and spreading people over cells take seconds. What comes out depends on the
configuration, on the files that it names and on this package alone. The roads of an OpenStreetMap
study are kept beside (`kept_roads`), since several studies share them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pydantic

from siting import ground as grounds
from siting.web import kept, kept_roads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from siting.config import Study
    from siting.ground import Ground
    from siting.times.matrix import Router

CODE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Held:
    """A ground; its roads where they are kept with it."""

    ground: Ground
    router: Router | None


def prepare(study: Study, say: Callable[[str], None]) -> Ground:
    """Give a study's ground as kept, or make it; see `ground.prepare` for the errors."""
    made: list[Ground] = []

    def make() -> Held:
        whole = grounds.prepare(study, say, kept_roads.router)
        made.append(whole)
        if study.roads.osm is None:
            return Held(whole, whole.router)
        return Held(replace(whole, router=None), None)  # type: ignore[arg-type]

    key = kept.digest([study.model_dump_json()], _paths(study), CODE)
    found = kept.get("ground", key, Held, make)
    if made:
        return made[0]
    if found.router is not None:
        return found.ground
    router = kept_roads.router(study, lambda: grounds.roads_ready(study, found.ground.read))
    return replace(found.ground, router=router)


def _paths(value: object) -> Iterator[Path]:
    """Every path that a configuration names."""
    if isinstance(value, Path):
        yield value
    elif isinstance(value, pydantic.BaseModel):
        for one in value.__dict__.values():
            yield from _paths(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _paths(one)
    elif isinstance(value, (tuple, list, set, frozenset)):
        for one in value:
            yield from _paths(one)
