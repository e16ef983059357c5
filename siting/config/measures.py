"""The key `measures:`: what is told of the minutes beyond coverage, one key a measure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field, create_model

from siting.measures.registry import measures
from siting.settings import Model

if TYPE_CHECKING:

    class Measures(Model):
        """Measures beyond coverage; each writes a table `measure_….csv`."""

        def __getattr__(self, key: str) -> Any:
            """Settings of a measure, by its key in `siting.measures.registry`."""

else:
    fields = {
        kind.key: (kind.settings, Field(kind.default, description=kind.description or None))
        for kind in measures()
    }
    Measures = create_model("Measures", __base__=Model, __module__=__name__, **fields)
    Measures.__doc__ = "Measures beyond coverage; each writes a table `measure_….csv`."
