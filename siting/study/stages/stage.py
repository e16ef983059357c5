"""What a stage of a study is: an entry of the registry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from siting.config import Study
    from siting.contracts import Table
    from siting.study.inputs import Inputs
    from siting.study.prepared import PreparedStudy


@dataclass(frozen=True)
class Stage:
    """What a key of the configuration asks for.

    Attributes
    ----------
    key
        Key of the study.
    check
        Refuses what it cannot be computed from, from the inputs as the scenario leaves them; no
        route is searched. What passes is computed.
    compute
        From the study's ground and the table `access.csv` to its tables by name; None where the key
        makes none of its own.
    tables
        Contracts of its tables.
    with_keys
        Other keys that ask for its tables too: small counts are protected in all of them together.
    """

    key: str
    check: Callable[[Study, Inputs], None]
    compute: Callable[[PreparedStudy, pd.DataFrame], dict[str, pd.DataFrame]] | None = None
    tables: tuple[Table, ...] = ()
    with_keys: tuple[str, ...] = ()

    def wanted(self, study: Study) -> bool:
        """Whether a study has one of its keys."""
        return any(getattr(study, key, None) for key in (self.key, *self.with_keys))
