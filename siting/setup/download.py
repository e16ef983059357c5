"""Fetching files once: checksums that hold, a mirror, several at a time, a second source.

The SHA-256 of a file is written in `sources.lock` when it is first seen; a file that differs later
is refused until its entry is removed, so that a study does not change behind its author's back.
"""

from __future__ import annotations

import json
import shutil
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import pooch  # type: ignore[import-untyped]

from siting import atomic_files
from siting.errors import InputError, InputWarning, ProblemsError, SitingError
from siting.setup import file_kind, newest
from siting.setup.asking import Settings
from siting.setup.resuming import Resuming, by_hand
from siting.sources import registry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from siting.sources.catalogue import CatalogueFile

LOCK = "sources.lock"
UNOBTAINED = ("not_found", "download_failed", "page_for_file", "not_in_mirror")
"""Keys of the problems after which another address or source is tried."""


@dataclass(frozen=True)
class Fetched:
    """A file as it was first seen: what `sources.lock` holds."""

    sha256: str
    size: int
    url: str


Action = Literal["present", "mirror", "download", "missing"]


@dataclass(frozen=True)
class Planned:
    """What `fetch` would do with a source; `missing`: the mirror does not hold it."""

    source: CatalogueFile
    action: Action


@dataclass(frozen=True)
class Arrival:
    """A file that is there: the source wanted, the one that was taken, and where it is."""

    wanted: CatalogueFile
    taken: CatalogueFile
    path: Path


