"""What readers of lists of places share: ids, positions in degrees, codes of five characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.contracts import without_controls
from siting.errors import InputError
from siting.sources import layouts, sound_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from siting.sources.layouts import Layout

ARRONDISSEMENTS = {
    **{f"751{number:02d}": "75056" for number in range(1, 21)},
    **{f"693{number}": "69123" for number in range(81, 90)},
    **{f"132{number:02d}": "13055" for number in range(1, 17)},
}
"""Municipal arrondissements of Paris, Lyon and Marseille, given by many files in their place."""
COLUMNS = ["id", "name", "commune_code", "lon", "lat", "kind"]


def read(path: Path, known: Sequence[Layout]) -> pd.DataFrame:
    """Read a list of places with longitude and latitude.

    Returns
    -------
    `id,name,commune_code,lon,lat,kind` and the layout's other columns; positions are NaN where the
    file has none, codes are padded to five characters and empty where unknown.

    Raises
    ------
    InputError
        See `layouts.read`; a repeated id; or coordinates that are not degrees.
    """
    frame, _ = layouts.read(path, known)
    return checked(frame, path)


def checked(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Type the columns of a list of places: see `read`.

    Rows without id, or whose position is no pair of degrees, are left out: see `sound_rows`.
    """
    frame = frame.drop_duplicates()  # a row that is there twice says no more
    nameless = frame["id"].str.strip() == ""

    def no_id(at: int) -> InputError:
        row = int(frame.index[at]) + 2
        return InputError("bad_value", file=path, row=row, column="id", value="", expected="id")

    sound = sound_rows.kept(frame, nameless, path, no_id)
    repeated = sound["id"][sound["id"].duplicated()]
    if len(repeated):
        ids = ", ".join(repeated.unique()[:5])
        raise InputError("duplicate_ids", file=path, column="id", ids=ids)
    sound = sound_rows.numbers(sound, ["lon", "lat"], path)
    projected = (sound["lon"].abs() > 180) | (sound["lat"].abs() > 90)

    def in_metres(at: int) -> InputError:
        x, y = sound["lon"].iloc[at], sound["lat"].iloc[at]
        return InputError("metres_for_degrees", file=path, x=x, y=y)

    sound = sound_rows.kept(sound, projected, path, in_metres)
    sound = sound.assign(name=without_controls(sound["name"], "name", path))
    code = sound["commune_code"].str.strip()
    typed = sound.assign(commune_code=code.str.zfill(5).where(code != "", ""))
    named = [*COLUMNS, *(name for name in typed.columns if name not in COLUMNS)]
    return typed[named].reset_index(drop=True)
