"""A study that configures every stage: each has its section, told from its tables alone."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from siting import texts
from siting.config import load
from siting.outputs.documents.model import Bullets, DocumentTable, Figure, Heading, Paragraph, plain
from siting.publish.report import compose, figures
from siting.study import run as study

CONFIGS = Path(__file__).parents[3] / "configs"
NUMBER = {
    "fr": re.compile(r"\d+(?:\u202f\d{3})*(?:,\d+)?"),
    "en": re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?"),
}
STAGES = {  # heading: a table that is its own
    "everyday": ("baskets_whole", "centres_modelled"),
    "viability": ("viability_costs", "viability_tariffs", "viability_break_even",
                  "viability_outlook", "viability_chance"),
    "effects": ("effects", "effects_epci"),
    "census": ("census", "census_sites"),
    "sample": ("sample",),
    "survey": ("survey_respondents", "survey_answers", "survey_use"),
    "offers": ("offers",),
    "calendar": ("calendar", "opinions"),
}  # fmt: skip
MEASURES = ("overlap", "dependence", "catchments", "opportunities")
pytestmark = pytest.mark.slow


def answers(path: Path) -> None:
    """Sixty people who come less often the farther they are."""
    rng = np.random.default_rng(12)
    communes = pd.read_csv(CONFIGS.parent / "data/aveyron/communes.csv", dtype=str)
    large = communes.sort_values("population", key=lambda s: -s.astype(int))["code"][:60]
    rows = {"t05": "week3", "t10": "week2", "t15": "week1", "t20": "month2", "t30": "month1",
            "t45": "never"}  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        names = ["respondent", "part", "commune", "statut", "interet", "forfaits", "accord"]
        told = csv.DictWriter(file, [*names, *(f"frequence_{one}" for one in rows)])
        told.writeheader()
        for number in range(60):
            firm = number % 3 == 0
            row = {"respondent": f"{number:020x}", "part": "firms" if firm else "independents",
                   "commune": rng.choice(large), "interet": rng.choice(["sure", "maybe", "no"]),
                   "statut": "" if firm else rng.choice(["collaborative", "cultural"]),
                   "forfaits": rng.choice(["day", "h24"]), "accord": "yes"}  # fmt: skip
            told.writerow(row | {f"frequence_{code}": level for code, level in rows.items()})


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    answers(folder / "answers.csv")
    site = yaml.safe_load((CONFIGS / "rodez.yaml").read_text(encoding="utf-8"))["viability"]
    whole = {
        "extends": str(CONFIGS / "telecentres.yaml"),
        "cells": {"size_m": 4000, "seed": 12},
        "scoring": {"draws": 500},
        "viability": site | {"draws": 500},
        "locate": {"model": "mclp", "phases": [1, 2], "max_minutes": 20},
        "survey": {"answers": "answers.csv", "margins": ["rurality"], "by": ["part"],
                   "collapse": {"rurality": {"very_sparse": "sparse"}}},
    }  # fmt: skip
    (folder / "whole.yaml").write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")
    return load(folder / "whole.yaml")


@pytest.fixture(scope="module", params=texts.LANGUAGES)
def made(request, settings):
    """The document in a language, and the run behind it."""
    texts.set_language(request.param)
    drawing, figures.draw = figures.draw, lambda *_: figures.Figures({}, ())  # see test_report.py
    result = study.run(settings, lambda _: None)
    compared = compose.compare(result, lambda _: None)
    yield request.param, compose.document(result, compared, lambda _: None), result
    figures.draw = drawing
    texts.set_language("fr")


def sections(document) -> dict[str, list]:
    """Blocks up to the next heading of any level, by heading."""
    found: dict[str, list] = {}
    here: list = []
    for block in document.blocks:
        if isinstance(block, Heading):
            here = found.setdefault(block.text, [])
        else:
            here.append(block)
    return found


def shape(key: str, language: str) -> re.Pattern[str]:
    """A caption of the catalogue, whatever stands in its braces."""
    told = re.escape(texts.catalogue(language)[f"stages.tables.{key}"])
    return re.compile(re.sub(r"\\\{\w+\\\}", ".+", told) + "$")


def test_each_stage_has_its_sentences_and_its_tables(made):
    language, document, _ = made
    told = sections(document)
    captions = [one.caption for one in document.blocks if isinstance(one, DocumentTable)]
    for stage, tables in STAGES.items():
        heading = texts.text(f"stages.headings.{stage}", language)
        assert heading in told
        for key in tables:
            assert [one for one in captions if shape(key, language).match(one)], key
    for key in MEASURES:
        assert [one for one in captions if shape(key, language).match(one)], key
    assert texts.text("report.headings.plan", language) in told
    assert texts.text("stages.headings.absent", language) not in told
    for heading, blocks in told.items():
        below = any(one.level > 1 for one in document.blocks if isinstance(one, Heading))
        assert blocks or below, heading


def test_nothing_is_claimed_that_no_table_holds(made):
    language, document, _ = made
    find, tables = (
        NUMBER[language],
        [one for one in document.blocks if isinstance(one, DocumentTable)],
    )
    held = {n for one in tables for row in one.rows for text in row for n in find.findall(text)}
    held |= {n for one in tables for column in one.columns for n in find.findall(column.title)}
    held |= {n for one in tables for n in find.findall(one.caption)} | {"0", "100"}
    headings = [one for one in document.blocks if isinstance(one, Heading)]
    licences = document.blocks.index(
        next(one for one in headings if one.text == texts.text("report.headings.sources", language))
    )
    checked = 0
    for i, block in enumerate(document.blocks):
        said = [plain(block.text)] if isinstance(block, Paragraph) else []
        if isinstance(block, Bullets) and i < licences:
            said = [plain(one) for one in block.items]
        for sentence in said:
            for number in find.findall(sentence.replace("CO2", "CO").replace("E2SFCA", "ESFCA")):
                assert number in held, f"{number}: {sentence}"
                checked += 1
    assert checked > 120


def test_the_tables_of_stages_say_what_the_published_ones_say(made):
    language, document, result = made
    tables = [one for one in document.blocks if isinstance(one, DocumentTable)]

    def rows(key: str) -> list[tuple[str, ...]]:
        return next(one.rows for one in tables if shape(key, language).match(one.caption))

    costs = result.extras["viability_costs"]
    assert [row[1] for row in rows("viability_costs")] == [
        texts.number(one, 2, language) for one in costs["month"]
    ]
    even = result.extras["viability_break_even"]
    even = even[even["account"] == "cash"]
    assert [row[4] for row in rows("viability_break_even")] == [
        texts.number(one, 2, language) for one in even["users"]
    ]
    assert rows("viability_break_even")[0][5] == "8"  # the example of the first meeting
    people = result.extras["survey_respondents"]
    assert [row[1] for row in rows("survey_respondents")] == [
        "–" if pd.isna(one) else texts.number(one, 0, language) for one in people["respondents"]
    ]
    census = result.extras["census"]
    whole = census[census["zone_kind"] == "department"].iloc[0]
    assert rows("census")[0][1] == texts.number(whole["establishments"], 0, language)
    assert len(rows("opinions")) == len(result.extras["opinions"])
    plan = next(one for one in tables if one.caption == caption("location_summary", language))
    summary = result.extras["location_summary"]
    assert [row[4] for row in plan.rows] == [
        texts.number(one, 1, language) for one in summary["objective"]
    ]


def caption(key: str, language: str) -> str:
    return texts.text(f"report.tables.{key}.caption", language)


def test_no_name_of_a_column_and_no_key_is_left(made):
    _, document, _ = made
    words = [one.text for one in document.blocks if isinstance(one, Heading)]
    for one in document.blocks:
        if isinstance(one, DocumentTable):
            words += [one.caption, *(column.title for column in one.columns)]
        elif isinstance(one, Figure):
            words.append(one.caption)
    assert [one for one in words if re.search(r"[a-z]_[a-z]|stages\.|report\.|\{|\}", one)] == []
