"""Several extracts in a study and on the command line: one network, cut to the study's ground."""

from __future__ import annotations

import andorra_study
import numpy as np
import pandas as pd
import pytest
import yaml

from siting import config
from siting.cli import app as cli
from siting.study import prepared

HERE, ELSEWHERE = "andorra.osm.pbf", "saint_barthelemy.osm.pbf"


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SITING_CACHE", str(tmp_path / "cache"))


def test_an_extract_of_elsewhere_adds_nothing_to_a_study(samples, tmp_path):
    path = andorra_study.write(tmp_path, samples / "osm" / HERE, "car")
    alone = prepared.prepare(config.load(path), lambda _: None)
    keys = yaml.safe_load(path.read_text(encoding="utf-8"))
    keys["roads"]["osm"] = [str(samples / "osm" / name) for name in (HERE, ELSEWHERE)]
    path.write_text(yaml.safe_dump(keys), encoding="utf-8")
    both = prepared.prepare(config.load(path), lambda _: None)
    networks = [ready.router.network for ready in (alone, both)]
    assert networks[0].report == networks[1].report
    assert np.array_equal(*(network.duration for network in networks))
    roads = [item.path for item in both.read.read if item.role == "roads"]
    assert [path.rpartition("/")[2] for path in roads] == [HERE, ELSEWHERE]


def test_roads_named_twice_on_the_command_line(samples, tmp_path):
    places = {
        "id": ["a", "b", "g"],
        "lon": [1.5218, 1.5976, -62.8498],
        "lat": [42.5075, 42.5676, 17.8962],
    }
    points, out = tmp_path / "points.csv", tmp_path / "times.parquet"
    pd.DataFrame(places).to_csv(points, index=False)
    command = ["times", "--origins", str(points), "--destinations", str(points), "-o", str(out)]
    for name in (HERE, ELSEWHERE):
        command += ["--roads", str(samples / "osm" / name)]
    with pytest.raises(SystemExit) as ended:
        cli.main(command)
    assert ended.value.code == 0
    pairs = pd.read_parquet(out).set_index(["origin_id", "destination_id"])["minutes"]
    assert all(pairs[place, place] < 2 for place in "abg")  # to the road and back
    assert pairs["a", "b"] > 5
    assert pairs[[("a", "g"), ("b", "g"), ("g", "a")]].isna().all()
