"""Names of files to write: the ending says the format, so another one is refused, not ignored."""

from collections.abc import Callable
from pathlib import Path

from siting.errors import OutputError


def ending(*endings: str) -> Callable[[Path | None], Path | None]:
    """Make the callback of an option that names a file.

    Parameters
    ----------
    endings
        Those that the command writes, in lower case with the dot.

    Returns
    -------
    What gives the path back, or raises an OutputError where its name ends otherwise.
    """

    def checked(path: Path | None) -> Path | None:
        if path is not None and path.suffix.lower() not in endings:
            raise OutputError("output_ending", file=path, endings=", ".join(endings))
        return path

    return checked
