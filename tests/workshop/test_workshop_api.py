"""The interface answers what `siting run` computes, and refuses what is wrong by a sentence."""

from __future__ import annotations

import base64
import contextlib
import csv
import http.client
import io
import json
import multiprocessing
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import docx
import numpy as np
import pandas as pd
import pytest
import schemathesis
import uvicorn
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from siting.config import load
from siting.study import run as studies
from siting.study.stages import site_facts
from siting.texts import percent
from siting.workshop import api, page_answers, scenario, server
from siting.workshop.guard import BODY_BYTES, PIECE_BYTES, Guard
from siting.workshop.guesses import ADDRESSES, MOST_WRONG, PAUSE_SECONDS, Guesses
from siting.workshop.patient_protocol import PatientProtocol

NAUCELLE = {"id": "naucelle-bis", "name": "Naucelle bis", "lon": 2.343, "lat": 44.197}


@pytest.fixture
def client(desk):
    with TestClient(api.make(desk)) as asking:
        yield asking


def answer(client, **change):
    scenario = {"what_if": change, "thresholds_minutes": [10, 20, 30]}
    got = client.post("/api/answer", json={"scenario": scenario})
    assert got.status_code == 200, got.text
    return got.json()


def numbers(said, kind):
    return np.frombuffer(base64.b64decode(said), kind)


def test_today_is_the_study(client, desk):
    found = studies.run(load(desk.config), lambda _: None)
    said = answer(client)
    table = found.coverage
    first = table[table["service"] == load(desk.config).services[0].id]
    whole = first[(first["zone_kind"] == "department") & (first["threshold_minutes"] == 20)]
    zones = client.get("/api/study").json()["zones"]
    row = next(i for i, zone in enumerate(zones) if zone["zone_kind"] == "department")
    assert said["covered"][row][1] == pytest.approx(whole["covered_population"].iloc[0], abs=1e-4)
    assert np.sum(said["gained"]) == np.sum(said["lost"]) == 0


def test_saved_scenario_runs_to_the_same_figures(client, desk):
    """Open a site, close a facility and a link, weigh otherwise: `siting run` says the same."""
    study = client.get("/api/study").json()
    closed = study["services"][0]["facilities"][0]["id"]
    link = study["links"][0][:2]
    weights = {one["id"]: one["weight"] for one in study["criteria"]}
    left_out, doubled = list(weights)[:2]
    weights[left_out] = 0.0
    weights[doubled] *= 2
    scenario = {
        "what_if": {
            "open": [NAUCELLE],
            "close": [closed],
            "closed_links": [link],
            "candidates": [{**study["candidates"][0], "lon": 2.6, "lat": 44.4}],
        },
        "thresholds_minutes": [12, 25],
        "weights": weights,
    }
    asked = {"scenario": scenario}
    said = client.post("/api/answer", json=asked).json()
    ranked = client.post("/api/ranking", json=asked).json()
    assert client.put("/api/scenarios/essai", json=asked).json() == {"file": "essai.yaml"}
    found = studies.run(load(desk.folder / "essai.yaml"), lambda _: None)

    access = found.access
    access = access[access["service"] == load(desk.config).services[0].id]
    minutes = numbers(said["minutes"], "<u2") / 100
    at = pd.Index(desk.workshop.ground.cells["cell_id"]).get_indexer(access["cell_id"])
    assert minutes[at] == pytest.approx(access["minutes"].to_numpy(), abs=0.006)
    coverage = found.coverage
    for j, limit in enumerate((12, 25)):
        rows = coverage[coverage["threshold_minutes"] == limit].set_index(
            ["zone_kind", "zone_code"]
        )
        for i, zone in enumerate(study["zones"]):
            told = rows.loc[(zone["zone_kind"], zone["zone_code"]), "covered_population"]
            assert said["covered"][i][j] == pytest.approx(told, abs=1e-3)
    order = found.scores.rank.argsort(kind="stable")
    best = found.scores.sites["site_id"].to_numpy()[order]
    assert [one["id"] for one in ranked["sites"]] == best.tolist()
    assert [one["score"] for one in ranked["sites"]] == pytest.approx(found.scores.score[order])

    loaded = client.get("/api/scenarios/essai").json()
    again = client.post("/api/answer", json={"scenario": loaded}).json()
    assert again["minutes"] == said["minutes"]
    assert client.post("/api/ranking", json={"scenario": loaded}).json() == ranked
    assert client.get("/api/scenarios").json() == {"names": ["essai"]}


