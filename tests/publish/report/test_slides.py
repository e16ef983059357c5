"""The deck: a finding a slide, charts that hold the tables' numbers, words in their boxes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from matplotlib import font_manager
from PIL import ImageFont
from pptx import Presentation
from pptx.util import Emu

from siting import texts
from siting.config.scenario import PlanKeys
from siting.outputs.documents import pptx
from siting.publish.report import slides

LONGEST = 1.1  # DejaVu, measured here, is wider than the letters of the deck by more
PLANS = {
    "first": PlanKeys(name="Bassin de Decazeville", sites=("decazeville",)),
    "both": PlanKeys(
        name="Decazeville, Villefranche", sites=("decazeville", "villefranche-de-rouergue")
    ),
}


@pytest.fixture(scope="module", params=texts.LANGUAGES)
def written(request, compared, tmp_path_factory):
    """A deck with plans in each language, and the run that it tells."""
    result, ranking = compared
    planned = result.study.model_copy(update={"plans": PLANS})
    before = texts.language()
    texts.set_language(request.param)
    try:
        made, missing = slides.document(replace(result, study=planned), ranking, lambda _: None)
        path = slides.write(made, tmp_path_factory.mktemp("deck"), "deck")
        again = slides.write(made, tmp_path_factory.mktemp("again"), "deck")
    finally:
        texts.set_language(before)
    return made, missing, path, again, result


@pytest.fixture(scope="module")
def opened(written):
    return Presentation(str(written[2]))


def typed(name: str) -> str:
    """A name as the tables type it, without print's apostrophes and spaces, nor its part."""
    name = name.replace("\u2019", "'").replace("\u00a0", " ").replace("\u202f", " ")
    return name.partition(" (")[0]  # of an EPCI that reaches beyond, slides say which part


def charts(deck) -> list:
    return [shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart]


def test_about_ten_slides_each_with_a_title_and_notes(opened):
    titles = [slide.shapes.title.text_frame.text for slide in opened.slides]
    assert 10 <= len(titles) <= 16
    assert all(titles)
    assert len(set(titles)) == len(titles)
    for slide in list(opened.slides)[1:]:
        assert slide.notes_slide.notes_text_frame.text.strip()


def test_who_does_not_see_is_told_every_picture_chart_and_table(opened):
    shown = [
        shape
        for slide in opened.slides
        for shape in slide.shapes
        if shape.shape_type == 13 or shape.has_chart or shape.has_table
    ]
    assert len(shown) >= 8
    for shape in shown:
        (properties,) = shape._element.xpath(".//p:cNvPr")[:1]
        assert len(properties.get("descr")) > 20


def test_charts_hold_the_numbers_of_the_tables(opened, written):
    result = written[4]
    drawn = charts(opened)
    far = drawn[0].plots[0]
    rows = result.coverage.query("zone_kind == 'epci' and threshold_minutes == 20")
    beyond = (rows["population"].round() - rows["covered_population"].round()).astype(int)
    left = dict(zip(map(typed, rows["zone_name"]), beyond, strict=True))
    plain = dict(zip(map(typed, far.categories), far.series[0].values, strict=True))
    shared = set(plain) & set(left)
    assert len(shared) == 12, sorted(set(plain) - set(left))
    assert all(plain[name] == left[name] for name in shared)
    assert sum(plain.values()) == sum(left.values())
    whole = result.coverage.query("zone_kind == 'department' and threshold_minutes == 20").iloc[0]
    now = next(
        plot.series[0].values[0]
        for chart in drawn
        for plot in chart.plots
        if len(plot.series) == 1 and len(list(plot.categories)) == 1 + len(PLANS)
    )
    assert now == pytest.approx(100 * whole["covered_share"])


def test_scores_are_the_sums_of_what_criteria_bring(opened, written):
    result = written[4]
    scores = result.scores.table().set_index("name")["score"]
    stacked = next(c for c in charts(opened) if len(list(c.plots[0].series)) > 4).plots[0]
    for i, label in enumerate(stacked.categories):
        name = label.partition(" (")[0].replace("\u2019", "'")
        brought = sum(series.values[i] for series in stacked.series)
        assert brought == pytest.approx(scores[name], abs=1e-3)


def test_every_text_stays_in_its_box_and_every_box_on_its_slide(opened):
    regular, bold = (
        font_manager.findfont(font_manager.FontProperties(family="DejaVu Sans", weight=weight))
        for weight in ("normal", "bold")
    )
    for slide in opened.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= opened.slide_width + 1
            assert shape.top + shape.height <= opened.slide_height + 1
            if not shape.has_text_frame or not shape.text_frame.text:
                continue
            high = 0.0
            for paragraph in shape.text_frame.paragraphs:
                if not paragraph.runs:
                    continue
                font = paragraph.runs[0].font
                letters = ImageFont.truetype(bold if font.bold else regular, 100)
                wide = letters.getlength(paragraph.text) / 100 * font.size.pt / LONGEST
                room = Emu(shape.width).pt
                high += (1 + int(wide / room)) * font.size.pt
            assert high <= Emu(shape.height).pt + 1, shape.text_frame.text


def test_what_the_study_cannot_feed_is_said(compared, monkeypatch):
    monkeypatch.setattr(slides._Findings, "picture", lambda *_: None)  # maps take their time
    texts.set_language("fr")
    _, missing = slides.document(*compared, lambda _: None)
    assert [absent.name for absent in missing] == ["Les plans", "Les coûts"]
    assert "locate:" in missing[0].why
    assert "viability:" in missing[1].why


def test_the_same_bytes_each_time(written):
    _, _, path, again, _ = written
    assert Path(path).read_bytes() == Path(again).read_bytes()
    assert Path(path).stat().st_size < 2_000_000


def test_points_that_do_not_fit_go_on_another_slide(written, tmp_path):
    made = written[0]
    points = tuple(f"{number} {'mots ' * 40}" for number in range(30))
    long = replace(made.slides[2], points=points)
    pptx.write(tmp_path / "long.pptx", replace(made, slides=(long,)))
    slides_of = list(Presentation(str(tmp_path / "long.pptx")).slides)
    assert len(slides_of) > 3
    told = " ".join(s.text_frame.text for o in slides_of for s in o.shapes if s.has_text_frame)
    assert all(f"{number} mots" in told.replace("\u00a0", " ") for number in range(30))
