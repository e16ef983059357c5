"""The report of the embedded study: nothing is said that a table does not hold."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pypdf
import pytest
from PIL import Image

from siting import texts
from siting.config import load
from siting.config.sites import Scoring
from siting.outputs.documents import docx as docx_writer
from siting.outputs.documents import pdf, pictures, series
from siting.outputs.documents.model import (
    AnnexStart,
    Bullets,
    DocumentTable,
    Figure,
    Heading,
    Paragraph,
    plain,
    prose_of,
)
from siting.publish import run_folder
from siting.publish.maps import overview
from siting.publish.report import annex, compose, sheets
from siting.study import run as study
from siting.study.stages import theme as study_theme
from siting.texts import grammar, typography

CONFIGS = Path(__file__).parents[3] / "configs"
NUMBER = {
    "fr": re.compile(r"\d+(?:\u202f\d{3})*(?:,\d+)?"),
    "en": re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?"),
}
PROMISED = {"0", "100"}  # ends of the scale of scores, by definition
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def result():
    texts.set_language("fr")
    settings = load(CONFIGS / "telecentres.yaml")
    cells = settings.cells.model_copy(update={"size_m": 4000})
    scoring = (settings.scoring or Scoring()).model_copy(update={"draws": 1000})
    smaller = settings.model_copy(update={"cells": cells, "scoring": scoring})
    return study.run(smaller, lambda _: None)


@pytest.fixture(scope="module")
def made(result):
    found, compared = {}, compose.compare(result, lambda _: None)
    dots, pictures.DPI = pictures.DPI, 60
    for language in texts.LANGUAGES:
        texts.set_language(language)
        found[language] = compose.document(result, compared, lambda _: None)
    texts.set_language("fr")
    pictures.DPI = dots
    return found


def sentences(document) -> list[str]:
    told = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            told.append(plain(block.text))
        elif isinstance(block, Bullets):
            told += [plain(one) for one in block.items]
        elif isinstance(block, Figure):
            told.append(block.caption)
    return told


def cells(document) -> str:
    tables = [one for one in document.blocks if isinstance(one, DocumentTable)]
    return " \n ".join(cell for one in tables for row in one.rows for cell in row) + " ".join(
        one.title for table in tables for one in table.columns
    )


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_number_of_the_prose_is_in_a_table(made, language):
    document, find = made[language], NUMBER[language]
    held = set(find.findall(cells(document))) | PROMISED
    held |= {
        n
        for one in document.blocks
        if isinstance(one, DocumentTable)
        for n in find.findall(one.caption)
    }
    prose = [one for one in sentences(document) if "©" not in one]
    sources = document.blocks.index(
        next(
            b
            for b in document.blocks
            if isinstance(b, Heading)
            and b.text in {"Les sources et les licences", "Sources and licences"}
        )
    )
    licences = {
        plain(i) for b in document.blocks[sources:] if isinstance(b, Bullets) for i in b.items
    }
    checked = 0
    for sentence in prose:
        if sentence in licences:
            continue  # lines that producers ask for, as they word them
        for number in find.findall(sentence.replace("CO2", "CO")):
            assert number in held, f"{number}: {sentence}"
            checked += 1
    assert checked > 100


def test_tables_say_what_coverage_csv_and_the_geopackage_say(result, made, tmp_path):
    run_folder.write(result, tmp_path, lambda _: None)
    told = pd.read_csv(tmp_path / "coverage.csv", dtype={"zone_code": str})
    layer = gpd.read_file(tmp_path / "study.gpkg", layer="communes").set_index("name")
    by_epci = next(
        one
        for one in made["fr"].blocks
        if isinstance(one, DocumentTable)
        and one.data == "coverage"
        and one.columns[0].title == "EPCI"
    )
    here = told[(told["zone_kind"] == "epci") & (told["threshold_minutes"] == 20)]
    here = here.set_index("zone_name")
    assert len(by_epci.rows) == len(here) == 20
    for name, people, covered, share, left in by_epci.rows:
        row = here.loc[name.removesuffix(" (partie de l'Aveyron)")]
        assert people == texts.number(row["population"], 0, "fr")
        assert covered == texts.number(row["covered_population"], 0, "fr")
        assert share == texts.percent(row["covered_share"], 1, "fr")
        assert left == texts.number(row["population"] - row["covered_population"], 0, "fr")
    far = next(
        one
        for one in made["fr"].blocks
        if isinstance(one, DocumentTable) and [c.title for c in one.columns][-1] == "Minutes"
    )
    *rows, total = far.rows
    for _, name, people, minutes in rows:
        assert people == texts.number(layer.loc[name, "population"], 0, "fr")
        assert minutes == texts.number(layer.loc[name, "minutes"], 0, "fr")
        assert layer.loc[name, "minutes"] > 30
    assert total[1] == str(len(rows)) == str((layer["minutes"] > 30).sum())
    assert [row[:2] for row in rows] == sorted(row[:2] for row in rows)  # by name, not ranked
    page = (tmp_path / "map.html").read_text(encoding="utf-8")
    whole = told[(told["zone_kind"] == "department") & (told["threshold_minutes"] == 20)].iloc[0]
    share = texts.percent(whole["covered_share"], 1, "fr")
    assert share in cells(made["fr"])
    assert share in page or share.replace("\u202f", "\\u202f") in page


def test_what_was_not_asked_is_said(made):
    blocks = made["fr"].blocks
    notices = [
        plain(one.text) for one in blocks if isinstance(one, Paragraph) and one.kind == "notice"
    ]
    assert any("modélis" in one for one in notices)
    lists = [plain(item) for one in blocks if isinstance(one, Bullets) for item in one.items]
    assert any("locate:" in one for one in lists)
    assert any("viability:" in one for one in lists)
    headings = {one.text for one in blocks if isinstance(one, Heading)}
    for absent in ("stages.headings.viability", "stages.headings.survey", "report.headings.plan"):
        assert texts.text(absent, "fr") not in headings
    assert texts.text("stages.headings.census", "fr") in headings


def test_each_epci_has_its_sheet(result, made):
    names = {one.text for one in made["fr"].blocks if isinstance(one, Heading) and one.level == 2}
    parted = {"CC Grand-Figeac", "CC Ouest Aveyron Communauté", "CC de Millau Grands Causses"}
    whole = set(result.communes["epci_name"])
    assert whole - parted <= names
    assert {f"{name} (partie de l'Aveyron)" for name in parted} <= names
    told = cells(made["fr"])
    assert "6, sur 92 dans tout l'EPCI" in told  # as DGCL's table says


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_each_epci_has_its_own_document_and_its_own_numbers(result, language):
    texts.set_language(language)
    try:
        every = sheets.documents(result)
    finally:
        texts.set_language("fr")
    assert len(every) == result.communes["epci_code"].nunique()
    communes = result.communes.groupby("epci_code")["name"].agg(set)
    scores, find = result.scores.table(), NUMBER[language]
    for one in every:
        assert one.document.brief
        assert len(one.maps) == len(result.study.services)
        tables = [block for block in one.document.blocks if isinstance(block, DocumentTable)]
        named = next(table for table in tables if len(table.columns) == 4 and not table.data)
        assert {row[0] for row in named.rows} == communes[one.name.partition("-")[0]]
        held = set(find.findall(cells(one.document)))
        held |= {n for table in tables for n in find.findall(table.caption)}
        held |= {texts.number(score, 1, language) for score in scores["score"]}
        held |= {str(rank) for rank in range(1, len(scores) + 1)}
        told = [
            plain(block.text)
            for block in one.document.blocks
            if isinstance(block, Paragraph) and block.kind == "body"
        ]
        numbers = [n for sentence in told for n in find.findall(sentence)]
        assert len(numbers) >= 4
        # the threshold is in the headings of columns
        assert set(numbers) <= held | {"20"} | PROMISED


def test_every_commune_has_the_same_numbers_in_the_sheets_and_on_the_map(result):
    columns = dict(overview.page(result).views[0].columns)
    minutes, shares = columns["Temps moyen (min)"], columns["Part à 20 min"]
    told = {}
    for one in sheets.documents(result):
        for table in one.document.blocks:
            if isinstance(table, DocumentTable) and len(table.columns) == 4 and not table.data:
                told |= {row[0]: row[2:] for row in table.rows}
    names = result.communes["name"]
    assert len(told) == names.nunique() > 280
    for name, time, share in zip(names, minutes, shares, strict=True):
        assert told[name] == (time, share), name


def test_sheets_are_written_in_several_processes_as_in_one(result, tmp_path):
    import docx

    made = sheets.documents(result)[:2]
    theme = study_theme.load(result.study)
    for jobs in (1, 2):
        series.write(tmp_path / str(jobs), made, ["docx", "pdf"], theme, jobs=jobs)
    names = {f"{one.name}.{form}" for one in made for form in ("docx", "pdf")}
    assert {path.name for path in (tmp_path / "2").iterdir()} == names
    for name in names:
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()
    for one in made:
        read = docx.Document(tmp_path / "2" / f"{one.name}.docx")
        assert len(read.inline_shapes) == len(one.maps)
        assert len(pypdf.PdfReader(tmp_path / "2" / f"{one.name}.pdf").pages) == 2
        assert read.paragraphs[0].text == typography.typeset(one.document.title, "fr")


def test_each_sheet_has_a_form_to_fill_and_ranks_no_commune(result):
    remarks = set()
    for one in sheets.documents(result):
        form = one.document.blocks[-1]
        assert isinstance(form, DocumentTable)
        labels = ["Délibération", "Avis", "Observations et réserves", "Nom et qualité"]
        assert [row[0] for row in form.rows][:4] == labels
        assert form.rows[1][1].count("☐") == 3
        remarks.add(form.form[2])
        named = next(
            block
            for block in one.document.blocks
            if isinstance(block, DocumentTable) and len(block.columns) == 4 and not block.data
        )
        assert [row[0] for row in named.rows] == sorted(row[0] for row in named.rows)
    assert min(remarks) >= annex.LEAST_REMARKS
    assert len(remarks) > 1  # the fewer the communes, the more room


def test_the_atlas_binds_every_sheet(result, tmp_path):
    dots, pictures.DPI = pictures.DPI, 40
    try:
        bound = sheets.atlas(result)
    finally:
        pictures.DPI = dots
    pdf.write(tmp_path / "atlas.pdf", bound)
    outline = [
        one.title
        for one in pypdf.PdfReader(tmp_path / "atlas.pdf").outline
        if not isinstance(one, list)
    ]
    assert len([title for title in outline if re.match(r"\d+\W", title)]) == 20
    assert sum(isinstance(one, Figure) for one in bound.blocks) == 20 * len(result.study.services)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_figures_have_their_numbers_as_tables(made, language):
    drawn = [one for one in made[language].blocks if isinstance(one, Figure)]
    captions = {one.caption for one in drawn}
    assert len(captions) == len(drawn) >= 10
    lead = texts.text("report.in_numbers", language, caption="")
    tables = {one.caption for one in made[language].blocks if isinstance(one, DocumentTable)}
    assert {lead + one for one in captions} <= tables
    for one in drawn:
        assert one.alternative
        picture = Image.open(io.BytesIO(one.png))
        assert picture.width > 300


def test_words_of_the_document_are_those_of_the_file(made, tmp_path):
    import docx

    docx_writer.write(tmp_path / "d.docx", made["fr"])
    read = docx.Document(tmp_path / "d.docx")
    tables = [one for one in made["fr"].blocks if isinstance(one, DocumentTable)]
    tables = [*made["fr"].record, *tables]
    assert len(read.tables) == len(tables)
    for one, told in list(zip(read.tables, tables, strict=True))[:8]:
        expected = [typography.typeset(text, "fr") for text in told.rows[0]]
        assert [cell.text for cell in one.rows[1].cells] == expected


def chapters(document) -> tuple[list, list]:
    """Blocks before and after the start of the annexes."""
    start = next(i for i, one in enumerate(document.blocks) if isinstance(one, AnnexStart))
    return list(document.blocks[:start]), list(document.blocks[start:])


JARGON = ("E2SFCA", "2SFCA", "Theil", "Palma", "SMAA", "locate:", "graine", "seed", "Gini")


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_jargon_is_in_the_annexes_alone_and_in_their_glossary(made, language):
    body, annexes = chapters(made[language])
    told = " ".join([*prose_of(body), cells(replace(made[language], blocks=tuple(body)))])
    assert [word for word in JARGON if re.search(rf"\b{word}(?!\w)", told)] == []
    words = next(
        one
        for one in annexes
        if isinstance(one, DocumentTable)
        and one.caption == texts.text("report.tables.glossary.caption", language)
    )
    explained = " ".join(" ".join(row) for row in words.rows)
    assert texts.text("report.glossary.epci", language).split(" | ")[1] in explained


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_each_chapter_begins_with_its_finding(made, language):
    body, _ = chapters(made[language])
    starts = [i for i, one in enumerate(body) if isinstance(one, Heading) and one.level == 1]
    assert len(starts) >= 8
    for i in starts:
        first = next(one for one in body[i:] if not isinstance(one, Heading))
        assert isinstance(first, Paragraph), body[i].text
        assert first.kind == "lead", body[i].text


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_figures_on_modelled_data_say_so(made, result, language):
    assert result.cells_modelled
    word = {"fr": "modèle|modélis", "en": "model"}[language]
    drawn = [one for one in made[language].blocks if isinstance(one, Figure)]
    observed = {texts.text("charts.broadband.title", language)}
    for one in drawn:
        assert re.search(word, one.caption) or one.caption in observed, one.caption


def test_the_cover_has_what_is_to_be_signed(made, result):
    about, approval = made["fr"].record
    assert [row[0] for row in about.rows[:3]] == ["Auteur", "Date", "Version"]
    assert about.rows[2][1] == "projet, non validé"
    assert len(approval.rows) == 3
    assert all(row[1:] == ("", "", "") for row in approval.rows)
    outputs = result.study.outputs.model_copy(
        update={"report_version": "2.1", "report_date": dt.date(2026, 11, 25)}
    )
    dated = replace(result, study=result.study.model_copy(update={"outputs": outputs}))
    shown = [row[1] for row in compose.record(dated)[0].rows]
    assert shown[1:3] == ["25 novembre 2026", "2.1"]


def test_no_page_is_nearly_empty_and_the_chapters_are_short(made, tmp_path):
    pdf.write(tmp_path / "d.pdf", made["fr"])
    pages = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "d.pdf").pages]
    annex = next(i for i, text in enumerate(pages[2:], 2) if "Annexe A." in text)
    assert annex <= 27  # cover, contents, 25 pages
    reader = pypdf.PdfReader(tmp_path / "d.pdf")
    empty = [
        number
        for number, (text, page) in enumerate(zip(pages, reader.pages, strict=True), 1)
        if len(text) < 300 and not len(page.images) and number > 1
    ]
    assert empty == []
    assert not [text for text in pages if re.search(r"\b(CC|CA|CU)\n", text)]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Aveyron", "de l'Aveyron"),
        ("Lozère", "de la Lozère"),
        ("Lot", "du Lot"),
        ("Landes", "des Landes"),
        ("Paris", "de Paris"),
        ("Ouest Aveyron", "d'Ouest Aveyron"),
        ("du Lévézou", "du Lévézou"),
        ("Le Nayrac", "du Nayrac"),
        ("Les Albres", "des Albres"),
        ("La Cavalerie", "de La Cavalerie"),
        ("Huparlac", "d'Huparlac"),
        ("Hautes Terres", "de Hautes Terres"),
        ("Yssingeaux", "d'Yssingeaux"),
        ("Éole", "d'Éole"),
    ],
)
def test_names_take_their_preposition(name, told):
    assert grammar.of(name, "fr") == told
    assert grammar.of(name, "en") == f"of {name}"


@pytest.mark.parametrize(
    ("count", "fr", "en"), [(0, True, False), (1, True, True), (2, False, False)]
)
def test_singular_is_each_languages_own(count, fr, en):
    assert grammar.singular(count, "fr") is fr
    assert grammar.singular(count, "en") is en
