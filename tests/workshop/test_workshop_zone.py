"""A zone drawn on the map, and searches under conditions."""

from __future__ import annotations

import time

import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient

from siting.workshop import api

RODEZ = [[2.4, 44.2], [2.75, 44.2], [2.75, 44.5], [2.4, 44.5]]


@pytest.fixture
def client(desk):
    with TestClient(api.make(desk), base_url="http://127.0.0.1") as client:
        yield client


def test_the_people_of_a_zone_are_counted(client, desk):
    workshop = desk.workshop
    opened = str(workshop.ground.read.candidates["id"].iloc[1])
    scenario = {"what_if": {"open": [opened]}, "thresholds_minutes": [20.0]}
    told = client.post("/api/zone", json={"scenario": scenario, "zone": RODEZ}).json()
    places = workshop.ground.cells.to_crs(4326).geometry.representative_point()
    inside = shapely.box(2.4, 44.2, 2.75, 44.5).contains(places.to_numpy())
    assert told["people"] == pytest.approx(workshop.people[inside].sum())
    before = inside & (np.nan_to_num(workshop.now, nan=np.inf) <= 20)
    covered, gained, lost = (told[key][0] for key in ("covered", "gained", "lost"))
    assert covered - gained + lost == pytest.approx(workshop.people[before].sum())


@pytest.mark.parametrize(
    ("zone", "status", "key"),
    [
        ([[0, 0], [1, 1], [1, 0], [0, 1]], 409, "zone_crosses"),
        ([[0, 0], [1, 1]], 422, "invalid"),
    ],
)
def test_a_zone_that_is_none_is_refused(client, zone, status, key):
    refused = client.post("/api/zone", json={"zone": zone})
    assert (refused.status_code, refused.json()["key"]) == (status, key)


def chosen(client, **asked):
    """Search, and give what was found."""
    started = client.post("/api/jobs", json=asked)
    assert started.status_code == 202, started.text
    end = time.monotonic() + 300
    while (job := client.get(f"/api/jobs/{started.json()['id']}").json())["status"] == "running":
        assert time.monotonic() < end
        time.sleep(0.05)
    assert job["status"] == "done", job
    return [site["site_id"] for site in job["result"]["sites"] if not site["existing"]]


@pytest.mark.slow
def test_a_search_stays_in_the_zone_and_keeps_its_floors(client, desk):
    table = desk.workshop.ground.read.candidates
    within = chosen(client, model="p-median", sites=2, max_minutes=None, seconds=10.0, zone=RODEZ)
    there = table[table["id"].isin(within)]
    assert len(there) == 2
    assert there["lon"].between(2.4, 2.75).all()
    assert there["lat"].between(44.2, 44.5).all()
    assert chosen(client, model="mclp", sites=1, max_minutes=20, floor=0.0)


def test_conditions_that_do_not_fit_are_refused(client, desk):
    first = str(desk.workshop.ground.read.candidates["id"].iloc[0])

    def refused(**asked):
        return client.post("/api/jobs", json=asked).json()["key"]

    assert refused(floor=0.5, capacity=100.0) == "job_one_condition"
    assert refused(zone=[[0, 0], [1, 0], [1, 1]]) == "zone_empty"
    outside = [[2.9, 43.8], [3.1, 43.8], [3.1, 44.0]]
    assert refused(zone=outside, required=[first]) == "zone_without_required"
