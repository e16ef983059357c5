"""`siting fetch --verify` against a server that answers, moves, changes, refuses or is gone."""

from __future__ import annotations

import contextlib
import gzip
import io
import re
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pandas as pd
import pytest
import yaml

from siting.cli import app as cli
from siting.setup import init, verify
from siting.setup.asking import Settings
from siting.sources import catalogue

SETTINGS = Settings(timeout=5)
MOVEMENTS = (
    "MOD,DATE_EFF,TYPECOM_AV,COM_AV,TNCC_AV,NCC_AV,NCCENR_AV,LIBELLE_AV,TYPECOM_AP,COM_AP,"
    "TNCC_AP,NCC_AP,NCCENR_AP,LIBELLE_AP\n"
)


def zipped(**members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("notes.txt", "x" * 3000)
        for name, text in members.items():
            archive.writestr(f"{name}.csv", text)
    return content.getvalue()


def parquet(*columns):
    content = io.BytesIO()
    pd.DataFrame({name: ["x"] * 3000 for name in columns}).to_parquet(content)
    return content.getvalue()


COMMUNES = "REG;DEP;COM;Commune;PMUN;PCAP;PTOT\n" + "76;48;48095;Mende;12000;1;2\n" * 500
PAGES = {
    "movements": (MOVEMENTS + "32,2025-01-01,COM,48200\n" * 500).encode(),
    "movements_changed": MOVEMENTS.replace("COM_AV", "CODE_AV").encode(),
    "zip": zipped(donnees_communes=COMMUNES),
    "zip_changed": zipped(donnees_communes=COMMUNES.replace("PMUN", "POPULATION")),
    "units": parquet("siren", "etatAdministratifUniteLegale", "categorieJuridiqueUniteLegale"),
    "units_changed": parquet("siren", "etat"),
    "page": b"<!DOCTYPE html><html>login</html>",
    "json": gzip.compress(b'{"generatedAt": "2026", "pmej": []}'),
}


class Handler(BaseHTTPRequestHandler):
    """Gives pieces, as producers' servers do, but for `whole/`; counts the bytes it sends."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        way, _, name = self.path.strip("/").rpartition("/")
        if way in ("301", "302", "308"):
            self.send_response(int(way))
            self.send_header("Location", f"/{name}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if name.isdigit() or name not in PAGES:
            self.send_error(int(name) if name.isdigit() else 404)
            return
        body, piece = PAGES[name], None
        if way != "whole" and (piece := re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"])):
            first, last = int(piece[1]), min(int(piece[2]), len(body) - 1)
            span = f"bytes {first}-{last}/{len(body)}"
            body = body[first : last + 1]
        self.send_response(200 if piece is None else 206)
        if piece is not None:
            self.send_header("Content-Range", span)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(body)
        self.server.sent += len(body)


@pytest.fixture
def server():
    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.sent = 0
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


def answer(server, source, path):
    address = f"http://127.0.0.1:{server.server_port}/{path}"
    [entry] = catalogue.resolve([source], {"year": "2026"}, {source: address})
    [answered] = verify.addresses([entry], SETTINGS)
    return answered


@pytest.mark.parametrize(
    ("source", "path", "state", "compared"),
    [
        ("cog_movements", "movements", "alive", True),
        ("cog_movements", "whole/movements", "alive", True),
        ("cog_movements", "302/movements", "alive", True),
        ("cog_movements", "301/movements", "moved", True),
        ("cog_movements", "308/movements", "moved", True),
        ("cog_movements", "movements_changed", "changed", True),
        ("cog_movements", "page", "changed", False),
        ("populations", "zip", "alive", True),
        ("populations", "whole/zip", "alive", False),
        ("populations", "zip_changed", "changed", True),
        ("populations", "movements", "changed", False),
        ("sirene_units", "units", "alive", True),
        ("sirene_units", "units_changed", "changed", True),
        ("finess", "json", "alive", False),
        ("cog_movements", "404", "dead", False),
        ("cog_movements", "410", "dead", False),
        ("cog_movements", "500", "dead", False),
        ("cog_movements", "403", "refused", False),
        ("cog_movements", "429", "refused", False),
    ],
)
def test_each_case(server, source, path, state, compared):
    answered = answer(server, source, path)
    assert (answered.state, answered.compared) == (state, compared), answered.detail
    assert bool(verify.lost([answered])) == (state not in ("alive", "moved"))
    assert (answered.detail == "") == (state == "alive")


def test_what_is_lacking_is_named(server):
    assert "COM_AV" in answer(server, "cog_movements", "movements_changed").detail
    assert "PMUN" in answer(server, "populations", "zip_changed").detail
    assert answer(server, "cog_movements", "301/movements").detail.endswith("/movements")


def test_little_is_asked_for(server):
    answer(server, "cog_movements", "movements")
    assert server.sent <= 2 * verify.LINE


def test_a_server_that_is_not_there(server):
    server.shutdown()
    server.server_close()
    assert answer(server, "cog_movements", "movements").state == "dead"


def test_a_second_address_or_source_does_not_save_what_is_lost(server):
    answers = [answer(server, "cog_movements", path) for path in ("404", "movements")]
    assert verify.lost(answers) == []
    assert verify.lost(answers[:1]) == answers[:1]


@pytest.mark.parametrize(("changed", "code"), [(False, 0), (True, 1)])
def test_the_command(server, tmp_path, monkeypatch, capsys, changed, code):
    """Every address of the catalogue set to one of the server: its table, and its exit code."""
    base = f"http://127.0.0.1:{server.server_port}"
    good = {"cog_movements": "movements", "populations": "301/zip", "sirene_units": "units"}
    if changed:
        good |= {"populations": "zip_changed", "cog_movements": "403"}
    entries = {
        name: {**catalogue.entries()[name], "fallback_source": "", "fallback": ""}
        for name in (*good, "osm", "osm_region")
    }
    content = {**catalogue._content(), "sources": entries}
    monkeypatch.setattr(catalogue, "_content", lambda: content)
    path = tmp_path / "dep972.yaml"
    init.begin(init.NamedTerritory(department="972"), path)
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    written["fetch"]["layers"] = []
    written["sources"] = {name: f"{base}/{page}" for name, page in good.items()}
    written["sources"]["osm_region"] = f"{base}/movements"
    path.write_text(yaml.safe_dump(written), encoding="utf-8")
    with pytest.raises(SystemExit) as end:
        cli.main(["fetch", str(path), "--verify"])
    out = capsys.readouterr().out
    assert end.value.code == code, out
    assert "cog_movements" in out
    if changed:
        assert "disposition changée" in out
        assert "refuse les programmes" in out
        assert f"\n{base}/403\n" in out
    else:
        assert "déplacée" in out
        assert "peut être obtenu" in out
    assert not (tmp_path / "dep972").exists()
