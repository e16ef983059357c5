"""Writing files so that nothing half-written is ever left behind: all of a folder, or none.

New files are written into a temporary folder beside their targets. Once all are there, each target
is looked at (a folder or a device in the way, a file that may not be changed), kept under a second
name, and replaced; if one cannot be, all those before are put back. A marker tells that the
replacing has begun: where the process was killed in the middle, the next one that writes there
finishes it. The temporary folder of a living process is locked, so that nobody else touches it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import stat
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING

from siting.errors import OutputError, SitingError, system_detail

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PREFIX, SUFFIX = ".siting-", ".part"
NEW, OLD = "new", "old"
LOCK, MARKER = "lock", "replacing"
CLAIMED = b"claimed"
LEFT_SECONDS = 86_400  # where a file system has no locks: a run lasts less
PROBE = bytes(65_536)
DISK = frozenset({errno.ENOSPC, errno.EFBIG, errno.EROFS, errno.EIO, getattr(errno, "EDQUOT", -1)})
WRITE_BITS = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary name beside `path`; rename it to `path` if all went well, else remove it.

    The name is kept, since some writers choose the format by its suffix.

    Raises
    ------
    OutputError
        The folder cannot be made or written to, the disk is full, or the file cannot be replaced.
    """
    _require_replaceable(path)
    with _staging(path.parent, path) as part:
        yield part / path.name


@contextlib.contextmanager
def replacing_all(folder: Path) -> Iterator[Path]:
    """Give an empty folder; move all its files into `folder` if all went well, else none.

    Files of the same names are replaced, others are left; folders inside are merged alike.

    Raises
    ------
    OutputError
        The folder cannot be made or written to, the disk is full, or a file cannot be replaced.
    """
    with _staging(folder, folder) as part:
        yield part


@contextlib.contextmanager
def _staging(folder: Path, shown: Path) -> Iterator[Path]:
    """Give a temporary folder inside `folder` (so that a rename stays on one disk), then swap."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _tidy(folder)
        part, lock = _locked_folder(folder)
    except OSError as error:
        raise OutputError("cannot_write", path=shown, detail=system_detail(error)) from error
    try:
        yield part / NEW
        _probe(part)
        _swap(part, folder)
    except OutputError as error:
        raise _shown_as(error, part / NEW, folder) from error
    except SitingError:
        raise
    except Exception as error:
        detail = _refusal(error, part)
        if detail is None:
            raise
        raise OutputError("cannot_write", path=shown, detail=detail) from error
    finally:
        with _uninterrupted(), contextlib.suppress(OSError):  # a folder that holds something stays
            lock.close()
            shutil.rmtree(part, ignore_errors=True)
            for place in missing:
                place.rmdir()


def _shown_as(error: OutputError, part: Path, folder: Path) -> OutputError:
    """The error of a file within a temporary folder, told of the file that it was to become."""
    path = error.values.get("path")
    if not isinstance(path, Path) or part not in (path, *path.parents):
        return error
    return OutputError(error.key, **{**error.values, "path": folder / path.relative_to(part)})


def _locked_folder(folder: Path) -> tuple[Path, IO[bytes]]:
    """Make a temporary folder that nobody tidies up while this process lives.

    Between its making and its lock another thread or process may have claimed it (`_claimed` marks
    the lock): then another is made.
    """
    while True:
        part = Path(tempfile.mkdtemp(prefix=PREFIX, suffix=SUFFIX, dir=folder))
        try:
            lock = (part / LOCK).open("xb")
            if _lock(lock) is not False and not os.fstat(lock.fileno()).st_size:
                (part / NEW).mkdir()
                (part / OLD).mkdir()
                return part, lock
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        lock.close()


def _lock(stream: IO[bytes]) -> bool | None:
    """Lock a file until it is closed; False: another holds it, None: there are no locks."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - of one system only

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - of the others only

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return False if error.errno in (errno.EAGAIN, errno.EACCES) else None
    return True


def _tidy(folder: Path) -> None:
    """Finish or remove what this user's killed processes left in a folder.

    Raises
    ------
    OutputError
        A swap that was begun cannot be finished.
    """
    for part in sorted(folder.glob(f"{PREFIX}*{SUFFIX}")):
        with contextlib.suppress(OSError):  # another run may be removing it
            with _claimed(part) as free:
                if free and (part / MARKER).exists():
                    for name in _files(part / NEW):
                        _move(part / NEW / name, folder / name)
            if free:
                shutil.rmtree(part, ignore_errors=True)


