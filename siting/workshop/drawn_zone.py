"""A zone that somebody drew on the map: its people, and what a scenario does to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from siting.errors import ConfigError
from siting.workshop.zone_people import ZonePeople

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.workshop.replies import ZoneReply
    from siting.workshop.scenario import Scenario
    from siting.workshop.workshop import Workshop

Corner = tuple[float, float]
"""Longitude and latitude, degrees."""


def of_corners(corners: Sequence[Corner]) -> shapely.Polygon:
    """Make a polygon of its corners.

    Raises
    ------
    ConfigError
        Its outline crosses itself, or holds no ground.
    """
    zone = shapely.Polygon(corners)
    if not zone.is_valid or zone.area == 0:
        raise ConfigError("zone_crosses")
    shapely.prepare(zone)
    return zone


def contains(
    zone: shapely.Polygon, lon: npt.ArrayLike, lat: npt.ArrayLike
) -> npt.NDArray[np.bool_]:
    """Which places lie in a zone."""
    inside: npt.NDArray[np.bool_] = shapely.contains_xy(zone, np.asarray(lon), np.asarray(lat))
    return inside


def cells_in(workshop: Workshop, zone: shapely.Polygon) -> npt.NDArray[np.bool_]:
    """Which demand cells lie in a zone, by a point inside each."""
    places = workshop.cell_places
    return contains(zone, places[:, 0], places[:, 1])


def answer(workshop: Workshop, given: Scenario, corners: Sequence[Corner]) -> ZoneReply:
    """Tell what a scenario does to the people of a zone.

    Raises
    ------
    ConfigError, InputError, NetworkError
        See `of_corners` and `Workshop.answer`.
    """
    cells = np.flatnonzero(cells_in(workshop, of_corners(corners)))
    people = workshop.people
    names = pd.DataFrame({"zone_kind": ["drawn"], "zone_code": [""], "zone_name": [""]})
    zone = ZonePeople(people, names, np.zeros(len(cells), np.intp), cells)
    limits = given.thresholds_minutes
    outcome = workshop.recently(given.what_if, limits)
    covered, gained, lost = zone.covered(outcome.minutes, workshop.now, limits)
    reached = cells[np.isfinite(outcome.minutes[cells])]
    weight = float(people[reached].sum())
    total = float((people[reached] * outcome.minutes[reached]).sum())
    return {
        "people": float(people[cells].sum()),
        "cells": len(cells),
        "thresholds": list(limits),
        "covered": covered[0].tolist(),
        "gained": gained[0].tolist(),
        "lost": lost[0].tolist(),
        "mean_minutes": total / weight if weight else None,
    }
