"""An independent search: the time-expanded graph of a feed, made by plain Python and networkx."""

from __future__ import annotations

import csv
import datetime as dt
import math
from typing import TYPE_CHECKING

import networkx as nx

if TYPE_CHECKING:
    from pathlib import Path

NEVER = math.inf


def seconds(text: str) -> int:
    hours, minutes, rest = map(int, text.split(":"))
    return 3600 * hours + 60 * minutes + rest


def clock(value: int) -> str:
    return f"{value // 3600:02d}:{value % 3600 // 60:02d}:{value % 60:02d}"


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    path = folder / f"{name}.txt"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write(folder: Path, tables: dict[str, list[dict[str, object]]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in tables.items():
        if lines:
            with (folder / f"{name}.txt").open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, list(lines[0]))
                writer.writeheader()
                writer.writerows(lines)
    return folder


def runs_of(folder: Path, day: dt.date) -> list[list[tuple[str, int, int, bool, bool]]]:
    """Runs of three days, each a list of calls: stop, arrival, departure, whether on, whether off.

    Times are after midnight of the day. Only days of 24 hours, and trips that are sound.
    """
    calls: dict[str, list[dict[str, str]]] = {}
    for row in rows(folder, "stop_times"):
        calls.setdefault(row["trip_id"], []).append(row)
    often: dict[str, list[int]] = {}
    for row in rows(folder, "frequencies"):
        at = seconds(row["start_time"])
        while at < seconds(row["end_time"]):
            often.setdefault(row["trip_id"], []).append(at)
            at += int(row["headway_secs"])
    runs: dict[tuple[str, int], list[list[tuple[str, int, int, bool, bool]]]] = {}
    for moved in (-1, 0, 1):
        date = day + dt.timedelta(days=moved)
        for trip in rows(folder, "trips"):
            if not running(folder, trip["service_id"], date):
                continue
            own = sorted(calls[trip["trip_id"]], key=lambda row: int(row["stop_sequence"]))
            begin = seconds(own[0]["departure_time"])
            for start in often.get(trip["trip_id"], [begin]):
                later = 86_400 * moved + start - begin
                run = [
                    (
                        row["stop_id"],
                        seconds(row["arrival_time"]) + later,
                        seconds(row["departure_time"]) + later,
                        row.get("pickup_type", "") != "1" and k < len(own) - 1,
                        row.get("drop_off_type", "") != "1" and k > 0,
                    )
                    for k, row in enumerate(own)
                ]
                block = trip.get("block_id", "") or trip["trip_id"]
                single = trip["trip_id"] in often or not trip.get("block_id", "")
                key = f"{trip['trip_id']} {start}" if single else f"block {block}"
                runs.setdefault((key, moved), []).append(run)
    return [chain for group in runs.values() for chain in chains(group)]


def running(folder: Path, service: str, date: dt.date) -> bool:
    text = date.strftime("%Y%m%d")
    runs = False
    for row in rows(folder, "calendar"):
        if row["service_id"] == service and row["start_date"] <= text <= row["end_date"]:
            runs = row[date.strftime("%A").lower()] == "1"
    for row in rows(folder, "calendar_dates"):
        if row["service_id"] == service and row["date"] == text:
            runs = row["exception_type"] == "1"
    return runs


def chains(group):
    """Trips of a block on a day, joined where one ends when and where the next begins."""
    group = sorted(group, key=lambda run: (run[0][2], run[-1][1]))
    joined = [list(group[0])]
    for run in group[1:]:
        last = joined[-1][-1]
        if last[1] <= run[0][2] and last[0] == run[0][0]:
            joined[-1] += run
        else:
            joined.append(list(run))
    return joined


def graph(runs, changes: dict[tuple[str, str], int]) -> nx.DiGraph:
    """Nodes: a run comes to a call, and leaves it; off a vehicle; ready at a stop at a time."""
    arrows = nx.DiGraph()
    for r, run in enumerate(runs):
        for k in range(1, len(run)):
            arrows.add_edge(("leaves", r, k - 1), ("comes", r, k))
            arrows.add_edge(("comes", r, k), ("leaves", r, k))
        for k, (stop, arrives, departs, on, off) in enumerate(run):
            if on and k + 1 < len(run):
                arrows.add_edge(("ready", stop, departs), ("leaves", r, k))
            if off:
                arrows.add_edge(("comes", r, k), ("off", stop, arrives))
    ready = sorted((n for n in arrows if n[0] == "ready"), key=lambda n: n[2])
    for off in [n for n in arrows if n[0] == "off"]:
        for (start, end), lasts in changes.items():
            if start == off[1]:
                arrows.add_edges_from(
                    (off, n) for n in ready if n[1] == end and n[2] >= off[2] + lasts
                )
    return arrows


def earliest(arrows, leaves: int, leaving: dict[str, int], arriving: dict[str, int], direct: float):
    """Seconds from an origin, left at a time, to a place; and the same without walking all the way.

    `leaving` are seconds on foot to stops, `arriving` from stops.
    """
    best = NEVER
    starts = [
        n for n in arrows if n[0] == "ready" and n[1] in leaving and n[2] >= leaves + leaving[n[1]]
    ]
    # a run from a call where nobody gets on is reached from an earlier call alone
    reached = set().union(*(nx.descendants(arrows, n) for n in starts)) if starts else set()
    for node in reached:
        if node[0] == "off" and node[1] in arriving:
            best = min(best, node[2] + arriving[node[1]] - leaves)
    return min(best, direct), best
