"""The project's own mutation harness: damaged files, and what each reader says of them.

`python tests/robustness/harness.py --minutes 60` goes on with new seeds and prints a table of
buckets; `tests/robustness/test_mutations.py` does a fixed number.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import kinds
import mutations
import numpy as np

from siting.errors import SitingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinds import Kind

SECONDS, BYTES = 10, 1 << 30  # more than either before an answer is a failure
STUCK = 60  # seconds after which the process ends, with a trace of where it hangs


@dataclass
class Verdicts:
    """What became of the files: counts by family and verdict, and the failures in buckets."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    buckets: dict[str, list[str]] = field(default_factory=dict)

    def table(self) -> str:
        """Families with what was tried, refused, accepted and failed; then the buckets."""
        lines = [f"{'family':<18}{'tried':>8}{'refused':>9}{'accepted':>10}{'failed':>8}"]
        families = sorted({family for family, _ in self.counts})
        verdicts = ("refused", "accepted", "failed")
        for family in [*families, "all"]:
            row = [
                sum(n for (f, v), n in self.counts.items() if v == verdict and family in (f, "all"))
                for verdict in verdicts
            ]
            lines.append(f"{family:<18}{sum(row):>8}{row[0]:>9}{row[1]:>10}{row[2]:>8}")
        for bucket, cases in sorted(self.buckets.items(), key=lambda item: -len(item[1])):
            lines.append(f"{len(cases):>6}  {bucket}  e.g. {cases[0]}")
        return "\n".join(lines)


class TooLongError(Exception):
    """A reader took more than `SECONDS`."""


@contextlib.contextmanager
def limits() -> Iterator[None]:
    """Bound the memory of this process while files are read; where a hang is deeper, end it."""
    if os.name == "nt":
        yield
        return
    import resource

    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() if Path(
        "/proc/self/statm"
    ).exists() else BYTES * 4  # fmt: skip
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)

    def late(*_: object) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGALRM, late)
    resource.setrlimit(resource.RLIMIT_AS, (used + BYTES, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        signal.signal(signal.SIGALRM, before)
        faulthandler.cancel_dump_traceback_later()


def verdict(kind: Kind, path: Path) -> str:
    """Refused, accepted, or where it failed."""
    faulthandler.dump_traceback_later(STUCK, exit=True)
    if os.name != "nt":
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            kind.read(path)
    except SitingError as error:
        return "refused" if error.text().strip() else "failed: no sentence"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        return f"failed: {kind.name}: {type(error).__name__} at {_where(error)}"
    finally:
        faulthandler.cancel_dump_traceback_later()  # else it ends the process a minute later
        if os.name != "nt":
            signal.setitimer(signal.ITIMER_REAL, 0)
    return "accepted"


def _where(error: BaseException) -> str:
    """The last line of this package that an error passed."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"{os.sep}siting{os.sep}" in frame.filename]
    last = ours[-1] if ours else frames[-1]
    return f"{Path(last.filename).name}:{last.lineno} ({last.name})"


def run(every: list[Kind], work: Path, seed: int, rounds: int, verdicts: Verdicts) -> None:
    """Damage a file of each kind so many times, beside sound copies of its companions."""
    homes: dict[Path, Path] = {}
    for kind in every:
        if kind.file.parent not in homes:
            homes[kind.file.parent] = work / f"home{len(homes)}"
            if homes[kind.file.parent].exists():
                shutil.rmtree(homes[kind.file.parent])
            shutil.copytree(kind.file.parent, homes[kind.file.parent])
        path = homes[kind.file.parent] / kind.file.name
        sound = kind.file.read_bytes()
        number = sum(kind.name.encode())  # of its own, whatever the other kinds are
        rng = np.random.default_rng([seed, number, len(kind.name)])
        for turn in range(rounds):
            family, damaged = mutations.mutate(sound, kind.file.suffix, rng)
            path.write_bytes(damaged)
            what = verdict(kind, path)
            verdicts.counts[family, what.partition(":")[0]] += 1
            verdicts.kinds[kind.name] += 1
            if what.startswith("failed"):
                case = f"{kind.name}, seed {seed}, turn {turn}, {family}"
                verdicts.buckets.setdefault(what, []).append(case)
        path.write_bytes(sound)


def main() -> None:
    """Go on for so many minutes, with other seeds than the fixed test's."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", default="", help="only kinds whose name holds this")
    given = parser.parse_args()
    end = time.monotonic() + given.minutes * 60
    verdicts, seed = Verdicts(), given.seed
    with tempfile.TemporaryDirectory() as folder:
        chosen = [kind for kind in kinds.corpus(Path(folder)) if given.kind in kind.name]
        os.chdir(folder)
        with limits():
            while time.monotonic() < end:
                for kind in chosen:
                    run([kind], Path(folder) / "work", seed, 5, verdicts)
                    if time.monotonic() > end:
                        break
                seed += 1
        os.chdir("/")
    print(verdicts.table())  # noqa: T201 - what the program is for
    sys.exit(bool(verdicts.buckets))


if __name__ == "__main__":
    main()
