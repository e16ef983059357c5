"""A small study on the roads of Andorra, with two communes, two services and two candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import yaml

if TYPE_CHECKING:
    from pathlib import Path

TABLES = {
    "communes.csv": "code,name,population,epci_code,epci_name,chef_lieu_lon,chef_lieu_lat\n"
    "A,L'Ouest </script>,500,1,Une,1.49,42.53\nB,Est,300,1,Une,1.62,42.54\n",
    "hall.csv": "id,name,code,lon,lat,kind\nf,Mairie d'Été,A,1.52,42.507,fixed\n"
    "g,Antenne,B,1.60,42.55,fixed_branch\n",
    "post.csv": "id,name,code,lon,lat,kind\np,Poste,B,1.5997,42.5676,fixed\n",
    "candidates.csv": "id,name,commune_code,lon,lat\nc1,Ordino,A,1.533,42.556\n"
    "c2,Canillo,B,1.5997,42.5676\n",
}


def write(folder: Path, extract: Path, mode: str) -> Path:
    """Write the study in a folder; give its configuration."""
    for name, text in TABLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    rows = ["cell_id,commune_code,population,lon,lat"]
    for i, lon in enumerate(np.arange(1.44, 1.70, 0.01)):
        for j, lat in enumerate(np.arange(42.48, 42.60, 0.01)):
            rows.append(f"{i}-{j},{'A' if lon < 1.56 else 'B'},3,{lon:.3f},{lat:.3f}")
    (folder / "cells.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    ring = {
        "A": "[1.43,42.45],[1.56,42.45],[1.56,42.62],[1.43,42.62],[1.43,42.45]",
        "B": "[1.56,42.45],[1.72,42.45],[1.72,42.62],[1.56,42.62],[1.56,42.45]",
    }
    shapes = [
        f'{{"type":"Feature","properties":{{"code":"{code}","name":"{code}"}},"geometry":'
        f'{{"type":"Polygon","coordinates":[[{points}]]}}}}'
        for code, points in ring.items()
    ]
    text = '{"type":"FeatureCollection","features":[' + ",".join(shapes) + "]}"
    (folder / "communes.geojson").write_text(text, encoding="utf-8")
    content = {
        "name": "andorra",
        "title": "Andorre",
        "territory": {
            "vintage": "2013-02-02",
            "crs": "EPSG:25831",
            "department": {"code": "AD", "name": "Andorre"},
            "communes": "communes.csv",
            "boundaries": "communes.geojson",
        },
        "cells": {"file": "cells.csv"},
        "roads": {"osm": str(extract), "mode": mode},
        "services": [
            {"id": "hall", "name": "Mairie", "facilities": "hall.csv"},
            {"id": "post", "name": "Poste", "facilities": "post.csv"},
        ],
        "candidates": "candidates.csv",
        "criteria": [{"id": "population_gained_20min", "weight": 1}],
        "plans": {"swap": {"name": "Échange", "sites": ["c1", "c2"], "close": ["g"]}},
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return folder / "study.yaml"