def test_small_counts_of_persons_are_never_told(client, desk):
    """Wherever a candidate is moved, nothing that is told depends on who the few are."""
    base = desk.workshop.ground
    column = next(one.id for one in desk.workshop.facts.criteria if one.name == "independents")
    first = client.get("/api/study").json()["candidates"][0]
    people = site_facts.independents(base)
    seats = base.read.communes[["chef_lieu_lon", "chef_lieu_lat"]].to_numpy()
    places = pd.DataFrame(seats, columns=["lon", "lat"]).assign(
        id=base.read.communes["code"], commune_code=base.read.communes["code"]
    )
    minutes = base.minutes(people, places)
    limit = next(one.number for one in desk.workshop.facts.criteria if one.id == column)
    counts = (minutes <= limit).sum(axis=0)
    few = np.flatnonzero((counts > 0) & (counts < 5))
    assert len(few) >= 2, "the study has remote communes"
    told = []
    for row in few:
        lon, lat = seats[row]
        moved = {**first, "lon": float(lon), "lat": float(lat)}
        asked = {"scenario": {"what_if": {"candidates": [moved]}}}
        found = client.post("/api/ranking", json=asked).json()
        site = next(one for one in found["sites"] if one["id"] == first["id"])
        j = found["criteria"].index(column)
        assert site["raw"][j] is None
        assert site["small"][j] is True
        told.append(site["points"][j])
    assert len(set(told)) == 1


def test_exports_agree(client, desk):
    scenario = {"what_if": {"open": [NAUCELLE]}, "thresholds_minutes": [20]}
    said = client.post("/api/answer", json={"scenario": scenario}).json()
    asked = {"scenario": scenario, "name": "Essai"}
    text = client.post("/api/export/table", json=asked).text
    rows = list(csv.DictReader(text.splitlines()))
    assert [float(row["covered_population"]) for row in rows] == pytest.approx(
        [shares[0] for shares in said["covered"]]
    )
    today = client.post("/api/answer", json={"scenario": {"thresholds_minutes": [20]}}).json()
    assert [float(row["today_population"]) for row in rows] == pytest.approx(
        [shares[0] for shares in today["covered"]], abs=1e-3
    )
    assert {row["scenario"] for row in rows} == {"Essai"}
    assert all("Ouvert : Naucelle bis" in row["changes"] for row in rows)
    written = client.post("/api/export/config", json={"scenario": scenario}).text
    path = desk.config.parent / "exported.yaml"
    path.write_text(written, encoding="utf-8")
    assert load(path).what_if.open[0].name == "Naucelle bis"
    page = client.post("/api/export/map", json=asked).text
    assert "Ouvert : Naucelle bis" in page
    assert "Hypothèse « Essai »" in page


@pytest.mark.slow
def test_the_report_is_of_the_scenario(client):
    best = client.post("/api/ranking", json={}).json()["sites"][0]["id"]
    shares = []
    for what_if in ({}, {"open": [best]}):
        scenario = {"what_if": what_if, "thresholds_minutes": [20]}
        rows = client.post("/api/export/table", json={"scenario": scenario}).text.splitlines()
        told = next(csv.DictReader(rows))
        assert told["zone_kind"] == "department"
        shares.append(percent(float(told["covered_population"]) / float(told["population"])))
    assert shares[0] != shares[1]
    said = client.post("/api/export/report", json={"scenario": scenario})
    document = docx.Document(io.BytesIO(said.content))
    words = "\n".join(one.text for one in document.paragraphs)
    assert shares[1] in words
    assert shares[0] not in words
    assert "Hypothèse «\xa0sans nom\xa0»" in words
    cells = [{cell.text for cell in table._cells} for table in document.tables[:4]]
    assert any({shares[0], shares[1]} <= texts for texts in cells)  # before and after


def test_two_scenarios_side_by_side(client):
    best = client.post("/api/ranking", json={}).json()["sites"][0]["id"]
    opened = {"what_if": {"open": [best]}}
    both = client.post("/api/compare", json={"first": {}, "second": opened}).json()["answers"]
    assert both[1]["mean_minutes"] < both[0]["mean_minutes"]
    assert np.sum(both[1]["lost"]) == 0 < np.sum(both[1]["gained"])


