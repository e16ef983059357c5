"""Take the pictures of docs/fr/workshop.md: python scripts/workshop_pictures.py.

Opens the workshop on the embedded study, does what a planner would, and writes PNGs of few colours
to docs/fr/workshop/.
"""

from __future__ import annotations

import shutil
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from PIL import Image
from playwright.sync_api import sync_playwright

from siting.config import load
from siting.workshop import server

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).parents[1]
OUT = ROOT / "docs" / "fr" / "workshop"
COLOURS = 128


def main() -> None:
    """Serve the study in this process and look at it."""
    config = ROOT / "configs" / "aveyron.yaml"
    found = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("msedge")
    if found is None:
        sys.exit("no Chromium found")
    desk = server.desk(load(config), config, lambda _: None, read_only=True)
    listening = server.listen("127.0.0.1", 0)
    app = server.guarded(desk, "127.0.0.1", "")
    running = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=["--no-sandbox"])
        wide = browser.new_page(viewport={"width": 1280, "height": 900}, locale="fr-FR")
        look(wide, address)
        phone = browser.new_page(viewport={"width": 400, "height": 800}, locale="fr-FR")
        phone.goto(address + wide.evaluate("location.hash"))
        ready(phone)
        take(phone, "telephone")
        browser.close()
    running.should_exit = True
    thread.join(10)


def look(page: Page, address: str) -> None:
    """Open a site in a meeting, and show what each tab says."""
    page.goto(address)
    ready(page)
    take(page, "aujourdhui")
    page.click("#invitation .shut")
    page.click("#tab-changes")
    page.fill("#commune", "Saint-Izaire")
    page.press("#commune", "Enter")
    page.wait_for_timeout(800)
    page.select_option("#theme", "change")
    page.wait_for_timeout(500)
    take(page, "scenario")
    page.click("#tab-ranking")
    page.select_option("#theme", "minutes")
    page.wait_for_selector("#robust table")
    take(page, "classement")
    page.locator("#robust").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    take(page, "solidite")
    page.click("#tab-plans")
    page.fill("#plan-name", "Saint-Izaire")
    page.click("#plan-form button")
    page.click("#compare-today")
    page.wait_for_timeout(800)
    take(page, "plans")
    page.click("#present")
    page.keyboard.press("PageDown")
    page.wait_for_timeout(800)
    take(page, "presenter")


def ready(page: Page) -> None:
    """Wait until the map is painted and the candidates ranked."""
    page.wait_for_selector("body.ready[data-painted][data-named]")
    page.wait_for_selector("#ranking li", state="attached")
    page.wait_for_timeout(500)


def take(page: Page, name: str) -> None:
    """Write a picture of few colours."""
    path = OUT / f"{name}.png"
    page.screenshot(path=path)
    few = Image.open(path).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


if __name__ == "__main__":
    main()
