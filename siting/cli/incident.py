"""The report of an error that nobody foresaw: versions and traceback, none of the user's data."""

from __future__ import annotations

import os
import platform
import tempfile
import traceback
from pathlib import Path

from siting.version import __version__


def write(error: BaseException) -> Path | None:
    """Write the report of an error; None where no file can be written.

    The message of the error is left out, since it may quote a table: its class, the files and
    lines of the code remain.
    """
    lines = [f"siting {__version__}", f"Python {platform.python_version()}", platform.platform()]
    cause: BaseException | None = error
    while cause is not None:
        lines.append(f"\n{type(cause).__module__}.{type(cause).__qualname__}")
        lines += [
            f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(cause.__traceback__)
        ]
        cause = cause.__cause__ or cause.__context__
    try:
        descriptor, name = tempfile.mkstemp(prefix="siting-error-", suffix=".txt")
        with os.fdopen(descriptor, "w", encoding="utf-8") as report:
            report.write("\n".join(lines) + "\n")
    except OSError:
        return None
    return Path(name)