def test_access_of_a_place(client):
    here = {"lon": NAUCELLE["lon"], "lat": NAUCELLE["lat"]}
    found = client.post("/api/access", json=here).json()["facilities"]
    minutes = [one["minutes"] for one in found]
    assert len(found) == 10
    assert minutes == sorted(minutes)


def job(client, **asked):
    got = client.post("/api/jobs", json=asked)
    assert got.status_code == 202, got.text
    return got.json()["id"]


def ended(client, name, seconds=300):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        state = client.get(f"/api/jobs/{name}").json()
        if state["status"] != "running":
            return state
        time.sleep(0.05)
    raise AssertionError(state)


def test_optimise_as_a_job(client):
    found = ended(client, job(client, model="mclp", sites=2, max_minutes=20))
    assert found["status"] == "done"
    result = found["result"]
    assert result["status"] == "proven"
    ids = [one["id"] for one in client.get("/api/study").json()["candidates"]]
    chosen = [one["site_id"] for one in result["sites"] if one["site_id"] in ids]
    assert len(chosen) == 2
    covered = max(  # brute force
        answer(client, open=[one, other])["covered"][0][1]
        for i, one in enumerate(ids)
        for other in ids[:i]
    )
    assert answer(client, open=chosen)["covered"][0][1] == pytest.approx(covered)


def test_cancelled_job_leaves_no_process(client):
    before = len(multiprocessing.active_children())
    name = job(client, model="p-median", sites=5)
    assert len(multiprocessing.active_children()) == before + 1
    assert client.delete(f"/api/jobs/{name}").json()["status"] == "cancelled"
    assert len(multiprocessing.active_children()) == before
    assert client.get(f"/api/jobs/{name}").json()["status"] == "cancelled"


def test_too_many_jobs(client):
    names = [job(client, model="p-median", sites=5) for _ in range(2)]
    assert client.post("/api/jobs", json={"model": "p-median"}).status_code == 429
    for name in names:
        client.delete(f"/api/jobs/{name}")


def test_saving_over_a_scenario_is_asked_for(client, desk):
    path = desk.folder / "deja.yaml"
    first = {"scenario": {"what_if": {"open": [NAUCELLE]}}}
    assert client.put("/api/scenarios/deja", json=first).status_code == 200
    before = path.read_bytes()
    refused = client.put("/api/scenarios/deja", json={})
    assert (refused.status_code, refused.json()["key"]) == (409, "scenario_exists")
    assert path.read_bytes() == before
    assert client.put("/api/scenarios/deja", json={"replace": True}).status_code == 200
    assert path.read_bytes() != before


def hang_in_mid_save(desk_folder, config, begun):
    """Save a scenario in a process that never comes to give the file its name."""
    from siting import atomic_files as files

    def hang(*_):
        begun.set()
        time.sleep(600)

    files._move = hang
    scenario.save(scenario.Scenario(), "essai", load(config), config, desk_folder)


def test_killed_in_mid_save_leaves_the_old_scenario(client, desk):
    client.put("/api/scenarios/essai", json={"scenario": {"what_if": {"open": [NAUCELLE]}}})
    path = desk.folder / "essai.yaml"
    before = path.read_bytes()
    context = multiprocessing.get_context("spawn")
    begun = context.Event()
    process = context.Process(target=hang_in_mid_save, args=(desk.folder, desk.config, begun))
    process.start()
    assert begun.wait(120)
    process.kill()  # SIGKILL: nothing of the process may tidy up
    process.join()
    assert process.exitcode not in (0, 1)
    assert path.read_bytes() == before
    assert client.get("/api/scenarios").json() == {"names": ["essai"]}
    assert client.get("/api/scenarios/essai").json()["what_if"]["open"] == [NAUCELLE]
    client.put(
        "/api/scenarios/essai", json={"replace": True}
    )  # what was left behind is in nobody's way
    assert client.get("/api/scenarios/essai").json()["what_if"]["open"] == []


