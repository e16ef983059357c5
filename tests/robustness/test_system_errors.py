"""What the system refuses a command ends in one sentence, with the right exit code."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import all_writers
import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has other limits and shells")
MAIN = "from siting.cli import main; main()"
ROOT = Path(__file__).parents[2]
# libraries are loaded first, as most of what a command takes: it is ours that must run short
SHORT = """
import resource, sys
from pathlib import Path
from siting.cli import main
from siting.publish import run_folder
from siting.study import run as study
computed = study.run
def short(*given):
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize(),) * 2)
    computed(*given)
    return [bytearray(1 << 28) for _ in range(1 << 10)]  # were there still some left
study.run = short
main()
"""
REMOVED = """
import shutil, sys
from siting.cli import main
from siting.study import run as study
computed = study.run
def removed(*given):
    result = computed(*given)
    shutil.rmtree(sys.argv[-1])
    return result
study.run = removed
main()
"""
# once as oneself, so that another user, who may not read this Python, needs no more of it
UNREADABLE = """
import contextlib, os, sys
from siting.cli import main
where = os.path.dirname(sys.argv[1])
with contextlib.suppress(SystemExit):
    main(["check", sys.argv[1]])
for name in os.listdir(where):
    os.chmod(os.path.join(where, name), 0o644)
os.chmod(sys.argv[2], 0)
os.seteuid(65_534)
main(["check", sys.argv[1]])
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> Path:
    return all_writers.study(tmp_path_factory.mktemp("small"))


def called(words, program=MAIN, **how):
    """Exit code and what was said on the error output."""
    how = {"stdout": subprocess.DEVNULL, **how}
    ended = subprocess.run(
        [sys.executable, "-c", program, *map(str, words)],
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        check=False,
        **({"cwd": ROOT} | how),
    )
    assert "Traceback" not in ended.stderr
    return ended.returncode, ended.stderr


def require_sentence(ended, words, code=2):
    assert ended[0] == code, ended[1]
    assert ended[1].startswith("Erreur"), ended[1]
    assert ended[1].count("\n") == 1, ended[1]
    assert words in ended[1]


@pytest.mark.slow
def test_a_reader_that_has_enough_hears_nothing_more(config):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        assert called(["check", config], stdout=writing) == (1, "")
    finally:
        os.close(writing)


@pytest.mark.slow
def test_outputs_that_are_closed_stop_nothing(config):
    """As `siting check study.yaml >&- 2>&-`."""
    words = [sys.executable, "-c", MAIN, "check", str(config)]
    closed = 'exec "$@" >&- 2>&-'
    assert subprocess.run(["sh", "-c", closed, "sh", *words], cwd=ROOT, check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_an_output_that_is_full_is_named(config):
    with Path("/dev/full").open("w") as full:
        require_sentence(called(["check", config], stdout=full), "la sortie standard")


@pytest.mark.slow
def test_a_folder_that_is_gone_is_named(config, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    leave = f"import os; os.chdir({str(gone)!r}); os.rmdir({str(gone)!r})\n{MAIN}"
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    require_sentence(called(["check", config], leave, env=env), "le dossier courant")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_no_memory_is_said_and_nothing_is_written(config, tmp_path):
    out = tmp_path / "out"
    require_sentence(called(["run", config, "-o", out], SHORT), "mémoire")
    assert not out.exists()


@pytest.mark.slow
def test_an_output_folder_removed_during_the_run_is_made_again(config, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    assert called(["run", config, "-o", out], REMOVED)[0] == 0
    assert (out / "manifest.json").exists()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["communes.csv", "communes.geojson"])
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root is another")
def test_a_file_that_may_not_be_read_is_named(name):
    with tempfile.TemporaryDirectory() as named:  # pytest's own folders are private
        folder = Path(named)
        folder.chmod(0o755)
        path = all_writers.study(folder)
        require_sentence(called([path, folder / name], UNREADABLE), name)
