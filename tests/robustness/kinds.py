"""Kinds of input: a sound file of each, made from tables of this repository, and what reads it."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
import zipfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
for place in ("tests", "tests/survey", "tests/network"):
    sys.path.insert(0, str(ROOT / place))
AVEYRON = ROOT / "data" / "aveyron"
CODES = ["12145", "12202", "12089"]
GTFS = {
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\na,A,44.4,2.6\nb,B,44.5,2.7\n",
    "routes.txt": "route_id,route_type\nr,3\n",
    "trips.txt": "route_id,service_id,trip_id\nr,s,t\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "t,08:00:00,08:00:00,a,1\nt,08:20:00,08:20:00,b,2\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
    "start_date,end_date\ns,1,1,1,1,1,0,0,20260101,20261231\n",
}
ROADS = """<?xml version="1.0"?><osm version="0.6">
<node id="1" lat="42.50" lon="1.50" version="1"/><node id="2" lat="42.51" lon="1.51" version="1"/>
<node id="3" lat="42.52" lon="1.50" version="1"/><way id="1" version="1"><nd ref="1"/><nd ref="2"/>
<tag k="highway" v="primary"/><tag k="maxspeed" v="80"/></way><way id="2" version="1"><nd ref="2"/>
<nd ref="3"/><tag k="highway" v="secondary"/><tag k="oneway" v="yes"/></way></osm>
"""
MATRIX = "origin_id,destination_id,minutes\na,x,3\na,y,9\nb,x,8\nb,y,2\n"
OWN = {
    "points.csv": "id,lon,lat\na,2.5,44.4\nb,2.6,44.5\n",
    "evidence.csv": "site_id,criterion,value,evidence,source,date\n"
    "s1,charter,1,vote,EPCI,2026-01-01\n",
    "use.csv": "id,users,name\ns1,120,A\ns2,40,B\n",
    "excluded.csv": "siret,siren,commune_code,reason\n12345678901234,,,asked\n,123456789,,asked\n",
    "interest.csv": "commune_code,consent\n12202,yes\n12145,no\n",
    "codes.txt": "12202\n12145\n12089\n",
    "observed.csv": "id,origin_lon,origin_lat,destination_lon,destination_lat,minutes\n"
    "t,1.5,42.5,1.51,42.51,4\n",
    "matrix.csv": MATRIX,
    "demand.csv": "id,weight\na,10\nb,20\n",
    "sites.csv": "id,capacity,cost\nx,100,5\ny,100,7\n",
    "pmed.txt": "3 3 1\n1 2 5\n2 3 7\n1 3 9\n",
    "roads.osm": ROADS,
    "words.txt": "check\tstudy.yaml\n",
    "scenario.yaml": "study: study.yaml\nscenario:\n  what_if: {open: [s1]}\n",
}


@dataclass(frozen=True)
class Kind:
    """A kind of input.

    Attributes
    ----------
    name
        What it is called in the table of verdicts.
    file
        A sound one.
    read
        Reads a file of that name, in whatever folder; the others of its folder lie beside it.
    """

    name: str
    file: Path
    read: Callable[[Path], Any]


def corpus(folder: Path) -> list[Kind]:
    """Write a sound file of every kind; give the kinds."""
    study, own, official = folder / "study", folder / "own", folder / "official"
    _small_study(study)
    _own_files(own)
    _official_files(official)
    return [
        *_study(study),
        *_tables(study, own),
        *_configurations(own),
        *_problems(own),
        *_places(own),
        *_published(official),
        *_surveys(own),
    ]


def _small_study(folder: Path) -> None:
    import small_study

    small_study.write(folder)


def _own_files(folder: Path) -> None:
    from siting.network import speeds

    folder.mkdir()
    for name, text in OWN.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    with zipfile.ZipFile(folder / "gtfs.zip", "w") as feed:
        for name, text in GTFS.items():
            feed.writestr(name, text)
    table = pd.read_csv(folder / "matrix.csv")
    table.to_parquet(folder / "matrix.parquet")
    for name in ("stations", "tiers_lieux", "france_services", "commune_changes", "broadband"):
        rows = (AVEYRON / f"{name}.csv").read_text(encoding="utf-8").splitlines(keepends=True)[:40]
        (folder / f"{name}.csv").write_text("".join(rows), encoding="utf-8", newline="")
    rows = (AVEYRON / "modelled/bpe_modelled.csv").read_text(encoding="utf-8").splitlines()[:60]
    (folder / "bpe.csv").write_text("\n".join(rows) + "\n", encoding="utf-8", newline="")
    for name in ("lakes.geojson", "roads.geojson", "towns.csv"):
        shutil.copy(AVEYRON / "context" / name, folder / name)
    for config in ("aveyron", "telecentres", "rodez", "questionnaire"):
        shutil.copy(ROOT / "configs" / f"{config}.yaml", folder / f"{config}.yaml")
    shutil.copy(ROOT / "configs/baskets/health.yaml", folder / "health.yaml")
    shutil.copy(ROOT / "configs/themes/neutral.yaml", folder / "neutral.yaml")
    speeds.write_fitted(folder / "speeds.yaml", None, "car", {})
    shutil.copy(AVEYRON / "provenance.yaml", folder / "provenance.yaml")


def _official_files(folder: Path) -> None:
    import official_files

    folder.mkdir()
    official_files.mirror(folder)


def _study(folder: Path) -> Iterator[Kind]:
    """Each file of a study, read with all the others as `siting check` does."""
    from siting.config import load
    from siting.study import inputs, prepared

    def check(path: Path) -> None:
        study = load(path.parent / "study.yaml")
        read = inputs.read(study)
        prepared.check_roads(study, read)

    for file in sorted(folder.iterdir()):
        if file.name not in ("basket.yaml", "far_basket.yaml"):
            yield Kind(f"study {file.name}", file, check)


def _tables(study: Path, own: Path) -> Iterator[Kind]:
    """Tables of siting's own, each read alone."""
    from siting.setup import code_lists
    from siting.sources import evidence, facts, points, reading
    from siting.survey import frame, interest
    from siting.times import calibration

    for name, file, read in (
        ("communes", study / "communes.csv", facts.communes),
        ("cells", study / "cells.csv", facts.cells),
        ("road distances", study / "links.csv", facts.road_distances),
        ("facilities", study / "facilities.csv", facts.facilities),
        ("candidates", study / "candidates.csv", facts.candidates),
        ("changes", own / "commune_changes.csv", facts.changes),
        ("stations", own / "stations.csv", facts.stations),
        ("broadband", own / "broadband.csv", facts.broadband),
        ("points", own / "points.csv", points.read),
        ("evidence", own / "evidence.csv", evidence.read),
        ("use", own / "use.csv", evidence.read_use),
        ("exclusions", own / "excluded.csv", frame.read_exclusions),
        ("interest", own / "interest.csv", interest.read),
        ("code list", own / "codes.txt", code_lists.read),
        ("observed trips", own / "observed.csv", partial(_observed, calibration, reading)),
    ):
        yield Kind(name, file, read)


