"""What the interface answers, as types: mypy holds `page_answers` to them, OpenAPI shows them.

`siting/browser/workshop/api_types.ts` is written from that OpenAPI document by
`scripts/write_api_types.py`, so that the page cannot expect anything else. Packed numbers are
base64 of little-endian whole numbers.
"""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict  # pydantic reads no other before Python 3.12

JobStatus = Literal["running", "done", "failed", "cancelled"]


class Refusal(TypedDict):
    """Why a question is not answered: one sentence, and its key in the catalogue."""

    error: str
    key: str


class ShownPlace(TypedDict):
    """A site on the map."""

    id: str
    name: str
    lon: float
    lat: float


class StudyCriterion(TypedDict):
    """A criterion of the study: by language its name, unit, meaning and source; its weight.

    `status` is that of what it draws on, where one table is known: real, derived or modelled;
    `share` tells whether values are shares of 1.
    """

    id: str
    name: dict[str, str]
    unit: dict[str, str]
    how: dict[str, str]
    source: dict[str, str]
    status: str
    share: bool
    weight: float
    family: str


class StudyZone(TypedDict):
    """The département, an EPCI or a zone of the study's own."""

    zone_kind: str
    zone_code: str
    zone_name: str
    population: float


class StudyPlan(TypedDict):
    """A plan of the configuration: candidates to open, facilities to close."""

    id: str
    name: str
    sites: list[str]
    close: list[str]


class OfferedModel(TypedDict):
    """A location model: whether it needs a number of sites and minutes, and its conditions."""

    id: str
    sites: bool
    minutes: bool
    conditions: list[str]


class StudySource(TypedDict):
    """A published source that the study read."""

    title: str
    status: str
    vintage: str
    licence: str


class StudyService(TypedDict):
    """A service, and its facilities today."""

    id: str
    name: str
    facilities: list[ShownPlace]


class StudyReply(TypedDict):
    """What the study is. A link is two commune codes, its name, both ends in degrees.

    `modes` are those that its roads tell the times of, its own first; `costed` whether it says what
    sites cost.
    """

    title: str
    name: str
    services: list[StudyService]
    modes: list[str]
    costed: bool
    thresholds: list[float]
    criteria: list[StudyCriterion]
    zones: list[StudyZone]
    candidates: list[ShownPlace]
    plans: list[StudyPlan]
    models: list[OfferedModel]
    roads: Literal["distances", "osm"]
    links: list[tuple[str, str, str, float, float, float, float]]
    sources: list[StudySource]
    modelled_cells: bool
    read_only: bool
    buffer_km: float


class DrawnCommune(TypedDict):
    """A commune: its chef-lieu in degrees, its rings as steps of whole numbers of `unit`."""

    code: str
    name: str
    at: tuple[float, float]
    rings: list[list[int]]


class LayersReply(TypedDict):
    """What the map draws: communes, and the cells packed (centres in `unit`, people, commune)."""

    communes: list[DrawnCommune]
    cells: str
    cell_m: float
    people: str
    commune: str
    unit: float


class EpciOutlines(TypedDict):
    """The EPCI of the study: names, a place in each (latitude, longitude), packed outlines."""

    code: list[str]
    name: list[str]
    at: list[tuple[float, float]]
    shape: dict[str, str]


class SurroundingsReply(TypedDict):
    """What lies over and around the communes.

    `epci_of` is the row of each commune's EPCI, -1 where it has none; `context` the background as
    `outputs/web_context.py` writes it.
    """

    epci: EpciOutlines
    epci_of: list[int]
    context: Any


class OtherServiceReply(TypedDict):
    """What a scenario does to a service beside its own: people by zone and threshold."""

    service: str
    covered: list[list[float]]
    gained: list[list[float]]
    lost: list[list[float]]


class ScenarioReply(TypedDict):
    """What a scenario does.

    `covered`, `gained` and `lost` are people by zone and threshold; `curve` people within 0 to 60
    minutes; `minutes` and `facility` packed: hundredths, 65535 where there is no way, and the row
    in `facilities`, -1 where there is none; `closed` the lines of closed links, then of closed
    roads, in degrees.
    """

    thresholds: list[float]
    covered: list[list[float]]
    gained: list[list[float]]
    lost: list[list[float]]
    curve: list[float]
    mean_minutes: float | None
    unreached: float
    minutes: str
    facility: str
    facilities: list[ShownPlace]
    closed: list[list[tuple[float, float]]]
    others: list[OtherServiceReply]


