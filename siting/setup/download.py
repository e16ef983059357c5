"""Fetching files once: resume, checksums that hold, a mirror, a proxy, several at a time.

The SHA-256 of a file is written in `sources.lock` when it is first seen; a file that differs later
is refused until its entry is removed, so that a study does not change behind its author's back.
A download that is cut stays beside the target as `.part` and is resumed, in the same run or the
next, as long as the server says that the file is the same.
"""

from __future__ import annotations

import json
import re
import shutil
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pooch  # type: ignore[import-untyped]
import requests

from siting import atomic_files as files
from siting.errors import InputError, ProblemsError, SitingError
from siting.sources import layouts, registry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from siting.sources.catalogue import Source

LOCK = "sources.lock"
USER_AGENT = "siting (access to public services; reads official files, one study at a time)"
ATTEMPTS = 6
LONGEST_WAIT = 60.0  # seconds, whatever the server asks
CHUNK = 1 << 14  # bytes; between two of them Ctrl-C is heard
SIGNS: dict[str, tuple[bytes, ...]] = {
    ".zip": (b"pk",),
    ".xlsx": (b"pk",),
    ".gz": (b"\x1f\x8b",),
    ".parquet": (b"par1",),
    ".gpkg": (b"sqlite format 3",),
    ".geojson": (b"{",),
    ".json": (b"{", b"["),
}
"""First bytes of a file by its suffix, in lower case; of others nothing is known."""
TABLES = (".csv", ".txt", ".tsv")
BUSY = (429, 500, 502, 503, 504)


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

    source: Source
    action: Action


@dataclass(frozen=True)
class Settings:
    """How to fetch.

    Attributes
    ----------
    mirror
        Folder of files by their catalogue names, used instead of the network.
    proxy
        Address of a proxy; without one, that of the environment (`HTTPS_PROXY`) is taken.
    workers
        Files at a time.
    wait
        Seconds before the first retry; doubled at each.
    timeout
        Seconds without an answer.
    """

    mirror: Path | None = None
    proxy: str | None = None
    workers: int = 4
    wait: float = 1.0
    timeout: float = 30.0


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


def plan(sources: Sequence[Source], folder: Path, settings: Settings) -> list[Planned]:
    """Say what `fetch` would do, without doing it (`--dry-run`)."""
    planned: list[Planned] = []
    for source in sources:
        action: Action = "download"
        if dropped(source, folder) is not None:
            action = "present"
        elif settings.mirror is not None:
            action = "missing" if dropped(source, settings.mirror) is None else "mirror"
        planned.append(Planned(source, action))
    return planned


def dropped(source: Source, folder: Path) -> Path | None:
    """Give a source's file in a folder: under its own name, or the producer's where it is that."""
    target = folder / source.file
    if target.is_file():
        return target
    for name in source.original:
        path, contract = folder / name, registry.contract(source.id)
        if path.is_file() and layouts.fits(layouts.header(path, contract), contract):
            return path
    return None


def require_mirrored(sources: Sequence[Source], folder: Path, settings: Settings) -> None:
    """Refuse a mirror that lacks files, all of them named at once.

    Raises
    ------
    SitingError
        The one that is missing, or a `ProblemsError` with all.
    """
    missing = [one.source for one in plan(sources, folder, settings) if one.action == "missing"]
    problems: list[SitingError] = [_not_in_mirror(source, settings) for source in missing]
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise ProblemsError(problems)


def _not_in_mirror(source: Source, settings: Settings) -> InputError:
    shown = Path(settings.mirror or "") / source.file
    return InputError(
        "not_in_mirror", file=shown, name=source.file, folder=shown.parent, url=source.url
    )


