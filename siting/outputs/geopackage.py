"""GeoPackage: layers that QGIS opens, the same bytes for the same layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyogrio

from siting.outputs import qgis_styles

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

FIXED_DATE = "2000-01-01T00:00:00.000Z"  # GDAL would write the time of day in each layer's record


def write(
    path: Path,
    layers: Mapping[str, gpd.GeoDataFrame],
    styles: Mapping[str, str] | None = None,
    about: Mapping[str, str] | None = None,
) -> None:
    """Write layers, in order.

    Parameters
    ----------
    path
        A new file.
    layers
        Frames with a geometry and a coordinate system, by layer name.
    styles
        QML of layers that QGIS is to draw by itself, by layer name.
    about
        What the file says of itself: source, licence, vintage.
    """
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_DATE})
    try:
        for name, layer in layers.items():
            pyogrio.write_dataframe(
                layer,
                path,
                layer=name,
                driver="GPKG",
                append=path.exists(),
                promote_to_multi=True,
                layer_metadata=dict(about) if about else None,
            )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    if styles:
        qgis_styles.add(path, styles)
