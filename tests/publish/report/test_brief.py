"""The one-page brief: a page, the figures of the tables, the words of both languages."""

from __future__ import annotations

import csv
from pathlib import Path

import pypdf
import pytest
from docx import Document as Word

from siting import texts
from siting.publish.report import brief, compose, diagnosis
from siting.study.stages import score_tables

ROOT = Path(__file__).parents[3]
SPACES = str.maketrans({"\u00a0": " ", "\u202f": " "})


@pytest.fixture(params=texts.LANGUAGES)
def written(request, compared, tmp_path):
    before = texts.language()
    texts.set_language(request.param)
    try:
        made = brief.document(*compared)
        paths = compose.write(made, tmp_path, "note", compose.FORMATS, None)
    finally:
        texts.set_language(before)
    return request.param, {path.suffix: path for path in paths}


def test_it_is_one_page_with_the_figures_of_the_tables(written, compared):
    language, files = written
    result, ranking = compared
    reader = pypdf.PdfReader(files[".pdf"])
    assert len(reader.pages) == 1
    told = " ".join(reader.pages[0].extract_text().split()).translate(SPACES)
    word = " ".join(paragraph.text for paragraph in Word(files[".docx"]).paragraphs)
    free = score_tables.robust(ranking).query("weightings == 'free'")
    for place in free.nsmallest(3, "rank").to_dict("records"):
        assert place["name"] in told
        assert place["name"] in word
    first = free.nsmallest(1, "rank").iloc[0]
    most = free.nlargest(1, "first_share").iloc[0]
    for site in (first, most):
        percent = (
            f"{round(100 * site['first_share'])} %"
            if language == "fr"
            else (f"{round(100 * site['first_share'])}%")
        )
        assert percent in told, site["name"]
    row = result.coverage.query("zone_kind == 'department' and threshold_minutes == 20").iloc[0]
    left = round(row["population"]) - round(row["covered_population"])
    separator = " " if language == "fr" else ","
    assert f"{left:,}".replace(",", separator) in told


def test_every_format_is_there(written):
    assert set(written[1]) == {f".{name}" for name in compose.FORMATS}


def test_places_that_open_a_few_hours_are_counted_apart_from_the_list_itself(compared):
    result, _ = compared
    with (ROOT / "data" / "aveyron" / "france_services.csv").open(encoding="utf-8") as file:
        places = list(csv.DictReader(file))
    few = sum(float(place["weekly_hours"]) < 10 for place in places)
    texts.set_language("fr")
    sentence, kinds = diagnosis.open_places(result, result.study.services[0])
    assert f"{len(places)} équipements" in sentence.text
    assert f"dont {few} ouvrent moins de 10 heures" in sentence.text
    *rows, total = kinds.rows
    assert total[:3] == ("Total", str(len(places)), str(few))
    branches = sum(place["kind"] == "fixed_branch" for place in places)
    assert ("antenne", str(branches)) in [row[:2] for row in rows]
