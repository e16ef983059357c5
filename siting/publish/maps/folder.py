"""The maps of a study as files: one a theme, and a page of them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from siting.atomic_files import replacing_all
from siting.outputs import embedding, web_map
from siting.outputs.theme import DEFAULT, Theme
from siting.publish.maps import registry
from siting.publish.maps.mapped import MappedResult, NothingToShow
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from siting.study.result import Result


@dataclass(frozen=True)
class WrittenMaps:
    """What was written.

    Attributes
    ----------
    folder
        Where.
    files
        Maps by theme.
    skipped
        Themes that have nothing to show, and why.
    """

    folder: Path
    files: dict[str, str]
    skipped: dict[str, str]


def write(
    result: Result,
    folder: Path,
    names: Sequence[str],
    say: Callable[[str], None],
    theme: Theme = DEFAULT,
    note: Callable[[str], None] = lambda _: None,
) -> WrittenMaps:
    """Write a map for each theme, `map_THEME.html`, and `maps.html`, a page of them all.

    Parameters
    ----------
    result
        A run.
    folder
        Where to write.
    names
        Themes; all of them where empty.
    say
        Called with what is being done.
    theme
        The look.
    note
        Called with what was mended.

    Raises
    ------
    OutputError
        The folder cannot be written to, or there is nothing to draw.
    ConfigError
        A theme is unknown.
    """
    themes = registry.chosen(names)
    mapped = MappedResult(result, theme)
    invalid = web_map.count_invalid(mapped.ground.communes.geometry)
    if invalid:
        note(t("maps.mended_one" if invalid == 1 else "maps.mended", count=invalid))
    files, skipped = {}, {}
    with replacing_all(folder) as part:
        for map_theme in themes:
            say(t("maps.writing", name=map_theme.label))
            try:
                page = map_theme.page(mapped)
            except NothingToShow as reason:
                skipped[map_theme.name] = str(reason)
                continue
            file = f"map_{map_theme.name}.html"
            web_map.write(part / file, page, theme, mapped.drawn)
            files[map_theme.name] = file
        if files:
            frames = [embedding.read(part / file, source=file) for file in files.values()]
            heading = t("maps.index_title", title=result.study.title)
            embedding.write_page(part / "maps.html", heading, frames)
    return WrittenMaps(folder, files, skipped)
