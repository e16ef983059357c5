"""Names that are pages of their own stay names: in maps, embedded maps and the workshop."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml
from workshop_hands import Hands, serving

from siting.config import load
from siting.outputs import embedding
from siting.publish import run_folder
from siting.publish.maps import folder as map_folder
from siting.study import run as study
from siting.workshop import server

ROOT = Path(__file__).parents[2]
HOSTILE = '"><img src=x onerror="window.owned=1"><script>window.owned=1</script>\'<b>'
DATA = ROOT / "data" / "aveyron"
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """The embedded study, every name that a planner may write an attempt."""
    folder = tmp_path_factory.mktemp("hostile")
    for name in ("france_services", "candidates"):
        table = pd.read_csv(DATA / f"{name}.csv", dtype=str)
        table["name"] = table["name"] + HOSTILE
        table.to_csv(folder / f"{name}.csv", index=False)
    keys = {
        "extends": str(ROOT / "configs" / "aveyron.yaml"),
        "title": f"Accès {HOSTILE}",
        "territory": {"department": {"code": "12", "name": f"Aveyron {HOSTILE}"}},
        "services": [
            {"id": "fs", "name": f"Lieux {HOSTILE}", "facilities": "france_services.csv"},
        ],
        "candidates": "candidates.csv",
        "plans": {"two": {"name": f"Plan {HOSTILE}", "sites": ["decazeville", "najac"]}},
    }
    path = folder / "etude.yaml"
    path.write_text(yaml.safe_dump(keys, allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture
def page(context):
    shown = context.new_page()
    yield shown
    shown.close()


def unharmed(page):
    """Whether nothing of a name became part of the page."""
    inside = [frame for frame in page.frames if frame.url != "about:blank"]
    return all(
        frame.evaluate("!window.owned && !document.querySelector('img[src=x], h1 b, label b')")
        for frame in inside
    )


def test_maps(hostile, page):
    result = study.run(load(hostile), lambda _: None)
    out = run_folder.write(result, hostile.parent / "out", lambda _: None)
    wanted = ("access", "candidates", "gain")
    written = map_folder.write(result, out, wanted, lambda _: None)
    for name in ("map.html", *(written.files[theme] for theme in wanted)):
        page.goto((out / name).as_uri())
        page.wait_for_selector("html[data-ready]", state="attached")
        assert HOSTILE in page.locator("body").inner_text()
        for choice in page.locator(".heading .choice select:visible").all():
            choice.select_option(index=choice.locator("option").count() - 1)
        mark = page.locator(".leaflet-marker-icon").first
        if mark.count():
            mark.focus()
            mark.press("Enter")
        page.get_by_role("button", name="Tableau").click()
        assert unharmed(page), name
    frame = embedding.read(out / "map.html")
    bare = hostile.parent / "embedded.html"
    bare.write_text(f"<!doctype html>{embedding.snippets(frame).srcdoc}", encoding="utf-8")
    page.goto(bare.as_uri())
    page.frame_locator("iframe").locator("html[data-ready]").wait_for(state="attached")
    assert unharmed(page)


def test_the_workshop(hostile, context):
    desk = server.desk(load(hostile), hostile, lambda _: None, read_only=False)
    with serving(desk) as address:
        hands = Hands(context, address)
        assert HOSTILE in hands.page.locator("body").inner_text()
        hands.open_in("Saint-Izaire")
        hands.ranked()
        for tab in ("changes", "ranking", "plans"):
            hands.tab(tab)
            assert unharmed(hands.page), tab
        mark = hands.page.locator(".leaflet-marker-icon").first
        mark.focus()
        mark.press("Enter")
        assert unharmed(hands.page)
