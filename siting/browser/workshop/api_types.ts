/** Types of the interface, written by `scripts/write_api_types.py`: do not edit. */

/** The nearest facilities of a place. */
export interface AccessReply {
  facilities: FacilityMinutes[];
}

/** A site of a plan, its role, and whether it stood before. */
export interface ChosenSite {
  site_id: string;
  role: string;
  existing: boolean;
}

/** Euros a year, and their range. */
export interface CostReply {
  value: number;
  low: number;
  high: number;
}

/** A commune: its chef-lieu in degrees, its rings as steps of whole numbers of `unit`. */
export interface DrawnCommune {
  code: string;
  name: string;
  at: [number, number];
  rings: number[][];
}

/** The EPCI of the study: names, a place in each (latitude, longitude), packed outlines. */
export interface EpciOutlines {
  code: string[];
  name: string[];
  at: [number, number][];
  shape: Record<string, string>;
}

/** A scenario to take away, and how the reader calls it. */
export interface ExportQuestion {
  scenario?: Scenario;
  name?: string;
}

/** Minutes to a facility; none where there is no way. */
export interface FacilityMinutes {
  id: string;
  name: string;
  minutes: number | null;
}

/** A client, by a name of its own making, and how its reader is called. */
export interface HandQuestion {
  client: string;
  name?: string;
}

/** From where a place is reached within so many minutes. */
export interface IsochroneFeature {
  type: "Feature";
  properties: IsochroneMinutes;
  geometry: IsochroneShape;
}

/** Minutes within which a place is reached. */
export interface IsochroneMinutes {
  minutes: number;
}

/** A scenario, a place and the minutes to draw. */
export interface IsochroneQuestion {
  scenario?: Scenario;
  lon: number;
  lat: number;
  minutes?: number[];
}

/** Isochrones as GeoJSON. */
export interface IsochroneReply {
  type: "FeatureCollection";
  features: IsochroneFeature[];
}

/** A geometry as GeoJSON has it, EPSG:4326. */
export interface IsochroneShape {
  type: "Polygon" | "MultiPolygon";
  coordinates: unknown;
}

/** What a location model found. */
export interface JobPlan {
  status: string;
  objective: number | null;
  lower_bound: number | null;
  upper_bound: number | null;
  gap: number | null;
  sites: ChosenSite[];
  reason: string;
}

/** An optimisation over the study's candidates (and those of the scenario). */
export interface JobQuestion {
  scenario?: Scenario;
  model?: string;
  sites?: number;
  max_minutes?: number | null;
  required?: string[];
  closed?: string[];
  budget?: number | null;
  capacity?: number | null;
  floor?: number | null;
  zone?: [number, number][];
  seconds?: number;
}

/** How far an optimisation is: seconds and bounds in `progress`, at the end its plan. */
export interface JobReply {
  id: string;
  status: "running" | "done" | "failed" | "cancelled";
  seconds: number;
  progress: Record<string, number>;
  result: JobPlan | null;
  error: string;
}

/** What the map draws: communes, and the cells packed (centres in `unit`, people, commune). */
export interface LayersReply {
  communes: DrawnCommune[];
  cells: string;
  cell_m: number;
  people: string;
  commune: string;
  unit: number;
}

/** A meeting to begin. */
export interface MeetingQuestion {
  client: string;
  name?: string;
  state?: SharedState;
}

/** A meeting: its version, the client that has the hand and its reader's name, who listens. `state`
is a `SharedState`. */
export interface MeetingReply {
  id: string;
  version: number;
  hand: string;
  name: string;
  present: number;
  state: unknown;
}

/** A plan of a meeting: its name, what was said of it, what was decided. */
export interface MinutesPlan {
  scenario?: Scenario;
  name?: string;
  note?: string;
  decision?: "" | "kept" | "dropped" | "studied";
}

/** What the minutes of a meeting say. */
export interface MinutesQuestion {
  title?: string;
  participants?: string;
  notes?: string;
  plans?: MinutesPlan[];
}

/** A location model: whether it needs a number of sites and minutes, and its conditions. */
export interface OfferedModel {
  id: string;
  sites: boolean;
  minutes: boolean;
  conditions: string[];
}

/** What a scenario changes of a service that is not the first. */
export interface OtherService {
  service: string;
  open?: (string | Place)[];
  close?: string[];
}

/** What a scenario does to a service beside its own: people by zone and threshold. */
export interface OtherServiceReply {
  service: string;
  covered: number[][];
  gained: number[][];
  lost: number[][];
}

/** Two scenarios to compare. */
export interface PairQuestion {
  first?: Scenario;
  second?: Scenario;
}

/** What two scenarios do. */
export interface PairReply {
  answers: ScenarioReply[];
}

/** A site of one's own, by its position. */
export interface Place {
  id: string;
  name: string;
  lon: number;
  lat: number;
}

/** A scenario and a place. */
export interface PlaceQuestion {
  scenario?: Scenario;
  lon: number;
  lat: number;
}

/** What stands behind a plan: its cost (none: unknown), and how its sites hold in the ranking.
`robust` is the share of all weightings under which the site that holds least is among the first
`among`, which are as many as the plan opens; none where it opens no candidate. */
export interface PlanReply {
  cost: CostReply | null;
  robust: number | null;
  among: number;
  draws: number;
}

/** A longitude and a latitude, degrees. */
export interface Position {
  lon: number;
  lat: number;
}