def _observed(calibration: Any, reading: Any, path: Path) -> Any:
    return reading.checked(path, calibration.OBSERVED)


def _configurations(own: Path) -> Iterator[Kind]:
    """YAML of every sort, and the words of a command."""
    from siting.config import load, validate
    from siting.config.viability import ViabilityFile
    from siting.measures import baskets
    from siting.network import speeds
    from siting.study.stages import survey, theme

    for name in ("aveyron", "telecentres"):
        yield Kind(f"config {name}", own / f"{name}.yaml", load)
    yield Kind("config viability", own / "rodez.yaml", partial(validate, ViabilityFile))
    yield Kind("config basket", own / "health.yaml", baskets.load)
    yield Kind("config theme", own / "neutral.yaml", theme.read)
    yield Kind("config questionnaire", own / "questionnaire.yaml", survey.questionnaire_of)
    yield Kind("config speeds", own / "speeds.yaml", speeds.load)
    yield Kind("command", own / "words.txt", _command)


def _command(path: Path) -> None:
    """Call `siting` with a file's words; exit codes 0 and 2 are a verdict, 1 is a failure."""
    import contextlib
    import io

    from siting.cli import app

    words = path.read_text(encoding="utf-8", errors="replace").replace("\0", "").split("\t")
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        try:
            app.main([word for word in words if word not in ("serve", "fetch")])
        except SystemExit as ended:
            if ended.code not in (0, 2, None):
                raise RuntimeError(f"exit code {ended.code}") from None


def _problems(own: Path) -> Iterator[Kind]:
    """Problems of location."""
    from siting.location import matrix_files, orlib

    def read(path: Path) -> Any:
        files = matrix_files.ProblemFiles(
            matrix=path.parent / ("matrix.parquet" if path.suffix == ".parquet" else "matrix.csv"),
            demand=path.parent / "demand.csv",
            candidates=path.parent / "sites.csv",
        )
        return matrix_files.read(files)

    for name in ("matrix.csv", "matrix.parquet", "demand.csv", "sites.csv"):
        yield Kind(f"problem {name}", own / name, read)
    yield Kind("problem orlib", own / "pmed.txt", orlib.read)


