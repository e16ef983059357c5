"""Demand on a grid, by the names of its cells: H3 hexagons, squares of INSEE and Eurostat."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.errors import InputError
from siting.sources import filosofi

H3 = r"[89][0-9a-f]{14}"


def located(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """A frame with the centre of each cell that its `id` names, `lon` and `lat` in degrees.

    Other frames are given back as they are.

    Raises
    ------
    InputError
        A row names no cell where the first one does, or the library `h3` is not there.
    """
    ids = frame["id"].astype(str)
    for pattern, centres in ((H3, _hexagons), (filosofi.CELL, _squares)):
        named = ids.str.fullmatch(pattern)
        if not len(ids) or not named.iloc[0]:
            continue
        if not named.all():
            row = int((~named).to_numpy().argmax())
            raise InputError("not_a_cell", name=name, row=row, value=ids.iloc[row])
        lon, lat = centres(ids, name)
        return frame.assign(lon=lon, lat=lat)
    return frame


def _hexagons(ids: pd.Series, name: str) -> tuple[pd.Series, pd.Series]:
    try:
        import h3  # noqa: PLC0415 - of the extra `interchange`
    except ImportError as error:
        raise InputError("library_missing", library="h3") from error
    wrong = ~ids.map(h3.is_valid_cell)
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise InputError("not_a_cell", name=name, row=row, value=ids.iloc[row])
    centres = np.array([h3.cell_to_latlng(cell) for cell in ids])
    return pd.Series(centres[:, 1], ids.index), pd.Series(centres[:, 0], ids.index)


def _squares(ids: pd.Series, _: str) -> tuple[pd.Series, pd.Series]:
    return filosofi.centres(ids)[1:]
