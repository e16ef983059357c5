"""Isochrones by timetable against the times of points."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from test_transit import WINDOW_START, read

from siting.cli import main
from siting.times import isochrones, transit, transit_isochrones, walking

POINT = pd.DataFrame({"id": ["p"], "lon": [2.0], "lat": [46.0]})  # stop c


def line(folder):
    """Buses from a to c every ten minutes, 111 km in two minutes, through b."""
    calls = [("a", 0, 0, "0", "0"), ("b", 120, 120, "0", "0"), ("c", 240, 240, "0", "0")]
    return read(folder, [{"calls": calls, "night": False, "often": (12, 600), "block": ""}])


@pytest.mark.parametrize("towards", [True, False])
@pytest.mark.parametrize("arrive", [True, False])
def test_cells_have_the_times_of_points(tmp_path, towards, arrive):
    window = transit.Window(WINDOW_START, 30, 25, arrive)
    way = walking.Straight(4.0)
    whole = line(tmp_path)
    point = POINT if towards else POINT.assign(lat=44.0)  # stop a
    question = transit_isochrones.TransitSurface(whole, way, window, 12, towards, 200.0)
    surface = transit_isochrones.surface(question, point)
    rows, columns = np.nonzero(np.isfinite(surface.minutes))
    assert len(rows) > 50
    some = slice(None, None, 11)
    x = surface.west + surface.cell_m * columns[some]
    y = surface.south + surface.cell_m * rows[some]
    at = gpd.points_from_xy(x, y, crs=surface.crs).to_crs(4326)
    others = pd.DataFrame({"id": np.arange(len(x)).astype(str), "lon": at.x, "lat": at.y})
    ends = (others, point) if towards else (point, others)
    walks = transit.access(way, whole, *ends, 12)
    times = transit.windows(whole, walks, window, [50]).minutes.ravel()
    assert np.array_equal(times, surface.minutes[rows[some], columns[some]])
    latitudes = set(np.round(at.y).astype(int))
    assert latitudes == {44, 45, 46}  # around every stop
    inner, outer = isochrones.polygons(surface, [20, 25])
    assert outer.contains(inner.buffer(-1))
    assert inner.area > 0


def test_from_the_command_line(tmp_path, capsys, samples):
    feed = samples / "gtfs" / "castres_mazamet_2024.zip"
    (tmp_path / "p.csv").write_text("id,lon,lat\nmairie,2.2412,43.6045\n", encoding="utf-8")
    with pytest.raises(SystemExit) as end:
        main(
            [
                "isochrones", "--mode", "transit", "--timetable", str(feed), "--date", "2024-05-14",
                "--depart", "08:00-09:00", "--points", str(tmp_path / "p.csv"), "--minutes",
                "20,40", "--cell", "500", "-o", str(tmp_path / "out.parquet"),
            ]
        )  # fmt: skip
    assert end.value.code == 0
    assert "ligne droite" in capsys.readouterr().out
    drawn = gpd.read_parquet(tmp_path / "out.parquet").to_crs(2154)
    assert drawn["minutes"].tolist() == [40, 20]
    # farther than one walks in that time, in line with what buses run
    assert drawn.area.iloc[0] > drawn.area.iloc[1] > 0
    assert drawn.area.iloc[0] > np.pi * (5000 / 60 * 40 / 1.3) ** 2
