"""Write requirements.lock and requirements-dev.lock: each dependency's version, and its hashes.

The versions are those of the current environment, in which the tests passed; `uv` (`python -m pip
install uv`) adds what other systems and Pythons need, and the SHA-256 of every file of each
release: wheels for Linux, macOS and Windows, and sources. `requirements.lock` is what siting runs
on; `requirements-dev.lock` adds what tests and builds it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
OLDEST_PYTHON = "3.11.5"  # the first that soupsieve, a dependency of the tests, takes
HEADER = "# Written by `python scripts/pin.py`: do not edit. Installed by `make`, hashes checked.\n"


def installed() -> list[str]:
    """What the current environment holds, but siting itself."""
    found = {
        d.metadata["Name"].lower().replace("_", "-"): d.version for d in metadata.distributions()
    }
    return [f"{name}=={version}" for name, version in sorted(found.items()) if name != "siting"]


def build_requirements() -> list[str]:
    """What builds siting, also as an editable install."""
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [*content["build-system"]["requires"], "editables"]


def lock(target: Path, constraints: Path, *more: str) -> None:
    """Resolve for all systems, and write a list with hashes."""
    words = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", *more, "--universal"]
    words += ["--python-version", OLDEST_PYTHON, "--constraints", str(constraints)]
    words += ["--generate-hashes", "--no-header", "--no-annotate", "--quiet"]
    made = subprocess.run(  # noqa: S603 - our own words
        words, cwd=ROOT, check=True, stdout=subprocess.PIPE, encoding="utf-8"
    )
    target.write_text(HEADER + made.stdout, encoding="utf-8", newline="\n")


def main() -> None:
    """Write both lists."""
    with tempfile.TemporaryDirectory() as folder:
        constraints, build = Path(folder) / "constraints.txt", Path(folder) / "build.in"
        constraints.write_text("\n".join(installed()), encoding="utf-8", newline="\n")
        build.write_text("\n".join(build_requirements()), encoding="utf-8", newline="\n")
        lock(ROOT / "requirements.lock", constraints)
        lock(ROOT / "requirements-dev.lock", constraints, str(build), "--extra", "dev")


if __name__ == "__main__":
    main()
