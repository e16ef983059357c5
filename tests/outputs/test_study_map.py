"""The map's file: nothing fetched, nothing unescaped, the figures of the tables."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box

from siting import texts
from siting.outputs import compact, leaflet, study_map
from siting.sites import criteria, scores


def content(name="Rodez", *, missing=False):
    """Two communes, four cells, one facility, two candidates."""
    squares = [box(2.0, 44.0, 2.2, 44.2), box(2.2, 44.0, 2.4, 44.2)]
    communes = gpd.GeoDataFrame(
        {
            "code": ["12001", "12002"],
            "name": [name, "Millau"],
            "population": [300, 200],
            "epci_code": ["1", "2"],
            "epci_name": ["CC A", "CC B"],
            "chef_lieu_lon": [2.1, 2.3],
            "chef_lieu_lat": [44.1, 44.1],
            "minutes": [12.04, np.nan if missing else 46.0],
            "share": [1.0, 0.0],
        },
        geometry=squares,
        crs=4326,
    )
    cells = gpd.GeoDataFrame(
        {
            "commune_code": ["12001", "12001", "12002", "12002"],
            "population": [100, 200, 150, 50],
            "minutes": np.array([9.99, 10.01, 20.0, np.nan], np.float32),
            "facility_id": ["f", "f", "f", ""],
            "reason": ["", "", "", "no_route"],
        },
        geometry=[box(2 + i / 10, 44, 2.1 + i / 10, 44.1) for i in range(4)],
        crs=4326,
    )
    facilities = pd.DataFrame(
        {"id": ["f"], "name": [name], "lon": [2.1], "lat": [44.1], "kind": ["fixed"]}
    )
    candidates = pd.DataFrame({"id": ["a", "b"], "lon": [2.1, 2.3], "lat": [44.1, 44.1]})
    sites = pd.DataFrame({"site_id": ["a", "b"], "name": [name, "B"], "commune_code": "12001"})
    chosen = [criteria.parse("population_gained_20min"), criteria.parse("fibre_at_site_2026")]
    raw = pd.DataFrame({chosen[0].id: [10.0, 1234.0], chosen[1].id: [np.nan, 0.5]})
    return study_map.MapContent(
        title=f"Carte de {name}",
        headline="Une phrase",
        service="France Services",
        communes=communes,
        cells=cells,
        facilities=facilities,
        candidates=candidates,
        scores=scores.weighted_mean(sites, chosen, [2, 1], raw),
        threshold=20,
        cells_modelled=True,
        sources=[{"status": "observé", "text": "INSEE"}],
    )


def data_of(html):
    """The data that stands in the page."""
    return json.loads(re.search(r"const data = (\{.*\});\n", html)[1])


def test_no_address_is_asked_without_the_reader():
    html = study_map.render(content())
    asked = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag, attributes):
            # a link that the reader may follow is no request
            asked.extend(v for k, v in attributes if k in {"src", "href"} and tag != "a")

    Tags().feed(html)
    assert asked == []
    assert "@import" not in html


def test_the_same_map_has_the_same_bytes():
    assert study_map.render(content()) == study_map.render(content())


def test_figures_of_the_tables():
    data = data_of(study_map.render(content()))
    assert data["communes"]["people"] == [300, 200]
    assert data["cells"]["people"] == [100, 200, 150, 50]
    # rounded up, so that no cell is painted in a class that it is not in
    assert data["cells"]["minutes"] == [10, 10.1, 20, None]
    assert data["cells"]["reason"][3] == "no_route"
    ranked = data["candidates"]
    assert [one["rank"] for one in ranked] == [1, 2]
    assert ranked[0]["opened"][0]["value"] == f"1{texts.NARROW_SPACE}234{texts.NARROW_SPACE}hab."
    assert ranked[1]["opened"][1]["value"] == "inconnu"


def test_missing_values_are_not_numbers():
    data = data_of(study_map.render(content(missing=True)))
    assert data["communes"]["minutes"] == [12.1, None]


NAMES = st.text(min_size=1, max_size=20) | st.sampled_from(
    ["</script><script>alert(1)</script>", "L'Hôpital-d'Orion", "<!--", "a\u2028b", "&amp;", '"\\']
)


@settings(max_examples=25, deadline=None)
@given(NAMES)
def test_any_name_stays_a_name(name):
    html = study_map.render(content(name))
    plain = study_map.render(content())
    assert data_of(html)["communes"]["name"][0] == name
    assert html.lower().count("<script") == plain.lower().count("<script")
    assert html.lower().count("</script") == plain.lower().count("</script")


def test_every_word_of_the_page_is_in_the_catalogue():
    script = leaflet.asset("study_map.js")
    used = set(re.findall(r"words\.([a-z_]+)", script))
    used |= {f"reason_{r}" for r in ("no_route", "too_far_from_road", "beyond_limit")}
    assert used <= set(study_map.WORDS)


@pytest.mark.parametrize(
    "shape",
    [
        Polygon([(2, 44), (3, 44), (3, 45), (2, 44)]),
        Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(1, 1), (2, 1), (2, 2), (1, 1)]]),
        MultiPolygon([box(0, 0, 1, 1), box(-3, -3, -2, -2)]),
    ],
)
def test_compact_geometry_comes_back(shape):
    (rings,) = compact.encode([shape])
    parts = [shapely.get_rings(part) for part in shapely.get_parts(shape)]
    expected = [ring for group in parts for ring in group]
    assert len(rings) == len(expected)
    for steps, ring in zip(rings, expected, strict=True):
        points = np.cumsum(np.array(steps).reshape(-1, 2), axis=0) * compact.UNIT
        assert points == pytest.approx(shapely.get_coordinates(ring)[:-1], abs=1e-5)


def test_degenerate_rings_are_left_out():
    assert compact.encode([Polygon([(0, 0), (1e-7, 0), (0, 1e-7)])]) == [[]]
