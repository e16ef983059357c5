"""A schematic outline of metropolitan France, for the inset that says where a territory is.

The points were set down by hand for this project, from general knowledge of where capes, mouths and
borders are, to about a tenth of a degree; they come from no file and serve for nothing else. Maps
say that the outline is schematic.
"""

from __future__ import annotations

import shapely

MAINLAND = (
    (2.4, 51.05), (2.6, 51.0), (2.7, 50.8), (3.2, 50.75), (3.3, 50.5), (3.7, 50.35), (4.1, 50.25),
    (4.2, 49.95), (4.7, 50.0), (4.85, 50.15), (4.9, 49.8), (5.45, 49.55), (5.85, 49.55),
    (6.4, 49.45), (6.75, 49.15), (7.1, 49.1), (7.5, 49.1), (8.2, 48.95), (7.8, 48.5), (7.6, 48.0),
    (7.55, 47.6), (7.1, 47.45), (6.9, 47.25), (6.45, 46.95), (6.1, 46.55), (6.05, 46.2),
    (6.3, 46.3), (6.8, 46.4), (6.85, 46.05), (7.0, 45.9), (6.85, 45.65), (7.15, 45.35), (6.7, 45.1),
    (6.75, 44.85), (7.0, 44.65), (6.9, 44.3), (7.65, 44.15), (7.5, 43.8), (7.1, 43.6), (6.9, 43.4),
    (6.6, 43.2), (6.2, 43.05), (5.9, 43.1), (5.35, 43.25), (4.8, 43.4), (4.3, 43.45), (3.9, 43.5),
    (3.5, 43.3), (3.15, 43.1), (3.05, 42.7), (3.15, 42.45), (2.5, 42.35), (2.0, 42.4), (1.7, 42.5),
    (1.4, 42.65), (0.7, 42.8), (0.0, 42.7), (-0.7, 42.9), (-1.35, 43.05), (-1.75, 43.35),
    (-1.5, 43.55), (-1.3, 44.3), (-1.2, 44.7), (-1.15, 45.4), (-1.1, 45.7), (-1.2, 46.15),
    (-1.75, 46.45), (-2.1, 46.85), (-2.2, 47.2), (-2.5, 47.35), (-3.1, 47.55), (-3.6, 47.75),
    (-4.35, 47.8), (-4.7, 48.05), (-4.5, 48.25), (-4.75, 48.4), (-4.6, 48.6), (-4.0, 48.7),
    (-3.5, 48.8), (-3.0, 48.8), (-2.7, 48.55), (-2.0, 48.65), (-1.5, 48.65), (-1.6, 48.9),
    (-1.9, 49.65), (-1.3, 49.65), (-1.15, 49.35), (-0.2, 49.3), (0.1, 49.5), (0.3, 49.75),
    (1.1, 49.95), (1.5, 50.15), (1.6, 50.8), (1.85, 50.95),
)  # fmt: skip
CORSICA = (
    (9.4, 43.0), (9.5, 42.6), (9.55, 42.1), (9.35, 41.6), (9.2, 41.4), (8.8, 41.6), (8.7, 41.9),
    (8.6, 42.2), (8.65, 42.5), (9.1, 42.7), (9.35, 42.75),
)  # fmt: skip
BOUNDS = (-5.2, 41.3, 9.7, 51.2)  # degrees: beyond them the inset has nothing to show


def outline() -> shapely.MultiPolygon:
    """The outline, longitude and latitude."""
    return shapely.MultiPolygon([shapely.Polygon(MAINLAND), shapely.Polygon(CORSICA)])


def holds(longitude: float, latitude: float) -> bool:
    """Whether a place is where the outline can show it."""
    west, south, east, north = BOUNDS
    return west <= longitude <= east and south <= latitude <= north
