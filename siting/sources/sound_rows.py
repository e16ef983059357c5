"""Rows left out one by one, and counted, where the rest of a national file stands.

One row of 35,000 that is wrong says nothing of the others: it is left out with a warning that
counts it. Above a hundredth, or in a file so short that one row is more, the file is refused.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from siting.errors import InputError, InputWarning
from siting.sources import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import pandas as pd

REFUSED_SHARE = 0.01
"""Share of rows above which a file is refused instead of its rows."""


def kept(
    frame: pd.DataFrame, wrong: pd.Series, path: Path, problem: Callable[[int], InputError]
) -> pd.DataFrame:
    """Leave out the rows that are wrong, with a warning.

    Parameters
    ----------
    frame
        Rows, their index counting from the file's first.
    wrong
        Which to leave out.
    problem
        What is wrong with a row, by its position in `frame`.

    Returns
    -------
    The other rows, under their index.

    Raises
    ------
    InputError
        The first problem, where more than `REFUSED_SHARE` of the rows are wrong.
    """
    count = int(wrong.sum())
    if not count:
        return frame
    first = problem(int(wrong.to_numpy().argmax()))
    tell(path, count, len(frame), first)
    return frame[~wrong]


def tell(path: Path, count: int, rows: int, first: InputError) -> None:
    """Warn of rows left out; refuse the file where they are too many.

    Parameters
    ----------
    count, rows
        Rows left out, and rows of the file.
    first
        What is wrong with the first of them.

    Raises
    ------
    InputError
        `first`, where more than `REFUSED_SHARE` of the rows are wrong.
    """
    if count > REFUSED_SHARE * rows:
        raise first
    warning = InputWarning("rows_refused", file=path, refused=count, rows=rows, first=first.text())
    warnings.warn(warning, stacklevel=3)


def numbers(frame: pd.DataFrame, columns: Sequence[str], path: Path) -> pd.DataFrame:
    """Give columns as numbers (see `reading.numbers`), rows that hold another text left out.

    Raises
    ------
    InputError
        Too many rows are wrong; or commas that may be of thousands.
    """
    for column in columns:
        wrong = reading.not_numbers(frame[column])
        frame = kept(frame, wrong, path, _bad_number(frame, column, path))
        frame = frame.assign(**{column: reading.numbers(frame, column, path)})
    return frame


def _bad_number(frame: pd.DataFrame, column: str, path: Path) -> Callable[[int], InputError]:
    def problem(at: int) -> InputError:
        return InputError(
            "bad_value",
            file=path,
            row=int(frame.index[at]) + 2,
            column=column,
            value=frame[column].iloc[at],
            expected="123.45",
        )

    return problem


@contextmanager
def watched() -> Iterator[list[InputWarning]]:
    """Collect the warnings of inputs issued within; other warnings pass on."""
    collected: list[InputWarning] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", InputWarning)
        try:
            yield collected
        finally:
            messages = [entry.message for entry in caught]
            collected += [entry for entry in messages if isinstance(entry, InputWarning)]
    for entry in caught:
        if not isinstance(entry.message, InputWarning):
            warnings.warn_explicit(entry.message, entry.category, entry.filename, entry.lineno)
