"""The figures of one run, read back from everything that it becomes: the same, as they are shown.

A figure is a key (what, which zone or place) and the text that a reader sees. Each artefact is
opened with a library that is not the writer's where there is one, and gives the figures that it
shows; wherever two show the same figure, they must agree.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

import docx
import geopandas as gpd
import openpyxl
import pandas as pd
import pypdf
import pytest
from fastapi.testclient import TestClient

from siting import config, texts
from siting.publish import exports, run_folder
from siting.publish.report import compose, figures
from siting.study import run as study
from siting.workshop import api, server

ROOT = Path(__file__).parents[2]
SERVICE = "france_services"
LIMITS = (10, 15, 20, 30)
BODY = 14  # pages of the report before the sheets of its annex
pytestmark = pytest.mark.slow


def people(value) -> str:
    return texts.number(float(value), 0, "fr")


def share(value) -> str:
    return texts.percent(float(value), 1, "fr")


def decimal(value) -> str:
    return texts.number(float(value), 1, "fr")


def quiet(_):
    return None


# ---- what each artefact shows ----


def of_coverage(table: pd.DataFrame) -> dict:
    shown = {}
    for row in table[table["service"] == SERVICE].itertuples():
        zone = (row.zone_kind, str(row.zone_code), int(row.threshold_minutes))
        shown["covered", *zone] = people(row.covered_population)
        shown["share", *zone] = share(row.covered_share)
        shown["left", *zone] = people(row.population - row.covered_population)
        shown["people", *zone[:2]] = people(row.population)
    return shown


def of_scores(table: pd.DataFrame) -> dict:
    shown = {}
    for row in table.to_dict("records"):
        shown["score", row["site_id"]] = decimal(row["score"])
        shown["rank", row["site_id"]] = people(row["rank"])
        shown["gained", row["site_id"]] = people(row["population_gained_20min"])
    return shown


def of_communes(table: pd.DataFrame, minutes: str) -> dict:
    shown = {}
    for row in table.to_dict("records"):
        shown["minutes", "commune", row["code"]] = decimal(row[minutes])
        shown["people", "commune", row["code"]] = people(row["population"])
        for limit in LIMITS:
            if (column := f"share_{SERVICE}_{limit}min") in row:
                shown["share", "commune", row["code"], limit] = share(row[column])
    return shown


def counted(**tables) -> dict:
    return {("count", name): people(len(table)) for name, table in tables.items()}


def of_run_tables(folder: Path) -> dict:
    read = {
        name: pd.read_csv(folder / f"{name}.csv", dtype={"zone_code": str})
        for name in ("coverage", "scores", "access", "measure_summary")
    }
    shown = of_coverage(read["coverage"]) | of_scores(read["scores"])
    for row in read["measure_summary"].itertuples():
        shown["minutes", row.zone_kind, row.zone_code] = decimal(row.mean_minutes)
    return shown | counted(candidates=read["scores"], cells=read["access"])


def of_run_package(path: Path) -> dict:
    read = {
        name: gpd.read_file(path, layer=name)
        for name in ("communes", "candidates", "cells", "facilities")
    }
    return (
        of_communes(read["communes"], "minutes") | of_scores(read["candidates"]) | counted(**read)
    )


def of_manifest(path: Path) -> dict:
    told = json.loads(path.read_text(encoding="utf-8"))["figures"]
    return {
        ("people", "department", "12"): people(told["population"]),
        ("count", "cells"): people(told["cells"]),
    }


def of_exported(read: dict[str, pd.DataFrame]) -> dict:
    shown = of_communes(read["communes"], f"minutes_{SERVICE}") | of_scores(read["candidates"])
    if "coverage" in read:
        shown |= of_coverage(read["coverage"])
    return shown | counted(**{name: read[name] for name in ("candidates", "cells", "facilities")})


def of_csv(folder: Path, ending: str, **how) -> dict:
    codes = {"code": str, "zone_code": str}
    names = ("communes", "candidates", "coverage", "cells", "facilities")
    return of_exported(
        {
            name: pd.read_csv(folder / f"aveyron_{name}{ending}", dtype=codes, **how)
            for name in names
        }
    )


def of_workbook(path: Path) -> dict:
    titles = {
        "communes": "Communes", "candidates": "Sites", "coverage": "Couverture",
        "cells": "Carreaux", "facilities": "Équipements",
    }  # fmt: skip
    book, read = openpyxl.load_workbook(path, read_only=True), {}
    defined = book["Définitions"].iter_rows(min_row=2, values_only=True)
    names = {(sheet, head): column for sheet, head, column, *_ in defined}
    for name, title in titles.items():
        head, *rows = book[title].iter_rows(values_only=True)
        read[name] = pd.DataFrame(rows, columns=[names[title, words] for words in head])
    return of_exported(read)


def of_package(path: Path) -> dict:
    names = ("communes", "candidates", "cells", "facilities")
    return of_exported({name: gpd.read_file(path, layer=name) for name in names})


def of_page(path: Path, communes: pd.DataFrame, sites: dict[str, str]) -> dict:
    """`map.html`: its headline, its table of communes, the windows of its candidates."""
    page = json.loads(re.search(r"const data = (\{.*\});\n", path.read_text("utf-8"))[1])
    view, (places, ranked) = page["views"][0], page["points"]
    percent, left = re.search(
        r"^(\S+\s%) .*\s;\s([\d\u202f]+)\ssont au-delà", view["headline"]
    ).groups()
    whole = ("department", "12", 20)
    shown = {("share", *whole): percent, ("left", *whole): left}
    columns = dict(view["columns"])
    table = zip(
        communes["code"], columns["Temps moyen (min)"], columns["Part à 20 min"], strict=True
    )
    for code, minutes, covered in table:
        shown["minutes", "commune", code] = minutes
        shown["share", "commune", code, 20] = covered
    for site in ranked["places"]:
        shown["score", sites[site["name"]]] = dict(site["lines"])["Score (sur 100)"]
        shown["rank", sites[site["name"]]] = site["mark"]
        gained = next(row[2] for row in site["opened"] if row[0] == "Population gagnée à 20 min")
        shown["gained", sites[site["name"]]] = gained.removesuffix("\u202fhab.")
    return shown | counted(facilities=places["places"], candidates=ranked["places"])


def of_rows(rows: list[list[str]], zones: dict[str, str], sites: dict[str, str]) -> dict:
    """Rows of the report's tables of the département, its EPCI and the ranking."""
    shown = {}
    for row in rows:
        match row:
            case [name, _, covered, part, left] if name in zones and "%" in part:
                zone = ("epci", zones[name], 20)
                shown |= {
                    ("covered", *zone): covered,
                    ("share", *zone): part,
                    ("left", *zone): left,
                }
                shown["people", *zone[:2]] = row[1]
            case [limit, covered, part, left] if re.match(r"à \d+ min au plus", limit):
                zone = ("department", "12", int(limit.split()[1]))
                if "%" not in left:  # else a sheet of an EPCI
                    shown |= {("covered", *zone): covered, ("share", *zone): part}
                    shown["left", *zone] = left
            case [rank, name, _, score] if name in sites and rank.isdigit():
                shown |= {("rank", sites[name]): rank, ("score", sites[name]): score}
            case ["Carreaux de population", count]:
                shown["count", "cells"] = count
            case ["Sites candidats", count]:
                shown["count", "candidates"] = count
            case ["Équipements comptés (France Services)", count]:
                shown["count", "facilities"] = count.partition(",")[0]
            case ["Habitants", count]:
                shown.setdefault(("people", "department", "12"), count)  # then those of sheets
    return shown


