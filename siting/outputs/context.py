"""What lies around and under the territory on a map: quiet, and the same on screen and paper."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import shapely

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

# colours of what tells no quantity: paler than any class of the data
NEIGHBOUR, NEIGHBOUR_BORDER = "#ebebe8", "#c4c4c0"
WATER, WATER_LINE = "#c9dcea", "#9dbdd6"
ROAD, SHIELD, RAILWAY, TOWN, WORDS = "#a8957c", "#6b573c", "#9a9a9a", "#7d7d7d", "#6e6e6e"
MOTORWAYS = ("motorway",)
REGION_CLASSES = ("region", "region_border")  # drawn by nobody: départements hold them


@dataclass(frozen=True)
class Context:
    """Layers of a background, EPSG:4326, each None where the study has none.

    Attributes
    ----------
    departements, lakes
        Polygons, with `name`; the départements without the study's own.
    rivers, railways, roads
        Lines, with `name` and `class`.
    towns
        Points with `name` and `population`, the largest first.
    """

    departements: gpd.GeoDataFrame | None = None
    lakes: gpd.GeoDataFrame | None = None
    rivers: gpd.GeoDataFrame | None = None
    railways: gpd.GeoDataFrame | None = None
    roads: gpd.GeoDataFrame | None = None
    towns: gpd.GeoDataFrame | None = None

    def to_crs(self, crs: str) -> Context:
        """The same in another coordinate system."""
        layers = {layer.name: getattr(self, layer.name) for layer in fields(self)}
        return Context(
            **{name: frame.to_crs(crs) for name, frame in layers.items() if frame is not None}
        )


def gather(layers: Mapping[str, gpd.GeoDataFrame]) -> Context | None:
    """Make a background of the layers that a study gives; None where it gives none.

    Only the départements are kept of a file that holds regions too.
    """
    if not layers:
        return None
    chosen = dict(layers)
    if "departements" in chosen:
        around = chosen["departements"]
        kept = ~around["class"].isin(REGION_CLASSES) & (
            shapely.get_dimensions(around.geometry) == 2
        )
        chosen["departements"] = around[kept].reset_index(drop=True)
    return Context(**chosen)
