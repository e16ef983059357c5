"""A first configuration, commented, for the territory that a planner names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import yaml

from siting.texts import text

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

LAYERS = ("cells", "broadband", "everyday", "establishments")
OVERSEAS_CRS = {"971": 5490, "972": 5490, "973": 2972, "974": 2975, "976": 4471}


WITHOUT_GRID = ("971", "973", "976")
"""Départements for which INSEE publishes no squares of population (Filosofi)."""


def metric_crs(department: str) -> str:
    """Give the official metric system of a département."""
    return f"EPSG:{OVERSEAS_CRS.get(department, 2154)}"


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
    embedded: Path | None = None,
    fetch: str = "",
    grid: bool = True,
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
        Folder of the study's tables (`territory.prepare`, or the embedded ones).
    beside
        Folder where the configuration will stand: paths are relative to it.
    roads
        `osm` (`roads.osm.pbf`) or `distances` (`road_distances.csv`).
    embedded
        Folder of the embedded tables, for the layers that `tables` has beyond the plain ones.
    fetch
        What `siting fetch` is to bring, as YAML (`department: "48"`); empty: nothing.
    grid
        Whether INSEE publishes squares of population there; else people are spread by model.
    """
    folder = _relative(tables, beside)
    folder = folder if _is_text(folder) else f"./{folder}"  # `48`, say
    layers = ", ".join(name for name in LAYERS if grid or name != "cells")

    def part(key: str) -> str:
        shown = "" if embedded is None else _relative(embedded, beside)
        values = {"tables": folder, "embedded": shown, "fetch": fetch, "layers": layers}
        return text(f"starter.{key}", language, **values).rstrip()

    rest = "rest_embedded" if embedded is not None else "rest_fetched" if fetch else "rest_plain"
    return text(
        "starter.config",
        language,
        name=name if _is_text(name) else _quoted(name),
        title=_quoted(title),
        vintage=vintage.isoformat(),
        zone_code=_quoted(zone[0]),
        zone_name=_quoted(zone[1]),
        tables=folder,
        crs=crs,
        cells=part("cells_file" if fetch and grid else "cells_modelled"),
        roads=part(f"roads_{roads}"),
        rest=part(rest),
    )


def plain_name(stem: str) -> str:
    """Make a name that a study may bear of the stem of a file."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "-" for c in stem)
    return plain if plain[:1].isalnum() else f"x{plain}"


def _is_text(value: str) -> bool:
    """Whether YAML reads a plain word as text, and not as a number or a date."""
    return isinstance(yaml.safe_load(value), str)


def _quoted(value: str) -> str:
    """A YAML string that no character of a name can break."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _relative(folder: Path, beside: Path) -> str:
    """Path from the configuration's folder; absolute where they share no drive."""
    try:
        return os.path.relpath(folder.resolve(), beside.resolve()).replace(os.sep, "/")
    except ValueError:
        return folder.resolve().as_posix()
