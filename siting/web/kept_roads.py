"""Roads of an OpenStreetMap study, kept on this machine between two openings, by their content.

Reading an extract and ordering its hierarchy take tens of seconds for a département; what comes out
depends on the extract, the speeds and this package alone. It is kept in the reader's own cache
folder (`SITING_CACHE`, or the system's), as Python's own compiled files are, and never served.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from siting import files
from siting.errors import OutputError
from siting.times.matrix import Router

if TYPE_CHECKING:
    from collections.abc import Callable

    from siting.config import Study

KEPT = 4  # extracts
CODE = Path(__file__).parents[1] / "network"


def folder() -> Path:
    """Folder of what is kept: the reader's own."""
    named = os.environ.get("SITING_CACHE")
    if named:
        return Path(named)
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "siting" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "siting"


def router(study: Study, make: Callable[[], Router]) -> Router:
    """Give the roads of a study made ready, as kept or as made; a damaged file is made again."""
    if study.roads.osm is None:
        return make()
    path = folder() / f"roads-{_key(study)}.pickle"
    with contextlib.suppress(Exception):  # whatever a damaged file does, the roads are made again
        found = pickle.loads(path.read_bytes())  # noqa: S301 - written by this user's siting alone
        if isinstance(found, Router):
            path.touch()
            return found
    made = make()
    with contextlib.suppress(OutputError, OSError):  # a cache that cannot be written is no error
        with files.replacing(path) as part:
            part.write_bytes(pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL))
        path.chmod(0o600)
        held = sorted(path.parent.glob("roads-*.pickle"), key=lambda one: one.stat().st_mtime)
        for old in held[:-KEPT]:
            old.unlink()
    return made


def _key(study: Study) -> str:
    """Digest of all that the roads depend on."""
    asked = study.roads
    digest = hashlib.sha256(sys.version.encode())
    said = asked.model_dump_json(exclude={"osm", "speeds", "distances"})
    cap = study.assumptions.snap_cap.value
    digest.update(f"{said}{cap}{study.territory.department.code}".encode())
    code = sorted(path for path in CODE.rglob("*") if path.suffix in (".py", ".yaml", ".csv"))
    for path in [asked.osm, asked.speeds, *code]:
        if path is not None:
            with path.open("rb") as held:
                digest.update(hashlib.file_digest(held, "sha256").digest())
    return digest.hexdigest()[:32]
