"""Render the maps of the embedded studies to PNG, for the README and maps/gallery.

python scripts/gallery.py    # after `make demo`
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"]


def main() -> None:
    """Open each map in Chromium, with no network, and take a picture."""
    browser = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("msedge")
    if browser is None:
        sys.exit("no Chromium found")
    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=browser, args=FLAGS)
        for name in ("aveyron", "telecentres"):
            page = running.new_page(viewport={"width": 1280, "height": 900})
            page.goto((ROOT / "maps" / name / "map.html").as_uri())
            page.wait_for_selector("html[data-ready]")
            page.wait_for_timeout(500)
            page.screenshot(path=ROOT / "maps" / "gallery" / f"{name}.png")
        running.close()


if __name__ == "__main__":
    main()