@pytest.mark.slow
def test_siting_run_gives_a_saved_scenario_the_same_bytes_twice(client, desk, tmp_path):
    """The command itself, twice, on what the workshop saved: its bytes, and its figures."""
    study = client.get("/api/study").json()
    closed = study["services"][0]["facilities"][3]["id"]
    change = {"open": [NAUCELLE], "close": [closed], "speed_factor": 0.9}
    asked = {"scenario": {"what_if": change, "thresholds_minutes": [15, 25]}}
    said = client.post("/api/answer", json=asked).json()
    ranked = client.post("/api/ranking", json=asked).json()
    assert client.put("/api/scenarios/deux-fois", json=asked).status_code == 200
    config = desk.folder / "deux-fois.yaml"
    runs = []
    for name in ("one", "two"):
        out = tmp_path / name
        command = [sys.executable, "-c", "from siting.cli import main; main()"]
        subprocess.run([*command, "run", str(config), "--out", str(out)], check=True)
        files = {one.name: one.read_bytes() for one in sorted(out.iterdir())}
        manifest = json.loads(files.pop("manifest.json"))
        del manifest["written_at"]
        runs.append((files, manifest))
    assert runs[0] == runs[1]
    first = load(desk.config).services[0].id
    coverage = pd.read_csv(io.BytesIO(runs[0][0]["coverage.csv"]), dtype={"zone_code": str})
    coverage = coverage[coverage["service"] == first]
    for i, zone in enumerate(study["zones"]):
        of = coverage[
            (coverage["zone_kind"] == zone["zone_kind"])
            & (coverage["zone_code"] == zone["zone_code"])
        ].set_index("threshold_minutes")
        told = of.loc[[15, 25], "covered_population"].tolist()
        assert said["covered"][i] == pytest.approx(told, abs=1e-3)
    scores = pd.read_csv(io.BytesIO(runs[0][0]["scores.csv"])).sort_values("rank")
    assert [one["id"] for one in ranked["sites"]] == scores["site_id"].tolist()
    assert [one["score"] for one in ranked["sites"]] == pytest.approx(scores["score"], abs=1e-3)


@pytest.mark.parametrize(
    ("path", "asked", "status", "word"),
    [
        (
            "/api/answer",
            {"scenario": {"what_if": {"open": [{**NAUCELLE, "lon": -9}]}}},
            409,
            "zone",
        ),
        ("/api/answer", {"scenario": {"what_if": {"open": ["nulle-part"]}}}, 409, "nulle-part"),
        ("/api/answer", {"scenario": {"what_if": {"close": ["0"]}}}, 409, "fermer"),
        ("/api/answer", {"scenario": {"what_if": {"closed_links": [["1", "2"]]}}}, 409, "tronçon"),
        ("/api/answer", {"scenario": {"what_if": {"speed_factor": 50}}}, 422, "3"),
        ("/api/answer", {"scenario": {"thresholds_minutes": [20, 10]}}, 409, "croissantes"),
        ("/api/answer", {"scenario": {"thresholds_minutes": list(range(1, 20))}}, 422, "8"),
        ("/api/answer", {"scenario": {"unknown": 1}}, 422, "unknown » : clé inconnue"),
        ("/api/export/pdf", {}, 422, "'config', 'report'"),
        (
            "/api/answer",
            {"scenario": {"what_if": {"close": [str(i) for i in range(999)]}}},
            409,
            "200",
        ),
        ("/api/ranking", {"scenario": {"weights": {"minutes_saved": 1}}}, 409, "critère"),
        ("/api/access", {"lon": 2.4, "lat": 400}, 422, "90"),
        ("/api/access", {"lon": -30, "lat": 44}, 409, "zone"),
        ("/api/isochrone", {"lon": 2.4, "lat": 44.3}, 409, "OpenStreetMap"),
        ("/api/jobs", {"model": "mclp", "max_minutes": None}, 409, "minutes"),
        ("/api/jobs", {"model": "lscp", "sites": 2}, 409, "sites"),
        ("/api/jobs", {"required": ["nulle-part"]}, 409, "nulle-part"),
    ],
)
def test_wrong_questions_are_answered_by_a_sentence(client, path, asked, status, word):
    """422: not of the form that is documented; 409: of that form, and the study says no."""
    got = client.post(path, json=asked)
    assert got.status_code == status, got.text
    assert word in got.json()["error"]


