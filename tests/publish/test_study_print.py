"""Maps for paper and charts of the embedded study: what they say, where names stand, same bytes.

Large cells keep it fast; what is drawn does not depend on them.
"""

from __future__ import annotations

import itertools
import logging
import re
from dataclasses import replace
from functools import partial
from io import BytesIO
from itertools import combinations
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from PIL import Image

from siting import config, texts
from siting.cli import app as cli
from siting.config.scenario import PlanKeys
from siting.errors import ConfigError
from siting.measures import digital
from siting.outputs import labels, paper, print_map, print_places, sheet_files
from siting.outputs.theme import DEFAULT, Theme
from siting.publish import charts as study_charts
from siting.publish import print_maps as study_print
from siting.publish import sources
from siting.study import run as study

ROOT = Path(__file__).parents[2]
SHEETS = ("access-france_services", "coverage-france_services", *study_print.ONCE)
SPACES = str.maketrans({"\u00a0": " ", "\u202f": " "})


@pytest.fixture(scope="module")
def result():
    asked = config.load(ROOT / "configs" / "aveyron.yaml")
    large = asked.cells.model_copy(update={"size_m": 5000})
    return study.run(asked.model_copy(update={"cells": large}), lambda _: None)


@pytest.fixture(scope="module")
def sheets(result):
    maps = [*study_print.BY_SERVICE, *study_print.ONCE]
    made, missing = study_print.sheets(result, DEFAULT, maps)
    assert missing == []
    return {one.name: one for one in made}


@pytest.fixture(scope="module")
def charts(result):
    made, missing = study_charts.draw(result)
    assert {one.name for one in missing} == {"tornado_effects", "tornado_balance"}
    return {one.name: one for one in made}


def number(said):
    return float(re.match(r"[\d ,]+", said.translate(SPACES))[0].replace(" ", "").replace(",", "."))


def counts(sheet):
    return [number(one.count) for one in sheet.fills if one.count and one.count[0].isdigit()]


def written(figure):
    """Every text of a figure, in one string with plain spaces."""
    shown = [one.get_text() for one in figure.findobj(match=lambda a: hasattr(a, "get_text"))]
    return " ".join(shown).translate(SPACES)


def test_every_theme_has_its_sheet(sheets):
    assert tuple(sheets) == SHEETS


@pytest.mark.parametrize(
    ("name", "size"), [*((one, ("A4", False)) for one in SHEETS), (SHEETS[0], ("A3", True))]
)
def test_no_text_touches_another_or_leaves_the_page(sheets, name, size):
    """Measured on what matplotlib draws, not on what the placing believed."""
    figure = print_map.draw(sheets[name], paper.paper(size[0], landscape=size[1]))
    figure.set_dpi(300)
    canvas = figure.canvas.get_renderer()
    names = figure.findobj(match=lambda a: a.get_gid() == "name")
    assert len(names) >= 15
    apart(names, canvas, figure.axes[0].get_window_extent(canvas), 0)
    # the lines of a paragraph are set closer than their full height; their middles must not meet
    apart([*figure.texts, *figure.findobj(paper.Line)], canvas, figure.bbox, 1 / 4)


def apart(shown, canvas, frame, less):
    boxes = [one.get_window_extent(canvas) for one in shown]
    for one, box in zip(shown, boxes, strict=True):
        assert frame.x0 <= box.x0, one.get_text()
        assert box.x1 <= frame.x1, one.get_text()
        assert frame.y0 <= box.y0, one.get_text()
        assert box.y1 <= frame.y1, one.get_text()
    cut = [(b.x0, b.y0 + less * b.height, b.x1, b.y1 - less * b.height) for b in boxes]
    for one, other in combinations(range(len(cut)), 2):
        said = shown[one].get_text(), shown[other].get_text()
        assert not labels.overlap(cut[one], cut[other]), said


def test_candidates_have_their_names(sheets, result):
    figure = print_map.draw(sheets["candidates"], paper.paper())
    names = {one.get_text() for one in figure.findobj(match=lambda a: a.get_gid() == "name")}
    wanted = list(result.candidates["name"])
    assert len(wanted) == 19
    assert len(names & set(wanted)) >= 15


