"""Words that print maps share: classes, shares, counts."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from siting import texts
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.outputs.print_sheet import Fill
HARDLY = 0.0005  # written 0.0 %


def class_labels(bounds: Sequence[float], unit: str) -> list[str]:
    """Words of classes whose upper bounds belong to them, and of what lies beyond."""
    written = [texts.number(bound, 0 if float(bound).is_integer() else 1) for bound in bounds]
    middle = [t("print.between", low=low, high=high, unit=unit) for low, high in pairwise(written)]
    first = t("print.upto", high=written[0], unit=unit)
    return [first, *middle, t("print.beyond", low=written[-1], unit=unit)]


def share(share: float) -> str:
    """A share as a percentage; a little that would be written 0.0 is said to be a little."""
    return t("print.hardly") if 0 < share < HARDLY else texts.percent(share)


def counts(fills: Sequence[Fill]) -> str:
    """The legend's classes and their counts, in a row."""
    return t("language.list_mark").join(
        f"{fill.label}{t('language.colon')}{fill.count}" for fill in fills if fill.count
    )
