"""Rows left out one by one, and counted, where the rest of a national file stands.

One row of 35,000 that is wrong says nothing of the others: it is left out with a warning that
counts it. Above a hundredth, or in a file so short that one row is more, the file is refused.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from siting.errors import InputError, InputWarning
from siting.sources import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import pandas as pd

REFUSED_SHARE = 0.01
"""Share of rows above which a file is refused instead of its rows."""
EMPTY = ("", "-")
"""What producers write where there is nothing."""


@dataclass
class Tally:
    """Rows left out of one file, which may come block by block.

    Attributes
    ----------
    path
        The file.
    rows, refused
        Rows met, and those left out.
    first
        What is wrong with the first of these.
    """

    path: Path
    rows: int = 0
    refused: int = 0
    first: InputError | None = None

    def refuse(self, count: int, first: Callable[[], InputError]) -> None:
        """Count rows that are left out, each once."""
        self.refused += count
        if count and self.first is None:
            self.first = first()

    def kept(
        self, frame: pd.DataFrame, wrong: pd.Series, problem: Callable[[int], InputError]
    ) -> pd.DataFrame:
        """Leave out the rows that are wrong; see `kept` for the parameters."""
        self.refuse(int(wrong.sum()), lambda: problem(int(wrong.to_numpy().argmax())))
        return frame[~wrong] if wrong.any() else frame

    def numbers(self, frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
        """Give columns as numbers, rows that hold another text left out; see `numbers`."""
        for column in columns:
            wrong = reading.not_numbers(frame[column])
            frame = self.kept(frame, wrong, bad_value(frame, column, self.path, "123.45"))
            frame = frame.assign(**{column: reading.numbers(frame, column, self.path)})
        return frame

    def tell(self) -> None:
        """Warn of the rows left out, once the file is read.

        Raises
        ------
        InputError
            The first problem, where more than `REFUSED_SHARE` of the rows are wrong.
        """
        if self.first is None:
            return
        if self.refused > REFUSED_SHARE * self.rows:
            raise self.first
        values = {"refused": self.refused, "rows": self.rows, "first": self.first}
        warnings.warn(InputWarning("rows_refused", file=self.path, **values), stacklevel=3)


def kept(
    frame: pd.DataFrame, wrong: pd.Series, path: Path, problem: Callable[[int], InputError]
) -> pd.DataFrame:
    """Leave out the rows of a whole file that are wrong, with a warning.

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
    tally = Tally(path, rows=len(frame))
    sound = tally.kept(frame, wrong, problem)
    tally.tell()
    return sound


def numbers(frame: pd.DataFrame, columns: Sequence[str], path: Path) -> pd.DataFrame:
    """Give columns of a whole file as numbers (see `reading.numbers`), other rows left out.

    Raises
    ------
    InputError
        Too many rows are wrong; or commas that may be of thousands.
    """
    tally = Tally(path, rows=len(frame))
    sound = tally.numbers(frame, columns)
    tally.tell()
    return sound


def fitting(
    frame: pd.DataFrame, column: str, values: pd.Series, path: Path, expected: str
) -> pd.DataFrame:
    """Put values in the place of a column's text, rows of which none could be made left out.

    Parameters
    ----------
    values
        What was made of the text; NaN where it does not fit, and where it is empty.
    expected
        What the column should hold, for the message.

    Raises
    ------
    InputError
        Too many rows are wrong.
    """
    text = frame[column].str.strip()
    wrong = values.isna() & ~text.isin(EMPTY)
    sound = kept(frame, wrong, path, bad_value(frame, column, path, expected))
    return sound.assign(**{column: values[~wrong]})


def bad_value(
    frame: pd.DataFrame, column: str, path: Path, expected: str, *, named: str = "", first: int = 2
) -> Callable[[int], InputError]:
    """Say what is wrong with a row's value, by the row's position in `frame`.

    Parameters
    ----------
    frame
        Rows, their index counting from the file's first.
    expected
        What the column should hold.
    named
        The producer's name of the column, where ours is another.
    first
        Line of the file that holds its first row.
    """

    def problem(at: int) -> InputError:
        return InputError(
            "bad_value",
            file=path,
            row=int(frame.index[at]) + first,
            column=named or column,
            value=frame[column].iloc[at],
            expected=expected,
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