@contextlib.contextmanager
def _claimed(part: Path) -> Iterator[bool]:
    """Take over a temporary folder: True where it is this user's and its process lives no more."""
    left = part.lstat()
    old = time.time() - left.st_mtime > LEFT_SECONDS
    if not stat.S_ISDIR(left.st_mode) or (sys.platform != "win32" and left.st_uid != os.getuid()):
        yield False
        return
    filled = any(part.iterdir())  # before the lock is looked for, which is made first
    try:
        lock = (part / LOCK).open("r+b")
    except FileNotFoundError:  # just made, and empty; or half removed
        yield old or filled
        return
    with lock:
        free = _lock(lock)
        if free:
            lock.write(CLAIMED)  # whoever made it, and has not locked it yet, makes another
            lock.flush()
        yield old if free is None else free


def _swap(part: Path, folder: Path) -> None:
    """Put every new file in its place, the old ones back if one cannot be."""
    names = _files(part / NEW)
    for name in names:
        _require_replaceable(folder / name)
    with _uninterrupted():
        kept, moved = [], []
        try:
            for name in names:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                if _keep(folder / name, part / OLD / name):
                    kept.append(name)
            (part / MARKER).touch()
            for name in names:
                _move(part / NEW / name, folder / name)
                moved.append(name)
        except BaseException:
            _put_back(moved, kept, part, folder)
            raise


def _keep(path: Path, second: Path) -> bool:
    """Keep a file under a second name; False where there is none."""
    if not os.path.lexists(path):
        return False
    second.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, second, follow_symlinks=False)
    except (OSError, NotImplementedError):
        try:  # a file system without links
            shutil.copy2(path, second, follow_symlinks=False)
        except OSError as error:
            raise OutputError("cannot_write", path=path, detail=system_detail(error)) from error
    return True


def _put_back(moved: Sequence[Path], kept: Sequence[Path], part: Path, folder: Path) -> None:
    """Undo a swap that went wrong, as far as the system lets it."""
    with contextlib.suppress(OSError):
        (part / MARKER).unlink()
    for name in moved:
        with contextlib.suppress(OSError):
            if name in kept:
                (part / OLD / name).replace(folder / name)
            else:
                (folder / name).unlink()
    for name in moved:
        with contextlib.suppress(OSError):  # what holds something stays
            for place in list(name.parents)[:-1]:
                (folder / place).rmdir()


def _move(part: Path, path: Path) -> None:
    """Rename over what is there; on Windows a file held open by another program refuses."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.replace(path)
    except OSError as error:
        raise OutputError("cannot_write", path=path, detail=system_detail(error)) from error


def _files(folder: Path) -> list[Path]:
    """Files below a folder, as paths relative to it."""
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if not path.is_dir())


def _require_replaceable(path: Path) -> None:
    """Refuse a target that is a folder, a device or a file that nobody may change."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutputError("cannot_write", path=path, detail=system_detail(error)) from error
    if stat.S_ISDIR(mode):
        raise OutputError("target_is_folder", path=path)
    if not stat.S_ISREG(mode):
        raise OutputError("target_is_no_file", path=path)
    if not mode & WRITE_BITS:
        raise OutputError("target_is_read_only", path=path)


def _probe(part: Path) -> None:
    """Write a little more than the largest file has: some writers say nothing of a full disk.

    Raises
    ------
    OSError
        The disk is full, or files may not grow that large.
    """
    largest = max(((part / NEW / name).lstat().st_size for name in _files(part / NEW)), default=0)
    probe = part / "probe"
    with probe.open("wb") as stream:
        stream.seek(largest)
        stream.write(PROBE)
    probe.unlink()


def _refusal(error: Exception, part: Path) -> str | None:
    """Why the system refused to write, None where an error has another cause."""
    if isinstance(error, OSError):
        ours = error.filename is None or str(part) in str(error.filename)
        if (ours and error.errno in DISK) or (ours and error.filename is not None):
            return system_detail(error)
    try:
        _probe(part)
    except OSError as refused:
        return system_detail(refused)
    return None


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait for the end of what must not stop in the middle."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: waiting.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
        if waiting:
            signal.raise_signal(signal.SIGINT)
