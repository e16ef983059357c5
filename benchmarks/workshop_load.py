"""How long a light question waits while others ask much: python benchmarks/workshop_load.py.

`configs/aveyron.yaml` is served by `siting serve` in a process of its own. One client asks a light
question again and again: alone, while 150 clients have asked for the layers and read nothing, while
20 clients export the map of 20 scenarios at once, and while 20 want reports. Told: the median and
the 99th percentile of its waits, the longest, and the server's memory.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]
UNREAD, EXPORTS = 150, 20
SECONDS = 10.0  # that each situation is watched for
LIMIT_MS = 300.0


@contextlib.contextmanager
def serving(config: Path) -> Iterator[tuple[int, int]]:
    """Serve a study; give the port and the process."""
    words = ["serve", str(config), "--port", "0"]
    command = [sys.executable, "-u", "-c", f"from siting.cli import main; main({words!r})"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if shown := re.search(r"127\.0\.0\.1:(\d+)", line):
                break
        yield int(shown[1]), process.pid
    finally:
        process.terminate()
        process.wait()


def memory_mb(process: int) -> float:
    """Resident memory of the server."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def scenario(number: int) -> bytes:
    """A question about a scenario that nobody asked before."""
    change = {"speed_factor": 0.8 + number / 1000}
    return json.dumps({"scenario": {"what_if": change, "thresholds_minutes": [20]}}).encode()


def ask(port: int, path: str, body: bytes | None = None) -> int:
    """Ask one question to its end; give the status, 0 where the connection broke."""
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    try:
        kind = {"content-type": "application/json"}
        asking.request("GET" if body is None else "POST", path, body, kind)
        got = asking.getresponse()
        got.read()
    except OSError:
        return 0
    finally:
        asking.close()
    return got.status


def waits(port: int, path: str, body: bytes | None, *, until: Callable[[], bool]) -> list[float]:
    """Milliseconds that a light question waits, again and again."""
    taken = []
    while not until():
        begun = time.perf_counter()
        status = ask(port, path, body)
        taken.append((time.perf_counter() - begun) * 1000)
        assert status == 200, status
        time.sleep(0.01)
    return taken


def for_seconds(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


def told(what: str, taken: list[float], process: int) -> None:
    median, most = np.percentile(taken, [50, 99])
    verdict = "" if most <= LIMIT_MS else f"   over {LIMIT_MS:g} ms"
    print(
        f"  {what:44} {len(taken):5} asked   median {median:7.1f} ms   p99 {most:7.1f} ms"
        f"   longest {max(taken):7.1f} ms   memory {memory_mb(process):5.0f} MB{verdict}",
        flush=True,
    )


def unread(port: int) -> list[socket.socket]:
    """Ask for the layers many times, and read nothing."""
    clients = []
    for _ in range(UNREAD):
        client = socket.create_connection(("127.0.0.1", port), 30)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(f"GET /api/layers HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n".encode())
        clients.append(client)
    return clients


def exporting(port: int, kind: str) -> tuple[list[threading.Thread], list[int]]:
    """Begin to export many scenarios at once."""
    ended: list[int] = []
    threads = [
        threading.Thread(
            target=lambda row=row: ended.append(ask(port, f"/api/export/{kind}", scenario(row)))
        )
        for row in range(EXPORTS)
    ]
    for thread in threads:
        thread.start()
    return threads, ended


def watch(port: int, process: int, seconds: float) -> None:
    """Tell the waits of each light question in each situation."""
    light = {"saved names": ("/api/scenarios", None), "answer": ("/api/answer", b"{}")}
    ask(port, "/api/layers")
    for name, (path, body) in light.items():
        told(f"{name}, alone", waits(port, path, body, until=for_seconds(seconds / 2)), process)
    for name, (path, body) in light.items():
        clients = unread(port)
        taken = waits(port, path, body, until=for_seconds(seconds))
        told(f"{name}, {UNREAD} unread layers", taken, process)
        for client in clients:
            client.close()
    for kind in ("table", "map", "report"):
        for name, (path, body) in light.items():
            threads, ended = exporting(port, kind)
            taken = waits(port, path, body, until=for_seconds(seconds))
            told(f"{name}, {EXPORTS} exports: {kind}", taken, process)
            for thread in threads:
                thread.join()
            print(f"    statuses of the exports: {dict(Counter(ended))}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="siting-load-") as folder:
        config = Path(folder) / "study.yaml"
        config.write_text(f"extends: {ROOT / 'configs' / 'aveyron.yaml'}\n", encoding="utf-8")
        with serving(config) as (port, process):
            watch(port, process, seconds)


if __name__ == "__main__":
    main()