def _places(own: Path) -> Iterator[Kind]:
    """Geometries, roads, timetables and lists of places."""
    from siting.network import osm
    from siting.sources import boundaries, bpe, context_layers, facility_lists, gtfs

    yield Kind("boundaries", own.parent / "study/communes.geojson", boundaries.read)
    yield Kind("roads osm", own / "roads.osm", osm.read)
    yield Kind("roads pbf", own.parent / "official/lozere.osm.pbf", osm.read)
    yield Kind("timetable", own / "gtfs.zip", lambda path: gtfs.read(path, dt.date(2026, 3, 3)))
    yield Kind("everyday services", own / "bpe.csv", bpe.read)
    yield Kind("context roads", own / "roads.geojson", context_layers.shapes)
    yield Kind("context lakes", own / "lakes.geojson", context_layers.shapes)
    yield Kind("context towns", own / "towns.csv", context_layers.towns)
    yield Kind("tiers-lieux", own / "tiers_lieux.csv", facility_lists.read)
    yield Kind("France services", own / "france_services.csv", facility_lists.read)


def _published(official: Path) -> Iterator[Kind]:
    """Files in the producers' layouts."""
    import official_files

    from siting.sources import (
        bpe,
        cog,
        copper_closures,
        epci,
        filosofi,
        finess,
        france_services_list,
        legal_population,
        official_boundaries,
        sirene_stock,
        station_list,
    )
    from siting.territory import broadband

    codes = frozenset(official_files.CODES)
    stock = "StockEtablissement_utf8.parquet"
    own = official / "own"
    for name, file, read in (
        ("published communes", official / "v_commune_2026.csv", cog.communes),
        ("published movements", official / "v_mvt_commune_2026.csv", cog.movements),
        ("published populations", own / "populations.csv", legal_population.read),
        ("published populations zip", official / "populations_8680726.zip", legal_population.read),
        ("published EPCI", own / "epcicom.csv", epci.read),
        ("published EPCI xlsx", official / "epcicom2026.xlsx", epci.read),
        ("published France services", official / "liste-france-services.csv",
         france_services_list.read),
        ("published boundaries", official / "communes_48.geojson",
         lambda path: official_boundaries.read(path, codes)),
        ("published boundaries gpkg", own / "admin.gpkg",
         lambda path: official_boundaries.read(path, codes)),
        ("published grid", official / "Filosofi2021_carreaux_200m_csv.csv",
         lambda path: filosofi.read(path, codes)),
        ("published grid zip", official / "Filosofi2021_carreaux_200m_csv.zip",
         lambda path: filosofi.read(path, codes)),
        ("published broadband", official / "commune_meilleure_techno_thd.csv",
         lambda path: broadband.read([path], {}, codes)),
        ("published copper", official / "fermeture_reseau_cuivre.csv", copper_closures.read),
        ("published BPE", official / "bpe.csv", bpe.read),
        ("published BPE zip", official / "BPE25.zip", bpe.read),
        ("published stations", official / "liste-des-gares.csv", station_list.read),
        ("published FINESS", official / "finess_geolocalise.csv", finess.read),
        ("published stock", official / stock, lambda path: sirene_stock.read(path, codes)),
        ("published positions", official / "places.csv",
         lambda path: sirene_stock.read(path.parent / stock, codes, positions=path)),
        ("published positions zip", official / "GeolocalisationEtablissement_utf8.zip",
         lambda path: sirene_stock.read(path.parent / stock, codes, positions=path)),
        ("published units", official / "StockUniteLegale_utf8.parquet",
         lambda path: sirene_stock.read(path.parent / stock, codes, units=path)),
    ):  # fmt: skip
        yield Kind(name, file, read)


def _surveys(own: Path) -> Iterator[Kind]:
    """Answers as three programs export them."""
    import answer_files

    from siting.survey import answers

    asked = answer_files.questionnaire()
    communes = pd.read_csv(AVEYRON / "communes.csv", dtype={"code": str})

    def read(path: Path) -> Any:
        return answers.read([path], asked, b"0" * 32, communes=communes)

    (own / "limesurvey.csv").write_bytes(answer_files.limesurvey())
    (own / "framaforms.csv").write_bytes(answer_files.framaforms())
    answer_files.kobo(own / "kobo.xlsx")
    for name in ("limesurvey.csv", "framaforms.csv", "kobo.xlsx"):
        yield Kind(f"answers {name}", own / name, read)
