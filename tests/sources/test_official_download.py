"""Downloads against a server that cuts, lies, is busy, or changes a file between two runs."""

from __future__ import annotations

import contextlib
import hashlib
import io
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from siting.errors import ConfigError, InputError, ProblemsError
from siting.setup import download
from siting.setup.asking import Settings
from siting.sources import catalogue
from siting.sources.catalogue import CatalogueFile

CONTENT = hashlib.sha256(b"siting").digest() * 40_000  # 1.28 MB
QUICK = Settings(wait=0.01, timeout=5)


class Handler(BaseHTTPRequestHandler):
    """The path chooses the misbehaviour; the server counts what it was asked."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        name = self.path.strip("/")
        tries = self.server.tries.setdefault(name, 0)
        self.server.tries[name] += 1
        content = self.server.content
        asked = self.headers.get("Range")
        self.server.ranges.append((name, asked))
        if name == "missing":
            self.send_error(404)
            return
        if name in {"busy429", "busy503"} and tries < 2:
            self.send_response(int(name[-3:]))
            self.send_header("Retry-After", "0")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = 0
        tag = f'"{hashlib.sha256(content).hexdigest()}"'
        if asked and name != "norange" and self.headers.get("If-Range") == tag:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
        body = content[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        length = len(body) + (1000 if name == "lies" else 0)
        self.send_header("Content-Length", str(length))
        self.send_header("ETag", tag)
        self.end_headers()
        cut = {"cut": 3, "norange": 1}.get(name, 0) > tries or name in {"always", "lies"}
        if name == "endless" and not self.server.slow.is_set():
            with contextlib.suppress(ConnectionError):
                for at in range(0, len(body), 20_000):
                    self.wfile.write(body[at : at + 20_000])
                    self.server.slow.wait(0.05)
            return
        self.wfile.write(body[: 400_000 if name != "lies" else None] if cut else body)
        if cut:
            self.wfile.flush()
            self.close_connection = True
            self.connection.shutdown(2)


@pytest.fixture
def server():
    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.content, running.tries, running.ranges = CONTENT, {}, []
    running.slow = threading.Event()
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()


def source(server, name):
    address = f"http://127.0.0.1:{server.server_port}/{name}"
    return CatalogueFile(name, name, "test", "", address, f"{name}.bin", "2026", "none", "tests")


def brought(*arguments):
    [arrival] = download.fetch(*arguments)
    return arrival.path


def test_cut_connections_are_resumed(server, tmp_path):
    seen = []
    path = brought([source(server, "cut")], tmp_path, QUICK, lambda *a: seen.append(a))
    assert path.read_bytes() == CONTENT
    starts = [asked for name, asked in server.ranges]
    assert starts[0] is None
    begun = [int(asked.removeprefix("bytes=").removesuffix("-")) for asked in starts[1:]]
    assert len(begun) == 3
    assert 300_000 < begun[0] < begun[1] < begun[2] <= 1_200_000
    assert seen[-1] == ("cut.bin", len(CONTENT), len(CONTENT))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["cut.bin", "sources.lock"]


def test_a_server_that_ignores_ranges_starts_again(server, tmp_path):
    path = brought([source(server, "norange")], tmp_path, QUICK)
    assert path.read_bytes() == CONTENT


def test_the_next_run_resumes_unless_the_file_changed(server, tmp_path):
    cut = source(server, "later")
    (tmp_path / "later.bin.part").write_bytes(CONTENT[:1000])
    tag = f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    (tmp_path / "later.bin.part.tag").write_text(tag)
    assert brought([cut], tmp_path, QUICK).read_bytes() == CONTENT
    assert server.ranges == [("later", "bytes=1000-")]
    other = source(server, "other")
    (tmp_path / "other.bin.part").write_bytes(b"old bytes")
    (tmp_path / "other.bin.part.tag").write_text('"another version"')
    assert brought([other], tmp_path, QUICK).read_bytes() == CONTENT


@pytest.mark.parametrize("name", ["busy429", "busy503"])
def test_a_busy_server_is_asked_again(server, tmp_path, name):
    assert brought([source(server, name)], tmp_path, QUICK).read_bytes() == CONTENT
    assert server.tries[name] == 3


def test_a_lie_about_the_size_is_never_taken_for_a_file(server, tmp_path):
    with pytest.raises(InputError) as caught:
        download.fetch([source(server, "lies")], tmp_path, QUICK)
    assert caught.value.key == "download_failed"
    assert f"/ {len(CONTENT)}" in caught.value.text("fr")
    assert "reprendra" in caught.value.text("fr")
    assert not (tmp_path / "lies.bin").exists()


def test_a_missing_file_names_its_address(server, tmp_path):
    with pytest.raises(InputError) as caught:
        download.fetch([source(server, "missing")], tmp_path, QUICK)
    assert caught.value.key == "not_found"
    assert server.tries["missing"] == 1


def test_a_file_that_changes_between_two_runs_is_refused(server, tmp_path):
    one = source(server, "steady")
    path = brought([one], tmp_path, QUICK)
    download.fetch([one], tmp_path, QUICK)
    assert server.tries["steady"] == 1
    path.unlink()
    server.content = CONTENT[::-1]
    with pytest.raises(InputError) as caught:
        download.fetch([one], tmp_path, QUICK)
    assert caught.value.key == "source_changed"
    assert not path.exists()
    (tmp_path / "sources.lock").unlink()
    assert brought([one], tmp_path, QUICK).read_bytes() == CONTENT[::-1]
    path.write_bytes(b"edited by hand")
    with pytest.raises(InputError) as caught:
        download.fetch([one], tmp_path, QUICK)
    assert caught.value.key == "source_changed"


def test_an_interrupted_download_stops_soon_and_is_resumed(server, tmp_path, monkeypatch):
    class Interrupted(download.ThreadPoolExecutor):
        """A pool whose results are awaited by someone who presses Ctrl-C."""

        def map(self, function, *given):
            begun = [self.submit(function, one) for one in given[0]]
            while not list(tmp_path.glob("*.part")):
                time.sleep(0.01)
            assert begun
            raise KeyboardInterrupt

    one = source(server, "endless")
    with monkeypatch.context() as patch:
        patch.setattr(download, "ThreadPoolExecutor", Interrupted)
        with pytest.raises(KeyboardInterrupt):
            download.fetch([one], tmp_path, QUICK)
    assert (tmp_path / "endless.bin.part").stat().st_size < len(CONTENT)
    assert not (tmp_path / "endless.bin").exists()
    server.slow.set()
    assert brought([one], tmp_path, QUICK).read_bytes() == CONTENT
    assert server.ranges[-1][1] is not None


def test_several_at_once_and_every_problem(server, tmp_path):
    wanted = [source(server, f"file{n}") for n in range(8)]
    wanted += [source(server, "missing"), source(server, "lies")]
    with pytest.raises(ProblemsError) as caught:
        download.fetch(wanted, tmp_path, QUICK)
    assert {one.key for one in caught.value.problems} == {"not_found", "download_failed"}
    assert len(download.read_lock(tmp_path)) == 8


def test_mirror_and_dry_run(server, tmp_path):
    mirror, folder = tmp_path / "mirror", tmp_path / "data"
    mirror.mkdir()
    (mirror / "a.bin").write_bytes(b"a")
    settings = Settings(mirror=mirror)
    both = [source(server, "a"), source(server, "b")]
    assert [p.action for p in download.plan(both, folder, settings)] == ["mirror", "missing"]
    assert [p.action for p in download.plan(both, folder, QUICK)] == ["download", "download"]
    assert brought(both[:1], folder, settings).read_bytes() == b"a"
    assert download.plan(both, folder, settings)[0].action == "present"
    with pytest.raises(InputError) as caught:
        download.fetch(both[1:], folder, settings)
    assert caught.value.key == "not_in_mirror"
    assert not server.tries


def test_a_proxy_gets_the_request(server, tmp_path):
    settings = Settings(wait=0.01, proxy=f"http://127.0.0.1:{server.server_port}")
    far = CatalogueFile("far", "", "", "", "http://producer.invalid/file", "far.bin", "", "", "")
    assert brought([far], tmp_path, settings).read_bytes() == CONTENT
    assert "http://producer.invalid/file" in server.tries


def test_a_second_address_serves_where_the_first_does_not(tmp_path, server):
    first, second = (f"http://127.0.0.1:{server.server_port}/{name}" for name in ("missing", "cut"))
    source = CatalogueFile("x", "x", "x", "x", first, "f.bin", "x", "x", "x", fallback=second)
    assert brought([source], tmp_path, QUICK).read_bytes() == CONTENT
    assert download.read_lock(tmp_path)["f.bin"].url == second


def test_a_damaged_lock_is_refused(tmp_path):
    (tmp_path / "sources.lock").write_text("{")
    with pytest.raises(InputError) as caught:
        download.fetch([], tmp_path)
    assert caught.value.key == "bad_lock"


def test_every_entry_of_the_catalogue_is_whole():
    values = {"department": "12", "department_3": "012", "region": "midi-pyrenees"}
    values |= catalogue.extract_names("12", "Aveyron")
    for one in catalogue.resolve(catalogue.names(), values):
        assert one.url.startswith("https://")
        assert "{" not in one.url + one.file
        assert all([one.producer, one.licence, one.page, one.vintage, one.feeds])
    address = {"bpe": "https://example.org/{year}.zip"}
    [own] = catalogue.resolve(["bpe"], {"year": "2025"}, address)
    assert own.url == "https://example.org/2025.zip"
    assert not own.unverified


def test_the_catalogue_says_what_it_lacks():
    with pytest.raises(ConfigError) as caught:
        catalogue.resolve(["boundaries"], {})
    assert caught.value.key == "source_needs"
    with pytest.raises(ConfigError) as caught:
        catalogue.resolve(["nothing"], {})
    assert caught.value.key == "unknown_source"


def test_regions_of_every_departement():
    every = [f"{n:02d}" for n in range(1, 96) if n != 20] + ["2A", "2B"]
    every += ["971", "972", "973", "974", "976"]
    assert len(catalogue.geofabrik_regions(every)) == 27
    assert catalogue.geofabrik_regions(["12", "48", "46"]) == [
        "languedoc-roussillon",
        "midi-pyrenees",
    ]


def _zip():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a.csv", "code;name\n1;x\n")
    return held.getvalue()


WHOLE_ZIP = _zip()
PAGE = b"<!DOCTYPE html>\n<html><body>Connexion</body></html>"


@pytest.mark.parametrize(
    ("file", "content", "key"),
    [
        ("a.csv", PAGE, "page_for_file"),
        ("a.bin", b"\xef\xbb\xbf \n" + PAGE, "page_for_file"),
        ("a.zip", PAGE, "page_for_file"),
        ("a.zip", b"code;name\n", "other_kind"),
        ("a.parquet", b"PK\x03\x04", "other_kind"),
        ("a.csv", b'{"error": "quota"}', "other_kind"),
        ("a.csv", b"code;name\n1;<html>\n", None),
        ("a.zip", WHOLE_ZIP, None),
        ("a.zip", WHOLE_ZIP[:-30], "cut_file"),
        ("a.parquet", b"PAR1 and no end", "cut_file"),
    ],
    # an archive's bytes hold the time: as a name of a test they would differ between workers
    ids=range(10),
)
def test_a_page_with_status_200_is_not_taken_for_a_file(server, tmp_path, file, content, key):
    server.content = content
    address = f"http://127.0.0.1:{server.server_port}/page"
    one = CatalogueFile("page", "page", "test", "", address, file, "2026", "none", "tests")
    folder = tmp_path / "net"
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    (mirror / file).write_bytes(content)
    for settings, at in ((QUICK, folder), (Settings(mirror=mirror), tmp_path / "copied")):
        if key is None:
            assert brought([one], at, settings).read_bytes() == content
            continue
        with pytest.raises(InputError) as caught:
            download.fetch([one], at, settings)
        assert caught.value.key == key
        assert not list(at.iterdir())  # neither the file, nor a part of it, nor an entry of it
