"""Make data/aveyron/modelled/demonstration_gtfs.zip: timetables INVENTED for the demonstration.

No open feed of the département is at hand: nothing here was observed. Lines run between real towns,
by the communes on the shortest way of road_distances.csv, at its minutes made longer; hours,
frequencies and lines are invented, and every name says « démonstration ».

    python scripts/make_demonstration_feed.py [FOLDER]
"""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path(__file__).parents[1] / "data" / "aveyron"
FILE = "demonstration_gtfs.zip"
MARK = "démonstration"
SLOWER = 1.3  # a coach over the minutes of the table
FIRST_DAY, LAST_DAY = "20260105", "20261231"

# Holidays of zone C within these days, as days without the service of school days.
HOLIDAYS = [("20260221", "20260308"), ("20260418", "20260503"), ("20260704", "20260831"),
            ("20261017", "20261101"), ("20261219", "20261231")]  # fmt: skip

SERVICES = {"scolaire": "1111100", "semaine": "1111100", "samedi": "0000010", "vendredi": "0000100"}

# Line, its towns, and its departures by service: from the first town, and back from the last.
LINES = [
    (1, "Rodez,Marcillac-Vallon,Decazeville,Capdenac-Gare",
     {"semaine": ("07:10 12:15 17:30", "06:25 08:50 12:30 17:05"), "samedi": ("09:15", "13:05"),
      "scolaire": ("16:15", "07:00")}),
    (2, "Rodez,Rignac,Villefranche-de-Rouergue",
     {"semaine": ("06:50 12:10 17:40", "06:35 08:55 12:50 17:15"), "samedi": ("08:50", "12:35")}),
    (3, "Rodez,Bozouls,Espalion,Laguiole",
     {"semaine": ("07:20 12:20 18:00", "06:40 08:45 13:00"), "scolaire": ("", "16:45"),
      "vendredi": ("10:00", "11:40")}),
    (4, "Espalion,Estaing,Entraygues-sur-Truyère,Mur-de-Barrez",
     {"semaine": ("12:35", "06:30"), "scolaire": ("17:40", "13:10")}),
    (5, "Rodez,Laissac-Sévérac l'Église,Sévérac d'Aveyron,Millau",
     {"semaine": ("07:05 12:30 17:20", "06:30 08:40 12:05 17:30"), "samedi": ("09:00", "16:30")}),
    (6, "Rodez,Pont-de-Salars,Vézins-de-Lévézou,Millau",
     {"semaine": ("12:25", "07:00"), "scolaire": ("17:50", "13:15")}),
    (7, "Rodez,Baraqueville,Naucelle",
     {"semaine": ("07:40 12:15 18:05", "06:55 09:05 13:15 17:10")}),
    (8, "Rodez,Cassagnes-Bégonhès,Réquista",
     {"semaine": ("12:20 17:45", "06:45 13:05"), "scolaire": ("", "16:20")}),
    (9, "Millau,Saint-Georges-de-Luzençon,Saint-Affrique,Camarès,Belmont-sur-Rance",
     {"semaine": ("12:15 17:35", "06:40 13:20"), "samedi": ("12:10", "08:20")}),
    (10, "Millau,La Cavalerie,Nant,Saint-Jean-du-Bruel",
     {"semaine": ("12:25", "07:15"), "scolaire": ("17:45", "13:30")}),
    (11, "Villefranche-de-Rouergue,Rieupeyroux,Baraqueville",
     {"semaine": ("12:30", "07:10"), "scolaire": ("17:30", "13:25")}),
    (12, "Villefranche-de-Rouergue,Villeneuve,Capdenac-Gare",
     {"semaine": ("07:30 12:40", "08:20 17:15")}),
    (13, "Espalion,Saint Geniez d'Olt et d'Aubrac,Campagnac", {"vendredi": ("12:20", "08:10")}),
    (14, "Rodez,Arvieu,Salles-Curan,Villefranche-de-Panat",
     {"semaine": ("17:25", "07:05"), "scolaire": ("12:35", "13:20")}),
]  # fmt: skip


def rows(name: str) -> list[dict[str, str]]:
    """Rows of a table of the département."""
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def road_graph() -> nx.Graph:
    """Communes, and minutes by road between them."""
    graph = nx.Graph()
    for link in rows("road_distances.csv"):
        graph.add_edge(link["from_code"], link["to_code"], minutes=float(link["minutes"]))
    return graph


