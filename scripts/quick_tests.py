"""The tests to run between two commits: those of the rooms that changed, or the fast third.

Prints the folders and files to give to pytest. What changed is what differs from the branch `main`
(or from the last commit, on `main` itself), files that git does not track yet included.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
ALWAYS = ("tests/test_architecture.py", "tests/test_texts.py", "tests/test_config.py")
# pure functions: what breaks most often when nothing in particular was touched
FAST = ("tests/ranking", "tests/measures", "tests/offers", "tests/territory", "tests/times")
# rooms whose tests stand elsewhere: the pages are tested where they are written and served
TESTED_IN = {"browser": ("outputs", "workshop")}

# what is written for readers, whose blocks and links are tested
WRITTEN = ("docs", "examples", "README.md")


def changed() -> list[Path]:
    """Paths that differ from `main`, or from the last commit."""
    branch = _git("rev-parse", "--abbrev-ref", "HEAD")
    base = ["HEAD"] if branch in ("main", "HEAD") else [_git("merge-base", "main", "HEAD")]
    differing = _git("diff", "--name-only", *base).splitlines()
    return [
        Path(p) for p in (*differing, *_git("ls-files", "-o", "--exclude-standard").splitlines())
    ]


def chosen(paths: list[Path]) -> list[str]:
    """The test files that changed and the test folders of the rooms that changed."""
    picked = set(ALWAYS)
    for path in paths:
        parts = path.parts
        if parts[0] == "tests" and path.name.startswith("test_") and (ROOT / path).is_file():
            picked.add(path.as_posix())
        elif parts[0] == "siting" and len(parts) > 1:
            folders = [Path("tests", room) for room in TESTED_IN.get(parts[1], (parts[1],))]
            beside = Path("tests", f"test_{path.stem}.py")
            picked |= {p.as_posix() for p in (*folders, beside) if (ROOT / p).exists()}
        elif parts[0] in WRITTEN:
            picked.add("tests/docs")
    return sorted(picked if len(picked) > len(ALWAYS) else picked | set(FAST))


def _git(*words: str) -> str:
    done = subprocess.run(  # noqa: S603 - git with words of our own
        ["git", *words],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    return done.stdout.strip()


if __name__ == "__main__":
    print(*chosen(changed()))
