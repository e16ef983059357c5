"""A first configuration, commented, for the territory that a planner names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from siting.texts import text

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


def config_text(
    *,
    name: str,
    title: str,
    vintage: date,
    zone: tuple[str, str],
    tables: Path,
    beside: Path,
    roads: str = "osm",
    crs: str = "EPSG:2154",
    language: str | None = None,
) -> str:
    """Give the text of a commented configuration.

    Parameters
    ----------
    name, title
        Of the study; the name is that of the output folder.
    vintage
        Date of the commune codes.
    zone
        Code and name of the whole (département or EPCI).
    tables
        Folder of the study's tables (`territory.prepare.build`, or the embedded ones).
    beside
        Folder where the configuration will stand: paths are relative to it.
    roads
        `osm` (`roads.osm.pbf`) or `distances` (`road_distances.csv`).
    """
    file = {"osm": "roads.osm.pbf", "distances": "road_distances.csv"}[roads]
    return text(
        "starter.config",
        language,
        name=name,
        title=_quoted(title),
        vintage=vintage.isoformat(),
        zone_code=_quoted(zone[0]),
        zone_name=_quoted(zone[1]),
        tables=_relative(tables, beside),
        roads=f"{roads}: {_relative(tables, beside)}/{file}",
        crs=crs,
    )


def _quoted(value: str) -> str:
    """A YAML string that no character of a name can break."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _relative(folder: Path, beside: Path) -> str:
    """Path from the configuration's folder; absolute where they share no drive."""
    try:
        return os.path.relpath(folder.resolve(), beside.resolve()).replace(os.sep, "/")
    except ValueError:
        return folder.resolve().as_posix()