def test_not_a_number(client):
    body = json.dumps({"lon": float("nan"), "lat": 44.0})
    got = client.post("/api/access", content=body, headers={"content-type": "application/json"})
    assert got.status_code == 422
    assert "fini" in got.json()["error"]


def test_unknown_scenarios_and_paths_out_of_the_folder(client):
    assert client.get("/api/scenarios/absent").status_code == 404
    for name in ("..%2Fetude", "%2e%2e", "a%00b", "a.yaml"):
        assert client.get(f"/api/scenarios/{name}").status_code in (404, 422)


def test_read_only(desk):
    with TestClient(api.make(replace(desk, read_only=True))) as client:
        got = client.put("/api/scenarios/essai", json={})
    assert got.status_code == 403
    assert not desk.folder.exists()


def guarded(desk, host="127.0.0.1", token=""):
    return TestClient(server.guarded(desk, host, token), base_url=f"http://{host}:8350")


def test_only_this_machine_and_this_page(desk):
    client = guarded(desk)
    assert client.get("/api/study").status_code == 200
    assert client.get("/api/study", headers={"host": "evil.example"}).status_code == 421
    elsewhere = {"origin": "http://evil.example"}
    assert client.post("/api/answer", json={}, headers=elsewhere).status_code == 403
    here = {"origin": "http://127.0.0.1:8350"}
    got = client.post("/api/answer", json={}, headers=here)
    assert got.status_code == 200
    assert "access-control-allow-origin" not in got.headers
    assert "default-src 'none'" in got.headers["content-security-policy"]


def test_token(desk):
    token = "un-jeton-assez-long"  # noqa: S105 - of this test
    client = guarded(desk, "192.0.2.7", token)
    assert client.get("/api/study").status_code == 401
    assert client.get("/api/texts/fr").status_code == 200
    assert client.post("/api/login", json={"token": "un-autre-jeton"}).status_code == 401
    assert client.post("/api/login", json=["x"]).status_code == 401
    assert client.post("/api/login", content="[" * 200_000).status_code == 401
    began = time.monotonic()
    assert client.get("/api/study", headers={"authorization": "Bearer x"}).status_code == 401
    assert time.monotonic() - began >= 0.4  # guessing is slow, by bearer as by login
    assert client.get("/api/study", headers={"authorization": f"Bearer {token}"}).status_code == 200
    assert client.post("/api/login", json={"token": token}).status_code == 200
    assert client.get("/api/study").status_code == 200
    assert token not in client.cookies[next(iter(client.cookies))]


def test_who_guesses_much_is_not_listened_to(desk, monkeypatch):
    monkeypatch.setattr("siting.workshop.guard.GUESS_SECONDS", 0)
    token = "un-jeton-assez-long"  # noqa: S105 - of this test
    client, sitting = (guarded(desk, "192.0.2.7", token) for _ in range(2))
    sitting.app = client.app  # one server, two browsers of one address
    assert sitting.post("/api/login", json={"token": token}).status_code == 200
    for guess in range(MOST_WRONG - 1):
        bearer = {"authorization": f"Bearer {guess}"}
        assert client.get("/api/scenarios", headers=bearer).status_code == 401
    assert client.post("/api/login", json={"token": "x"}).status_code == 401
    right = {"authorization": f"Bearer {token}"}
    for got in (
        client.get("/api/scenarios", headers=right),
        client.post("/api/login", json={"token": token}),
    ):
        assert (got.status_code, got.json()["key"]) == (429, "many_guesses")
        assert 0 < int(got.headers["retry-after"]) <= PAUSE_SECONDS
    assert sitting.get("/api/scenarios").status_code == 200  # who logged in before works on


def test_guesses_are_forgotten_and_their_memory_is_bounded():
    now = [0.0]
    guesses = Guesses(lambda: now[0])
    for _ in range(MOST_WRONG):
        assert guesses.seconds_left("192.0.2.9") == 0
        guesses.add("192.0.2.9")
    assert guesses.seconds_left("192.0.2.9") == PAUSE_SECONDS
    assert guesses.seconds_left("192.0.2.8") == 0
    now[0] = PAUSE_SECONDS
    assert guesses.seconds_left("192.0.2.9") == 0
    for number in range(3 * ADDRESSES):
        guesses.add(str(number))
    assert len(guesses._wrong) == ADDRESSES


