"""Time the workshop: python benchmarks/workshop.py [synthetic] [embedded] [browser].

`synthetic`: a département of 100,000 road nodes (`benchmarks/road_like.py`), 20,000 cells, 60 sites
(40 facilities, 20 candidates), written once as a study under the system's temporary folder.
`embedded`: `configs/aveyron.yaml`. Each is served by `siting serve` in a process of its own and
asked over HTTP, by one user and by 20, who ask again as soon as they are answered, each with a
scenario that nobody asked before. `browser`: in Chromium, from the gesture to the painted map.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import road_like
import shapely
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]
NODES, CELLS, FACILITIES, CANDIDATES = 100_000, 20_000, 40, 20
WARM, ASKED, USERS = 10, 200, 20
SHOWN = (50, 99)


# -- the synthetic département ----------------------------------------------------------------


def synthetic(folder: Path) -> Path:
    """Write the study; give its configuration."""
    config = folder / "study.yaml"
    if config.is_file():
        return config
    folder.mkdir(parents=True, exist_ok=True)
    roads = road_like.make(NODES)
    road_like.write_pbf(roads, folder / "roads.osm.pbf")
    lon, lat = road_like.degrees(roads)
    west, south, east, north = lon.min(), lat.min(), lon.max(), lat.max()
    rng = np.random.default_rng(4)
    side = 17
    x, y = np.linspace(west, east, side + 1), np.linspace(south, north, side + 1)
    codes = [f"{i:03d}" for i in range(side * side)]

    def commune(at_lon: Any, at_lat: Any) -> Any:
        column = np.clip(np.searchsorted(x, at_lon, "right") - 1, 0, side - 1)
        row = np.clip(np.searchsorted(y, at_lat, "right") - 1, 0, side - 1)
        return np.array(codes, object)[row * side + column]

    squares = [
        shapely.box(x[i], y[j], x[i + 1], y[j + 1]) for j in range(side) for i in range(side)
    ]
    names = [f"Commune {code}" for code in codes]
    shapes = gpd.GeoDataFrame({"code": codes, "name": names}, geometry=squares, crs=4326)
    shapes.to_file(folder / "communes.geojson", driver="GeoJSON")
    wide = round(CELLS**0.5)
    centre_x = west + (np.arange(wide) + 0.5) / wide * (east - west)
    centre_y = south + (np.arange(wide) + 0.5) / wide * (north - south)
    grid = np.stack(np.meshgrid(centre_x, centre_y), -1).reshape(-1, 2)[:CELLS]
    people = rng.gamma(0.5, 28, len(grid)).round(1)
    pd.DataFrame(
        {
            "cell_id": [f"c{i}" for i in range(len(grid))],
            "commune_code": commune(*grid.T),
            "population": people,
            "lon": grid[:, 0],
            "lat": grid[:, 1],
        }
    ).to_csv(folder / "cells.csv", index=False)
    seats = np.array([shape.centroid.coords[0] for shape in squares])
    number = np.arange(side * side)
    of = (number // side // 4) * 5 + number % side // 4
    pd.DataFrame(
        {
            "code": codes,
            "name": names,
            "population": pd.Series(people).groupby(commune(*grid.T)).sum().reindex(codes).round(),
            "epci_code": [f"E{one:02d}" for one in of],
            "epci_name": [f"Communauté {one}" for one in of],
            "chef_lieu_lon": seats[:, 0],
            "chef_lieu_lat": seats[:, 1],
        }
    ).to_csv(folder / "communes.csv", index=False)
    for name, count, letter in (
        ("facilities", FACILITIES, "f"),
        ("candidates", CANDIDATES, "s"),
        ("stations", 15, "g"),
        ("tiers_lieux", 12, "t"),
    ):
        at = rng.choice(len(lon), count, replace=False)
        table = pd.DataFrame(
            {
                "id": [f"{letter}{i}" for i in range(count)],
                "name": [f"Site {letter}{i}" for i in range(count)],
                "lon": lon[at].round(6),
                "lat": lat[at].round(6),
                "kind": "fixed",
            }
        )
        key = "commune_code" if name == "candidates" else "code"
        table = table.assign(uic=table["id"], **{key: commune(lon[at], lat[at])})
        table.to_csv(folder / f"{name}.csv", index=False)
    content = {
        "name": "synthetic",
        "title": "Département synthétique",
        "territory": {
            "vintage": "2026-01-01",
            "crs": "EPSG:2154",
            "department": {"code": "S", "name": "Synthétique"},
            "communes": "communes.csv",
            "boundaries": "communes.geojson",
        },
        "cells": {"file": "cells.csv", "size_m": 700},
        "roads": {"osm": "roads.osm.pbf", "mode": "car"},
        "services": [{"id": "service", "name": "Service", "facilities": "facilities.csv"}],
        "candidates": "candidates.csv",
        "layers": {"stations": "stations.csv", "tiers_lieux": "tiers_lieux.csv"},
        "criteria": [
            {"id": "population_gained_20min", "weight": 30},
            {"id": "people_only_here_20min", "weight": 10},
            {"id": "minutes_saved", "weight": 20},
            {"id": "minutes_to_station", "weight": 5},
            {"id": "minutes_to_tiers_lieu", "weight": 5},
        ],
    }
    config.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return config


# -- a server, and users -----------------------------------------------------------------------


@contextlib.contextmanager
def served(config: Path) -> Iterator[tuple[str, float]]:
    """Run `siting serve`; give its address, and how long it took to answer from its launch."""
    command = [
        sys.executable,
        "-c",
        "from siting.cli import main; main()",
        "serve",
        str(config),
        "--port",
        "0",
    ]
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = ""
        while not address:
            line = process.stdout.readline()
            if not line:
                raise SystemExit(f"{' '.join(command)} ended: {process.wait()}")
            found = re.search(r"http://([\d.]+:\d+)/", line)
            address = found.group(1) if found else ""
        ask(http.client.HTTPConnection(address), "GET", "/api/study")
        yield address, time.perf_counter() - begun
    finally:
        process.terminate()
        process.wait(20)


def ask(
    connection: http.client.HTTPConnection, method: str, path: str, body: Any = None
) -> tuple[float, Any]:
    """Ask, and give the milliseconds until the whole answer is here."""
    said = None if body is None else json.dumps(body)
    begun = time.perf_counter()
    connection.request(method, path, said, {"content-type": "application/json"})
    got = connection.getresponse()
    data = got.read()
    took = (time.perf_counter() - begun) * 1000
    if got.status >= 300:
        raise SystemExit(f"{method} {path}: {got.status} {data[:300]!r}")
    return took, json.loads(data)


def users(
    address: str, many: int, count: int, question: Callable[[np.random.Generator], Any], path: str
) -> list[float]:
    """Milliseconds of `count` questions of each of many users at once."""
    took: list[float] = []

    def work(user: int) -> None:
        rng = np.random.default_rng([many, user])
        connection = http.client.HTTPConnection(address)
        for i in range(WARM + count):
            ms, _ = ask(connection, "POST", path, {"scenario": question(rng)})
            if i >= WARM:
                took.append(ms)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(many)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return took


def told(name: str, took: list[float]) -> None:
    marks = "  ".join(f"p{p} {np.percentile(took, p):7.1f} ms" for p in SHOWN)
    print(f"  {name:42s}{marks}   ({len(took)} questions)", flush=True)


def server(config: Path) -> None:
    """Time the questions to a study's server."""
    with served(config):  # kernels compiled, caches filled
        pass
    with served(config) as (address, start):
        print(f"  start, from the command to the first answer  {start:6.2f} s", flush=True)
        connection = http.client.HTTPConnection(address)
        study = ask(connection, "GET", "/api/study")[1]
        seats = np.array(
            [one["at"] for one in ask(connection, "GET", "/api/layers")[1]["communes"]]
        )
        sites = study["candidates"]

        def anywhere(rng: np.random.Generator) -> tuple[float, float]:
            a, b = seats[rng.integers(0, len(seats), 2)]
            lon, lat = a + rng.random() * 0.1 * (b - a)
            return float(lon), float(lat)

        def moved(rng: np.random.Generator) -> Any:
            site = sites[rng.integers(len(sites))]
            lon, lat = anywhere(rng)
            place = {"id": site["id"], "name": site["name"], "lon": lon, "lat": lat}
            return {"what_if": {"candidates": [place], "open": [site["id"]]}}

        def weighed(rng: np.random.Generator) -> Any:
            return {"weights": {one["id"]: float(rng.random()) for one in study["criteria"]}}

        def closed(rng: np.random.Generator) -> Any:
            if study["roads"] == "osm":
                lon, lat = anywhere(rng)
                return {"what_if": {"closed_roads": [{"lon": lon, "lat": lat}]}}
            link = study["links"][rng.integers(len(study["links"]))][:2]
            return {"what_if": {"closed_links": [link], "speed_factor": float(rng.uniform(0.9, 1))}}

        told("a site moved, 1 user", users(address, 1, ASKED, moved, "/api/answer"))
        told(f"a site moved, {USERS} users", users(address, USERS, 30, moved, "/api/answer"))
        told("weights to ranking, 1 user", users(address, 1, ASKED, weighed, "/api/ranking"))
        told("a site moved, to its ranking, 1 user", users(address, 1, 50, moved, "/api/ranking"))
        told("road closed to coverage, 1 user", users(address, 1, 60, closed, "/api/answer"))
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{pid_of(address)}/status").read_text(encoding="utf-8")
            peak = re.search(r"VmHWM:\s+(\d+)", status)
            print(f"  memory at the peak  {int(peak.group(1)) / 1e6:.2f} GB" if peak else "")


