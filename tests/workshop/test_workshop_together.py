"""A meeting: all see one plan, one hand changes it, nobody's change is lost unseen."""

from __future__ import annotations

import contextlib
import json
import threading

import httpx
import pytest
from fastapi.testclient import TestClient
from workshop_hands import Hands, serving, until

from siting.workshop import api, meetings

ANN, BOB = {"client": "client-ann", "name": "Ann"}, {"client": "client-bob", "name": "Bob"}
FOLLOWING = 20


def seen(speed):
    return {"scenario": {"what_if": {"speed_factor": speed}}}


@pytest.fixture
def client(desk):
    with TestClient(api.make(desk), base_url="http://127.0.0.1") as client:
        yield client


def test_only_the_hand_changes_and_only_from_the_last_version(client):
    begun = client.post("/api/meetings", json=ANN | {"state": seen(1.1)}).json()
    where = f"/api/meetings/{begun['id']}"

    def change(who, version, speed):
        question = {"client": who["client"], "version": version, "state": seen(speed)}
        return client.put(where, json=question)

    assert change(BOB, begun["version"], 1.2).json()["key"] == "meeting_not_in_hand"
    first = change(ANN, begun["version"], 1.3)
    assert first.status_code == 200
    late = change(ANN, begun["version"], 1.4)
    assert (late.status_code, late.json()["key"]) == (409, "meeting_moved")
    taken = client.post(f"{where}/hand", json=BOB).json()
    assert (taken["hand"], taken["name"]) == (BOB["client"], "Bob")
    assert change(ANN, taken["version"], 1.5).json()["key"] == "meeting_not_in_hand"
    assert change(BOB, taken["version"], 1.6).status_code == 200
    stands = client.get(where).json()
    assert stands["state"]["scenario"]["what_if"]["speed_factor"] == 1.6


def test_what_is_wrong_is_refused(client):
    assert client.get("/api/meetings/none").status_code == 404
    assert client.get("/api/meetings/none/events").status_code == 404
    assert client.post("/api/meetings", json={"client": "x"}).status_code == 422
    many = {"what_if": {"close": [f"n{i}" for i in range(201)]}}
    state = {"state": {"scenario": many}}
    assert client.post("/api/meetings", json=ANN | state).json()["key"] == "scenario_too_large"
    for _ in range(meetings.MOST_MEETINGS + 1):  # one that nobody follows gives way
        assert client.post("/api/meetings", json=ANN).status_code == 201


class Follower(threading.Thread):
    """Follows a meeting until it has seen a speed; keeps the versions that it was told."""

    def __init__(self, address, speed):
        super().__init__(daemon=True)
        self.address, self.speed = address, speed
        self.versions, self.reached = [], threading.Event()
        self.listening = threading.Event()

    def run(self):
        with httpx.stream("GET", self.address, timeout=60) as stream:
            for line in stream.iter_lines():
                if not line.startswith("data: "):
                    continue
                told = json.loads(line[6:])
                self.versions.append(told["version"])
                self.listening.set()
                if told["state"]["scenario"]["what_if"]["speed_factor"] == self.speed:
                    self.reached.set()
                    return


def test_twenty_follow_one_hand(desk):
    with serving(desk) as address, httpx.Client(base_url=address, timeout=60) as hand:
        begun = hand.post("/api/meetings", json=ANN | {"state": seen(1.0)}).json()
        where = f"{address}api/meetings/{begun['id']}"
        followers = [Follower(f"{where}/events", 2.0) for _ in range(FOLLOWING)]
        for follower in followers:
            follower.start()
        assert all(follower.listening.wait(60) for follower in followers)
        version = hand.get(where).json()["version"]
        for step in range(1, 21):
            speed = 1.0 + step / 20
            question = {"client": ANN["client"], "version": version, "state": seen(speed)}
            version = hand.put(where, json=question).json()["version"]
        assert all(follower.reached.wait(60) for follower in followers)
        for follower in followers:
            assert follower.versions == sorted(follower.versions)
            assert follower.versions[-1] == version
        for follower in followers:
            follower.join(60)
        # who comes back after a cut is told the last state at once
        again = Follower(f"{where}/events", 2.0)
        again.start()
        assert again.reached.wait(60)
        assert again.versions == [version]


@pytest.mark.browser
def test_three_screens_see_one_plan(desk, browser):
    """The hand opens a site and all see it; who watches cannot; a cut line comes back."""
    with serving(desk) as address, contextlib.ExitStack() as screens:

        def screen(where):
            context = browser.new_context(locale="fr-FR")
            context.set_default_timeout(120_000)
            screens.callback(context.close)
            return Hands(context, where)

        first = screen(address)
        first.page.click("#meet")
        until(first.page, "document.querySelector('#meet-link').value.includes('reunion')")
        link = first.page.input_value("#meet-link")
        others = [screen(link), screen(link)]
        for other in others:
            until(other.page, "document.body.dataset.hand === 'false'")
        first.open_in("Saint-Izaire")
        share = first.text("#share")

        def shows(hands):
            until(hands.page, f"document.querySelector('#share').textContent === `{share}`")

        for other in others:
            shows(other)
        others[0].page.click("#reset")  # has not the hand
        assert "prenez la main" in others[0].text("#problem")
        assert others[0].text("#share") == share
        others[1].page.context.set_offline(True)
        others[0].page.click("#meet-hand")
        until(first.page, "document.body.dataset.hand === 'false'")
        others[0].painted(lambda: others[0].page.click("#reset"))
        share = others[0].text("#share")
        shows(first)
        others[1].page.context.set_offline(False)
        shows(others[1])
        assert first.wrong == others[0].wrong == []
