"""A published source of nowhere: what a new one must bring, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.sources import layouts
from siting.sources.layouts import Layout

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

ENTRY = {
    "title": "Toy libraries",
    "producer": "Nobody",
    "page": "https://example.org",
    "url": "https://example.org/libraries.csv",
    "file": "libraries.csv",
    "vintage": "2026",
    "vintage_rule": "edition",
    "licence": "none",
    "feeds": "libraries",
    "step": "layer",
    "layer": "libraries",
    "makes": ["libraries.csv"],
    "reader": "toy_source:read",
    "layouts": "LAYOUTS",
    "places": True,
    "unverified": True,
}
LAYOUTS = [
    Layout("toy", {"LIBRARY_NO": "id", "TOWN": "commune_code", "X": "lon", "Y": "lat"})
]  # fmt: skip


def read(path: Path) -> pd.DataFrame:
    table, _ = layouts.read(path, LAYOUTS)
    return table.assign(
        name=table["id"], kind="", lon=table["lon"].astype(float), lat=table["lat"].astype(float)
    )
