"""What a map theme is: its name, what it needs, what draws it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from siting.publish.maps.mapped import MappedResult, NothingToShow
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable

    from siting.outputs.web_map import WebMap
    from siting.study.result import Result


@dataclass(frozen=True)
class MapTheme:
    """A map of a study.

    Attributes
    ----------
    name
        Of its file, `map_<name>.html`, of the option, and of its texts (`maps.theme.<name>`,
        `maps.title.<name>`).
    order
        Its place among the maps.
    build
        Makes the page; raises `NothingToShow` where no value is known.
    needs
        Tables that it cannot be drawn without: layers of the study (`broadband`), `candidates`.
    """

    name: str
    order: int
    build: Callable[[MappedResult], WebMap]
    needs: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Its name in the current language."""
        return t(f"maps.theme.{self.name}")

    def page(self, mapped: MappedResult) -> WebMap:
        """Draw the map.

        Raises
        ------
        NothingToShow
            A table that it needs is not there, or has no value.
        """
        for need in self.needs:
            require(need, mapped.result)
        return self.build(mapped)


def require(need: str, result: Result) -> None:
    """Refuse to go on without a table.

    Raises
    ------
    NothingToShow
        The study has no such table, or it has no row for these communes.
    """
    if need == "candidates":
        if result.candidates.empty:
            raise NothingToShow(t("maps.no_candidates"))
        return
    table = getattr(result.ground.read, need)
    if table is None:
        raise NothingToShow(t("maps.no_layer", layer=f"layers.{need}"))
    if not table["code"].isin(result.communes["code"]).any():
        raise NothingToShow(t("maps.no_rows", layer=f"layers.{need}"))
