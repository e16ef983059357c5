"""Print maps written as files by several processes at once.

A process of its own loads this module and what it imports, no more: it must not import the study.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from siting import texts
from siting.atomic_files import replacing_all
from siting.outputs import paper, print_map
from siting.outputs.theme import DEFAULT
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from siting.outputs.paper import Kind, Paper
    from siting.outputs.print_sheet import PrintSheet
    from siting.outputs.theme import Theme


@contextmanager
def helpers(jobs: int) -> Iterator[Executor | None]:
    """Start processes that draw, so that they are ready once there is something to draw.

    A script of one's own that asks for more than one needs the usual
    `if __name__ == "__main__":`.

    Parameters
    ----------
    jobs
        Processes; 1: none but this one.
    """
    if jobs < 2:
        yield None
        return
    how = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=how, initializer=leave_ctrl_c) as pool:
        for _ in range(jobs):
            pool.submit(_warm)
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def write(
    folder: Path,
    made: Iterable[PrintSheet],
    size: Paper,
    theme: Theme,
    kinds: Sequence[Kind] = paper.KINDS,
    *,
    pool: Executor | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> int:
    """Draw sheets at one scale, and list them in `index.csv` with their text alternatives.

    Parameters
    ----------
    made
        Sheets of a series.
    pool
        Of `helpers`; None: this process draws.
    say
        Called with how many are done.

    Returns
    -------
    Maps drawn.

    Raises
    ------
    OutputError
        The folder cannot be written to.
    """
    way = "landscape" if size.landscape else "portrait"
    ending = f"-{size.name.lower()}-{way}"
    language = texts.language()
    every = print_map.series(list(made), size, theme)
    waiting: list[Future[None]] = []
    with replacing_all(folder) as part:
        for done, sheet in enumerate(every, 1):
            bare = replace(sheet, table=None)
            work = (bare, size, theme, tuple(kinds), part, ending, language)
            if pool is None:
                _draw(work)
                say(t("cli_print.drawing", done=done))
            else:
                waiting.append(pool.submit(_draw, work))
        for done, drawn in enumerate(as_completed(waiting), 1):
            drawn.result()
            say(t("cli_print.drawing", done=done))
        _tables(part, every, kinds, ending)
    return len(every)


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def leave_ctrl_c() -> None:
    """Ignore Ctrl-C in a helper: the process that started it ends it, and says so once."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _warm() -> None:
    """Load what drawing needs (letters, the writers of each kind), before there is a sheet."""
    with paper.style(DEFAULT):
        figure = paper.blank(20, 20)
        figure.add_artist(paper.Line(0.1, 0.1, "a"))
    for kind in paper.KINDS:
        paper.render(figure, kind, DEFAULT, dpi=30)


def _draw(work: tuple[PrintSheet, Paper, Theme, tuple[Kind, ...], Path, str, str]) -> None:
    """Draw one sheet; called in another process too, hence its language is told."""
    sheet, size, theme, kinds, folder, ending, language = work
    texts.set_language(language)
    figure = print_map.draw(sheet, size, theme)
    for kind in kinds:
        drawn = paper.render(figure, kind, theme, title=sheet.title)
        (folder / f"{sheet.name}{ending}.{kind}").write_bytes(drawn)


def _tables(folder: Path, made: Sequence[PrintSheet], kinds: Sequence[Kind], ending: str) -> None:
    """Write the figures of each sheet, and the list of files with their text alternatives."""
    import pandas as pd  # noqa: PLC0415 - a process that draws needs no tables

    from siting.outputs.tables import write_csv  # noqa: PLC0415

    for sheet in made:
        if sheet.table is not None:
            write_csv(folder / f"{sheet.name}.csv", sheet.table)
    rows = [
        (f"{sheet.name}{ending}.{kind}", sheet.title, sheet.alt) for sheet in made for kind in kinds
    ]
    write_csv(folder / "index.csv", pd.DataFrame(rows, columns=["file", "title", "alternative"]))
