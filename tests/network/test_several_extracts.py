"""Extracts side by side are one network, and an area is cut while reading: as if merged, as after.

osmium merges the extracts that are the oracle.
"""

from __future__ import annotations

import warnings

import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from test_pbf import differences

from siting.errors import InputError, InputWarning
from siting.network import elements, extract, extracts, osm, pbf, speeds, streamed
from siting.times import matrix

LIECHTENSTEIN = "liechtenstein-latest.osm.pbf"
SEAM = 9.525  # degrees east: the country is cut there
OVERLAP = 0.005


def part(source, target, keep):
    """Roads of a file with a node that is kept, whole, with their nodes and their relations."""
    inside, named, ways = set(), set(), set()
    for node in osmium.FileProcessor(str(source), osmium.osm.NODE):
        if keep(node.lon):
            inside.add(node.id)
    ways_only = osmium.FileProcessor(str(source), osmium.osm.WAY)
    for way in ways_only.with_filter(osmium.filter.KeyFilter("highway")):
        refs = {node.ref for node in way.nodes}
        if refs & inside:
            ways.add(way.id)
            named |= refs
    target.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(target)) as writer:
        for item in osmium.FileProcessor(str(source)):
            kind = item.type_str()
            if (
                (kind == "n" and item.id in named)
                or (kind == "w" and item.id in ways)
                or (kind == "r" and any(m.type == "w" and m.ref in ways for m in item.members))
            ):
                writer.add(item)
    return target


@pytest.fixture(scope="module")
def halves(samples, tmp_path_factory):
    """Two overlapping halves of a country, and what osmium merges of them."""
    folder = tmp_path_factory.mktemp("halves")
    source = samples / "osm" / LIECHTENSTEIN
    west = part(source, folder / "west.osm.pbf", lambda lon: lon <= SEAM + OVERLAP)
    east = part(source, folder / "east.osm.pbf", lambda lon: lon >= SEAM - OVERLAP)
    merged = folder / "merged.osm.pbf"
    reader = osmium.MergeInputReader()
    for path in (west, east):
        reader.add_file(str(path))
    with osmium.SimpleWriter(str(merged)) as writer:
        reader.apply(writer, simplify=True)
    return west, east, merged


def by(reader, monkeypatch):
    """Have files read block by block, or by osmium."""
    monkeypatch.setattr(extracts, "PBF_FROM", 0 if reader == "blocks" else 1 << 60)
    if reader == "blocks":
        monkeypatch.setattr(streamed.osmium, "FileProcessor", None)


@pytest.mark.parametrize(("reader", "mode"), [("blocks", "car"), ("osmium", "foot")])
def test_several_are_what_osmium_merges(halves, reader, mode, monkeypatch):
    west, east, merged = halves
    by(reader, monkeypatch)
    chosen = speeds.load(mode=mode)
    whole = extract.segments(merged, chosen)
    parts = [extract.segments(path, chosen) for path in (west, east)]
    assert len(whole.way) < sum(len(segments.way) for segments in parts)  # they overlap
    for order in ([west, east], [east, merged, west]):
        assert differences(extract.segments(order, chosen), whole) == []
    if mode == "car":
        rules = [len(segments.restrictions) for segments in (*parts, whole)]
        assert 0 < max(rules[:2]) <= rules[2] <= sum(rules[:2])


def test_one_by_blocks_and_one_by_osmium(halves, monkeypatch):
    west, east, merged = halves
    sizes = [path.stat().st_size for path in (west, east)]
    monkeypatch.setattr(extracts, "PBF_FROM", max(sizes))
    expected = extract.segments(merged, speeds.load())
    assert differences(extract.segments([west, east], speeds.load()), expected) == []


def write(path, ways, places, signs=()):
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for node, place in places.items():
            tags = {"barrier": "bollard"} if node in signs else {}
            writer.add_node(osmium.osm.mutable.Node(id=node, location=place, tags=tags))
        for way, (refs, kmh) in ways.items():
            tags = {"highway": "residential", "maxspeed": kmh}
            writer.add_way(osmium.osm.mutable.Way(id=way, nodes=refs, tags=tags))
    return path


@pytest.mark.parametrize("reader", ["blocks", "osmium"])
def test_a_node_that_only_the_neighbour_holds(tmp_path, reader, monkeypatch):
    """An extract cut through its ways: the neighbour knows where they lead."""
    by(reader, monkeypatch)
    places = {1: (2.50, 44.3), 2: (2.51, 44.3), 3: (2.52, 44.3)}
    cut = write(tmp_path / "a.osm.pbf", {7: ([1, 2, 3], "50")}, {k: places[k] for k in (1, 2)})
    beside = write(tmp_path / "b.osm.pbf", {9: ([2, 2], "50")}, places)
    assert extract.segments(cut, speeds.load()).missing_nodes == 1
    both = extract.segments([cut, beside], speeds.load())
    assert both.missing_nodes == 0
    assert both.way.tolist() == [7, 7]


