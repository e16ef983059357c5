"""A synthetic France on one machine: who is how far from what, and where to open.

Usage: python benchmarks/france.py make DIR [--share 0.05]    writes the country
       python benchmarks/france.py run DIR                    from kept roads to the national table
       python benchmarks/france.py locate DIR [--seconds 20]  p-median by region, MCLP of the whole

With `--share 1`: 5 million road nodes as dense as in France, 2.3 million inhabited squares of 200 m
in INSEE's layout, 35,000 communes, 2,800 France Services in ANCT's layout, all drawn from a seed;
`run` then needs 20 GB at most (`ulimit -v`). Roads have one speed: to rank them takes minutes.
`run` prints seconds of each phase and the peak of memory, and writes `squares.parquet`,
`communes.parquet`, the choropleth `communes.png` and its vector tiles `communes.pmtiles` (GDAL).
"""

from __future__ import annotations

import argparse
import mmap
import resource
import time
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import road_like
import shapely
from pyproj import Transformer
from scipy.spatial import cKDTree

import siting
from siting.network import roads as road_networks
from siting.network import speeds as speed_tables
from siting.network.segments import NodeDelays, Segments, geodesic_lengths
from siting.sources import filosofi, france_services_list
from siting.study import kept_format
from siting.times import matrix, reach

NODES, SQUARES, COMMUNES, PLACES, PEOPLE = 5_000_000, 2_300_000, 35_000, 2_800, 65_000_000
MIDDLE = (700_000, 6_600_000)  # Lambert-93
MINUTES = (10, 15, 20, 30)
OF_DEPARTMENT, DEPARTMENTS_OF_REGION = 370, 7
KMH = 50.0


