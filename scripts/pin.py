"""Write constraints.txt from the packages of the current environment, by name and version only."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

HEADER = """\
# Versions that the tests passed with. Renewed by `python scripts/pin.py` in a fresh environment.
"""


def main() -> None:
    """Pin every installed distribution but siting itself and the installers."""
    found = {
        d.metadata["Name"].lower().replace("_", "-"): d.version for d in metadata.distributions()
    }
    for name in ("siting", "pip", "setuptools", "wheel"):
        found.pop(name, None)
    lines = [f"{name}=={version}\n" for name, version in sorted(found.items())]
    path = Path(__file__).parents[1] / "constraints.txt"
    path.write_text(HEADER + "".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
