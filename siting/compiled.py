"""Compiled kernels, kept on disk by numba with a digest: a damaged file is compiled again.

numba reads its files as they are (its index is a pickle, its data machine code): a flipped bit ends
the process. Here each file has its digest beside it, and one that does not fit, or that another
user could have written, is not read.
"""

from __future__ import annotations

import hashlib
import importlib
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numba

from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)
caching: Any = importlib.import_module("numba.core.caching")  # which has no types

SEAL = ".digest"
BY_OTHERS = 0o002  # others may write: groups of one user are common, and their files group-writable


def njit(**options: Any) -> Any:
    """Compile as `numba.njit` does, its kept files checked."""

    def compiled(function: Callable[..., Any]) -> Any:
        kernel = numba.njit(**options)(function)
        cache: Any = getattr(kernel, "_cache", None)
        if hasattr(cache, "_cache_file"):  # not where numba is told to keep nothing
            stamp = cache._impl.locator.get_source_stamp()  # noqa: SLF001 - numba offers no other way
            base = cache._impl.filename_base  # noqa: SLF001
            cache._cache_file = _CheckedFile(cache.cache_path, base, stamp)  # noqa: SLF001
        return kernel

    return compiled


class _CheckedFile(caching.IndexDataCacheFile):  # type: ignore[misc] # which is Any
    """The files of one kernel, each with its digest beside it."""

    def _load_index(self) -> Any:
        return super()._load_index() if _is_sound(Path(self._index_path)) else {}

    def _save_index(self, overloads: Any) -> None:
        super()._save_index(overloads)
        _seal(Path(self._index_path))

    def _load_data(self, name: str) -> Any:
        path = Path(self._data_path(name))
        if not _is_sound(path):
            raise FileNotFoundError(path)  # numba then compiles
        return super()._load_data(name)

    def _save_data(self, name: str, data: Any) -> None:
        super()._save_data(name, data)
        _seal(Path(self._data_path(name)))


def _digest(path: Path) -> bytes:
    return hashlib.blake2b(path.read_bytes()).digest()


def _seal(path: Path) -> None:
    path.with_name(path.name + SEAL).write_bytes(_digest(path))


def _is_sound(path: Path) -> bool:
    """Whether a file is the one that was written, by nobody else."""
    seal = path.with_name(path.name + SEAL)
    try:
        if sys.platform != "win32":
            for seen in (path.stat(), seal.stat()):
                if seen.st_uid not in (os.getuid(), 0) or seen.st_mode & BY_OTHERS:
                    return False
        if seal.read_bytes() == _digest(path):
            return True
    except FileNotFoundError:  # never kept, or by a version that wrote no digests
        return False
    log.warning(t("network.kernel_damaged", file=path))
    return False