def main() -> None:
    parser = argparse.ArgumentParser(description="A synthetic France")
    parser.add_argument("action", choices=["make", "run", "locate"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    if given.action == "make":
        given.folder.mkdir(parents=True, exist_ok=True)
        make(given.folder, given.share)
    elif given.action == "run":
        run(given.folder)
    else:
        locate(given.folder, given.seconds)
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"| peak of memory | {gigabytes:.2f} GB |")


@contextmanager
def phase(name: str):
    """Print how long something takes."""
    start = time.perf_counter()
    yield
    print(f"| {name} | {time.perf_counter() - start:.2f} s |", flush=True)


def make(folder: Path, share: float, seed: int = 4) -> None:
    """Write the country: kept roads, squares, communes, France Services."""
    rng = np.random.default_rng(seed)
    with phase("roads drawn"):
        drawn = road_like.make(round(NODES * share), seed, ranked=False)
    xy = drawn.xy - drawn.xy.mean(axis=0) + MIDDLE
    with phase("network built"):
        speeds = speed_tables.load(mode="car")
        network = road_networks.build(segments(drawn, xy), speeds, snap_cap_m=1000, crs="EPSG:2154")
    counts = (len(xy), network.graph.n_nodes, len(network.arc_edge))
    print("| nodes, states, arcs | {:,}, {:,}, {:,} |".format(*counts))
    with phase("hierarchy ordered, built and customized"):
        router = matrix.prepare(network)
    with phase("kept"), (folder / "roads.kept").open("wb") as file:
        file.writelines(kept_format.parts(router))
    with phase("people and places drawn"):
        people_and_places(folder, xy, share, rng)


def segments(drawn: road_like.Roads, xy: np.ndarray) -> Segments:
    """Each edge as a way of one segment."""
    lon, lat = degrees(xy, 2154)
    tail, head = drawn.edges[:, 0].astype(np.int32), drawn.edges[:, 1].astype(np.int32)
    length = geodesic_lengths(lon[tail], lat[tail], lon[head], lat[head])
    seconds = length * 1.25 * 3.6 / KMH  # roads wind
    count = len(tail)
    return Segments(
        lon=lon, lat=lat, tail=tail, head=head, way=np.arange(count),
        kind=np.zeros(count, np.int16),
        classes=("secondary",), length_m=length, forward_s=seconds,
        backward_s=np.where(drawn.one_way, np.inf, seconds), ends_only=np.zeros((count, 2), bool),
        roundabout=np.zeros(count, bool), delays=NodeDelays.none(), restrictions=(),
        node_ids=np.arange(len(lon)), ways_read=count, ways_kept=count, missing_nodes=0,
    )  # fmt: skip


def degrees(xy: np.ndarray, epsg: int) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude of metres."""
    return Transformer.from_crs(epsg, 4326, always_xy=True).transform(xy[:, 0], xy[:, 1])


def people_and_places(folder: Path, xy: np.ndarray, share: float, rng: np.random.Generator) -> None:
    """Squares beside roads, communes around some of their nodes, France Services in these."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    spread = low + rng.random((2 * round(COMMUNES * share), 2)) * (high - low)
    seats = np.unique(cKDTree(xy).query(spread)[1])
    seats = rng.permutation(seats)[: round(COMMUNES * share)]
    seats = seats[np.lexsort((xy[seats, 1], xy[seats, 0] // 60_000))]  # neighbours share a number
    number = np.arange(len(seats))
    first = number // OF_DEPARTMENT + 1
    first += first >= 20  # 2A and 2B
    code = np.array(
        [f"{a:02d}{b + 1:03d}" for a, b in zip(first, number % OF_DEPARTMENT, strict=True)]
    )
    wanted = round(SQUARES * share)
    near = xy[rng.choice(len(xy), 2 * wanted)] + rng.normal(0, 150, (2 * wanted, 2))
    lon, lat = degrees(near, 2154)
    grid = Transformer.from_crs(4326, 3035, always_xy=True).transform(lon, lat)
    corner = np.unique(np.column_stack([np.floor(v / 200) for v in grid]).astype(np.int64), axis=0)
    corner = corner[np.sort(rng.choice(len(corner), min(wanted, len(corner)), replace=False))]
    people = rng.lognormal(2.2, 1.3, len(corner))
    people = np.round(people * (PEOPLE * share / people.sum()), 1).clip(min=0.5)
    back = Transformer.from_crs(3035, 2154, always_xy=True).transform(*(corner.T * 200 + 100.0))
    seat = cKDTree(xy[seats]).query(np.column_stack(back))[1]
    names = [f"CRS3035RES200mN{n}E{e}" for e, n in (corner * 200).tolist()]
    squares = {"idcar_200m": names, "lcog_geo": code[seat], "ind": people, "i_est_200": 0}
    pd.DataFrame(squares).to_csv(folder / "squares.csv", index=False)
    population = np.bincount(seat, people, len(seats))
    lon, lat = degrees(xy[seats], 2154)
    communes = pd.DataFrame(
        {"code": code, "name": [f"Commune {c}" for c in code], "population": population.round()}
    ).assign(lon=lon.round(6), lat=lat.round(6))
    communes.to_csv(folder / "communes.csv", index=False)
    points = shapely.points(xy[seats])
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), ordered=True))
    frame = shapely.box(*(edge(axis) for edge in (np.min, np.max) for axis in xy.T))
    shapes = gpd.GeoDataFrame({"code": code}, geometry=cells, crs=2154).clip(frame)
    shapes.sort_values("code").to_parquet(folder / "boundaries.parquet")
    weight = (population + 1) / (population + 1).sum()
    opened = np.sort(rng.choice(len(seats), round(PLACES * share), replace=False, p=weight))
    days = dict.fromkeys(france_services_list.DAYS, "09:00 - 12:00")
    places = communes.iloc[opened].assign(
        id_fs=opened,
        lib_fs="France services",
        type_fs="Site principal",
        format_fs="Site labellisé fixe",
    )
    renamed = {"code": "insee_com", "lat": "latitude", "lon": "longitude"}
    places.rename(columns=renamed).assign(**days).to_csv(
        folder / "france_services.csv", index=False
    )


def opened(folder: Path) -> tuple[matrix.Router, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Kept roads; communes, squares and France Services by the product's own readers."""
    with phase("kept roads opened"):
        with (folder / "roads.kept").open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        router = kept_format.decode(mapped)
    with phase("tables read"):
        table = pd.read_csv(folder / "communes.csv", dtype={"code": str})
        squares = filosofi.read(folder / "squares.csv", table["code"])
        places = france_services_list.read(folder / "france_services.csv")
    return router, table, squares, places


def run(folder: Path) -> None:
    """Nearest France Services, and people around, of every square and every commune."""
    start = time.perf_counter()
    router, communes, squares, places = opened(folder)
    network = router.network
    with phase(f"{len(squares):,} squares joined to the roads"):
        homes = network.attach(squares.rename(columns={"cell_id": "id"}))
    ends = network.attach(places.astype({"id": str}))
    seats = network.attach(communes.rename(columns={"code": "id"}))
    with phase(f"nearest of {len(places):,} places"):
        of_squares = reach.table(router, homes, ends)
        of_communes = reach.table(router, seats, ends)
    people = squares["population"].to_numpy(float)
    around = [f"people_{limit}" for limit in MINUTES]
    with phase("people within 10, 15, 20 and 30 minutes of every square"):
        of_squares[around] = reach.people_within(router, homes, homes, people, MINUTES)
    with phase("people within 10, 15, 20 and 30 minutes of every commune"):
        of_communes[around] = reach.people_within(router, seats, homes, people, MINUTES)
    with phase("national tables written"):
        minutes = of_squares["minutes"].to_numpy()
        by_commune = pd.DataFrame({"code": squares["commune_code"], "population": people})
        for limit in MINUTES:
            by_commune[f"covered_{limit}"] = people * (minutes <= limit)
        covered = by_commune.groupby("code").sum()
        table = of_communes.rename(columns={"origin_id": "code"}).merge(
            covered, on="code", how="left"
        )
        of_squares.assign(population=people).to_parquet(folder / "squares.parquet", index=False)
        table.to_parquet(folder / "communes.parquet", index=False)
    print(f"| all | {time.perf_counter() - start:.1f} s |", flush=True)
    for limit in MINUTES:
        share = covered[f"covered_{limit}"].sum() / people.sum()
        print(f"| people within {limit} minutes of a place | {share:.1%} |")
    print(f"| squares without a way | {np.isnan(minutes).mean():.2%} |")
    shapes = gpd.read_parquet(folder / "boundaries.parquet").merge(table, on="code")
    with phase("choropleth"):
        choropleth(folder, shapes)
    with phase("vector tiles"):
        tiles(folder / "communes.pmtiles", shapes)


def tiles(path: Path, shapes: gpd.GeoDataFrame) -> None:
    """Vector tiles of the communes, zoom 0 to 9, in one file that is read by ranges."""
    path.unlink(missing_ok=True)
    columns = ["code", "minutes", *(f"people_{limit}" for limit in MINUTES), "geometry"]
    zooms = {"MINZOOM": "0", "MAXZOOM": "9"}
    layer = shapes[columns].to_crs(4326)
    layer.to_file(path, driver="PMTiles", layer="communes", engine="pyogrio", **zooms)
    drawn = gpd.read_file(path, columns=["code"])["code"].nunique()  # at the largest zoom
    print(f"| communes in the tiles, megabytes | {drawn:,}, {path.stat().st_size / 1e6:.1f} |")


def choropleth(folder: Path, shapes: gpd.GeoDataFrame) -> None:
    """Minutes from every commune's seat to the nearest place."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    figure = Figure(figsize=(8, 8), dpi=150)
    axes = figure.subplots()
    classes = np.digitize(shapes["minutes"].fillna(np.inf), MINUTES, right=True)
    colours = ("#ffffcc", "#fed976", "#fd8d3c", "#e31a1c", "#800026")
    names = [*(f"up to {limit} minutes" for limit in MINUTES), "more"]
    shapes.plot(ax=axes, color=np.array(colours)[classes])
    patches = [Patch(color=c, label=name) for c, name in zip(colours, names, strict=True)]
    axes.legend(handles=patches, title="Nearest place, by road", loc="upper left")
    axes.set_axis_off()
    figure.savefig(folder / "communes.png", bbox_inches="tight")


def locate(folder: Path, seconds: float) -> None:
    """p-median of the places by region, MCLP within 20 minutes of the whole country."""
    router, communes, _, places = opened(folder)
    points = communes.rename(columns={"code": "id"})
    region = (points["id"].str[:2].astype(int) - 1) // DEPARTMENTS_OF_REGION
    roads = siting.Roads(router)
    for number, here in points.groupby(region):
        now = int(places["commune_code"].isin(here["id"]).sum())
        start = time.perf_counter()
        times = siting.travel_times(roads, here, here)
        plan = siting.locate(times, here, model="p-median", p=now, seconds=seconds)
        of_what = f"p-median, region {number}: {len(here):,} communes, p = {now}"
        print(f"| {of_what} | {time.perf_counter() - start:.1f} s, {plan.text('en')} |", flush=True)
    with phase("pairs of communes within 20 minutes"):
        blocks = matrix.blocks(router, points, points, 20.0)
        pairs = pd.concat([block[block["minutes"].notna()] for block in blocks])
    start = time.perf_counter()
    model = {"model": "mclp", "p": len(places), "max_minutes": 20.0}
    plan = siting.locate(pairs, points, **model, seconds=seconds)
    of_what = f"MCLP, 20 minutes, {len(points):,} communes, {len(pairs):,} pairs, p = {len(places)}"
    print(f"| {of_what} | {time.perf_counter() - start:.1f} s, {plan.text('en')} |")


if __name__ == "__main__":
    main()
