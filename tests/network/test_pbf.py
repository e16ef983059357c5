"""The block reader gives what osmium gives, bit for bit, and refuses damaged files."""

from __future__ import annotations

import os
from dataclasses import fields

import numpy as np
import osmium
import pytest

from siting.errors import InputError
from siting.network import extract, extracts, pbf, speeds, streamed
from siting.network.segments import NodeDelays

SAMPLES = ("andorra", "liechtenstein-latest", "saint_barthelemy", "sao_paulo_sample")


def by_blocks(path, mode, monkeypatch):
    """Segments as the block reader gives them; osmium may not be asked."""
    with monkeypatch.context() as patched:
        patched.setattr(extracts, "PBF_FROM", 0)
        patched.setattr(streamed.osmium, "FileProcessor", None)
        return extract.segments(path, speeds.load(mode=mode))


def by_osmium(path, mode, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(extracts, "PBF_FROM", 1 << 60)
        return extract.segments(path, speeds.load(mode=mode))


def same(one, two):
    if isinstance(one, np.ndarray):
        return one.dtype == two.dtype and one.tobytes() == two.tobytes()
    if isinstance(one, NodeDelays):
        return all(same(getattr(one, f.name), getattr(two, f.name)) for f in fields(one))
    return one == two


def differences(one, two):
    return [f.name for f in fields(one) if not same(getattr(one, f.name), getattr(two, f.name))]


@pytest.mark.parametrize("mode", ["car", "bicycle", "foot"])
@pytest.mark.parametrize("name", SAMPLES)
def test_equal_to_osmium_on_samples(samples, name, mode, monkeypatch):
    path = samples / "osm" / f"{name}.osm.pbf"
    ours = by_blocks(path, mode, monkeypatch)
    assert len(ours.tail) > 100
    assert differences(ours, by_osmium(path, mode, monkeypatch)) == []


def write(path, *, offset=0, filetype="", twice=False):
    """A street with a gate and a rule, at given identifiers, and a way that nobody drives."""
    if filetype:
        writer = osmium.SimpleWriter(osmium.io.File(str(path), filetype), overwrite=True)
    else:
        writer = osmium.SimpleWriter(str(path), overwrite=True)
    places = [(2.57, 44.35), (2.58, 44.35), (2.59, 44.35), (2.58, 44.36), (-0.1234567, -0.7654321)]
    for i, place in enumerate(places, 1):
        tags = {"barrier": "bollard", "name": "Borne « é »"} if i == 4 else {}
        for _ in range(2 if twice and i == 2 else 1):
            writer.add_node(osmium.osm.mutable.Node(id=i + offset, location=place, tags=tags))
    street = {"highway": "residential", "name": "Rue de l’Église", "maxspeed": "30"}
    for way, refs, tags in (
        (1, (1, 2), street),
        (2, (2, 3), street),
        (3, (2, 4, 5), street | {"oneway": "yes"}),
        (4, (1, 3), {"waterway": "river"}),
        (5, (3, 99), street),
    ):
        nodes = [ref + offset for ref in refs]
        writer.add_way(osmium.osm.mutable.Way(id=way + offset, nodes=nodes, tags=tags))
    rule = {"type": "restriction", "restriction": "no_left_turn"}
    members = [("w", 1 + offset, "from"), ("n", 2 + offset, "via"), ("w", 3 + offset, "to")]
    for number, tags in ((1, rule), (2, {"type": "route", "route": "bus"})):
        relation = osmium.osm.mutable.Relation(id=number, members=members, tags=tags)
        writer.add_relation(relation)
    writer.close()
    return path


@pytest.mark.parametrize("mode", ["car", "bicycle", "foot"])
def test_equal_to_osmium_on_a_written_file(tmp_path, mode, monkeypatch):
    path = write(tmp_path / "street.osm.pbf")
    ours = by_blocks(path, mode, monkeypatch)
    assert ours.missing_nodes == 1
    assert ours.ways_read == ours.ways_kept == 4
    assert differences(ours, by_osmium(path, mode, monkeypatch)) == []


def test_negative_identifiers(tmp_path, monkeypatch):
    plain = by_blocks(write(tmp_path / "plain.osm.pbf"), "car", monkeypatch)
    path = write(tmp_path / "drawn.osm.pbf", offset=-1000)
    drawn = by_blocks(path, "car", monkeypatch)
    assert differences(extract.segments(path, speeds.load()), drawn) == []  # small, yet by blocks
    assert np.array_equal(drawn.node_ids, plain.node_ids - 1000)
    assert np.array_equal(drawn.way, plain.way - 1000)
    assert drawn.lon.tobytes() == plain.lon.tobytes()
    assert drawn.restrictions[0].from_ways == (-999,)


@pytest.mark.parametrize("filetype", ["pbf,pbf_dense_nodes=false", "pbf,pbf_compression=lz4"])
def test_osmium_reads_what_the_block_reader_does_not_know(tmp_path, filetype, monkeypatch):
    try:
        path = write(tmp_path / "other.osm.pbf", filetype=filetype)
    except RuntimeError as error:
        pytest.skip(f"this osmium does not write it: {error}")
    with pytest.raises(TypeError):
        by_blocks(path, "car", monkeypatch)  # asks for osmium
    monkeypatch.setattr(extracts, "PBF_FROM", 0)
    usual = by_osmium(write(tmp_path / "usual.osm.pbf"), "car", monkeypatch)
    assert differences(extract.segments(path, speeds.load()), usual) == []


def test_nodes_that_come_twice_are_left_to_osmium(tmp_path, monkeypatch):
    path = write(tmp_path / "twice.osm.pbf", twice=True)
    with pytest.raises(TypeError):
        by_blocks(path, "car", monkeypatch)


def test_uncompressed_blocks(tmp_path, monkeypatch):
    path = write(tmp_path / "raw.osm.pbf", filetype="pbf,pbf_compression=none")
    usual = by_osmium(write(tmp_path / "usual.osm.pbf"), "car", monkeypatch)
    assert differences(by_blocks(path, "car", monkeypatch), usual) == []


def test_the_same_for_any_number_of_threads(samples, monkeypatch):
    path = samples / "osm" / "andorra.osm.pbf"
    read = []
    for cores in (1, 2, 5):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        read.append(by_blocks(path, "car", monkeypatch))
    assert differences(read[0], read[1]) == differences(read[0], read[2]) == []


def test_damaged_files_end_in_a_sentence(tmp_path, monkeypatch):
    """Cut anywhere, and with any byte changed, raw so that no checksum helps."""
    monkeypatch.setattr(extracts, "PBF_FROM", 0)
    whole = write(tmp_path / "raw.osm.pbf", filetype="pbf,pbf_compression=none").read_bytes()
    path = tmp_path / "damaged.osm.pbf"
    rng = np.random.default_rng(0)
    sentences = []
    for attempt in range(150):
        data = bytearray(whole)
        if attempt % 3 == 0:
            data = data[: int(rng.integers(len(data)))]
        else:
            for at in rng.integers(len(data), size=1 + attempt % 3):
                data[at] = rng.integers(256)
        path.write_bytes(data)
        try:
            extract.segments(path, speeds.load())
        except InputError as error:
            sentences.append(error.text("fr"))
    assert len(sentences) > 50
    assert all(str(path) in sentence for sentence in sentences)


def test_sizes_that_lie_are_refused_before_memory_is_taken(tmp_path):
    path = tmp_path / "lies.osm.pbf"
    for data in (b"\xff\xff\xff\xff", b"\x00\x00\x00\x05\x0a\x03abc", b"\x00\x00"):
        path.write_bytes(data)
        with pytest.raises((ValueError, IndexError, KeyError)):
            pbf.opened(path)