def typed(printed: str) -> str:
    """A text as the tables type it, without the apostrophes and fixed spaces of print."""
    return printed.replace("\u2019", "'").replace("\u00a0", " ")


def of_document(path: Path, zones: dict[str, str], sites: dict[str, str]) -> dict:
    tables = docx.Document(path).tables
    rows = [[typed(cell.text) for cell in row.cells] for table in tables for row in table.rows]
    shown = of_rows(rows, zones, sites)
    communes = [row for row in rows if len(row) == 4 and row[3].endswith("%") and "," in row[2]]
    for name, count, minutes, covered in communes:
        if code := zones.get(f"commune {name}"):
            shown["minutes", "commune", code], shown["people", "commune", code] = minutes, count
            shown["share", "commune", code, 20] = covered
    return shown


def of_pdf(path: Path, zones: dict[str, str], sites: dict[str, str]) -> dict:
    """The lines of a PDF whose columns are words of the tables read above."""
    pages = pypdf.PdfReader(path).pages[:BODY]
    lines = typed("\n".join(page.extract_text() for page in pages)).splitlines()
    number, percent = r"(\d[\d\u202f]*(?:,\d+)?)", r"(\d+,\d\u202f%)"
    shapes = (
        rf"(.+?) {number} {number} {percent} {number}$",
        rf"(à \d+ min au plus) {number} {percent} {number}$",
        rf"(Carreaux de population|Sites candidats|Habitants) {number}$",
        rf"(Équipements comptés \(France Services\)) {number}, dont",
    )
    rows = [
        list(hit.groups()) for line in lines for shape in shapes if (hit := re.match(shape, line))
    ]
    ranked = "|".join(map(re.escape, sites))
    hits = [re.match(rf"(\d+) ({ranked}) .*\s(\d+,\d)$", line) for line in lines]
    rows += [[hit[1], hit[2], "", hit[3]] for hit in hits if hit]
    return of_rows(rows, zones, sites)


