"""In which part of a territory most of some people live, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from siting.texts import text as t

if TYPE_CHECKING:
    import numpy.typing as npt

    Float64 = npt.NDArray[np.float64]
SECTORS = ("e", "ne", "n", "nw", "w", "sw", "s", "se")
"""Counterclockwise from the east, as angles go."""
MIDDLE = 0.25  # of the radius of a circle as large as the territory: nearer is its middle
MOST = 0.5  # of the people, to be more than half
PARTS = 3  # told at most
FEWEST = 100  # people of whom a place is told


def mostly(territory: Any, points: Float64, people: Float64) -> str:
    """Say in which parts of the territory most of some people are; empty where scattered.

    Parameters
    ----------
    territory
        Its area, metres.
    points
        Where they are, metres, shape (places, 2).
    people
        How many at each place, shape (places,).

    Returns
    -------
    Words that follow a sentence (« , surtout au sud »), empty where no three parts hold
    more than half of them, or where they are fewer than `FEWEST`.
    """
    if people.sum() < FEWEST:
        return ""
    centre = shapely.get_coordinates(shapely.centroid(territory))[0]
    east, north = (points - centre).T
    sector = np.round(np.arctan2(north, east) / (np.pi / 4)).astype(np.int64) % len(SECTORS)
    radius = float(np.sqrt(shapely.area(territory) / np.pi))
    sector[np.hypot(east, north) < MIDDLE * radius] = len(SECTORS)
    shares = np.bincount(sector, people, minlength=len(SECTORS) + 1) / people.sum()
    names = (*SECTORS, "middle")
    parts: list[str] = []
    share = 0.0
    for at in np.argsort(-shares, kind="stable")[:PARTS]:
        parts.append(t(f"map.where.{names[at]}"))
        share += shares[at]
        if share > MOST:
            listed = ", ".join(parts[:-1])
            key = "mostly" if len(parts) == 1 else "mostly_some"
            return t(f"map.where.{key}", parts=listed, last=parts[-1])
    return ""
