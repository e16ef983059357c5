"""Tiny OSM extracts drawn in metres, and travel times between places on them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

import numpy as np
import pandas as pd
from pyproj import Transformer

from siting.network import osm, speeds
from siting.network.speeds import Speeds, Turns
from siting.times import matrix

if TYPE_CHECKING:
    from pathlib import Path

    from siting.network.roads import RoadNetwork

PLANE = "+proj=aeqd +lat_0=44.35 +lon_0=2.57 +ellps=WGS84 +units=m"
TO_DEGREES = Transformer.from_crs(PLANE, 4326, always_xy=True)

Place = tuple[float, float]


def degrees(x: float, y: float) -> Place:
    lon, lat = TO_DEGREES.transform(x, y)
    return round(lon, 9), round(lat, 9)


def xml(nodes: dict, ways: dict, restrictions: list | None = None) -> str:
    """OSM XML: nodes {id: (x, y) or (x, y, tags)}, ways {id: (refs, tags)}.

    A restriction is (tags, from, via, to), via a node id, or a list of way ids.
    """
    lines = ['<osm version="0.6">']

    def tagged(tags: dict) -> list[str]:
        return [f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items()]

    for i, (x, y, *tags) in nodes.items():
        lon, lat = degrees(x, y)
        lines += [f'<node id="{i}" version="1" lat="{lat:.9f}" lon="{lon:.9f}">']
        lines += [*tagged(tags[0] if tags else {}), "</node>"]
    for i, (refs, tags) in ways.items():
        members = [f'<nd ref="{ref}"/>' for ref in refs]
        lines += [f'<way id="{i}" version="1">', *members, *tagged(tags), "</way>"]
    for i, (tags, start, via, end) in enumerate(restrictions or [], 1):
        vias = [("way", v) for v in via] if isinstance(via, list) else [("node", via)]
        members = [("way", start, "from"), *((t, v, "via") for t, v in vias), ("way", end, "to")]
        lines += [f'<relation id="{i}" version="1">']
        lines += [f'<member type="{t}" ref="{r}" role="{role}"/>' for t, r, role in members]
        lines += [*tagged({"type": "restriction"} | tags), "</relation>"]
    return "\n".join([*lines, "</osm>"])


def plain(mode: str = "car", **chosen) -> Speeds:
    """The package's speeds without the cost of turns and junctions."""
    return replace(speeds.load(mode=mode, **chosen), turns=Turns(), nodes={})


def read(folder: Path, text: str, mode: str = "car", given: Speeds | None = None) -> RoadNetwork:
    path = folder / "roads.osm"
    path.write_text(text, encoding="utf-8")
    return osm.read(path, mode, speeds=given or plain(mode), snap_cap_m=500)


def points(*places: Place) -> pd.DataFrame:
    lon, lat = zip(*(degrees(x, y) for x, y in places), strict=True)
    return pd.DataFrame({"id": [str(i) for i in range(len(places))], "lon": lon, "lat": lat})


def seconds(network: RoadNetwork, a: Place, b: Place) -> float:
    """Seconds from one place to another, NaN where there is no way."""
    times = matrix.dense(
        matrix.prepare(network), network.attach(points(a)), network.attach(points(b))
    )
    return float(np.float64(times.minutes[0, 0]) * 60)
