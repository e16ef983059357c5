"""Coverage-guided fuzzing of the four readers of text: tables, streams, YAML, JSON.

`python tests/robustness/coverage_fuzz.py table --minutes 10` (or `stream`, `yaml`, `json`, or none
for each in turn) lets atheris (`pip install atheris`, Linux and macOS) look for bytes that a reader
answers otherwise than by a value or a sentence. What is found ends the run with a trace, and its
bytes are left in the folder `--found`, to be made a test.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import atheris

with atheris.instrument_imports(include=["siting", "yaml", "csv", "json"]):
    from siting import yaml_files
    from siting.errors import SitingError
    from siting.sources import finess_json, reading, text_streams

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST = 4096  # bytes of an input
JSON = """{"generatedAt": 1, "pmej": [{"ege": [{"etatObjet": "ACTUEL", "adresse": [
    {"usageAdresse": "1", "coordonneeX": "2.5", "coordonneeY": 44}]}]}]}"""
SEEDS = {
    "table": [b"id,name\n1,Rodez\n", b'id;name\r\n1;"a;b"\r\n', "\ufeffid\tname\n1\té\n".encode()],
    "stream": [b"id,name\n", "id,é\n".encode("utf-16"), "id,é€\n".encode("cp1252")],
    "yaml": [b"a: {b: [1, 2.5, 2026-01-01]}\n", b"a: &x [1]\nb: *x\n", b"- !!str 1\n- |\n  x\n"],
    "json": [JSON.encode(), b'{"pmej": [' + b"[" * 4000],
}


def _stream(path: Path) -> None:
    with text_streams.opened(path) as stream:
        while stream.read(64):
            pass


def _json(path: Path) -> None:
    if finess_json.recognised(path):
        finess_json.read(path)


READERS: dict[str, Callable[[Path], object]] = {
    "table": lambda path: reading.table(path, ["id", "name"]),
    "stream": _stream,
    "yaml": yaml_files.load,
    "json": _json,
}


def fuzz(name: str, seconds: int, found: Path) -> None:
    """Give a reader bytes until the time is over; ends the process."""
    with tempfile.TemporaryDirectory(prefix="siting-fuzz-") as folder:
        path, corpus = Path(folder) / f"input.{name}", Path(folder) / "corpus"
        corpus.mkdir()
        for number, seed in enumerate(SEEDS[name]):
            (corpus / str(number)).write_bytes(seed)

        def ask(data: bytes) -> None:
            path.write_bytes(data)
            try:
                READERS[name](path)
            except SitingError as error:
                error.text()

        warnings.simplefilter("ignore")
        limits = [f"-max_len={LARGEST}", f"-max_total_time={seconds}", "-timeout=10"]
        limits += ["-rss_limit_mb=2048", f"-artifact_prefix={found}/{name}-"]
        atheris.Setup([sys.argv[0], *limits, str(corpus)], ask)
        atheris.Fuzz()


def main() -> None:
    """Fuzz one reader, or each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reader", nargs="?", choices=sorted(READERS))
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--found", type=Path, default=Path("build/fuzz"))
    asked = parser.parse_args()
    asked.found.mkdir(parents=True, exist_ok=True)
    if asked.reader:
        fuzz(asked.reader, round(asked.minutes * 60), asked.found)
        return
    failed = []
    for name in READERS:
        words = [name, "--minutes", str(asked.minutes / len(READERS)), "--found", str(asked.found)]
        ended = subprocess.run([sys.executable, __file__, *words], check=False)
        failed += [name] * bool(ended.returncode)
    if failed:
        sys.exit(f"found in {', '.join(failed)}: see {asked.found}")


if __name__ == "__main__":
    main()
