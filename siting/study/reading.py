"""Taking a study's files one by one: what was read, and what was wrong with them."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from siting import provenance
from siting.errors import InputWarning, ProblemsError, SitingError
from siting.provenance import Input, Source
from siting.sources import sound_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass
class Reading:
    """Takes files one by one and remembers what was read and what was wrong."""

    base: Path
    sources: dict[str, Source] = field(default_factory=dict)
    read: list[Input] = field(default_factory=list)
    problems: list[SitingError] = field(default_factory=list)
    warned: list[tuple[str, InputWarning]] = field(default_factory=list)

    def take(self, role: str, path: Path | None, reader: Callable[[Path], Any]) -> Any:
        """Read a file; None where there is none or where it is wrong (the problem is kept)."""
        if path is None:
            return None
        frame = self.watch(role, reader, path)
        if frame is not None:
            self.note(role, path, len(frame))
        return frame

    def watch(self, role: str, reader: Callable[..., T], *arguments: Any) -> T | None:
        """Do something with a file, as `attempt`; keep what it warns of, and log it."""
        with sound_rows.watched() as warned:
            result = self.attempt(reader, *arguments)
        for warning in warned:
            self.warn(role, warning)
        return result

    def warn(self, role: str, warning: InputWarning) -> None:
        """Keep a warning, and show it at once."""
        self.warned.append((role, shown_at_once(warning, self.base)))

    def note(self, role: str, path: Path, rows: int) -> None:
        """Remember that a file was read."""
        shown = provenance.relative(path, self.base)
        digest, source = provenance.sha256(path), self.sources.get(path.name)
        self.read.append(Input(role, shown, digest, rows, source))

    def attempt(self, action: Callable[..., T], *arguments: Any) -> T | None:
        """Do something; keep its problem, if any, and give None."""
        try:
            return action(*arguments)
        except SitingError as problem:
            self.problems.append(problem)
            return None

    def probe(self, action: Callable[[], object]) -> None:
        """Keep the problem of a file whose rows cannot be chosen, the communes being wrong."""
        try:
            action()
        except SitingError as problem:
            if problem.key != "no_row_of_the_area":  # of course: no commune is known
                self.problems.append(problem)

    def require_none(self) -> None:
        """Raise the problems that were kept, if any."""
        if len(self.problems) == 1:
            raise self.problems[0]
        if self.problems:
            raise ProblemsError(self.problems)


def shown_at_once(warning: InputWarning, base: Path) -> InputWarning:
    """Show a warning at once; give it with files as the configuration names them, to be kept."""
    log.warning(warning.text())
    return InputWarning(warning.key, _relative(warning.values, base))


def _relative(values: Mapping[str, object], base: Path) -> dict[str, object]:
    """Values of a sentence, the same on any machine."""
    shown = dict(values)
    for name, value in values.items():
        if isinstance(value, Path):
            shown[name] = provenance.relative(value, base)
        elif isinstance(value, SitingError):
            shown[name] = type(value)(value.key, **_relative(value.values, base))
    return shown