def test_of_extracts_that_differ_the_first_holds(tmp_path):
    places = {1: (2.50, 44.3), 2: (2.51, 44.3)}
    old = write(tmp_path / "old.osm.pbf", {7: ([1, 2], "50")}, places)
    new = write(tmp_path / "new.osm.pbf", {7: ([1, 2], "30")}, places | {2: (2.53, 44.3)}, {1})
    for first, second in ((old, new), (new, old)):
        with pytest.warns(InputWarning) as caught:
            both = extract.segments([first, second], speeds.load())
        (warning,) = caught
        assert warning.message.key == "extracts_differ"
        assert "3 élément" in warning.message.text("fr")  # the way, a node moved, a bollard
        assert differences(both, extract.segments(first, speeds.load())) == []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        extract.segments([old, old], speeds.load())


def an_area(segments):
    """A ring and a box that touch nothing of each other, over the middle of some roads."""
    x, y = np.median(segments.lon), np.median(segments.lat)
    ring = shapely.Point(x, y).buffer(0.02) - shapely.Point(x, y).buffer(0.01)
    return shapely.union_all([ring, shapely.box(x + 0.03, y - 0.01, x + 0.05, y + 1)])


EVERY = [
    *("andorra.osm.pbf", LIECHTENSTEIN, "saint_barthelemy.osm.pbf", "sao_paulo_sample.osm.pbf"),
    *("meuse_rural.osm.gz", "pont_de_veyle.osm.gz"),
]


@pytest.mark.parametrize("name", EVERY)
def test_cut_while_reading_is_cut_after(samples, name, monkeypatch):
    path, chosen = samples / "osm" / name, speeds.load()
    if name.endswith(".pbf"):
        by("blocks", monkeypatch)
    whole = extract.segments(path, chosen)
    area = an_area(whole)
    cut = extract.segments(path, chosen, area)
    within = shapely.covers(area, shapely.points(whole.lon, whole.lat))
    touched = set(whole.way[within[whole.tail] | within[whole.head]].tolist())
    assert set(cut.way.tolist()) == touched
    assert 0 < len(cut.way) < len(whole.way)
    same = np.isin(whole.way, cut.way)
    for column in ("way", "length_m", "forward_s", "backward_s", "ends_only", "roundabout"):
        assert getattr(cut, column).tobytes() == getattr(whole, column)[same].tobytes()
    assert cut.lon[cut.tail].tobytes() == whole.lon[whole.tail[same]].tobytes()
    with pytest.raises(InputError) as caught:
        extract.segments(path, chosen, shapely.box(0, 0, 1, 1))
    assert caught.value.key == "no_road_in_the_area"


def test_osmium_cuts_the_same(samples, monkeypatch):
    path, chosen = samples / "osm" / "andorra.osm.pbf", speeds.load()
    streamed_whole = extract.segments(path, chosen)
    area = an_area(streamed_whole)
    after = extract.segments(path, chosen, area)
    everywhere = shapely.box(-180, -90, 180, 90)
    by("blocks", monkeypatch)
    assert differences(extract.segments(path, chosen, area), after) == []
    assert differences(extract.segments(path, chosen, everywhere), streamed_whole) == []


def test_a_cut_leaves_nothing_of_the_roads_elsewhere(samples, monkeypatch):
    """Blocks are sifted as they come: what is put together is what is kept."""
    by("blocks", monkeypatch)
    path, area = samples / "osm" / "andorra.osm.pbf", shapely.Point(1.5218, 42.5075).buffer(0.01)
    cut, sifted = elements.cut, []
    monkeypatch.setattr(elements, "cut", lambda ways, *of: sifted.append(ways) or cut(ways, *of))
    kept = extract.segments(path, speeds.load(), area)
    assert len(sifted[0].ids) == len(elements.touching(sifted[0], pbf_inside(path, area)).ids)
    assert kept.ways_kept <= len(sifted[0].ids) < extract.segments(path, speeds.load()).ways_kept


def pbf_inside(path, area):
    return pbf.nodes_inside(pbf.opened(path), area)


def test_cut_halves_are_the_cut_of_the_merged(halves, monkeypatch):
    west, east, merged = halves
    by("blocks", monkeypatch)
    area = shapely.Point(SEAM, 47.15).buffer(0.03)
    both = extract.segments([west, east], speeds.load(), area)
    assert differences(both, extract.segments(merged, speeds.load(), area)) == []


def test_times_inside_stand_where_the_cut_is_generous(samples):
    """A journey of ten minutes does not leave a buffer of 25 km."""
    path = samples / "osm" / LIECHTENSTEIN
    chosen = speeds.load()
    whole = osm.read(path, speeds=chosen)
    x, y = float(np.median(whole.lon)), float(np.median(whole.lat))
    cut = osm.read(path, speeds=chosen, within=shapely.box(x - 0.12, y - 0.09, x + 0.12, y + 0.09))
    assert cut.report.edges < whole.report.edges
    rng = np.random.default_rng(4)
    near = np.flatnonzero((abs(whole.lon - x) < 0.02) & (abs(whole.lat - y) < 0.015))
    at = rng.choice(near, 40, replace=False)
    points = pd.DataFrame({"id": at.astype(str), "lon": whole.lon[at], "lat": whole.lat[at]})
    times = []
    for network in (whole, cut):
        ends = network.attach(points)
        times.append(matrix.dense(matrix.prepare(network), ends, ends).minutes)
    short = times[0] <= 6
    assert short.sum() > 500
    assert np.array_equal(times[0][short], times[1][short])