def pid_of(address: str) -> int:
    """Process that listens at an address (Linux)."""
    port = f"{int(address.rsplit(':', 1)[1]):04X}"
    lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    inode = next(row.split()[9] for row in lines if row.split()[1].endswith(f":{port}"))
    for held in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if str(held.readlink()) == f"socket:[{inode}]":
                return int(held.parts[2])
    raise FileNotFoundError(address)


# -- the page ----------------------------------------------------------------------------------

GESTURE = """([move, times]) => new Promise(resolve => {
  const took = [];
  const box = document.querySelector(move);
  const next = () => {
    if (took.length === times) return resolve(took);
    const before = document.body.dataset.painted;
    const begun = performance.now();
    const key = took.length % 2 ? "ArrowLeft" : "ArrowUp";
    box.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
    const wait = () => requestAnimationFrame(() => {
      if (document.body.dataset.painted === before) return wait();
      requestAnimationFrame(() => { took.push(performance.now() - begun); setTimeout(next, 50); });
    });
    wait();
  };
  next();
})"""


def browser(config: Path) -> None:
    """Time the page in Chromium: the first view, and from a gesture to the painted map."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("msedge")
    if found is None:
        raise SystemExit("no Chromium found")
    flags = ["--no-sandbox", "--disable-gpu"]
    with served(config) as (address, _), sync_playwright() as play:
        running = play.chromium.launch(executable_path=found, args=flags)
        first = []
        for _ in range(5):
            context = running.new_context(viewport={"width": 1280, "height": 900})
            page = context.new_page()
            sizes: list[int] = []
            page.on("requestfinished", lambda one, sizes=sizes: sizes.append(weight(one)))
            begun = time.perf_counter()
            page.goto(f"http://{address}/")
            page.wait_for_selector("body.ready[data-painted]")
            first.append((time.perf_counter() - begun) * 1000)
            page.wait_for_load_state("networkidle")
            total = sum(sizes)
            if len(first) < 5:
                context.close()
        told("first page, painted", first)
        print(f"  first page, bytes over the wire {total / 1e6:.2f} MB in {len(sizes)} files")
        page.click("#tab-changes")
        name = page.locator("#commune-names option").nth(20).get_attribute("value")
        page.fill("#commune", name or "")
        page.press("#commune", "Enter")
        page.wait_for_selector("[data-kind=opened]")
        page.wait_for_timeout(500)
        told(
            "a site moved by keys, to the painted map",
            page.evaluate(GESTURE, ["[data-kind=opened]", 60]),
        )
        running.close()


def weight(request: Any) -> int:
    sizes = request.sizes()
    return int(sizes["responseBodySize"]) + int(sizes["responseHeadersSize"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", default=["synthetic", "embedded", "browser"])
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "siting-bench")
    asked = parser.parse_args()
    studies = {"synthetic": lambda: synthetic(asked.folder)}
    studies["embedded"] = lambda: ROOT / "configs" / "aveyron.yaml"
    chosen = [one for one in studies if one in asked.what] or list(studies)
    for name in chosen:
        config = studies[name]()
        print(name, flush=True)
        if {"synthetic", "embedded"} & set(asked.what):
            server(config)
        if "browser" in asked.what:
            browser(config)


if __name__ == "__main__":
    main()