def fetch(
    sources: Sequence[Source],
    folder: Path,
    settings: Settings | None = None,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> dict[str, Path]:
    """Bring every source into a folder and record its checksum.

    Parameters
    ----------
    progress
        Called with the file's name, bytes done and bytes in all (None where not known), from
        several threads.

    Returns
    -------
    Path of each source by its id.

    Raises
    ------
    SitingError
        The one problem, or a `ProblemsError` with all; sources that arrived stay and are recorded.
    """
    settings = settings or Settings()
    pooch.get_logger().setLevel("WARNING")
    folder.mkdir(parents=True, exist_ok=True)
    lock = read_lock(folder)
    guard, stop = threading.Lock(), threading.Event()

    def reported(name: str, done: int, total: int | None) -> None:
        if stop.is_set():
            raise InterruptedError
        if progress is not None:
            progress(name, done, total)

    def one(source: Source) -> SitingError | None:
        try:
            seen = _bring(source, folder, lock.get(source.file), settings, reported, stop)
        except SitingError as problem:
            return problem
        with guard:
            lock[source.file] = seen
            _write_lock(folder, lock)
        return None

    pool = ThreadPoolExecutor(settings.workers)
    try:
        problems = [problem for problem in pool.map(one, sources) if problem is not None]
    except KeyboardInterrupt:
        stop.set()  # what arrived stays beside its target, for the next run
        raise
    finally:
        pool.shutdown(cancel_futures=True)
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise ProblemsError(problems)
    return {source.id: folder / source.file for source in sources}


def _bring(
    source: Source,
    folder: Path,
    known: Fetched | None,
    settings: Settings,
    progress: Callable[[str, int, int | None], None],
    stop: threading.Event,
) -> Fetched:
    """Copy or download one source, hold it to its checksum, and describe it."""
    target = folder / source.file
    here = dropped(source, folder)
    if here is not None and here != target:
        here.replace(target)
    if settings.mirror is not None and here is None:
        original = dropped(source, settings.mirror)
        if original is None:
            raise _not_in_mirror(source, settings)
        with files.replacing(target) as part:
            shutil.copyfile(original, part)
            _require_kind(part, original, source.url, Path(source.file).suffix)
            _require_same(part, known, original)
    elif here is not None:
        _require_kind(target, target, source.url)
        _require_same(target, known, target)
    else:
        return _retrieved(source, folder, known, settings, progress, stop)
    return _seen(target, source.url)


def _seen(target: Path, url: str) -> Fetched:
    return Fetched(pooch.file_hash(str(target), alg="sha256"), target.stat().st_size, url)


def _retrieved(
    source: Source,
    folder: Path,
    known: Fetched | None,
    settings: Settings,
    progress: Callable[[str, int, int | None], None],
    stop: threading.Event,
) -> Fetched:
    """Download a source, from its second address where the first does not give it."""
    target = folder / source.file
    resuming = _Resuming(folder / f"{source.file}.part", settings, progress, stop)
    problem: InputError | None = None
    for url in filter(None, (source.url, source.fallback)):
        try:
            pooch.retrieve(
                url,
                known_hash=f"sha256:{known.sha256}" if known else None,
                fname=source.file,
                path=folder,
                downloader=resuming,
            )
        except ValueError as error:  # pooch: the hash is another
            raise InputError("source_changed", file=target, lock=LOCK) from error
        except InputError as error:
            if error.key not in ("not_found", "download_failed"):
                raise
            problem = problem or error  # the first address is the one to open by hand
        else:
            return _seen(target, url)
    assert problem is not None  # noqa: S101 - every source has an address
    raise problem


def _require_kind(path: Path, shown: Path, url: str, suffix: str | None = None) -> None:
    """Refuse what is not what the name says: a server's page of error or of login, for example.

    Servers give such pages with status 200 and a right length; only their first bytes tell.
    """
    with path.open("rb") as stream:
        start = stream.read(1024)
    expected = (shown.suffix if suffix is None else suffix).lower()
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    page = text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or (
        text.startswith((b"<!--", b"<?xml")) and b"<html" in text
    )
    if page and expected not in (".html", ".htm"):
        raise InputError("page_for_file", file=shown, url=url, expected=expected or "?")
    signs = SIGNS.get(expected, ())
    if (signs and not text.startswith(signs)) or (
        expected in TABLES and text.startswith((b"{", b"pk\x03"))
    ):
        raise InputError("other_kind", file=shown, url=url, expected=expected)
    if not _whole(path, expected):
        raise InputError("cut_file", file=shown, url=url, size=path.stat().st_size)


def _whole(path: Path, suffix: str) -> bool:
    """Whether a file has the end that its kind must have: a server may lie about the length."""
    if suffix in (".zip", ".xlsx"):
        return zipfile.is_zipfile(path)
    if suffix == ".parquet":
        with path.open("rb") as stream:
            stream.seek(-min(4, path.stat().st_size), 2)
            return stream.read() == b"PAR1"
    return True


def _require_same(path: Path, known: Fetched | None, shown: Path) -> None:
    if known is not None and pooch.file_hash(str(path), alg="sha256") != known.sha256:
        raise InputError("source_changed", file=shown, lock=LOCK)


def _write_lock(folder: Path, lock: Mapping[str, Fetched]) -> None:
    content = {name: asdict(lock[name]) for name in sorted(lock)}
    with files.replacing(folder / LOCK) as part:
        part.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class _Resuming:
    """A downloader for pooch that goes on where a cut download stopped."""

    part: Path
    settings: Settings
    progress: Callable[[str, int, int | None], None]
    stop: threading.Event

    def __call__(self, url: str, output_file: str, _: Any) -> None:
        """Download into `part`, then hand it over as pooch's file."""
        reason, shown = "", self.part.with_suffix("")
        wait = self.settings.wait
        for attempt in range(ATTEMPTS):
            if attempt:
                if self.stop.wait(min(wait, LONGEST_WAIT)):
                    raise InterruptedError
                wait = self.settings.wait * 2**attempt
            try:
                reason, asked = self._go_on(url)
            except requests.RequestException as error:
                reason, asked = str(error), None
            if not reason:
                try:
                    _require_kind(self.part, shown, url)
                except InputError:
                    self._forget()
                    raise
                shutil.move(self.part, output_file)
                self._tag.unlink(missing_ok=True)
                return
            wait = asked if asked is not None else wait
        raise InputError(
            "download_failed",
            file=shown,
            name=shown.name,
            folder=shown.parent,
            url=url,
            tries=ATTEMPTS,
            detail=reason,
        )

    @property
    def _tag(self) -> Path:
        """What the server called the version of the part."""
        return self.part.with_name(f"{self.part.name}.tag")

    def _go_on(self, url: str) -> tuple[str, float | None]:
        """Ask for what is missing; give what went wrong (nothing: all is here) and a wait asked."""
        held = self.part.stat().st_size if self.part.is_file() else 0
        tag = self._tag.read_text(encoding="utf-8") if self._tag.is_file() else ""
        asked = {"Accept-Encoding": "identity", "User-Agent": USER_AGENT}
        if held and tag:
            asked |= {"Range": f"bytes={held}-", "If-Range": tag}
        proxy = self.settings.proxy
        with requests.get(
            url,
            headers=asked,
            stream=True,
            timeout=self.settings.timeout,
            proxies={"http": proxy, "https": proxy} if proxy else None,
        ) as answer:
            if answer.status_code in BUSY:
                return f"HTTP {answer.status_code}", _retry_after(answer.headers)
            if answer.status_code == requests.codes.requested_range_not_satisfiable:
                self._forget()
                return "HTTP 416", 0.0
            if not answer.ok:
                shown = self.part.with_suffix("")
                raise InputError(
                    "not_found",
                    file=shown,
                    name=shown.name,
                    folder=shown.parent,
                    url=url,
                    status=answer.status_code,
                )
            resumed = answer.status_code == requests.codes.partial_content
            start, total = _extent(answer.headers, resumed=resumed)
            if resumed and start != held:
                self._forget()
                return "Content-Range", 0.0
            version = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
            if version.startswith("W/"):
                version = ""  # a weak tag does not promise the same bytes
            self._tag.write_text(version, encoding="utf-8")
            return self._receive(answer, start, total), None

    def _receive(self, answer: requests.Response, start: int, total: int | None) -> str:
        done, name = start, self.part.with_suffix("").name
        broken = ""
        with self.part.open("ab" if start else "wb") as stream:
            try:
                for chunk in answer.iter_content(CHUNK):
                    stream.write(chunk)
                    done += len(chunk)
                    self.progress(name, done, total)
            except requests.RequestException as error:
                broken = str(error)
        if total is not None and done != total:
            return f"{done} / {total}"
        return broken

    def _forget(self) -> None:
        self.part.unlink(missing_ok=True)
        self._tag.unlink(missing_ok=True)


def _extent(headers: Mapping[str, str], *, resumed: bool) -> tuple[int, int | None]:
    """First byte of an answer, and bytes of the whole file where told."""
    if resumed:
        found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", headers.get("Content-Range", ""))
        if found is None:
            return -1, None
        return int(found[1]), None if found[2] == "*" else int(found[2])
    length = headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a busy server asks to wait: a number, or a date."""
    said = headers.get("Retry-After", "")
    if said.isdigit():
        return float(said)
    try:
        moment = parsedate_to_datetime(said)
    except (TypeError, ValueError):
        return None
    return max(0.0, moment.timestamp() - time.time())
