"""What this machine offers: each check says what was found, and what to do where it falls short."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
import warnings
import webbrowser
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from packaging.requirements import Requirement

from siting import texts
from siting.errors import SitingError, system_detail
from siting.texts import text as t
from siting.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

PYTHONS = ((3, 11), (3, 13))  # as in pyproject.toml
GIGABYTE = 1024**3
ENOUGH_GIGABYTES = 4  # a département on an OSM extract, with the browser that shows it
EMBEDDED_STUDY = Path("configs/aveyron.yaml")
COARSE_M = 5000  # side of the cells of the self-test

Verdict = Literal["fine", "noted", "wrong"]


@dataclass(frozen=True)
class Check:
    """What one check found.

    Attributes
    ----------
    name
        In words.
    verdict
        `fine`; `noted`: something is done otherwise or not at all; `wrong`: studies fail.
    detail
        What was found, and the remedy where there is one to try.
    """

    name: str
    verdict: Verdict
    detail: str


def checks() -> Iterator[Check]:
    """Every check, each as soon as it is done; the last one computes on the embedded data."""
    yield _python()
    yield _libraries()
    yield _writable("outputs", Path.cwd())
    yield _writable("temporary", Path(tempfile.gettempdir()))
    yield _memory()
    yield _fonts()
    yield _browser()
    yield _self_test()


def _check(key: str, verdict: Verdict, sentence: str = "", /, **values: object) -> Check:
    detail = t(f"doctor.{key}.{sentence or verdict}", **values)
    return Check(t(f"doctor.{key}.name"), verdict, detail)


def _python() -> Check:
    """Versions of siting, of Python and of the system."""
    first, last = PYTHONS
    fit = first <= sys.version_info[:2] <= last
    return _check(
        "python",
        "fine" if fit else "wrong",
        siting=__version__,
        python=platform.python_version(),
        system=platform.platform(terse=True),
    )


def _libraries() -> Check:
    """Whether each library that siting needs is there, in a version that it takes."""
    try:
        named = metadata.requires("siting") or []
    except metadata.PackageNotFoundError:
        return _check("libraries", "noted")
    needed = [Requirement(line) for line in named]
    needed = [each for each in needed if each.marker is None or each.marker.evaluate({"extra": ""})]
    unfit = []
    for each in needed:
        try:
            version = metadata.version(each.name)
        except metadata.PackageNotFoundError:
            unfit.append(str(each))
            continue
        if not each.specifier.contains(version, prereleases=True):
            unfit.append(f"{each} ({version})")
    if unfit:
        return _check("libraries", "wrong", names=", ".join(unfit))
    return _check("libraries", "fine", count=len(needed))


def _writable(key: str, folder: Path) -> Check:
    """Whether files can be made in a folder."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return _check(key, "wrong", folder=folder, detail=system_detail(error))
    return _check(key, "fine", folder=folder)


def _memory() -> Check:
    """Memory of the machine."""
    size = memory_bytes()
    if size is None:
        return _check("memory", "noted", "unknown")
    fit = size >= ENOUGH_GIGABYTES * GIGABYTE
    return _check(
        "memory",
        "fine" if fit else "noted",
        size=texts.number(size / GIGABYTE, 1),
        wanted=ENOUGH_GIGABYTES,
    )


def memory_bytes() -> int | None:
    """Memory of the machine, bytes; None where the system does not tell."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - of one system only

        kilobytes = ctypes.c_ulonglong()
        done = ctypes.windll.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes))
        return kilobytes.value * 1024 if done else None
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return None


def _fonts() -> Check:
    """Which letters the neutral theme's maps and documents are drawn with."""
    from siting.outputs import paper  # noqa: PLC0415 - matplotlib is long to load
    from siting.outputs.theme import DEFAULT  # noqa: PLC0415

    used, missing = paper.letters(DEFAULT)
    return _check("fonts", "noted" if missing else "fine", used=used, missing=", ".join(missing))


def _browser() -> Check:
    """Whether a browser can be opened, for `siting serve --open`."""
    try:
        webbrowser.get()
    except webbrowser.Error:
        return _check("browser", "noted")
    return _check("browser", "fine")


def _self_test() -> Check:
    """Run the embedded study on coarse cells, write it and read it back."""
    started = time.perf_counter()
    try:
        people, covered = _embedded_run()
    except SitingError as error:
        return _check("self_test", "wrong", detail=error.text())
    except Exception as error:  # noqa: BLE001 - whatever a broken library raises is what is looked for
        return _check("self_test", "wrong", detail=f"{type(error).__name__}: {error}")
    return _check(
        "self_test",
        "fine",
        seconds=texts.number(time.perf_counter() - started, 1),
        people=texts.number(people),
        covered=texts.percent(covered / people),
    )


def _embedded_run() -> tuple[float, float]:
    """People of the embedded study, and those whom its services cover, read back from a file."""
    import geopandas as gpd  # noqa: PLC0415 - long to load

    from siting import config  # noqa: PLC0415
    from siting.outputs import geopackage  # noqa: PLC0415
    from siting.study import run  # noqa: PLC0415

    study = config.load(EMBEDDED_STUDY)
    coarse = config.changed(
        study,
        {
            "cells": {"size_m": COARSE_M},
            "criteria": [{"id": "minutes_saved", "weight": 1}],
            "context": None,
            "independents_naf": (),
            "layers": {},
            "measures": None,
        },
    )
    with warnings.catch_warnings(action="ignore"):  # what is said of the embedded tables
        result = run.run(coarse, lambda _: None)
    limit = study.headline_minutes
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "cells.gpkg")
        table = result.access.assign(reached=result.access["minutes"] <= limit)
        layer = result.cells[["cell_id", "geometry"]].merge(table, on="cell_id")
        geopackage.write(path, {"cells": layer})
        read = gpd.read_file(path)
    return float(read["population"].sum()), float(read.loc[read["reached"], "population"].sum())