def of_workshop(settings, path: Path) -> dict:
    with TestClient(api.make(server.desk(settings, path, quiet, read_only=True))) as client:
        scenario = {"scenario": {"thresholds_minutes": list(LIMITS)}}
        told = client.get("/api/study").json()
        answer = client.post("/api/answer", json=scenario).json()
        ranking = client.post("/api/ranking", json=scenario).json()
    shown = {("minutes", "department", "12"): decimal(answer["mean_minutes"])}
    for zone, covered in zip(told["zones"], answer["covered"], strict=True):
        key = (zone["zone_kind"], zone["zone_code"])
        shown["people", *key] = people(zone["population"])
        for limit, count in zip(LIMITS, covered, strict=True):
            shown["covered", *key, limit] = people(count)
            shown["share", *key, limit] = share(count / zone["population"])
            shown["left", *key, limit] = people(zone["population"] - count)
    gained = ranking["criteria"].index("population_gained_20min")
    for site in ranking["sites"]:
        shown["score", site["id"]] = decimal(site["score"])
        shown["rank", site["id"]] = people(site["rank"])
        shown["gained", site["id"]] = people(site["raw"][gained])
    facilities = told["services"][0]["facilities"]
    return shown | counted(facilities=facilities, candidates=told["candidates"])


# ---- held against each other ----


def test_every_artefact_shows_the_same_figures(tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "draw", lambda *_: figures.Figures({}, ()))  # only tables are read
    path = tmp_path / "study.yaml"
    head = f"extends: {(ROOT / 'configs' / 'aveyron.yaml').as_posix()}\n"
    path.write_text(f"{head}cells: {{size_m: 5000}}\nscoring: {{draws: 200}}\n", encoding="utf-8")
    settings = config.load(path)
    result = study.run(settings, quiet)
    run, data, report = (tmp_path / name for name in ("run", "data", "report"))
    run_folder.write(result, run, quiet)
    exports.write(result, data, ("csv", "csv-fr", "gpkg", "xlsx"), quiet)
    made = compose.document(result, compose.compare(result, quiet), quiet)
    compose.write(made, report, "report", ("docx", "pdf"), None)

    communes = result.communes
    zones = dict(zip(communes["epci_name"], communes["epci_code"], strict=True))
    zones |= {
        f"commune {row.name}": row.code
        for row in communes[["name", "code"]].itertuples(index=False)
    }
    sites = dict(zip(result.candidates["name"], result.candidates["id"], strict=True))
    shown_by = {
        "run/*.csv": of_run_tables(run),
        "study.gpkg": of_run_package(run / "study.gpkg"),
        "manifest.json": of_manifest(run / "manifest.json"),
        "map.html": of_page(run / "map.html", communes, sites),
        "*.csv": of_csv(data, ".csv"),
        "*_fr.csv": of_csv(data, "_fr.csv", sep=";", decimal=","),
        "aveyron.gpkg": of_package(data / "aveyron.gpkg"),
        "aveyron.xlsx": of_workbook(data / "aveyron.xlsx"),
        "report.docx": of_document(report / "report.docx", zones, sites),
        "report.pdf": of_pdf(report / "report.pdf", zones, sites),
        "workshop": of_workshop(settings, path),
    }
    by_figure = defaultdict(dict)
    for artefact, shown in shown_by.items():
        for figure, value in shown.items():
            by_figure[figure][artefact] = value
    differing = {
        figure: values for figure, values in by_figure.items() if len(set(values.values())) > 1
    }
    assert not differing
    everywhere = [figure for figure, values in by_figure.items() if len(values) >= 6]
    assert len(everywhere) >= 50
    fewest = {"manifest.json": 2, "report.pdf": 100, "map.html": 500}
    for artefact in shown_by:
        shared = sum(len(values) > 2 for values in by_figure.values() if artefact in values)
        assert shared >= fewest.get(artefact, 150), artefact
