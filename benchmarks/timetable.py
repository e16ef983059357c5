"""Journeys by timetable: reading a feed, a window of departures, all round trips of a day.

    python benchmarks/timetable.py            # a city and a département, made up
    python benchmarks/timetable.py --read     # and a feed of two million stop times
    python benchmarks/timetable.py --peer /path/to/python  # and cafein, installed for that Python

Feeds are made up: lines between random places of a square, their stops 400 m (city) or 1.5 km
(département) apart; walking is in straight lines, so that what is measured is the engine.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from siting.network import timetable
from siting.sources import gtfs_days
from siting.times import round_trips, transit, walking

DAY = dt.date(2026, 3, 12)
DEGREE_M = 111_000.0


def feed(folder: Path, side_m: float, lines: int, runs: int, spacing_m: float, kmh: float) -> None:
    """Write a feed: lines there and back, their runs spread over 6:00 to 21:00."""
    rng = np.random.default_rng(1)
    stops, trips, calls = [], [], []
    for line in range(lines):
        ends = rng.uniform(0, side_m, (2, 2))
        size = max(2, int(np.hypot(*(ends[1] - ends[0])) / spacing_m))
        way = ends[0] + np.linspace(0, 1, size)[:, None] * (ends[1] - ends[0])
        ids = np.array([f"{line}-{k}" for k in range(size)])
        stops.append(pd.DataFrame({"stop_id": ids, "x": way[:, 0], "y": way[:, 1]}))
        after = (np.arange(size) * spacing_m / (kmh / 3.6) / 60).round().astype(int) * 60
        for run in range(runs):
            start = int(rng.uniform(6, 21) * 60) * 60
            trip = f"{line}-{run}"
            trips.append((line, "s", trip))
            order = ids if run % 2 else ids[::-1]
            calls.append(pd.DataFrame({"trip_id": trip, "s": start + after, "stop_id": order}))
    folder.mkdir(parents=True, exist_ok=True)
    places = pd.concat(stops)
    places["stop_name"] = places["stop_id"]
    places["stop_lat"] = 44 + places.pop("y") / DEGREE_M
    places["stop_lon"] = 2 + places.pop("x") / DEGREE_M / np.cos(np.radians(44))
    places.to_csv(folder / "stops.txt", index=False)
    columns = ["route_id", "service_id", "trip_id"]
    pd.DataFrame(trips, columns=columns).to_csv(folder / "trips.txt", index=False)
    whole = pd.concat(calls)
    whole["stop_sequence"] = np.arange(len(whole))
    second = whole.pop("s").to_numpy()
    texts = np.array([f"{s // 3600:02d}:{s % 3600 // 60:02d}:00" for s in range(0, 108_000, 60)])
    whole["arrival_time"] = whole["departure_time"] = texts[second // 60]
    whole.to_csv(folder / "stop_times.txt", index=False)
    names = {"agency_name": ["A"], "agency_url": ["https://a"], "agency_timezone": ["Europe/Paris"]}
    pd.DataFrame(names).to_csv(folder / "agency.txt", index=False)
    routes = {"route_id": range(lines), "route_short_name": range(lines), "route_type": 3}
    pd.DataFrame(routes).to_csv(folder / "routes.txt", index=False)
    dates = pd.DataFrame({"service_id": ["s"], "date": ["20260312"], "exception_type": ["1"]})
    dates.to_csv(folder / "calendar_dates.txt", index=False)


def points(count: int, side_m: float, seed: int) -> pd.DataFrame:
    place = np.random.default_rng(seed).uniform(0, side_m, (count, 2)) / DEGREE_M
    lon, lat = 2 + place[:, 0] / np.cos(np.radians(44)), 44 + place[:, 1]
    return pd.DataFrame({"id": np.arange(count).astype(str), "lon": lon, "lat": lat})


def read(folder: Path) -> timetable.Timetable:
    start = time.perf_counter()
    whole = timetable.build([gtfs_days.read(folder, DAY)], DAY)
    lasted = time.perf_counter() - start
    print(f"  read in {lasted:.1f} s: {len(whole.stops)} stops, {whole.n_runs} runs, "
          f"{len(whole.stop)} calls")  # fmt: skip
    return whole


def city(folder: Path) -> None:
    print("city, 1,227 x 1,227 points, 120 departures, medians, 20 minutes on foot at 3.6 km/h")
    feed(folder, 16_000, 160, 22, 400, 18)
    whole, where = read(folder), points(1227, 16_000, 2)
    for turn in ("compiling", "measured"):
        start = time.perf_counter(), time.process_time()
        walks = transit.access(walking.Straight(3.6), whole, where, where, 20)
        middle = time.perf_counter(), time.process_time()
        result = transit.windows(whole, walks, transit.Window(12 * 3600, 120))
        end = time.perf_counter(), time.process_time()
        share = np.isfinite(result.minutes).mean()
        print(f"  {turn}: walks {middle[0] - start[0]:.2f} s, engine {end[0] - middle[0]:.2f} s "
              f"({end[1] - middle[1]:.2f} s of processors); {share:.0%} reached, "
              f"{result.journeys.mean():.1f} journeys")  # fmt: skip


PEER = """
import csv, datetime as dt, json, sys, time, cafein, numpy
feed, changes, origins, minutes, out = sys.argv[1:]
network = cafein.TransportNetwork.from_gtfs([feed], trip_distances=False, leg_geometries=False)
with open(changes) as stream:
    network.set_transfers([(a, b, int(s), 1.0) for a, b, s in csv.reader(stream)])