def test_an_address_tells_all_its_methods(client):
    for path, methods in (("/api/jobs/x", "DELETE, GET"), ("/api/scenarios/x", "GET, PUT")):
        got = client.request("OPTIONS", path)
        assert (got.status_code, got.headers["allow"]) == (405, methods)


def test_numbers_are_numbers(client):
    for change in (
        {"speed_factor": True},
        {"speed_factor": "1.2"},
        {"open": [{**NAUCELLE, "lat": "44"}]},
    ):
        got = client.post("/api/answer", json={"scenario": {"what_if": change}})
        assert got.status_code == 422, got.text
    assert client.put("/api/scenarios/x", json={"replace": 0}).status_code == 422
    assert client.post("/api/access", json={"lon": 2, "lat": 44.4}).status_code == 200  # whole
    for sites, status in ((True, 422), ("2", 422), (2.5, 422), (2.0, 409)):  # of lscp: none
        got = client.post("/api/jobs", json={"model": "lscp", "sites": sites})
        assert got.status_code == status, got.text


def test_large_and_endless_bodies(desk):
    client = guarded(desk)
    got = client.post("/api/answer", content=b"{" * (BODY_BYTES + 1))
    assert got.status_code == 413
    endless = (b" " * 65536 for _ in range(1000))
    got = client.post("/api/answer", content=endless)
    assert got.status_code == 413
    assert "Kio" in got.json()["error"]


@contextlib.contextmanager
def listened(desk):
    """Serve a desk in this process, as `siting serve` does; give its address."""
    listening = server.listen("127.0.0.1", 0)
    listening.listen()
    running = uvicorn.Server(server.settings(server.guarded(desk, "127.0.0.1", "")))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()
    finally:
        running.should_exit = True
        thread.join(10)


def test_who_never_reads_holds_one_piece_and_is_hung_up_on(desk, monkeypatch):
    """Of a large answer no more than a piece waits in memory, and not for ever."""
    waiting = []

    class Watched(PatientProtocol):
        def pause_writing(self):
            super().pause_writing()
            waiting.append(self.transport.get_write_buffer_size())

        def connection_lost(self, exc):
            super().connection_lost(exc)
            gone.set()

    gone = threading.Event()
    monkeypatch.setattr("siting.workshop.server.PatientProtocol", Watched)
    monkeypatch.setattr("siting.workshop.patient_protocol.UNTAKEN_SECONDS", 0.5)
    monkeypatch.setattr(page_answers, "layers", lambda _: {"large": "x" * 50_000_000})
    with listened(desk) as address, socket.create_connection(address, 60) as mute:
        mute.sendall(b"GET /api/layers HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
        assert gone.wait(60)
    assert waiting
    assert max(waiting) <= PIECE_BYTES + 1024


def test_who_sends_a_million_sites_hears_why_not(desk):
    """A plain client speaks to the end before it listens, and must not be hung up on before."""
    sites = json.dumps({"scenario": {"what_if": {"open": ["x" * 20] * 1_000_000}}}).encode()
    with listened(desk) as address:
        for size in (str(len(sites)), None):
            asking = http.client.HTTPConnection(*address, timeout=60)
            body = (
                sites if size else iter([sites[i : i + 65536] for i in range(0, len(sites), 65536)])
            )
            asking.request("POST", "/api/answer", body, {"content-type": "application/json"})
            got = asking.getresponse()
            assert got.status == 413
            assert "retirez des sites" in json.loads(got.read())["error"]
            asking.close()
        asking = http.client.HTTPConnection(*address, timeout=60)
        asking.request("GET", "/api/scenarios")
        assert asking.getresponse().status == 200
        asking.close()


def test_slow_client(desk, monkeypatch):
    import asyncio

    monkeypatch.setattr("siting.workshop.guard.BODY_SECONDS", 0.05)
    sent = []

    async def receive():
        await asyncio.sleep(3)

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/answer",
        "headers": [(b"host", b"127.0.0.1:1")],
    }
    # a thread of its own: a browser test before it may leave its loop running in this one
    guard = Guard(api.make(desk), ("127.0.0.1",))
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(guard(scope, receive, send))).result()
    assert sent[0]["status"] == 408


