"""What is wrong, where, and what to do: the errors that a user of siting meets.

The sentence comes from the text catalogue (`siting.texts`) under the error's key, French first, so
that the command line and a notebook show the same words. Raise the class that fits, with a key and
the values that the sentence names::

    raise InputError("duplicate_ids", file=path, ids="12202, 12145")
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from siting import texts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping


FIRST_ALIKE = 20  # problems of one kind that are told one by one


class SitingError(Exception):
    """Base of every error that the user can mend.

    Parameters
    ----------
    key
        Key of the sentence in the catalogue, under `errors`.
    values
        What the sentence names: file, row, key, found and expected values.
    """

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values

    def text(self, language: str | None = None) -> str:
        """Give the sentence, in the current language unless another is named."""
        return texts.text(f"errors.{self.key}", language, **self.values)

    def __str__(self) -> str:
        return self.text()


class ConfigError(SitingError):
    """The study's configuration is wrong."""


class InputError(SitingError):
    """An input file or table is wrong."""


class NetworkError(SitingError):
    """Roads cannot be built or used as asked."""


class ModelError(SitingError):
    """A location or scoring model was asked something that has no answer."""


class OutputError(SitingError):
    """A result cannot be written."""


class InputWarning(UserWarning):
    """What was done about an input that stands in spite of a defect: rows left out, an old edition.

    Issued with `warnings.warn`, so that a notebook shows it; `siting` prints it and counts it in
    the table of data quality.

    Parameters
    ----------
    key
        Key of the sentence in the catalogue, under `warned`.
    values
        What the sentence names; `refused`, where there is one, is the number of rows left out.
    """

    def __init__(
        self, key: str, given: Mapping[str, object] | None = None, /, **values: object
    ) -> None:
        self.key = key
        self.values = {**(given or {}), **values}
        # in plain types, so that the warning is made again from its arguments in another process
        plain = (int, float, str)
        super().__init__(
            key, {k: v if type(v) in plain else str(v) for k, v in self.values.items()}
        )

    def text(self, language: str | None = None) -> str:
        """Give the sentence, in the current language unless another is named."""
        return texts.text(f"warned.{self.key}", language, **self.values)

    def __str__(self) -> str:
        return self.text()


class ProblemsError(SitingError):
    """Several problems found at once, each an error of its own.

    Parameters
    ----------
    every
        Whether each is told, however alike: files to be found, for example.
    """

    def __init__(self, problems: list[SitingError], *, every: bool = False) -> None:
        super().__init__("several_problems", count=len(problems))
        self.problems = problems
        self.every = every

    def text(self, language: str | None = None) -> str:
        """Give the number of problems, then a line for each; the one problem where one only.

        Of many problems of one kind the first are told, and how many more there are.
        """
        if len(self.problems) == 1:
            return self.problems[0].text(language)
        kinds: dict[str, list[SitingError]] = {}
        for problem in self.problems:
            kinds.setdefault(problem.key, []).append(problem)
        lines = [super().text(language)]
        for alike in kinds.values():
            first = len(alike) if self.every else FIRST_ALIKE
            lines += [f"  - {problem.text(language)}" for problem in alike[:first]]
            more = len(alike) - first
            if more > 0:
                lines.append(f"    {texts.text('errors.more_alike', language, count=more)}")
        return "\n".join(lines)


def require_known(key: str, names: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """Give the names that a user chose, each once, in their order.

    Raises
    ------
    ConfigError
        With the key, the first `value` that is none of the `known`, and those.
    """
    chosen = tuple(dict.fromkeys(names))
    for name in chosen:
        if name not in known:
            raise ConfigError(key, value=name, known=", ".join(known))
    return chosen


def system_detail(error: OSError) -> str:
    """Why the system refused, in the current language where the catalogue knows the reason."""
    key = f"errors.system.{errno.errorcode.get(error.errno or 0)}"
    if texts.has(key):
        return texts.text(key)
    return error.strerror or str(error)
