"""What is taken where the first source does not give its file, and the newest of a dataset."""

from __future__ import annotations

import json
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from siting.errors import InputError, InputWarning
from siting.setup import download, newest
from siting.setup.asking import USER_AGENT, Settings
from siting.sources import catalogue
from siting.sources.catalogue import CatalogueFile

QUICK = Settings(wait=0.01, timeout=5)
DATASET = {
    "resources": [
        {"title": "2025T4-Commune", "url": "{here}/old"},
        {"title": "2026T2-Departement", "url": "{here}/other"},
        {"title": " 2026T2-Commune", "url": "{here}/new"},
        {"title": "2026T1-Commune", "url": "{here}/old"},
    ]
}


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.agents.add(self.headers["User-Agent"])
        name = self.path.strip("/")
        here = f"http://127.0.0.1:{self.server.server_port}"
        pages = {
            "good": b"content",
            "new": b"PK new",
            "dataset": json.dumps(DATASET).replace("{here}", here).encode(),
        }
        self.send_response(200 if name in pages else int(name) if name.isdigit() else 404)
        self.send_header("Content-Length", str(len(pages.get(name, b""))))
        self.end_headers()
        self.wfile.write(pages.get(name, b""))


@pytest.fixture
def server():
    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.agents = set()
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


def source(server, name, **more):
    address = f"http://127.0.0.1:{server.server_port}/{name}"
    return CatalogueFile(
        name, f"title of {name}", "x", "https://page.test", address, f"{name}.bin", "2026", "", "",
        **more,
    )  # fmt: skip


@pytest.mark.parametrize("status", ["403", "404", "429", "503"])
def test_an_alternative_is_taken_with_a_warning(server, tmp_path, status):
    first = source(server, status, alternative=source(server, "good"))
    with pytest.warns(InputWarning, match="title of good"):
        [arrival] = download.fetch([first], tmp_path, QUICK)
    assert (arrival.wanted, arrival.taken) == (first, first.alternative)
    assert arrival.path.read_bytes() == b"content"
    assert {agent.split("/")[0] for agent in server.agents} == {"siting"}
    assert USER_AGENT in server.agents


def test_one_alternative_serves_several(server, tmp_path):
    region = source(server, "good")
    wanted = [source(server, name, alternative=region) for name in ("404", "403")]
    with pytest.warns(InputWarning):
        arrivals = download.fetch(wanted, tmp_path, QUICK)
    assert {arrival.path for arrival in arrivals} == {tmp_path / "good.bin"}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("status", ["403", "404", "429"])
def test_without_any_the_first_is_to_be_opened_by_hand(server, tmp_path, status, language):
    first = source(server, status, alternative=source(server, "410"))
    with pytest.raises(InputError) as caught:
        download.fetch([first], tmp_path, QUICK)
    lines = caught.value.text(language).splitlines()
    assert first.url in lines  # alone on its line
    assert f" {first.file} " in lines[-1]
    assert str(tmp_path) in lines[-1]
    assert "https://page.test" in lines[-1]


def test_a_timeout_says_what_to_do(tmp_path):
    nowhere = CatalogueFile("n", "n", "x", "p", "http://127.0.0.1:9/none", "n.bin", "", "", "")
    with pytest.raises(InputError) as caught:
        download.fetch([nowhere], tmp_path, QUICK)
    assert nowhere.url in caught.value.text("fr").splitlines()


def fibre():
    [entry] = catalogue.resolve(["cartefibre"], {}, {})
    return entry


def test_the_newest_of_a_dataset_is_asked_for(server, monkeypatch):
    monkeypatch.setattr(newest, "API", f"http://127.0.0.1:{server.server_port}/dataset")
    resolved = newest.resolved(fibre(), QUICK)
    assert resolved.url.endswith("/new")
    assert (resolved.file, resolved.vintage) == ("2026t2-commune.zip", "2026t2")


def test_a_portal_that_does_not_answer_is_told(server, monkeypatch):
    monkeypatch.setattr(newest, "API", f"http://127.0.0.1:{server.server_port}/404")
    with pytest.raises(InputError) as caught:
        newest.resolved(fibre(), QUICK)
    assert caught.value.key == "dataset_unanswered"


def test_a_dropped_file_of_a_dataset_keeps_its_quarter(tmp_path):
    assert download.chosen(fibre(), tmp_path, QUICK).file == "2025t4-commune.zip"
    with zipfile.ZipFile(tmp_path / "2026T1-Commune.zip", "w") as archive:
        archive.writestr("commune.shp", b"")
    source = download.chosen(fibre(), tmp_path, QUICK)
    assert (source.file, source.vintage) == ("2026T1-Commune.zip", "2026T1")
    (tmp_path / "2026T2-Commune.zip").write_bytes(b"cut")
    with pytest.raises(InputError) as caught:
        download.chosen(fibre(), tmp_path, QUICK)
    assert caught.value.key == "bad_zip"