class CostReply(TypedDict):
    """Euros a year, and their range."""

    value: float
    low: float
    high: float


class PlanReply(TypedDict):
    """What stands behind a plan: its cost (none: unknown), and how its sites hold in the ranking.

    `robust` is the share of all weightings under which the site that holds least is among the
    first `among`, which are as many as the plan opens; none where it opens no candidate.
    """

    cost: CostReply | None
    robust: float | None
    among: int
    draws: int


class ZoneReply(TypedDict):
    """What a scenario does to the people of a drawn zone, by threshold."""

    people: float
    cells: int
    thresholds: list[float]
    covered: list[float]
    gained: list[float]
    lost: list[float]
    mean_minutes: float | None


class PairReply(TypedDict):
    """What two scenarios do."""

    answers: list[ScenarioReply]


class RankedSite(TypedDict):
    """A candidate's rank, its score out of 100 with its range, its value and points by criterion.

    `small` tells which counts are too small to be given.
    """

    id: str
    name: str
    rank: int
    score: float
    low: float
    high: float
    raw: list[float | None]
    small: list[bool]
    points: list[float | None]


class RankingReply(TypedDict):
    """The candidates, best first; `weights` are shares of 1; counts below `fewest` not given."""

    criteria: list[str]
    weights: list[float]
    sites: list[RankedSite]
    fewest: int


class SiteShare(TypedDict):
    """Share of the weightings under which a site is first, and among the first three."""

    id: str
    first: float
    top_three: float
    mean_rank: float


class WeightInterval(TypedDict):
    """Between which shares a weight leaves the first site first, and who is first beyond."""

    criterion: str
    weight: float | None
    low: float | None
    high: float | None
    below: str
    above: str


class RobustnessReply(TypedDict):
    """How far a ranking holds; shares are of 1."""

    draws: int
    sites: list[SiteShare]
    stability: list[WeightInterval]


class FacilityMinutes(TypedDict):
    """Minutes to a facility; none where there is no way."""

    id: str
    name: str
    minutes: float | None


class AccessReply(TypedDict):
    """The nearest facilities of a place."""

    facilities: list[FacilityMinutes]


class IsochroneMinutes(TypedDict):
    """Minutes within which a place is reached."""

    minutes: float


class IsochroneShape(TypedDict):
    """A geometry as GeoJSON has it, EPSG:4326."""

    type: Literal["Polygon", "MultiPolygon"]
    coordinates: Any


class IsochroneFeature(TypedDict):
    """From where a place is reached within so many minutes."""

    type: Literal["Feature"]
    properties: IsochroneMinutes
    geometry: IsochroneShape


class IsochroneReply(TypedDict):
    """Isochrones as GeoJSON."""

    type: Literal["FeatureCollection"]
    features: list[IsochroneFeature]


class ChosenSite(TypedDict):
    """A site of a plan, its role, and whether it stood before."""

    site_id: str
    role: str
    existing: bool


class JobPlan(TypedDict):
    """What a location model found."""

    status: str
    objective: float | None
    lower_bound: float | None
    upper_bound: float | None
    gap: float | None
    sites: list[ChosenSite]
    reason: str


class JobReply(TypedDict):
    """How far an optimisation is: seconds and bounds in `progress`, at the end its plan."""

    id: str
    status: JobStatus
    seconds: float
    progress: dict[str, float]
    result: JobPlan | None
    error: str


class MeetingReply(TypedDict):
    """A meeting: its version, the client that has the hand and its reader's name, who listens.

    `state` is a `SharedState`.
    """

    id: str
    version: int
    hand: str
    name: str
    present: int
    state: Any


class SavedNamesReply(TypedDict):
    """Names of the saved scenarios."""

    names: list[str]


class SavedReply(TypedDict):
    """File that a scenario was saved in."""

    file: str
