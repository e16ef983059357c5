"""Arguments of the public functions, refused before anything is computed."""

from __future__ import annotations

import math
import numbers as abstract_numbers
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from siting.errors import InputError
from siting.texts import text as t


def number(
    value: Any,
    name: str,
    *,
    least: float | None = None,
    above: float | None = None,
    most: float | None = None,
) -> float:
    """Give a finite number within bounds.

    Raises
    ------
    InputError
        It is a text, a truth value, None, infinite, or out of bounds.
    """
    sound = isinstance(value, abstract_numbers.Real) and not isinstance(value, bool)
    sound = (
        sound
        and math.isfinite(value)
        and (least is None or value >= least)
        and (above is None or value > above)
        and (most is None or value <= most)
    )
    if not sound:
        bounds = {"≥": least, ">": above, "≤": most}
        shown = [f"{sign} {bound:g}" for sign, bound in bounds.items() if bound is not None]
        raise refused(value, name, "float", *shown)
    return float(value)


def optional(value: Any, name: str, **bounds: float) -> float | None:
    """Give a number as `number` does, or None."""
    return None if value is None else number(value, name, **bounds)


def whole(value: Any, name: str, least: int) -> int:
    """Give a whole number of at least some.

    Raises
    ------
    InputError
        It is none, or too small.
    """
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
        raise refused(value, name, "integer", f"≥ {least}")
    return int(value)


def numbers(values: Any, name: str, **bounds: float) -> list[float]:
    """Give a list of finite numbers within bounds.

    Raises
    ------
    InputError
        It is no list, or one of them is refused: its place is named.
    """
    return [
        number(value, f"{name}[{place}]", **bounds)
        for place, value in enumerate(sequence(values, name))
    ]


def sequence(values: Any, name: str) -> list[Any]:
    """Give a list of anything.

    Raises
    ------
    InputError
        It is a text, or one thing alone.
    """
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        raise refused(values, name, "list")
    return list(values)


def mapping(values: Any, name: str) -> Mapping[Any, Any]:
    """Give a dictionary (or a Series, by its index).

    Raises
    ------
    InputError
        It is neither.
    """
    if hasattr(values, "to_dict"):
        values = values.to_dict()
    if not isinstance(values, Mapping):
        raise refused(values, name, "mapping")
    return values


def path(value: Any, name: str, wanted: str = "path") -> Path:
    """Give the path of a file.

    Raises
    ------
    InputError
        It is none.
    """
    if not isinstance(value, str | os.PathLike) or isinstance(os.fspath(value), bytes):
        raise refused(value, name, wanted)
    return Path(value)


def refused(value: Any, name: str, wanted: str, *bounds: str) -> InputError:
    """Say what was given, and what is expected."""
    shown = value if isinstance(value, str | int | float | None) else type(value).__name__
    expected = ", ".join([t(f"contract.{wanted}"), *bounds])
    return InputError("bad_argument", name=name, value=shown, expected=expected)