def test_a_client_that_never_ends_its_headers(desk, monkeypatch):
    """Bytes one by one do not keep a connection; who asks in one go is answered meanwhile."""
    monkeypatch.setattr("siting.workshop.patient_protocol.HEADER_SECONDS", 0.5)
    begun = b"GET /api/study HTTP/1.1\r\nhost: 127.0.0.1\r\n"
    endless = begun + b"x" * 1000
    with listened(desk) as address:
        with socket.create_connection(address, 30) as slow:
            sent = 0
            with contextlib.suppress(OSError):
                for one in endless:
                    slow.sendall(bytes([one]))
                    sent += 1
                    time.sleep(0.02)
            assert len(begun) // 4 < sent < len(endless)  # hung up on in the midst
        with socket.create_connection(address, 30) as mute:
            assert mute.recv(4096).startswith(b"HTTP/1.1 408 ")
        asking = http.client.HTTPConnection(*address, timeout=60)
        for _ in range(2):  # a connection that is kept asks again
            asking.request("GET", "/api/scenarios")
            assert json.loads(asking.getresponse().read()) == {"names": []}
        asking.close()


def test_english_is_spoken_when_asked(desk):
    got = guarded(desk).get("/api/scenarios/absent", headers={"accept-language": "en"})
    assert "saved scenario" in got.json()["error"]


ENDLESS = "/api/meetings/{key}/events"  # a stream: test_workshop_together.py follows it


@pytest.mark.slow
def test_no_question_breaks_the_server(desk):
    """Schemathesis asks what the OpenAPI document allows, and what it does not, and reads answers.

    All of its checks: documented statuses, content types and schemas, what is malformed is refused,
    what is well formed is not refused as malformed, methods that are not there.
    """
    document = schemathesis.openapi.from_asgi("/api/openapi.json", api.make(desk))
    whole = {"map": 0, "report": 0}  # whole studies made: one of each is enough
    begun, before = set(), len(multiprocessing.active_children())
    for operation in document.exclude(path=ENDLESS).get_all_operations():

        @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
        @given(case=st.one_of(*(operation.ok().as_strategy(mode) for mode in GenerationMode)))
        def ask(case):
            kind = case.path_parameters.get("kind")
            if whole.get(kind):
                case.path_parameters["kind"] = "table" if case.body else "config"
            response = case.call_and_validate()
            if response.status_code == 200 and kind in whole:
                whole[kind] += 1
            if response.status_code == 202 and case.path == "/api/jobs":
                begun.add(response.json()["id"])

        ask()
    cancel = document["/api/jobs/{name}"]["DELETE"]
    for name in begun:
        assert cancel.Case(path_parameters={"name": name}).call().status_code in (200, 404)
    assert begun
    assert any(whole.values())
    assert len(multiprocessing.active_children()) == before


def test_robustness_of_the_ranking(client):
    ranked = client.post("/api/ranking", json={}).json()["sites"]
    found = client.post("/api/robustness", json={}).json()
    assert [one["id"] for one in found["sites"]] == [one["id"] for one in ranked]
    assert sum(one["first"] for one in found["sites"]) == pytest.approx(1)
    study = client.get("/api/study").json()
    weights = {one["id"]: one["weight"] for one in study["criteria"]}
    total = sum(weights.values())

    def first(name, share):
        """Who is first when one criterion has a share, the others keeping their proportions."""
        rest = total - weights[name]
        moved = {key: one * (1 - share) / rest for key, one in weights.items()} | {name: share}
        asked = {"scenario": {"weights": moved}}
        return client.post("/api/ranking", json=asked).json()["sites"][0]["id"]

    told = [one for one in found["stability"] if one["high"] is not None and one["high"] < 0.98]
    assert told
    for one in told[:3]:
        assert first(one["criterion"], one["high"] - 0.003) == ranked[0]["id"]
        assert first(one["criterion"], one["high"] + 0.003) == one["above"]


def test_search_starts_from_the_scenario(client):
    """What the scenario opens stands already, and is not chosen again."""
    best = client.post("/api/ranking", json={}).json()["sites"][0]["id"]
    scenario = {"what_if": {"open": [best, NAUCELLE]}}
    name = job(client, scenario=scenario, model="mclp", sites=1, max_minutes=20)
    found = ended(client, name, 120)
    new = [one["site_id"] for one in found["result"]["sites"] if not one["existing"]]
    assert len(new) == 1
    assert new[0] not in (best, NAUCELLE["id"])
