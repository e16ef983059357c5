"""Render the gallery of maps/gallery: print maps and charts of the embedded study, reduced.

python scripts/gallery.py

The interactive map too (`aveyron.png`), where `make demo` wrote it and there is a Chromium.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from siting import config
from siting.outputs import paper, print_map
from siting.outputs.theme import DEFAULT
from siting.publish import charts as study_charts
from siting.publish import print_maps as study_print
from siting.study import run as study

ROOT = Path(__file__).parents[1]
WIDE = 1000  # dots across
LARGEST = 350_000  # bytes of a picture
EPCI = "access"
FLAGS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"]


def interactive(page: Path) -> bytes | None:
    """Picture of the interactive map, taken without a network; nothing where it cannot be."""
    browser = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("msedge")
    if browser is None or not page.exists():
        return None
    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=browser, args=FLAGS)
        shown = running.new_page(viewport={"width": 1280, "height": 900})
        shown.goto(page.as_uri())
        shown.wait_for_selector("html[data-ready]")
        shown.wait_for_timeout(500)
        taken = shown.screenshot()
        running.close()
    return taken


def main() -> None:
    """Draw each sheet and chart, and write it small enough for a repository."""
    result = study.run(config.load(ROOT / "configs" / "aveyron.yaml"), lambda _: None)
    pictures: dict[str, bytes] = {}
    sheets, _ = study_print.sheets(result, DEFAULT)
    for one in sheets:
        pictures[one.name] = print_map.render(one, "png", dpi=150)
        if one.name.startswith(EPCI):
            pictures["grey"] = paper.grey(pictures[one.name])
    series, _ = study_print.series(result, DEFAULT, (EPCI,))
    pictures["epci"] = print_map.render(
        series[len(series) // 2], "png", paper.paper(landscape=True), dpi=150
    )
    charts, _ = study_charts.draw(result)
    pictures |= {one.name: one.render("png", dpi=150) for one in charts}
    screen = interactive(ROOT / "maps" / "aveyron" / "map.html")
    if screen is not None:
        pictures["aveyron"] = screen
    folder = ROOT / "maps" / "gallery"
    folder.mkdir(exist_ok=True)
    for name, drawn in pictures.items():
        held = next(
            (
                one
                for wide in (WIDE, 850, 700, 550)
                if len(one := paper.small(drawn, wide)) <= LARGEST
            ),
            None,
        )
        if held is None:
            sys.exit(f"{name}: over {LARGEST} bytes")
        (folder / f"{name}.png").write_bytes(held)


if __name__ == "__main__":
    main()
