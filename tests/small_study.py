"""A study of six communes on a line of roads, small enough to be run hundreds of times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely
import yaml
from pyproj import Transformer

if TYPE_CHECKING:
    from pathlib import Path

SIDE = 6000.0
EAST, NORTH = 660_000.0, 6_360_000.0
CODES = ["12001", "12002", "12003", "12004", "12005", "12006"]
TO_DEGREES = Transformer.from_crs(2154, 4326, always_xy=True).transform
EVERYDAY = ["B101", "B203", "C101", "D201", "D301", "D221", "D232", "D233", "A203", "B206"]


def place(column: float, row: float) -> tuple[float, float]:
    """Longitude and latitude at so many communes from the corner."""
    lon, lat = TO_DEGREES(EAST + column * SIDE, NORTH + row * SIDE)
    return round(lon, 5), round(lat, 5)


def centre(number: int) -> tuple[float, float]:
    return place(number % 3 + 0.5, number // 3 + 0.5)


def tables() -> dict[str, pd.DataFrame]:
    """Tables of the study by the name of their file."""
    lon, lat = zip(*(centre(number) for number in range(6)), strict=True)
    communes = pd.DataFrame(
        {
            "code": CODES,
            "name": [f"Commune {number}" for number in range(6)],
            "population": [4000, 1200, 600, 300, 900, 250],
            "epci_code": ["200000001"] * 3 + ["200000002"] * 3,
            "epci_name": ["Nord"] * 3 + ["Sud"] * 3,
            "chef_lieu_lon": lon,
            "chef_lieu_lat": lat,
        }
    )
    cells = [
        (f"{code}_{part}", code, communes["population"][number] / 4, *at)
        for number, code in enumerate(CODES)
        for part, at in enumerate(
            place(number % 3 + 0.25 + part % 2 / 2, number // 3 + 0.25 + part // 2 / 2)
            for part in range(4)
        )
    ]
    links = [(0, 1, 8.0), (1, 2, 9.0), (3, 4, 10.0), (4, 5, 11.0), (0, 3, 12.0), (2, 5, 40.0)]
    sites = [
        (f"s{number}", f"Site {number}", CODES[number], *centre(number)) for number in (1, 2, 4, 5)
    ]
    return {
        "communes.csv": communes,
        "cells.csv": pd.DataFrame(
            cells, columns=["cell_id", "commune_code", "population", "lon", "lat"]
        ),
        "links.csv": pd.DataFrame(
            [(CODES[a], CODES[b], minutes, minutes) for a, b, minutes in links],
            columns=["from_code", "to_code", "km", "minutes"],
        ),
        "facilities.csv": pd.DataFrame(
            [
                ("f0", "Guichet 0", CODES[0], *centre(0), "fixed", 30.0),
                ("f5", "Guichet 5", CODES[5], *centre(5), "fixed", 12.0),
            ],
            columns=["id", "name", "code", "lon", "lat", "kind", "weekly_hours"],
        ),
        "candidates.csv": pd.DataFrame(sites, columns=["id", "name", "commune_code", "lon", "lat"]),
        "broadband.csv": pd.DataFrame(
            [(code, "2026-03-31", 100, 20 * number) for number, code in enumerate(CODES)],
            columns=["code", "date", "premises", "ftth_premises"],
        ),
    }


def everyday() -> pd.DataFrame:
    """Everyday services in the layout of the BPE, in Lambert 93."""
    rows = []
    for number, code in enumerate(CODES[:3]):
        x, y = EAST + (number + 0.5) * SIDE, NORTH + SIDE / 2
        rows += [("2021", "12", code, x, y, "Bonne", kind) for kind in EVERYDAY]
    columns = ["AN", "DEP", "DEPCOM", "LAMBERT_X", "LAMBERT_Y", "QUALITE_XY", "TYPEQU"]
    return pd.DataFrame(rows, columns=columns)


def keys() -> dict[str, Any]:
    """The configuration, its files beside it."""
    return {
        "name": "small",
        "title": "Six communes",
        "territory": {
            "vintage": "2026-01-01",
            "department": {"code": "12", "name": "Aveyron"},
            "communes": "communes.csv",
            "boundaries": "communes.geojson",
            "buffer_km": 0,  # its list of facilities stops at the border
        },
        "cells": {"file": "cells.csv"},
        "roads": {"distances": "links.csv"},
        "services": [{"id": "desk", "name": "Guichet", "facilities": "facilities.csv"}],
        "thresholds_minutes": [10, 20],
        "candidates": "candidates.csv",
        "layers": {"broadband": "broadband.csv", "everyday": "everyday.csv"},
        "criteria": [
            {"id": "population_gained_20min", "weight": 3},
            {"id": "minutes_saved", "weight": 2},
            {"id": "everyday_services_10min", "weight": 1},
        ],
    }


def write(folder: Path, study: dict[str, Any] | None = None, **changed: pd.DataFrame) -> Path:
    """Write the study into a folder, some tables in place of its own; give its configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    replaced = {f"{name}.csv": table for name, table in changed.items()}
    for name, table in (tables() | replaced).items():
        table.to_csv(folder / name, index=False)
    everyday().to_csv(folder / "everyday.csv", sep=";", index=False)
    squares = [
        shapely.box(
            EAST + (n % 3) * SIDE,
            NORTH + (n // 3) * SIDE,
            EAST + (n % 3 + 1) * SIDE,
            NORTH + (n // 3 + 1) * SIDE,
        )
        for n in range(6)
    ]
    shapes = gpd.GeoDataFrame({"code": CODES, "name": CODES}, geometry=squares, crs=2154).to_crs(
        4326
    )
    (folder / "communes.geojson").write_text(shapes.to_json(), encoding="utf-8")
    (folder / "basket.yaml").write_text(yaml.safe_dump(basket()), encoding="utf-8")
    (folder / "far_basket.yaml").write_text(
        yaml.safe_dump({**basket(), "id": "far", "minutes": 200}), encoding="utf-8"
    )
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(study or keys(), allow_unicode=True), encoding="utf-8")
    return path


def basket() -> dict[str, Any]:
    return {
        "id": "some",
        "title": {"fr": "Panier", "en": "Basket"},
        "source": "test",
        "edition": "2021",
        "status": "to_confirm",
        "minutes": 20,
        "items": [
            {"id": "shop", "title": {"fr": "commerce", "en": "shop"}, "types": ["B101"]},
            {"id": "doctor", "title": {"fr": "médecin", "en": "doctor"}, "types": ["D201"]},
        ],
    }
