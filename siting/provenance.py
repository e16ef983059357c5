"""Where every number comes from: inputs, their status and licence, assumptions, versions."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

Status = Literal["real", "derived", "modelled"]
LIBRARIES = ("geopandas", "networkx", "numba", "numpy", "osmium", "pandas", "pyproj", "shapely")


@dataclass(frozen=True)
class Source:
    """What is known of a table.

    Attributes
    ----------
    title, producer, vintage, licence
        As the producer names them.
    status
        `real` (observed), `derived` (computed from real data) or `modelled`.
    attribution
        Line that a map or a document must carry, by language.
    method
        How a derived or modelled table was made.
    """

    title: str
    producer: str
    vintage: str
    licence: str
    status: Status
    attribution: dict[str, str] = field(default_factory=dict)
    method: str = ""


@dataclass(frozen=True)
class Input:
    """A file that a study read."""

    role: str
    path: str
    sha256: str
    rows: int
    source: Source | None


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal; of a folder, that of its files' names and digests."""
    digest = hashlib.sha256()
    if path.is_dir():
        for file in sorted(path.iterdir()):
            if file.is_file():
                digest.update(f"{file.name} {sha256(file)}\n".encode())
        return digest.hexdigest()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def relative(path: Path, base: Path) -> str:
    """Name a file relative to the configuration's folder, the same on every system and machine."""
    return Path(os.path.relpath(path, base)).as_posix()


def manifest(
    study: dict[str, Any],
    inputs: list[Input],
    figures: dict[str, Any],
    outputs: list[Path],
) -> str:
    """Write the manifest of a run, as JSON; `written_at` is its only value that changes by itself.

    Parameters
    ----------
    study
        The configuration, as plain values, assumptions included.
    inputs
        Files read.
    figures
        Counts and exclusions worth keeping.
    outputs
        Files written, already complete.
    """
    content = {
        "siting": metadata.version("siting"),
        "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
        "study": study,
        "inputs": [asdict(item) for item in inputs],
        "figures": figures,
        "outputs": {path.name: sha256(path) for path in outputs},
    }
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=False) + "\n"