with open(origins) as stream:
    some = json.load(stream)
start = time.perf_counter()
times = network.travel_time_matrix(
    some, dt.datetime(2026, 3, 12, 12), departure_time_window=dt.timedelta(minutes=int(minutes)),
    percentiles=[50])
lasted = time.perf_counter() - start
numpy.savez(out, times=times, stops=[s[0] for s in network.stops], lasted=lasted)
"""


def peer(folder: Path, python: Path, count: int = 300) -> None:
    """From some stops to all, the same changes on foot given to both: seconds, ratio, equal times.

    An odd number of departures, so that the median is the same by every convention.
    """
    minutes = 121
    print(f"against cafein: {count} stops to all, {minutes} departures, medians")
    feed(folder, 16_000, 160, 22, 400, 18)
    whole = read(folder)
    ids, size = whole.stops["id"].to_numpy(), len(whole.stops)
    changing = walking.changes(walking.Straight(3.6), whole, 1200)
    start = np.repeat(np.arange(size), np.diff(changing.first))
    between = start != changing.other
    rows = {"a": ids[start], "b": ids[changing.other], "s": changing.seconds}
    pd.DataFrame(rows)[between].to_csv(folder / "changes.csv", index=False, header=False)
    chosen = np.arange(0, size, max(1, size // count))[:count]
    (folder / "origins.json").write_text(json.dumps(ids[chosen].tolist()))
    out = folder / "peer.npz"
    arguments = [folder, folder / "changes.csv", folder / "origins.json", minutes, out]
    subprocess.run([python, "-c", PEER, *map(str, arguments)], check=True)
    theirs = np.load(out)
    at = pd.Index(theirs["stops"]).get_indexer(pd.Index(ids))
    seconds = theirs["times"].reshape(len(chosen), -1)[:, at].astype(np.int64)
    none = np.zeros(0, np.int32)
    boarding = walking.Walks(
        np.arange(len(chosen) + 1), chosen.astype(np.int32), np.zeros(len(chosen), np.int32)
    )
    direct = walking.Walks(np.zeros(len(chosen) + 1, np.int64), none, none)
    walks = transit.TransitWalks(boarding, changing, changing, direct, size)
    for turn in ("compiling", "measured"):
        begin = time.perf_counter()
        result = transit.windows(whole, walks, transit.Window(12 * 3600, minutes))
        lasted = time.perf_counter() - begin
        print(f"  {turn}: cafein {theirs['lasted']:.1f} s, ours {lasted:.2f} s: "
              f"{theirs['lasted'] / lasted:.0f} times as fast")  # fmt: skip
    ours = np.nan_to_num(result.minutes[0] * 60, nan=2**32 - 1).round().astype(np.int64)
    other = chosen[:, None] != np.arange(size)
    print(f"  {(ours == seconds)[other].mean():.2%} of the medians are the same; ours - theirs: "
          f"{np.percentile((ours - seconds)[other], [0, 5, 50, 95, 100])} s")  # fmt: skip


def department(folder: Path, cells: int) -> None:
    print(f"département, {cells} cells, 60 places, all round trips of a day, 45 minutes there")
    feed(folder, 100_000, 75, 20, 1500, 40)
    whole = read(folder)
    homes, places = points(cells, 100_000, 3), whole.stops.iloc[:: len(whole.stops) // 60][:60]
    day = round_trips.Day(
        6 * 3600, 20 * 3600, 2700, (((9 * 3600, 12 * 3600), (14 * 3600, 17 * 3600)),)
    )
    for turn in ("compiling", "measured"):
        start = time.perf_counter()
        there = transit.access(walking.Straight(), whole, homes, places, 30)
        back = transit.access(walking.Straight(), whole, places, homes, 30)
        middle = time.perf_counter(), time.process_time()
        result = round_trips.find(whole, there, back, day)
        end = time.perf_counter(), time.process_time()
        print(f"  {turn}: walks {middle[0] - start:.2f} s, engine {end[0] - middle[0]:.2f} s "
              f"({end[1] - middle[1]:.2f} s of processors); "
              f"{(result.trips >= 0).mean():.1%} of pairs have a way")  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--read", action="store_true")
    options.add_argument("--peer", type=Path)
    options.add_argument("--cells", type=int, default=20_000)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        if chosen.peer:
            peer(Path(name, "peer"), chosen.peer)
        city(Path(name, "city"))
        department(Path(name, "department"), chosen.cells)
        if chosen.read:
            print("two million stop times")
            feed(Path(name, "large"), 60_000, 250, 120, 450, 20)
            read(Path(name, "large"))


if __name__ == "__main__":
    main()