def test_legend_of_minutes_counts_the_people(result, sheets):
    rows = result.access[result.access["service"] == "france_services"]
    minutes = rows["minutes"].to_numpy(np.float32)
    bounds = [-np.inf, *DEFAULT.classes, np.inf]
    people = [
        float(rows["population"][(minutes > low) & (minutes <= high)].sum())
        for low, high in itertools.pairwise(bounds)
    ]
    assert counts(sheets["access-france_services"]) == [round(one) for one in people]
    assert sum(people) == pytest.approx(279_609)


def test_legend_of_coverage_counts_the_communes(result, sheets):
    table = result.coverage
    told = table[
        (table["zone_kind"] == "commune")
        & (table["threshold_minutes"] == 20)
        & (table["service"] == "france_services")
    ]["covered_share"]
    found = pd.cut(told, [-1, *DEFAULT.shares, 1.01]).value_counts(sort=False)
    assert counts(sheets["coverage-france_services"]) == [n for n in found if n]
    assert found.sum() == 285


def test_coverage_says_in_how_many_communes_most_people_are_far(result, sheets):
    cells = result.access[result.access["service"] == "france_services"]
    near = cells["population"].where(cells["minutes"] <= 20, 0).groupby(cells["commune_code"]).sum()
    people = cells.groupby("commune_code")["population"].sum()
    far = int((near < people / 2).sum())
    headline = sheets["coverage-france_services"].headline
    assert headline.startswith(f"Dans {far} communes sur {len(people)}, ")
    assert headline != sheets["access-france_services"].headline


def test_gap_and_digital_agree_with_the_study(result, sheets):
    rows = result.access[result.access["service"] == "france_services"]
    far = ~(rows["minutes"].astype(np.float32) <= 20)
    gap = counts(sheets["gap"])
    assert gap[0] == round(rows["population"][~far].sum())
    assert sum(gap[1:]) == pytest.approx(rows["population"][far].sum(), abs=2)
    fibre = digital.fibre_share(
        result.ground.read.broadband, max(result.ground.read.broadband["date"])
    )
    here = rows["commune_code"].map(fibre)
    lost = float(rows["population"][far & (here < 0.8)].sum())
    assert number(sheets["digital"].headline) == round(lost)


def test_mesh_counts_its_centres_and_names_its_basket(result, sheets):
    sheet = sheets["mesh"]
    centres = int(result.measures["centres"]["centre"].sum())
    assert number(sheet.headline) == centres
    assert number(sheet.fills[3].count) == centres
    assert "« Services du quotidien »" in sheet.unit


def test_limits_of_places_in_several_parts_are_drawn(sheets):
    sheet = replace(sheets["mesh"], context=None)
    assert (shapely.get_type_id(sheet.epci) == shapely.GeometryType.MULTIPOLYGON).any()
    every = [sheet.territory, *sheet.communes, *sheet.epci]
    rings = sum(len(shapely.get_rings(shapely.get_parts(one))) for one in every)
    drawn = print_map.draw(sheet, paper.paper()).findobj(LineCollection)
    assert sum(len(one.get_segments()) for one in drawn) == rings