/** A candidate's rank, its score out of 100 with its range, its value and points by criterion.
`small` tells which counts are too small to be given. */
export interface RankedSite {
  id: string;
  name: string;
  rank: number;
  score: number;
  low: number;
  high: number;
  raw: (number | null)[];
  small: boolean[];
  points: (number | null)[];
}

/** The candidates, best first; `weights` are shares of 1; counts below `fewest` not given. */
export interface RankingReply {
  criteria: string[];
  weights: number[];
  sites: RankedSite[];
  fewest: number;
}

/** Why a question is not answered: one sentence, and its key in the catalogue. */
export interface Refusal {
  error: string;
  key: string;
}

/** How far a ranking holds; shares are of 1. */
export interface RobustnessReply {
  draws: number;
  sites: SiteShare[];
  stability: WeightInterval[];
}

/** A scenario to save, and whether one of that name may be replaced. */
export interface SaveQuestion {
  scenario?: Scenario;
  replace?: boolean;
}

/** Names of the saved scenarios. */
export interface SavedNamesReply {
  names: string[];
}

/** File that a scenario was saved in. */
export interface SavedReply {
  file: string;
}

/** What a client changes in a study. */
export interface Scenario {
  what_if?: WhatIf;
  thresholds_minutes?: number[];
  weights?: Record<string, number>;
  service?: string;
  mode?: "" | "car" | "bicycle" | "foot";
}

/** A scenario, and nothing else. */
export interface ScenarioQuestion {
  scenario?: Scenario;
}

/** What a scenario does. `covered`, `gained` and `lost` are people by zone and threshold; `curve`
people within 0 to 60 minutes; `minutes` and `facility` packed: hundredths, 65535 where there is no
way, and the row in `facilities`, -1 where there is none; `closed` the lines of closed links, then
of closed roads, in degrees. */
export interface ScenarioReply {
  thresholds: number[];
  covered: number[][];
  gained: number[][];
  lost: number[][];
  curve: number[];
  mean_minutes: number | null;
  unreached: number;
  minutes: string;
  facility: string;
  facilities: ShownPlace[];
  closed: [number, number][][];
  others: OtherServiceReply[];
}

/** What everybody in a meeting looks at: the plan, the one beside it, threshold and theme. */
export interface SharedState {
  scenario?: Scenario;
  compared?: Scenario | null;
  limit?: number;
  theme?: "minutes" | "change" | "people" | "difference";
}

/** A site on the map. */
export interface ShownPlace {
  id: string;
  name: string;
  lon: number;
  lat: number;
}

/** Share of the weightings under which a site is first, and among the first three. */
export interface SiteShare {
  id: string;
  first: number;
  top_three: number;
  mean_rank: number;
}

/** A change of what everybody sees, from a version. */
export interface StateQuestion {
  client: string;
  version: number;
  state: SharedState;
}

/** A criterion of the study: by language its name, unit, meaning and source; its weight. `status`
is that of what it draws on, where one table is known: real, derived or modelled; `share` tells
whether values are shares of 1. */
export interface StudyCriterion {
  id: string;
  name: Record<string, string>;
  unit: Record<string, string>;
  how: Record<string, string>;
  source: Record<string, string>;
  status: string;
  share: boolean;
  weight: number;
  family: string;
}

/** A plan of the configuration: candidates to open, facilities to close. */
export interface StudyPlan {
  id: string;
  name: string;
  sites: string[];
  close: string[];
}

/** What the study is. A link is two commune codes, its name, both ends in degrees. `modes` are
those that its roads tell the times of, its own first; `costed` whether it says what sites cost. */
export interface StudyReply {
  title: string;
  name: string;
  services: StudyService[];
  modes: string[];
  costed: boolean;
  thresholds: number[];
  criteria: StudyCriterion[];
  zones: StudyZone[];
  candidates: ShownPlace[];
  plans: StudyPlan[];
  models: OfferedModel[];
  roads: "distances" | "osm";
  links: [string, string, string, number, number, number, number][];
  sources: StudySource[];
  modelled_cells: boolean;
  read_only: boolean;
  buffer_km: number;
}

/** A service, and its facilities today. */
export interface StudyService {
  id: string;
  name: string;
  facilities: ShownPlace[];
}

/** A published source that the study read. */
export interface StudySource {
  title: string;
  status: string;
  vintage: string;
  licence: string;
}

/** The département, an EPCI or a zone of the study's own. */
export interface StudyZone {
  zone_kind: string;
  zone_code: string;
  zone_name: string;
  population: number;
}

/** What lies over and around the communes. `epci_of` is the row of each commune's EPCI, -1 where it
has none; `context` the background as `outputs/web_context.py` writes it. */
export interface SurroundingsReply {
  epci: EpciOutlines;
  epci_of: number[];
  context: unknown;
}

/** Between which shares a weight leaves the first site first, and who is first beyond. */
export interface WeightInterval {
  criterion: string;
  weight: number | null;
  low: number | null;
  high: number | null;
  below: string;
  above: string;
}

/** What a scenario changes on the ground: sites, facilities of the services, and roads. */
export interface WhatIf {
  candidates?: Place[];
  open?: (string | Place)[];
  close?: string[];
  other_services?: OtherService[];
  closed_links?: [string, string][];
  closed_roads?: Position[];
  speed_factor?: number;
}

/** A scenario, and a zone by its corners. */
export interface ZoneQuestion {
  scenario?: Scenario;
  zone: [number, number][];
}

/** What a scenario does to the people of a drawn zone, by threshold. */
export interface ZoneReply {
  people: number;
  cells: number;
  thresholds: number[];
  covered: number[];
  gained: number[];
  lost: number[];
  mean_minutes: number | null;
}
