"""Hands on the workshop's page: a browser, and what is done and read in it."""

from __future__ import annotations

import base64
import contextlib
import json
import threading
import time

import uvicorn

from siting import texts
from siting.config import load
from siting.study import run as studies
from siting.workshop import server


@contextlib.contextmanager
def serving(desk, token=""):
    """Serve a desk in this process; give its address."""
    listening = server.listen("127.0.0.1", 0)
    app = server.guarded(desk, "127.0.0.1", token)
    running = uvicorn.Server(server.settings(app))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        running.should_exit = True
        thread.join(10)


def until(page, condition, seconds=120):
    """Wait for a condition; the page's policy forbids the browser's own way, which is `eval`."""
    end = time.monotonic() + seconds
    while not page.evaluate(condition):
        assert time.monotonic() < end, condition
        page.wait_for_timeout(10)


class Hands:
    """A page, and what was asked and said in it."""

    def __init__(self, context, address):
        self.page = context.new_page()
        self.asked, self.wrong = [], []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", self._heard)
        self.page.goto(address)
        self.ready()

    def _heard(self, message):
        refused = ("status of 422", "status of 409")
        if message.type == "error" and not any(text in message.text for text in refused):
            self.wrong.append(message.text)

    def ready(self):
        self.page.wait_for_selector("body.ready")
        self.page.wait_for_selector("#ranking li", state="attached")
        until(self.page, "document.body.dataset.painted > 0")

    def painted(self, act):
        """Do something, and wait until its own answer is painted, not one from on the way."""
        before = int(self.page.evaluate("document.body.dataset.painted"))
        act()
        shown = f"document.body.dataset.painted > {before}"
        until(self.page, f"{shown} && document.body.dataset.settled === 'true'")
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_timeout(50)

    def text(self, selector):
        return self.page.locator(selector).inner_text()

    def ranked(self):
        """Wait until figures, map and ranking are those of the scenario in the address."""
        until(self.page, "document.body.dataset.ranked === 'true'")
        until(self.page, "document.body.dataset.settled === 'true'")
        self.page.wait_for_timeout(450)  # the address is written as often as browsers accept

    def scenario(self):
        """Give the scenario that the address holds."""
        fragment = self.page.evaluate("location.hash.slice(1)")
        padded = fragment + "=" * (-len(fragment) % 4)
        return json.loads(base64.urlsafe_b64decode(padded))[0]

    def tab(self, name):
        self.page.click(f"#tab-{name}")

    def open_in(self, commune):
        self.tab("changes")
        self.page.fill("#commune", commune)
        self.painted(lambda: self.page.press("#commune", "Enter"))

    def drag(self, selector, dx, dy):
        box = self.page.locator(selector).bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        mouse = self.page.mouse
        mouse.move(x, y)
        mouse.down()
        for step in range(1, 6):
            mouse.move(x + dx * step / 5, y + dy * step / 5)
        self.painted(mouse.up)


def as_run(desk, hands, name):
    """Save what the page shows; give the share that `siting run` computes for it."""
    hands.tab("plans")
    hands.page.fill("#save-name", name)
    hands.page.click("#save-form button")
    until(hands.page, f"document.querySelector('#saved').value === '{name}'")
    coverage = studies.run(load(desk.folder / f"{name}.yaml"), lambda _: None).coverage
    department = coverage["zone_kind"] == "department"
    whole = coverage[department & (coverage["threshold_minutes"] == 20)]
    return texts.percent(float(whole["covered_share"].iloc[0]), 1, "fr")


def spaceless(text):
    return "".join(text.split())
