"""Durations of pairs by OSRM and Valhalla; run by benchmarks/credibility.py in its own environment.

Usage: python credible_routes.py EXTRACT PAIRS.json FOLDER OUT.json
PAIRS.json holds, for car, bicycle and foot, a list of [lon, lat, lon, lat]; OUT.json gives, for
each peer and mode, seconds or null.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import osrm
import valhalla

COSTING = {"car": "auto", "bicycle": "bicycle", "foot": "pedestrian"}


def quietly(command: list[str | Path]) -> None:
    """Run a tool of a peer without its chatter."""
    silent = subprocess.DEVNULL
    subprocess.run(command, check=True, stdout=silent, stderr=silent)


def osrm_car(extract: Path, folder: Path, pairs: list[list[float]]) -> list[float | None]:
    """Seconds of pairs by OSRM, contraction hierarchies, its own car profile."""
    tools = Path(osrm.__file__).parent
    copy = folder / "roads.osm.pbf"
    if not (folder / "roads.osrm.hsgr").exists():
        shutil.copy(extract, copy)
        profile = tools / "share" / "profiles" / "car.lua"
        quietly([tools / "bin" / "osrm-extract", "-t", "2", "-p", profile, copy])
        quietly([tools / "bin" / "osrm-contract", "-t", "2", folder / "roads.osrm"])
    engine = osrm.OSRM(
        algorithm="CH", storage_config=str(folder / "roads.osrm"), use_shared_memory=False
    )
    found: list[float | None] = []
    for west, south, east, north in pairs:
        asked = osrm.RouteParameters(coordinates=[(west, south), (east, north)], overview="false")
        try:
            found.append(float(engine.Route(asked)["routes"][0]["duration"]))
        except RuntimeError:
            found.append(None)
    return found


def valhalla_actor(extract: Path, folder: Path) -> valhalla.Actor:
    """Valhalla on tiles of the extract, its defaults."""
    tiles = folder / "valhalla"
    built = tiles.exists()
    tiles.mkdir(exist_ok=True)
    config = valhalla.get_config(tile_extract="", tile_dir=str(tiles))
    config["mjolnir"]["concurrency"] = 2
    file = folder / "valhalla.json"
    file.write_text(json.dumps(config), encoding="utf-8")
    if not built:
        tool = Path(valhalla.__file__).parent / "bin" / "valhalla_build_tiles"
        quietly([tool, "-c", file, extract])
    return valhalla.Actor(str(file))


def valhalla_mode(actor: valhalla.Actor, mode: str, pairs: list[list[float]]) -> list[float | None]:
    """Seconds of pairs by Valhalla."""
    found: list[float | None] = []
    for west, south, east, north in pairs:
        asked = {
            "locations": [{"lon": west, "lat": south}, {"lon": east, "lat": north}],
            "costing": COSTING[mode],
            "directions_type": "none",
        }
        try:
            found.append(float(actor.route(asked)["trip"]["summary"]["time"]))
        except RuntimeError:
            found.append(None)
    return found


def main() -> None:
    extract, pairs, folder, out = map(Path, sys.argv[1:5])
    asked = json.loads(pairs.read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    actor = valhalla_actor(extract, folder)
    found = {"valhalla": {mode: valhalla_mode(actor, mode, asked[mode]) for mode in asked}}
    found["osrm"] = {"car": osrm_car(extract, folder, asked["car"])}
    out.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
