"""Compare travel times with OSRM's and Valhalla's on the same extract.

Usage: python benchmarks/credibility.py EXTRACT.osm.pbf [...] [--pairs 500] [--seed 1]
                                        [--country FR] [--python python3.12]

Random pairs of places on ordinary roads of the largest component. Prints, for car against OSRM
(its own car profile) and Valhalla (auto), and for bicycle and foot against Valhalla, the median
ratio of our time to theirs, the share of pairs within 20 %, and both by trip length. The peers are
installed in an environment of their own under the cache folder (SITING_CACHE, else
~/.cache/siting), made with the interpreter that --python names.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from siting.network import osm, speeds
from siting.times import matrix

PEERS = ("osrm-bindings", "pyvalhalla")
SCRIPT = Path(__file__).parent / "peers" / "credible_routes.py"
BANDS = (0, 2, 5, 10, 20, 1000)  # km in a straight line
# places are drawn on these roads, so that all three routers join the same one
ORDINARY = {
    "car": ("primary", "secondary", "tertiary", "unclassified", "residential"),
    "bicycle": ("secondary", "tertiary", "unclassified", "residential"),
    "foot": ("secondary", "tertiary", "unclassified", "residential"),
}


def cache() -> Path:
    return Path(os.environ.get("SITING_CACHE", Path.home() / ".cache" / "siting"))


def peer_python(base: str) -> Path:
    """Interpreter of the peers' environment, made where it is missing."""
    home = cache() / "peers"
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        found = shutil.which(base)
        if found is None:
            sys.exit(f"no interpreter {base}: name one of 3.12 with --python")
        subprocess.run([found, "-m", "venv", home], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS], check=True)
    return python


def draw(network, mode: str, count: int, seed: int) -> pd.DataFrame:
    """Pairs of places: middles of road pieces, as likely as the piece is long."""
    rng = np.random.default_rng(seed)
    edges = network.edges
    named = np.array(network.classes, object)[edges.kind]
    main = network.states.through.reshape(-1, 2).any(axis=1)
    wanted = np.isin(named.astype(str), ORDINARY[mode]) & main
    vertex = np.flatnonzero(edges.segment >= 0)
    edge = np.repeat(np.arange(len(wanted)), np.diff(edges.first))[vertex]
    length = (edges.run_m[vertex + 1] - edges.run_m[vertex]) * wanted[edge]
    drawn = rng.choice(vertex, size=2 * count, p=length / length.sum())
    lon = (network.lon[drawn] + network.lon[drawn + 1]) / 2
    lat = (network.lat[drawn] + network.lat[drawn + 1]) / 2
    return pd.DataFrame({"id": np.arange(2 * count).astype(str), "lon": lon, "lat": lat})


def ours(network, places: pd.DataFrame) -> np.ndarray:
    """Seconds of pairs: each place to the next, NaN where there is no way."""
    found = np.full(len(places) // 2, np.nan)
    router = matrix.prepare(network)
    for start in range(0, len(found), 100):
        some = places.iloc[2 * start : 2 * (start + 100)]
        times = matrix.dense(router, network.attach(some[::2]), network.attach(some[1::2]))
        found[start : start + 100] = np.diag(times.minutes) * 60
    return found


def kilometres(places: pd.DataFrame) -> np.ndarray:
    lon, lat = np.radians(places["lon"].to_numpy()), np.radians(places["lat"].to_numpy())
    east = (lon[1::2] - lon[::2]) * np.cos((lat[1::2] + lat[::2]) / 2)
    return 6371 * np.hypot(east, lat[1::2] - lat[::2])


def report(name: str, mine: np.ndarray, theirs: np.ndarray, km: np.ndarray) -> None:
    both = np.isfinite(mine) & np.isfinite(theirs) & (theirs > 0)
    ratio = mine[both] / theirs[both]
    within = np.abs(ratio - 1) <= 0.2
    missing = f"{(~np.isfinite(mine)).sum()} missing here, {(~np.isfinite(theirs)).sum()} there"
    print(f"  {name}: {both.sum()} pairs ({missing})")
    print(f"    median ratio {np.median(ratio):.3f}, within 20 % {within.mean():.1%}")
    for low, high in pairwise(BANDS):
        band = (km[both] >= low) & (km[both] < high)
        if band.sum() >= 5:
            said = f"median {np.median(ratio[band]):.3f}, within 20 % {within[band].mean():.1%}"
            print(f"    {low:>3} to {high:>4} km: {band.sum():>4} pairs, {said}")


def compare(extract: Path, python: Path, count: int, seed: int, country: str) -> None:
    print(extract.name)
    networks = {
        mode: osm.read(extract, mode, speeds=speeds.load(mode=mode, country=country))
        for mode in ORDINARY
    }
    places = {mode: draw(network, mode, count, seed) for mode, network in networks.items()}
    digest = hashlib.sha256(extract.read_bytes()).hexdigest()[:12]
    folder = cache() / "credibility" / digest
    folder.mkdir(parents=True, exist_ok=True)
    pairs = {
        mode: table[["lon", "lat"]].to_numpy().reshape(-1, 4).tolist()
        for mode, table in places.items()
    }
    asked, answered = folder / "pairs.json", folder / "answers.json"
    asked.write_text(json.dumps(pairs), encoding="utf-8")
    subprocess.run([python, SCRIPT, extract, asked, folder, answered], check=True)
    peers = json.loads(answered.read_text(encoding="utf-8"))
    for mode, network in networks.items():
        mine, km = ours(network, places[mode]), kilometres(places[mode])
        for peer in ("osrm", "valhalla"):
            if mode in peers[peer]:
                report(f"{mode} against {peer}", mine, np.array(peers[peer][mode], float), km)
    both = (np.array(peers[peer]["car"], float) for peer in ("valhalla", "osrm"))
    report("car, Valhalla against OSRM", *both, kilometres(places["car"]))


def main() -> None:
    parser = argparse.ArgumentParser(description="Times against OSRM and Valhalla")
    parser.add_argument("extracts", nargs="+", type=Path)
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--country", default="FR")
    parser.add_argument("--python", default="python3.12")
    given = parser.parse_args()
    python = peer_python(given.python)
    for extract in given.extracts:
        compare(extract.resolve(), python, given.pairs, given.seed, given.country)


if __name__ == "__main__":
    main()
