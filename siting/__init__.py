"""Where télécentres and public-service hubs should stand.

The public names are listed in `__all__` and loaded when they are first used: `import siting` costs
nothing. Everything else is internal: it may change between two releases.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from siting.version import __version__

if TYPE_CHECKING:
    from siting.api.choices import locate, score
    from siting.api.measures import catchments, coverage
    from siting.api.roads import Roads, read_roads
    from siting.api.studies import Result, Study, load
    from siting.api.times import TravelTimes, isochrones, nearest, travel_times
    from siting.errors import SitingError
    from siting.location.result import Solution

_MODULE_OF = {
    "Result": "siting.api.studies",
    "Roads": "siting.api.roads",
    "SitingError": "siting.errors",
    "Solution": "siting.location.result",
    "Study": "siting.api.studies",
    "TravelTimes": "siting.api.times",
    "catchments": "siting.api.measures",
    "coverage": "siting.api.measures",
    "isochrones": "siting.api.times",
    "load": "siting.api.studies",
    "locate": "siting.api.choices",
    "nearest": "siting.api.times",
    "read_roads": "siting.api.roads",
    "score": "siting.api.choices",
    "travel_times": "siting.api.times",
}

__all__ = [
    "Result",
    "Roads",
    "SitingError",
    "Solution",
    "Study",
    "TravelTimes",
    "__version__",
    "catchments",
    "coverage",
    "isochrones",
    "load",
    "locate",
    "nearest",
    "read_roads",
    "score",
    "travel_times",
]


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        msg = f"module 'siting' has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(import_module(_MODULE_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
