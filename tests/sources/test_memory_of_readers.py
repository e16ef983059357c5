"""National files pass block by block: memory does not grow with them."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import re, sys
from pathlib import Path
from siting.sources import bpe, layouts
layouts.BLOCK = 1 << 18  # the parser reads up to 32 ahead: 128 MB of the usual ones
rows = sum(map(len, bpe.blocks(Path(sys.argv[1]))))
status = Path("/proc/self/status").read_text()  # of this program alone, not of what began it
print(rows, re.search(r"VmHWM:\\s*(\\d+)", status)[1])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_four_times_the_rows_take_no_more_memory(samples, tmp_path):
    text = (samples / "bpe" / "BPE25_extract.csv").read_text("utf-8-sig")
    header, *rows = text.splitlines()
    peaks = []
    for count in (20_000, 80_000):  # 10 and 40 MB, both more than is read ahead
        path = tmp_path / "BPE25.csv"
        path.write_text(
            "\n".join([header, *(rows * (count // len(rows)))]) + "\n", encoding="utf-8"
        )
        command = [sys.executable, "-c", SCRIPT, str(path)]
        read, peak = subprocess.run(
            command, check=True, capture_output=True, text=True
        ).stdout.split()
        assert int(read) == count
        peaks.append(int(peak) / 1024)
    assert peaks[1] - peaks[0] < 33  # 30 MB more, which held whole would take 66
