"""A folder of study tables cut to some of its communes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from siting import atomic_files
from siting.setup import cut_links, prepare, study_area
from siting.sources import facts, official_boundaries
from siting.territory import area as study_ground

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry


def cut(
    source: Path,
    codes: Collection[str],
    folder: Path,
    *,
    buffer_km: float = 40,
    crs: str = "EPSG:2154",
) -> None:
    """Cut a folder of study tables to some of its communes.

    Parameters
    ----------
    source
        Folder of `communes.csv`, `communes.geojson`, `road_distances.csv`, `candidates.csv`,
        `france_services.csv`, `commune_changes.csv` in siting's schema.

    Raises
    ------
    InputError
        A commune or a candidate is lacking.
    """
    communes = facts.communes(source / "communes.csv")
    prepare.require_communes(sorted(codes), communes["code"], source / "communes.csv")
    candidates = facts.candidates(source / "candidates.csv")
    kept = candidates[candidates["commune_code"].isin(list(codes))]
    chosen = communes[communes["code"].isin(list(codes))]
    links = facts.road_distances(source / "road_distances.csv")
    shapes = official_boundaries.read(source / "communes.geojson", codes)
    places = facts.facilities(source / "france_services.csv")
    area = study_ground.buffered(shapes, buffer_km, crs)[1]
    near = study_area.places_in(places, area, crs)
    near = near.rename(columns={"commune_code": "code"})
    with atomic_files.replacing_all(folder) as part:
        chosen.to_csv(part / "communes.csv", index=False)
        shapes.to_file(part / "communes.geojson", driver="GeoJSON", COORDINATE_PRECISION=5)
        cut_links.between(links, frozenset(codes)).to_csv(part / "road_distances.csv", index=False)
        (kept if len(kept) else prepare.candidates(chosen)).to_csv(
            part / "candidates.csv", index=False
        )
        near.to_csv(part / "france_services.csv", index=False)
        (part / "commune_changes.csv").write_bytes((source / "commune_changes.csv").read_bytes())
        _cut_layers(source, codes, area, crs, part)


def _cut_layers(
    source: Path, codes: Collection[str], area: BaseGeometry, crs: str, part: Path
) -> None:
    """Cut the layers that the folder has: broadband, tiers-lieux, stations."""
    path = source / "broadband.csv"
    if path.is_file():
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        table[table["code"].isin(list(codes))].to_csv(part / path.name, index=False)
    for name in ("tiers_lieux.csv", "stations.csv"):
        path = source / name
        if path.is_file():
            table = pd.read_csv(path, dtype=str, keep_default_na=False)
            at = table[["lon", "lat"]].astype(float)
            kept = study_area.places_in(table.assign(lon=at["lon"], lat=at["lat"]), area, crs)
            kept.to_csv(part / path.name, index=False)
