"""Every figure of a run is told to planners, every word of the report is in the glossary."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from siting import texts
from siting.contracts import ACCESS, COVERAGE, SCORES
from siting.location import registry as location_models
from siting.measures import catchments
from siting.ranking import criteria
from siting.study.stages import registry as stages

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import criteria_pages  # noqa: E402 - found in scripts

PAGE = (ROOT / "docs" / "fr" / "calculs.md").read_text(encoding="utf-8")
GLOSSARY = (ROOT / "docs" / "fr" / "glossaire.md").read_text(encoding="utf-8")
TABLES = [ACCESS.name, COVERAGE.name, SCORES.name]
TABLES += [table.name for stage in stages.STAGES for table in stage.tables]


@pytest.mark.parametrize("table", TABLES)
def test_each_table_of_a_run_is_told(table):
    assert f"`{table}.csv`" in PAGE


@pytest.mark.parametrize("model", [model.name for model in location_models.models()])
def test_each_location_model_is_told(model):
    assert f"| `{model}` |" in PAGE


@pytest.mark.parametrize("method", catchments.METHODS)
def test_each_catchment_method_is_told(method):
    assert f"| `{method}` |" in PAGE


@pytest.mark.parametrize("index", [k for k in texts.under("fr", "report") if ".equity." in f".{k}"])
def test_each_index_of_equity_is_told(index):
    name = index.rsplit(".", 1)[-1].removesuffix("_within_epci").removesuffix("_between_epci")
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_each_criterion_has_its_row(language):
    page = criteria_pages.page(language)
    for criterion_id in criteria.known_ids():
        assert f"| `{criterion_id}` |" in page
    assert page.count("\n| `") == len(criteria.DEFINITIONS)


def test_each_section_says_its_limits():
    sections = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
    without = [s.splitlines()[0] for s in sections if "**Limites.**" not in s]
    assert without == ["Petits effectifs"]


@pytest.mark.parametrize(
    "word",
    [
        words.split(" | ")[0]
        for key, words in texts.under("fr", "report").items()
        if key.startswith("report.glossary.")
    ],
)
def test_each_word_of_the_report_is_in_the_glossary(word):
    entries = [line.casefold() for line in GLOSSARY.splitlines() if not line.startswith((":", " "))]
    assert any(word.casefold() in entry for entry in entries)


@pytest.mark.parametrize(
    "word",
    [
        "Jour de service",
        "Aller et retour",
        "Fenêtre de départ",
        "Centile",
        "Course",
        "Isochrone",
        "Seuil",
    ],
)
def test_words_of_timetables_are_in_the_glossary(word):
    assert f"\n{word}" in GLOSSARY