def read_lock(folder: Path) -> dict[str, Fetched]:
    """Read `sources.lock`; empty where there is none.

    Raises
    ------
    InputError
        It is damaged.
    """
    path = folder / LOCK
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return {name: Fetched(**entry) for name, entry in content.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError("bad_lock", file=path, detail=error) from error


def plan(sources: Sequence[CatalogueFile], folder: Path, settings: Settings) -> list[Planned]:
    """Say what `fetch` would do, without doing it (`--dry-run`)."""
    planned: list[Planned] = []
    for source in dict.fromkeys(chosen(source, folder, settings) for source in sources):
        action: Action = "download"
        if dropped(source, folder) is not None:
            action = "present"
        elif settings.mirror is not None:
            action = "missing" if dropped(source, settings.mirror) is None else "mirror"
        planned.append(Planned(source, action))
    return planned


def chosen(source: CatalogueFile, folder: Path, settings: Settings) -> CatalogueFile:
    """Give the source to take: its alternative where that alone is at hand.

    One of a dataset whose file is at hand bears its name.
    """
    for wanted in (source, source.alternative):
        if wanted is not None and (path := at_hand(wanted, folder, settings)) is not None:
            return newest.named(wanted, path.name.split(".")[0]) if wanted.dataset else wanted
    return source


def at_hand(source: CatalogueFile, folder: Path, settings: Settings) -> Path | None:
    """Give a source's file, in its folder or in the mirror; None where it is in neither."""
    places = [place for place in (folder, settings.mirror) if place is not None]
    return next((path for place in places if (path := dropped(source, place)) is not None), None)


def dropped(source: CatalogueFile, folder: Path) -> Path | None:
    """Give a source's file in a folder: under its own name, or the producer's where it is that."""
    target = folder / source.file
    if target.is_file():
        return target
    for pattern in source.original:
        for path in sorted(folder.glob(pattern), reverse=True):
            if registry.recognises(source.id, path):
                return path
    return None


def require_mirrored(sources: Sequence[CatalogueFile], folder: Path, settings: Settings) -> None:
    """Refuse a mirror that lacks files, all of them named at once.

    Raises
    ------
    SitingError
        The one that is missing, or a `ProblemsError` with all.
    """
    missing = [item.source for item in plan(sources, folder, settings) if item.action == "missing"]
    _refuse([_not_in_mirror(source, settings) for source in missing])


def _refuse(problems: Sequence[SitingError]) -> None:
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise ProblemsError(list(problems), every=True)


def _not_in_mirror(source: CatalogueFile, settings: Settings) -> InputError:
    assert settings.mirror is not None  # noqa: S101 - only asked of a mirror
    return InputError("not_in_mirror", **by_hand(source, settings.mirror))


def fetch(
    sources: Sequence[CatalogueFile],
    folder: Path,
    settings: Settings | None = None,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> list[Arrival]:
    """Bring every source into a folder and record its checksum.

    Parameters
    ----------
    progress
        Called with the file's name, bytes done and bytes in all (None where not known), from
        several threads.

    Returns
    -------
    Where each source is, in their order.

    Raises
    ------
    SitingError
        The one problem, or a `ProblemsError` with all; sources that arrived stay and are recorded.

    Warns
    -----
    InputWarning
        An alternative was taken; or the newest of a dataset could not be asked for.
    """
    settings = settings or Settings()
    pooch.get_logger().setLevel("WARNING")
    folder.mkdir(parents=True, exist_ok=True)
    brought = _Brought(folder, settings, progress, read_lock(folder), threading.Event())
    taken = {source: _named(source, folder, settings) for source in dict.fromkeys(sources)}
    problems = brought.bring(list(dict.fromkeys(taken.values())))
    instead = {
        source: source.alternative
        for source in taken.values()
        if source.alternative is not None
        and (problem := problems.get(source)) is not None
        and problem.key in UNOBTAINED
    }
    again = brought.bring(list(dict.fromkeys(instead.values())))
    for source, other in instead.items():
        if other not in again:
            del problems[source]
            taken |= {wanted: other for wanted, first in taken.items() if first == source}
    _refuse(list(problems.values()))
    for wanted, source in taken.items():
        if source.id != wanted.id:
            named = {"wanted": wanted.title, "vintage": source.vintage, "taken": source.title}
            warnings.warn(
                InputWarning("alternative_taken", file=folder / source.file, **named), stacklevel=2
            )
    return [Arrival(source, taken[source], folder / taken[source].file) for source in sources]


def _named(source: CatalogueFile, folder: Path, settings: Settings) -> CatalogueFile:
    """Give the source to take, the newest of its dataset asked for where none is at hand."""
    source = chosen(source, folder, settings)
    if not source.dataset or settings.mirror is not None or dropped(source, folder) is not None:
        return source
    try:
        return newest.resolved(source, settings)
    except InputError as problem:
        warning = InputWarning(
            "recorded_address", file=folder / source.file, url=source.url, detail=problem.text()
        )
        warnings.warn(warning, stacklevel=3)
        return source


@dataclass(frozen=True)
class _Brought:
    """Files brought into a folder, several at a time, and their checksums."""

    folder: Path
    settings: Settings
    progress: Callable[[str, int, int | None], None] | None
    lock: dict[str, Fetched]
    stop: threading.Event

    def bring(self, sources: Sequence[CatalogueFile]) -> dict[CatalogueFile, SitingError]:
        """Bring some sources; give the problems of those that did not arrive."""
        guard = threading.Lock()

        def bring(source: CatalogueFile) -> SitingError | None:
            try:
                seen = self._bring(source)
            except SitingError as problem:
                return problem
            with guard:
                self.lock[source.file] = seen
                _write_lock(self.folder, self.lock)
            return None

        pool = ThreadPoolExecutor(self.settings.workers)
        try:
            problems = list(pool.map(bring, sources))
        except KeyboardInterrupt:
            self.stop.set()  # what arrived stays beside its target, for the next run
            raise
        finally:
            pool.shutdown(cancel_futures=True)
        pairs = zip(sources, problems, strict=True)
        return {source: problem for source, problem in pairs if problem is not None}

    def _bring(self, source: CatalogueFile) -> Fetched:
        """Copy or download one source, hold it to its checksum, and describe it."""
        target = self.folder / source.file
        known = self.lock.get(source.file)
        here = dropped(source, self.folder)
        if here is not None and here != target:
            here.replace(target)
        if here is not None:
            file_kind.require(target, target, source.url)
            _require_same(target, known, target)
        elif self.settings.mirror is not None:
            original = dropped(source, self.settings.mirror)
            if original is None:
                raise _not_in_mirror(source, self.settings)
            with atomic_files.replacing(target) as part:
                shutil.copyfile(original, part)
                file_kind.require(part, original, source.url, target.suffix)
                _require_same(part, known, original)
        else:
            return self._retrieved(source, known)
        return _seen(target, source.url)

    def _retrieved(self, source: CatalogueFile, known: Fetched | None) -> Fetched:
        """Download a source, from its second address where the first does not give it."""
        target = self.folder / source.file
        resuming = Resuming(source, self.folder, self.settings, self._report, self.stop)
        first_problem: InputError | None = None
        for url in filter(None, (source.url, source.fallback)):
            try:
                pooch.retrieve(
                    url,
                    known_hash=f"sha256:{known.sha256}" if known else None,
                    fname=source.file,
                    path=self.folder,
                    downloader=resuming,
                )
            except ValueError as error:  # pooch: the hash is another
                raise InputError("source_changed", file=target, lock=LOCK) from error
            except InputError as error:
                if error.key not in UNOBTAINED:
                    raise
                first_problem = first_problem or error  # the first address is to be opened by hand
            else:
                return _seen(target, url)
        assert first_problem is not None  # noqa: S101 - every source has an address
        raise first_problem

    def _report(self, name: str, done: int, total: int | None) -> None:
        if self.stop.is_set():
            raise InterruptedError
        if self.progress is not None:
            self.progress(name, done, total)


def _seen(target: Path, url: str) -> Fetched:
    return Fetched(pooch.file_hash(str(target), alg="sha256"), target.stat().st_size, url)


def _require_same(path: Path, known: Fetched | None, shown: Path) -> None:
    if known is not None and pooch.file_hash(str(path), alg="sha256") != known.sha256:
        raise InputError("source_changed", file=shown, lock=LOCK)


def _write_lock(folder: Path, lock: Mapping[str, Fetched]) -> None:
    content = {name: asdict(lock[name]) for name in sorted(lock)}
    with atomic_files.replacing(folder / LOCK) as part:
        part.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8", newline="\n")