@pytest.mark.parametrize("free", [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_the_scale_stands_in_the_emptiest_corner(sheets, free):
    x, y = (100_000 * one for one in free)
    whole = shapely.box(0, 0, 100_000, 100_000)
    place = shapely.difference(whole, shapely.box(x - 45_000, y - 20_000, x + 45_000, y + 20_000))
    sheet = replace(
        sheets["mesh"], focus=place, territory=place, fills=(), signs=(), names=(),
        communes=np.array([place]), epci=np.array([place]),
    )  # fmt: skip
    figure = print_map.draw(sheet, paper.Paper("A4", 210, 210))
    main = figure.axes[0]
    said = next(one for one in main.texts if one.get_text() == study_print.t("print.north"))
    at = np.array(said.get_position()) / 100_000
    assert ((at > 0.5) == np.array(free, bool)).all()


def test_table_holds_what_the_legend_says(sheets):
    for sheet in sheets.values():
        told = [(one.label, one.count) for one in sheet.fills if one.count]
        assert [tuple(row) for row in sheet.table.to_numpy()] == told
        assert sheet.headline in sheet.alt


def test_what_a_map_used_is_attributed_and_nothing_else(result, sheets):
    said = written(print_map.draw(sheets["gap"], paper.paper()))
    assert len(result.inputs) >= 10
    used = ("communes", "boundaries", "roads", "services", "context")
    for item in result.inputs:
        words = f"{item.source.attribution['fr']} ({study_print.t('print.status.real')}"[:25]
        shown = item.role.split(".")[0] in used
        assert (words.translate(SPACES) in said) == shown, item.path
        if not shown:
            continue
        assert item.source.licence.split(" ")[0] in said
    assert f"graine {result.study.cells.seed}" in said
    assert "ODbL" in said
    assert "Licence Ouverte" in said


def test_an_input_without_source_says_so(result):
    bare = [replace(one, source=None) for one in result.inputs[:1]]
    lines = sources.paper_lines(replace(result, inputs=bare))
    assert lines[0].startswith(Path(bare[0].path).name)


@pytest.mark.parametrize(
    ("kind", "magic"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")]
)
def test_same_bytes_twice(sheets, charts, kind, magic):
    map_of, chart = partial(print_map.render, sheets["mesh"]), charts["population_curve"].render
    for render in (map_of, chart):
        first = render(kind, dpi=40)
        assert first.startswith(magic)
        assert first == render(kind, dpi=40)


def test_paper_has_its_size(sheets):
    picture = print_map.render(sheets["mesh"], "png", paper.paper("A3", landscape=True), dpi=30)
    with Image.open(BytesIO(picture)) as image:
        assert image.size == pytest.approx((420 / 25.4 * 30, 297 / 25.4 * 30), abs=1)


def test_a_sheet_speaks_english(result):
    texts.set_language("en")
    try:
        made, _ = study_print.sheets(result, DEFAULT, ("gap", "mesh"))
        said = written(print_map.draw(made[0], paper.paper()))
    finally:
        texts.set_language("fr")
    assert "Sources and licences" in said
    assert "Everyday services" in made[0].unit
    for word in ("habitants", " communes)", "équipement"):
        assert word not in said.replace("Communes et populations", "")


@pytest.mark.slow
def test_series_by_epci(result, tmp_path):
    """In parallel processes, the same bytes as in one."""
    made, missing = study_print.series(result, DEFAULT, ("access", "candidates"))
    assert {one.why for one in missing} <= {study_print.t("print.missing.candidates")}
    access = [one for one in made if "-access-" in one.name]
    assert len(access) == result.communes["epci_code"].replace("", pd.NA).nunique()
    people = sum(sum(counts(one)) for one in access)
    assert people == pytest.approx(279_609, abs=60)
    sites = [sign for one in made for sign in one.signs if sign.numbers]
    assert sum(len(one.points) for one in sites) == 19
    some = access[:2]
    size = paper.paper()
    said = []
    with sheet_files.helpers(2) as pool:
        sheet_files.write(
            tmp_path / "two", iter(some), size, DEFAULT, ["svg"], pool=pool, say=said.append
        )
    sheet_files.write(tmp_path / "one", some, size, DEFAULT, ["svg"])
    assert len(said) == 2
    for name in (f"{some[0].name}-a4-portrait.svg", f"{some[1].name}.csv", "index.csv"):
        assert (tmp_path / "two" / name).read_bytes() == (tmp_path / "one" / name).read_bytes()
    index = pd.read_csv(tmp_path / "two" / "index.csv")
    assert list(index["file"]) == [f"{one.name}-a4-portrait.svg" for one in some]
    assert index["alternative"].str.len().min() > 40


def test_a_missing_font_is_said_and_replaced(sheets, caplog):
    theme = Theme(fonts={"paper": ("Marianne Introuvable", "DejaVu Sans")})
    with caplog.at_level(logging.WARNING):
        print_map.render(sheets["mesh"], "svg", theme=theme)
    assert any("Marianne Introuvable" in one.message for one in caplog.records)
    assert any("DejaVu Sans" in one.message for one in caplog.records)


def test_a_font_file_that_is_none_is_refused(tmp_path):
    (tmp_path / "letters.ttf").write_text("no letters", encoding="utf-8")
    theme = Theme(fonts={"files": (tmp_path / "letters.ttf",)})
    with pytest.raises(ConfigError, match=r"letters\.ttf"):
        paper.family(theme)


def test_all_values_missing_are_hatched(result):
    nothing = result.access.assign(minutes=np.float32("nan"))
    made, _ = study_print.sheets(replace(result, access=nothing), DEFAULT, ("access", "gap"))
    for sheet in made:
        kept = [one for one in sheet.fills if one.count and one.hatch == "no_data"]
        assert len(kept) == 1
        assert number(kept[0].count) == 279_609
        assert print_map.render(sheet, "png", dpi=30)


def test_layers_without_rows(result):
    """No facility, no inhabited cell: a map or a reason, never a failure."""
    closed = replace(result, facilities=result.facilities.iloc[:0])
    made, _ = study_print.sheets(closed, DEFAULT, ("coverage",))
    assert made[0].signs == ()
    assert print_map.render(made[0], "png", dpi=30)
    empty = replace(result, cells=result.cells.assign(population=0.0))
    made, missing = study_print.sheets(empty, DEFAULT)
    assert made == []
    assert {one.name for one in missing} == set(study_print.MAPS)
    bare = replace(result, study=result.study.model_copy(update={"measures": None}))
    _, missing = study_print.sheets(bare, DEFAULT, ("digital", "mesh"))
    assert [one.name for one in missing] == ["digital", "mesh"]


def test_a_plan_is_told_by_the_minutes_that_it_gains(result):
    """The figures of the sentence and of the legend, computed again from the times."""
    service, first = result.study.services[0].id, result.scores.table().iloc[0]
    plan = PlanKeys(name="Premier", sites=(str(first["site_id"]),))
    planned = replace(result, study=result.study.model_copy(update={"plans": {"one": plan}}))
    (sheet,), missing = study_print.sheets(planned, DEFAULT, ("gain",))
    assert missing == []
    assert sheet.name == "gain-one"
    site = result.candidates[result.candidates["id"] == first["site_id"]]
    to_site = result.ground.access(service, site.assign(kind="fixed"))
    now = result.access[result.access["service"] == service].set_index("cell_id")
    alone = to_site.set_index("cell_id").reindex(now.index)["minutes"].astype(float)
    minutes = now["minutes"].astype(float) - np.fmin(now["minutes"].astype(float), alone)
    people, limit = now["population"].to_numpy(), result.study.headline_minutes
    then = now["minutes"].astype(float) - minutes
    come = people[(then <= limit) & ~(now["minutes"] <= limit)].sum()
    mean = np.average(minutes[minutes > 0], weights=people[minutes > 0])
    wanted = (texts.number(round(people[minutes > 0].sum())), texts.number(mean, 1))
    for figure in (*wanted, texts.number(round(come))):
        assert figure in sheet.headline
    counts = {fill.label: fill.count for fill in sheet.fills}
    same = texts.number(round(people[minutes == 0].sum()))
    assert counts[texts.text("print.gain.same")].startswith(same)
    drawn = written(print_map.draw(sheet, paper.paper()))
    assert "Site ouvert par le plan (1)" in drawn


def test_a_legend_counts_what_stands_in_the_frame(sheets):
    sheet = sheets["access-france_services"]
    points = np.concatenate([places.places for places in sheet.signs])
    west = np.median(points[:, 0])
    south, east, north = points[:, 1].min() - 1, points[:, 0].max() + 1, points[:, 1].max() + 1
    bounds = (west, south, east, north)
    counted = print_places.counted(sheet, bounds)
    told = sum(int(number(places.label.rsplit("(", 1)[1].rstrip(")"))) for places in counted.signs)
    assert told == int((points[:, 0] > west).sum()) < len(points)


def test_no_epci_is_an_error(result):
    communes = result.ground.read.communes.assign(epci_code="", epci_name="")
    read = replace(result.ground.read, communes=communes)
    alone = replace(result, ground=replace(result.ground, read=read))
    with pytest.raises(ConfigError, match="EPCI"):
        study_print.series(alone, DEFAULT)


def test_picture_for_a_document(sheets):
    for sheet in sheets.values():
        figure = print_map.picture(sheet, 160, 110)
        picture = paper.render(figure, "png", DEFAULT, dpi=40)
        with Image.open(BytesIO(picture)) as image:
            assert image.width == pytest.approx(160 / 25.4 * 40, abs=1)


def test_every_chart_draws_and_is_told(charts, tmp_path):
    study_charts.write(tmp_path / "charts", list(charts.values()), DEFAULT, ["svg"])
    for name, chart in charts.items():
        picture = (tmp_path / "charts" / f"{name}.svg").read_text("utf-8")
        assert f"<dc:title>{escape(chart.title)}</dc:title>" in picture
        assert chart.alt in (tmp_path / "charts" / f"{name}.txt").read_text("utf-8")
        assert len(pd.read_csv(tmp_path / "charts" / f"{name}.csv")) == len(chart.table)
        assert chart.note.startswith("Sources")


@pytest.mark.parametrize("name", study_charts.NAMES[:7])
def test_no_text_of_a_chart_leaves_it(charts, name):
    figure = charts[name].figure()
    figure.draw_without_rendering()  # lays it out
    drawn = figure.get_tightbbox(figure.canvas.get_renderer())
    assert drawn.x0 >= -0.01
    assert drawn.y0 >= -0.01
    assert drawn.x1 <= figure.get_figwidth() + 0.01
    assert drawn.y1 <= figure.get_figheight() + 0.01


def test_curve_is_the_cumulated_population(result, charts):
    rows = result.access[result.access["service"] == "france_services"]
    for minutes, share in zip(
        charts["population_curve"].table["minutes"],
        charts["population_curve"].table["share"],
        strict=True,
    ):
        near = rows["minutes"].to_numpy(np.float32) <= np.float32(minutes)
        assert share == pytest.approx(rows["population"][near].sum() / rows["population"].sum())


def test_charts_agree_with_the_study(result, charts):
    table = charts["criteria"].table
    ranked = result.scores.table()
    assert list(table["site"].unique()) == list(ranked["name"])
    made = table.assign(part=table["weight"] * table["place"]).groupby("site")["part"].sum()
    score = ranked.set_index("name")["score"]
    assert np.allclose(100 * made[score.index], score)
    ranks = charts["rank_acceptability"].table
    assert np.allclose(ranks.groupby("site")["share"].sum(), 1)
    both = charts["before_after"].table
    assert (both["after"] >= both["before"]).all()


def test_commands_write_where_they_say(tmp_path, capsys):
    """A small study of the embedded tables through both commands, in the words asked for."""
    asked = (ROOT / "configs" / "aveyron.yaml").read_text("utf-8")
    asked = asked.replace("size_m: 1000", "size_m: 5000").replace("../data", str(ROOT / "data"))
    kept = asked.replace("baskets/", f"{ROOT / 'configs' / 'baskets'}/")
    (tmp_path / "s.yaml").write_text(kept, encoding="utf-8")
    out = tmp_path / "out"
    wanted = ["print", str(tmp_path / "s.yaml"), "-o", str(out), "--format", "A3", "--landscape"]
    assert called([*wanted, "--map", "mesh", "--as", "svg"]) == 0
    assert sorted(one.name for one in out.iterdir()) == [
        "index.csv",
        "mesh-a3-landscape.svg",
        "mesh.csv",
    ]
    assert "Une carte dans" in capsys.readouterr().out
    for wrong in (["--format", "A5"], ["--series", "canton"], ["--map", "x"], ["--as", "gif"]):
        assert called(["print", str(tmp_path / "s.yaml"), *wrong]) != 0
        assert wrong[1] in capsys.readouterr().err
    assert called(["charts", str(tmp_path / "s.yaml"), "--chart", "pie"]) != 0
    assert "population_curve" in capsys.readouterr().err


def called(words):
    with pytest.raises(SystemExit) as done:
        cli.main(words)
    return done.value.code


def test_several_plans_stand_side_by_side_at_one_scale(result):
    """A panel a plan, the same ground in each, one legend that counts nobody."""
    ids = [str(site) for site in result.scores.table()["site_id"].head(3)]
    plans = {f"p{i}": PlanKeys(name=f"Plan {i}", sites=(site,)) for i, site in enumerate(ids)}
    planned = replace(result, study=result.study.model_copy(update={"plans": plans}))
    made, missing = study_print.sheets(planned, DEFAULT, ("gain",))
    assert missing == []
    *alone, together = made
    assert [sheet.subject for sheet in together.panels] == [sheet.subject for sheet in alone]
    assert [sheet.headline for sheet in together.panels] == [sheet.headline for sheet in alone]
    assert not any(fill.count for fill in together.fills)
    assert set(together.table["plan"]) == {"Plan 0", "Plan 1", "Plan 2"}
    for size in (paper.paper(), paper.paper(landscape=True)):
        figure = print_map.draw(together, size)
        panels = [axes for axes in figure.axes if axes.get_facecolor()[:3] == outside()]
        assert len(panels) == 3
        across = {round(float(np.ptp(axes.get_xlim()))) for axes in panels}
        boxes = {tuple(np.round(axes.get_position().size, 6)) for axes in panels}
        assert len(across) == len(boxes) == 1
        assert all(f"Plan {i}" in written(figure) for i in range(3))


def outside():
    return pytest.approx(to_rgb(DEFAULT.colours.outside))
