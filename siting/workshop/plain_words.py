"""Why a search for sites has no plan, in the words of a meeting: inhabitants, not demand rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting import texts

if TYPE_CHECKING:
    import numpy.typing as npt

    from siting.errors import SitingError
    from siting.location.result import Reason


def reason(why: Reason, people: npt.NDArray[np.float64]) -> str:
    """Tell why there is no plan.

    Parameters
    ----------
    people
        Of each cell; the demand of a search made by `jobs` is named by their rows.
    """
    concerned = people[np.array(why.demand, np.int64)] if why.demand else people[:0]
    values = {"people": texts.number(float(concerned.sum())), "cells": texts.number(len(concerned))}
    return _sentence(f"choice.reason.{why.key}", why.text(), **why.values, **values)


def refusal(error: SitingError) -> str:
    """Tell why a search is refused."""
    return _sentence(f"choice.refused.{error.key}", error.text(), **error.values)


def _sentence(key: str, otherwise: str, **values: object) -> str:
    """The sentence of a key; of one that has none here, what the library says."""
    if key not in texts.catalogue(texts.language()):
        return otherwise
    return texts.text(key, **values)
