"""Documents written by several processes at once, the maps in them drawn there.

A process of its own loads this module and what it imports, no more: it must not import the study.
"""

from __future__ import annotations

import importlib
import multiprocessing
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from siting import texts
from siting.atomic_files import replacing_all
from siting.outputs.documents import pictures
from siting.outputs.documents.model import Figure
from siting.outputs.sheet_files import leave_ctrl_c

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from siting.outputs.documents.model import Block, Document
    from siting.outputs.print_sheet import PrintSheet
    from siting.outputs.theme import Theme

Work = tuple["One", "Theme", tuple["Path", ...], "Path | None", str]


@dataclass(frozen=True)
class One:
    """A document of a series.

    Attributes
    ----------
    name
        Of its files, without their ending.
    document
        Its figures without bytes are the maps, in their order.
    maps
        What is on them.
    """

    name: str
    document: Document
    maps: tuple[PrintSheet, ...]

    def drawn(self, theme: Theme) -> Document:
        """The document, its maps drawn."""
        left = list(self.maps)
        blocks: list[Block] = [
            replace(block, png=pictures.of_sheet(left.pop(0), theme))
            if isinstance(block, Figure) and not block.png
            else block
            for block in self.document.blocks
        ]
        return replace(self.document, blocks=tuple(blocks))


def write(
    folder: Path,
    made: Sequence[One],
    formats: Sequence[str],
    theme: Theme,
    template: Path | None = None,
    *,
    jobs: int = 1,
    say: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[Path]:
    """Write each document in each format, as `NAME.FORMAT`; all of them, or none.

    Parameters
    ----------
    template
        Of the DOCX.
    jobs
        Processes that write; 1: this one alone. Where more, a script of one's own needs the usual
        `if __name__ == "__main__":`.
    say
        Called with how many are done, and of how many.

    Returns
    -------
    Files.

    Raises
    ------
    InputError, OutputError
        The template is refused, or a file cannot be written.
    """
    with replacing_all(folder) as part:
        written = _write_all(part, made, formats, theme, template, jobs=jobs, say=say)
    return [folder / path.relative_to(part) for path in written]


def _write_all(
    folder: Path,
    made: Sequence[One],
    formats: Sequence[str],
    theme: Theme,
    template: Path | None,
    *,
    jobs: int,
    say: Callable[[int, int], None],
) -> list[Path]:
    """Write each document in each format, one after the other or in several processes."""
    language = texts.language()
    work: list[Work] = [
        (
            replace(document, maps=tuple(replace(sheet, table=None) for sheet in document.maps)),
            theme,
            tuple(folder / f"{document.name}.{form}" for form in formats),
            template,
            language,
        )
        for document in made
    ]
    count = min(jobs, len(work))
    if count > 1:
        how = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(count, mp_context=how, initializer=leave_ctrl_c) as pool:
            waiting = [pool.submit(_write, job) for job in work]
            for done, written in enumerate(as_completed(waiting), 1):
                written.result()
                say(done, len(work))
    else:
        for done, job in enumerate(work, 1):
            _write(job)
            say(done, len(work))
    return [path for _, _, paths, _, _ in work for path in paths]


def _write(work: Work) -> None:
    """Write one document; called in another process too, hence its language is told."""
    item, theme, paths, template, language = work
    texts.set_language(language)
    document = item.drawn(theme)
    for path in paths:
        writer = importlib.import_module(f"siting.outputs.documents.{path.suffix[1:]}")
        if path.suffix == ".docx":
            writer.write(path, document, template)
        else:
            writer.write(path, document)
