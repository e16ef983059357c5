"""Roads are kept by their content: what is kept is what would be made."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from siting.config import Study
from siting.network import osm
from siting.study import kept, kept_roads
from siting.times import matrix, sweeps


@pytest.fixture
def study(samples, tmp_path, monkeypatch):
    monkeypatch.setenv("SITING_CACHE", str(tmp_path / "cache"))
    extract = tmp_path / "roads.osm.pbf"
    extract.write_bytes((samples / "osm" / "liechtenstein-latest.osm.pbf").read_bytes())
    roads = Study.model_fields["roads"].annotation.model_construct(
        distances=None,
        osm=(extract,),
        mode="car",
        period="off_peak",
        speeds=None,
        date=None,
        country="FR",
    )
    department = type("D", (), {"code": "LI"})
    files = dict.fromkeys(("communes", "boundaries", "changes"))
    around = {"department": department, "crs": "EPSG:2154", "buffer_km": 40.0}
    territory = type("T", (), files | around)
    from siting.config import Assumptions

    return Study.model_construct(roads=roads, territory=territory, assumptions=Assumptions())


def test_kept_and_made_again(study):
    made = []

    def make():
        made.append(1)
        return matrix.prepare(osm.read(study.roads.osm))

    first = kept_roads.router(study, make)
    again = kept_roads.router(study, make)
    assert len(made) == 1
    lon, lat = first.network.lon, first.network.lat
    at = np.linspace(0, len(lon) - 1, 40).astype(int)
    points = pd.DataFrame({"id": [str(i) for i in at], "lon": lon[at], "lat": lat[at]})
    times = [
        matrix.dense(one, one.network.attach(points), one.network.attach(points)).deciseconds
        for one in (first, again)
    ]
    assert np.array_equal(*times)

    # one tree is a column of many
    whole = matrix.towards(first, first.network.attach(points), first.network.attach(points))
    for j in (0, 17):
        here = first.network.attach(points.iloc[[j]])
        one = matrix.towards(first, first.network.attach(points), here)
        assert np.array_equal(one.deciseconds[:, 0], whole.deciseconds[:, j])
        legs = here.arriving
        table = sweeps.to_all(first.hierarchy, first.metric, legs, backward=True)
        tree = sweeps.tree(first.hierarchy, first.metric, legs, backward=True)
        assert np.array_equal(table[:, 0], tree)

    (held,) = kept.folder().iterdir()
    held.write_bytes(held.read_bytes()[:1000])
    kept_roads.router(study, make)
    assert len(made) == 2
    (extract,) = study.roads.osm
    extract.write_bytes(extract.read_bytes() + b"\n")
    kept_roads.router(study, lambda: first)
    assert len(list(kept.folder().iterdir())) == 2