def way(graph: nx.Graph, towns: list[str]) -> list[tuple[str, int]]:
    """Communes that a line calls at, and minutes from the first."""
    calls, after = [(towns[0], 0)], 0.0
    for start, end in pairwise(towns):
        path = nx.dijkstra_path(graph, start, end, "minutes")
        for one, other in pairwise(path):
            after += graph[one][other]["minutes"] * SLOWER
            calls.append((other, round(after)))
    return calls


def clock(minutes: int) -> str:
    """Minutes of the day as GTFS writes them."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}:00"


def trips_of(
    line: int, calls: list[tuple[str, int]], hours: dict[str, tuple[str, str]]
) -> Iterator[tuple[tuple[object, ...], list[tuple[object, ...]]]]:
    """Trips and stop times of a line."""
    whole = calls[-1][1]
    turned = [(stop, whole - after) for stop, after in reversed(calls)]
    for service, both in hours.items():
        for direction, (departures, order) in enumerate(zip(both, (calls, turned), strict=True)):
            for departure in departures.split():
                hour, minute = map(int, departure.split(":"))
                trip = f"{MARK}-{line}-{service}-{direction}-{departure.replace(':', 'h')}"
                times = [
                    (trip, clock(60 * hour + minute + after), clock(60 * hour + minute + after),
                     stop, number)
                    for number, (stop, after) in enumerate(order, 1)
                ]  # fmt: skip
                yield (f"D{line}", service, trip, direction), times


def tables() -> dict[str, list[tuple[object, ...]]]:
    """Every table of the feed, its header first."""
    communes = {row["code"]: row for row in rows("communes.csv")}
    codes = {row["name"]: code for code, row in communes.items()}
    graph, used = road_graph(), set()
    routes, trips, times = [], [], []
    for line, towns, hours in LINES:
        names = towns.split(",")
        calls = way(graph, [codes[name] for name in names])
        used |= {stop for stop, _ in calls}
        long_name = f"{MARK} : {names[0]} – {names[-1]}"
        routes.append((f"D{line}", MARK, f"{MARK} {line}", long_name, 3))
        for trip, calls_of in trips_of(line, calls, hours):
            trips.append(trip)
            times += calls_of
    stops = [
        (code, f"{communes[code]['name']} ({MARK})", communes[code]["chef_lieu_lat"],
         communes[code]["chef_lieu_lon"])
        for code in sorted(used)
    ]  # fmt: skip
    calendar = [(name, *days, FIRST_DAY, LAST_DAY) for name, days in SERVICES.items()]
    weekdays = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    agency = (MARK, f"Réseau de {MARK}, horaires inventés", "https://example.org", "Europe/Paris")
    return {
        "agency": [("agency_id", "agency_name", "agency_url", "agency_timezone"), agency],
        "feed_info": [
            ("feed_publisher_name", "feed_publisher_url", "feed_lang"),
            (f"siting, {MARK} : horaires inventés", "https://example.org", "fr"),
        ],
        "stops": [("stop_id", "stop_name", "stop_lat", "stop_lon"), *stops],
        "routes": [
            ("route_id", "agency_id", "route_short_name", "route_long_name", "route_type"),
            *routes,
        ],
        "trips": [("route_id", "service_id", "trip_id", "direction_id"), *trips],
        "stop_times": [
            ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"),
            *times,
        ],
        "calendar": [("service_id", *weekdays, "start_date", "end_date"), *calendar],
        "calendar_dates": [("service_id", "date", "exception_type"), *holidays()],
    }


def holidays() -> list[tuple[str, str, int]]:
    """Days of holidays, on which the service of school days does not run."""
    return [
        ("scolaire", day.strftime("%Y%m%d"), 2)
        for first, last in HOLIDAYS
        for day in pd.date_range(first, last)
        if day.weekday() < 5
    ]


def main(folder: Path) -> None:
    """Write the feed into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / FILE, "w", zipfile.ZIP_DEFLATED) as whole:
        for name, lines in tables().items():
            text = io.StringIO(newline="")
            csv.writer(text, lineterminator="\n").writerows(lines)
            entry = zipfile.ZipInfo(f"{name}.txt", (2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            whole.writestr(entry, text.getvalue())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA / "modelled")
