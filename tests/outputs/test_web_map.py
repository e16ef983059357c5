"""The map's file: nothing fetched, nothing unescaped, the figures that it was given."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from shapely.geometry import LineString, MultiPolygon, Polygon, box

from siting import texts
from siting.errors import OutputError
from siting.outputs import compact, csp, scales, web_map
from siting.outputs.theme import DEFAULT

BROWSER = Path(__file__).parents[2] / "siting" / "browser"


def content(name="Rodez"):
    """Two communes, four cells, one facility, one candidate; two views."""
    communes = gpd.GeoDataFrame(
        {
            "code": ["12001", "12002"],
            "name": [name, "Millau"],
            "population": [300, 200],
            "epci_code": ["1", ""],
            "epci_name": [name, ""],
            "chef_lieu_lon": [2.1, np.nan],
            "chef_lieu_lat": [44.1, np.nan],
        },
        geometry=[box(2.0, 44.0, 2.2, 44.2), box(2.2, 44.0, 2.4, 44.2)],
        crs=4326,
    )
    cells = gpd.GeoDataFrame(
        {
            "commune_code": ["12001", "12001", "12002", "12002"],
            "population": [100, 200.4, 150, 50],
        },
        geometry=[box(2 + i / 10, 44, 2.1 + i / 10, 44.1) for i in range(4)],
        crs=4326,
    )
    view = web_map.View(
        legend="Temps",
        headline=f"Une phrase sur {name}",
        scale=scales.minutes(DEFAULT),
        cells=np.array([9.99, 10.0, 10.01, np.nan]),
        cell_term="Temps",
        cell_unit="min",
        nearest=np.array([0, 0, 0, -1]),
        communes=np.array([12.04, np.nan]),
        columns=(("Part", ["50 %", name]),),
    )
    other = replace(view, cells=np.array([9.99, 10.0, 5.0, np.nan]))
    criterion = web_map.OpenedCriterion(name, "1 hab.", "30 %", "3,0", name)
    points = (
        web_map.Points(name, "facility", (web_map.Point(name, 2.1, 44.1),)),
        web_map.Points(
            "Sites",
            "candidate",
            (web_map.Point(name, 2.3, 44.1, "1", (("Score", "3"),), (criterion,)),),
        ),
    )
    return web_map.WebMap(
        title=f"Carte de {name}",
        date=name,
        ground=web_map.Ground(communes, cells),
        choices=(web_map.Choice(name, ("a", name)),),
        views=(view, other),
        points=points,
        sources=({"status": "observé", "text": name},),
        compare=True,
    )


def data_of(html):
    """The data that stands in the page."""
    return json.loads(re.search(r"const data = (\{.*\});\n", html)[1])


def unpack(text):
    """Whole numbers of `compact.pack`, one byte after the other."""
    found, value, shift = [], 0, 0
    for byte in base64.b64decode(text):
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            found.append(value)
            value = shift = 0
    return found


def shapes_of(packed):
    """Parts of each shape, each a list of points, in degrees."""
    signed = [-(v + 1) // 2 if v % 2 else v // 2 for v in unpack(packed["steps"])]
    points = np.cumsum(np.array(signed).reshape(-1, 2), axis=0) * compact.UNIT
    parts = np.split(points, np.cumsum(unpack(packed["points"]))[:-1])
    ends = np.cumsum([0, *unpack(packed["parts"])])
    return [parts[a:b] for a, b in pairwise(ends)]


def test_no_address_is_asked_without_the_reader():
    html = web_map.render(content())
    asked = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag, attributes):
            # a link that the reader may follow is no request
            asked.extend(v for k, v in attributes if k in {"src", "href"} and tag != "a")

    Tags().feed(html)
    assert asked == []
    assert "@import" not in html


def test_the_page_allows_itself_no_more_than_what_it_holds():
    html = web_map.render(content())
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)[1]
    assert "default-src 'none'" in policy
    assert "connect-src" not in policy
    found = csp.hashes(html)
    assert all(one in policy for one in (*found.scripts, *found.styles))
    assert "unsafe" not in policy


def test_the_same_map_has_the_same_bytes():
    assert web_map.render(content()) == web_map.render(content())


def test_figures_that_it_was_given():
    data = data_of(web_map.render(content()))
    assert data["communes"]["people"] == [300, 200]
    assert unpack(data["cells"]["people"]) == [1000, 2004, 1500, 500]
    assert unpack(data["cells"]["commune"]) == [0, 0, 1, 1]
    first, second = data["views"]
    # deciseconds, one more than they are: 0 says that there is none
    assert unpack(first["cells"]) == [5995, 6001, 6007, 0]
    assert first["communes"] == [12.04, None]
    gaps, values = map(unpack, second["changed"])
    assert (gaps, values) == ([2], [3001])
    assert data["epci"]["name"] == ["Rodez"]
    # a commune without a chef-lieu is named at a point inside it
    assert data["communes"]["seat"][1] == pytest.approx([44.1, 2.3])


def test_cells_that_share_a_border_still_share_it():
    found = [one[0] for one in shapes_of(data_of(web_map.render(content()))["cells"]["shape"])]
    edges = [{tuple(np.round(p, 5)) for p in ring} for ring in found]
    assert all(len(a & b) == 2 for a, b in pairwise(edges))


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20) | st.sampled_from(
    [
        "</script><script>alert(1)</script>",
        "L'Hôpital-d'Orion",
        "<!--",
        "a\u2028b",
        "&amp;",
        '"\\',
        "@siting-script@",
        "0123456789abcdef0123456789abcdef",
    ]
)


@settings(max_examples=25, deadline=None)
@given(NAMES)
def test_any_name_stays_a_name(name):
    html = web_map.render(content(name))
    plain = web_map.render(content())
    data = data_of(html)
    assert data["communes"]["name"][0] == name
    assert data["points"][1]["places"][0]["opened"][0][0] == name
    assert data["views"][0]["columns"][0][1][1] == name
    assert html.lower().count("<script") == plain.lower().count("<script")
    assert html.lower().count("</script") == plain.lower().count("</script")


def test_every_word_of_the_page_is_in_the_catalogue():
    written = (BROWSER / "map" / "data.ts").read_text(encoding="utf-8")
    words = re.search(r"export interface Words \{(.*?)\n\}", written, re.DOTALL)[1]
    declared = set(re.findall(r"^  (\w+): string;$", words, re.MULTILINE))
    assert declared == set(texts.section("map.page"))  # the compiler refuses any other
    every = "".join(path.read_text(encoding="utf-8") for path in (BROWSER / "map").glob("*.ts"))
    assert "words[`context_${part}`]" in every  # the background's, by part
    named = {key for key in declared if not key.startswith("context_")}
    assert {key for key in named if not re.search(rf"words\.{key}\b", every)} == set()


def test_a_layer_without_rows_is_refused_and_a_bad_shape_is_mended():
    whole = content()
    empty = replace(whole.ground, communes=whole.ground.communes.iloc[:0])
    with pytest.raises(OutputError, match="aucune commune"):
        web_map.render(replace(whole, ground=empty))
    bow = Polygon([(2.0, 44.0), (2.2, 44.2), (2.2, 44.0), (2.0, 44.2)])
    communes = whole.ground.communes.copy()
    communes.loc[0, "geometry"] = bow
    assert web_map.count_invalid(communes.geometry) == 1
    drawn = web_map.draw(replace(whole.ground, communes=communes)).data
    assert len(shapes_of(drawn["communes"]["shape"])[0]) == 2
    assert web_map.render(replace(whole, ground=replace(whole.ground, cells=None)))


def test_at_most_seven_classes():
    with pytest.raises(ValueError, match="limits"):
        web_map.ViewScale(tuple(range(7)), ("x",) * 8, ("#000000",) * 8, "")


@given(st.lists(st.integers(0, 2**40)))
def test_packed_numbers_come_back(values):
    assert unpack(compact.pack(np.array(values, np.int64))) == values


@given(st.lists(st.integers(-(2**40), 2**40)))
def test_signs_come_back(values):
    coded = compact.zigzag(np.array(values, np.int64))
    assert [-(int(v) + 1) // 2 if v % 2 else int(v) // 2 for v in coded] == values


SHAPES = [
    [Polygon([(2, 44), (3, 44), (3, 45), (2, 44)])],
    [
        Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(1, 1), (2, 1), (2, 2), (1, 1)]]),
        box(1, 1, 2, 2),
    ],
    [box(5, 5, 6, 6), MultiPolygon([box(0, 0, 1, 1), box(-3, -3, -2, -2)])],
]


@pytest.mark.parametrize("shapes", SHAPES)
def test_packed_shapes_come_back(shapes):
    found = shapes_of(compact.pack_shapes(shapes))
    assert len(found) == len(shapes)
    for parts, shape in zip(found, shapes, strict=True):
        rings = [r for part in shapely.get_parts(shape) for r in shapely.get_rings(part)]
        assert len(parts) == len(rings)
        for part, ring in zip(parts, rings, strict=True):
            expected = shapely.get_coordinates(ring)[:-1]
            assert np.asarray(part, float) == pytest.approx(expected, abs=1e-5)


def test_packed_lines_keep_both_ends_and_slivers_are_left_out():
    (line,) = shapes_of(compact.pack_shapes([LineString([(2, 44), (2.5, 44), (2, 44)])]))
    assert np.asarray(line[0], float) == pytest.approx(np.array([(2, 44), (2.5, 44), (2, 44)]))
    sliver = Polygon([(0, 0), (1e-7, 0), (0, 1e-7)])
    packed = compact.pack_shapes([sliver, box(0, 0, 1, 1)])
    assert unpack(packed["parts"]) == [0, 1]


def test_encoded_rings_come_back():
    # what the workshop's page reads
    shape = SHAPES[1][0]
    (rings,) = compact.encode([shape])
    for steps, ring in zip(rings, shapely.get_rings(shape), strict=True):
        points = np.cumsum(np.array(steps).reshape(-1, 2), axis=0) * compact.UNIT
        assert points == pytest.approx(shapely.get_coordinates(ring)[:-1], abs=1e-5)
    assert compact.encode([Polygon([(0, 0), (1e-7, 0), (0, 1e-7)])]) == [[]]


def test_classes_are_told_in_words():
    narrow = texts.NARROW_SPACE
    labels = scales.minutes(DEFAULT).labels
    assert labels[0] == f"≤ 10{narrow}min"
    assert labels[-1] == f"plus de 45{narrow}min"
    assert scales.spread(("#000000", "#ffffff"), 3) == ("#000000", "#808080", "#ffffff")
    assert scales.counts(DEFAULT).limits == (0, 1, 2, 3)
    assert pd.Series(scales.beyond(20, DEFAULT).limits).is_monotonic_increasing


def test_whose_map_it_is_stands_on_it(tmp_path):
    Image.new("RGB", (40, 20), "#0b4f8a").save(tmp_path / "logo.png")
    theme = DEFAULT.model_copy(
        update={"editor": "L'Éditeur </script>", "logo": tmp_path / "logo.png"}
    )
    html = web_map.render(content(), theme)
    data = data_of(html)
    assert data["editor"] == "L'Éditeur </script>"
    assert data["logo"].startswith("data:image/png;base64,")
    assert "L'Éditeur </script>" not in html
    assert data_of(web_map.render(content()))["logo"] == ""
