"""What the workshop keeps on this machine between two openings, by content.

Kept in the reader's own cache folder (`SITING_CACHE`, or the system's), readable by that reader
alone, as Python's own compiled files are, and never served. A damaged file is made again.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import os
import pickle
import sys
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import shapely

from siting import atomic_files as files
from siting.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

KEPT = 4  # of each kind
LIBRARIES = ("numpy", "pandas", "geopandas", "shapely", "pyproj", "scipy", "pydantic")
CODE = (".py", ".yaml", ".csv")

T = TypeVar("T")


def folder() -> Path:
    """Folder of what is kept: the reader's own."""
    named = os.environ.get("SITING_CACHE")
    if named:
        return Path(named)
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "siting" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "siting"


def get(name: str, key: str, kind: type[T], make: Callable[[], T]) -> T:
    """Give what is kept under a key, or make it and keep it.

    Parameters
    ----------
    name
        What it is; the least recently used beyond `KEPT` of a name are dropped.
    key
        Digest of all that it depends on, see `digest`.
    """
    path = folder() / f"{name}-{key}.pickle"
    with contextlib.suppress(Exception):  # whatever a damaged file does, it is made again
        content = pickle.loads(_own_bytes(path))  # noqa: S301 - this user's alone, see `_own_bytes`
        if isinstance(content, kind):
            path.touch()
            return content
    made = make()
    with contextlib.suppress(OutputError, OSError):  # a cache that cannot be written is no error
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with files.replacing(path) as part:
            part.touch(mode=0o600)
            with part.open("wb") as writing:
                _Pickler(writing, protocol=pickle.HIGHEST_PROTOCOL).dump(made)
        every = sorted(path.parent.glob(f"{name}-*.pickle"), key=lambda file: file.stat().st_mtime)
        for old in every[:-KEPT]:
            old.unlink()
    return made


def _own_bytes(path: Path) -> bytes:
    """Content of a file that nobody else could have written.

    Raises
    ------
    PermissionError
        The file or its folder is another user's, or others may write to it.
    """
    with path.open("rb") as content:
        if os.name != "nt":  # where a user's folders are that user's
            for seen in (os.fstat(content.fileno()), path.parent.stat()):
                if seen.st_uid != os.getuid() or seen.st_mode & 0o022:
                    raise PermissionError(path)
        return content.read()


class _Pickler(pickle.Pickler):
    """Writes an index of lines as arrays: read line by line it takes a second a study."""

    def reducer_override(self, value: Any) -> Any:
        """Give how an index of lines is made again; anything else is written as usual."""
        if type(value) is not shapely.STRtree:
            return NotImplemented
        kind = shapely.get_type_id(value.geometries)
        if not len(kind) or (kind != shapely.GeometryType.LINESTRING).any():
            return NotImplemented
        return _indexed, shapely.to_ragged_array(value.geometries)[1:]


def _indexed(vertices: Any, first: Any) -> shapely.STRtree:
    """Index lines again."""
    kind = shapely.GeometryType.LINESTRING
    return shapely.STRtree(shapely.from_ragged_array(kind, vertices, first))


def digest(options: Iterable[str], paths: Iterable[Path], code: Path) -> str:
    """Digest of words, of files' content, of the code below a folder and of the libraries."""
    whole = hashlib.sha256(sys.version.encode())
    for text in (*_versions(), *options):
        whole.update(text.encode() + b"\0")
    own = sorted(path for path in code.rglob("*") if path.suffix in CODE)
    for path in (*_files(paths), *own):
        whole.update(path.name.encode() + b"\0")
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()[:32]


@cache
def _versions() -> tuple[str, ...]:
    return tuple(metadata.version(name) for name in LIBRARIES)


def _files(paths: Iterable[Path]) -> list[Path]:
    """Files that reading some paths may open: a folder's, and those that share a file's stem."""
    files: set[Path] = set()
    for path in paths:
        if path.is_dir():
            files.update(file for file in path.rglob("*") if file.is_file())
        else:
            beside = path.parent.glob(f"{glob.escape(path.stem)}.*")
            files.update(file for file in beside if file.is_file())
    return sorted(files)
