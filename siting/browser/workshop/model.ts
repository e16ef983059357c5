/** What the page holds, and what the server says. */

export interface Place {
  id: string;
  name: string;
  lon: number;
  lat: number;
}

export type Link = [string, string];

export interface WhatIf {
  candidates: Place[];
  open: (string | Place)[];
  close: string[];
  closed_links: Link[];
  closed_roads: { lon: number; lat: number }[];
  speed_factor: number;
}

export interface Scenario {
  what_if: WhatIf;
  thresholds_minutes: number[];
  weights: Record<string, number>;
}

export interface Criterion {
  id: string;
  name: Record<string, string>;
  weight: number;
  family: string;
}

export interface Zone {
  zone_kind: string;
  zone_code: string;
  zone_name: string;
  population: number;
}

export interface Source {
  title: string;
  status: string;
  vintage: string;
  licence: string;
}

export interface Study {
  title: string;
  name: string;
  service: string;
  thresholds: number[];
  criteria: Criterion[];
  zones: Zone[];
  facilities: Place[];
  candidates: Place[];
  plans: { id: string; name: string; sites: string[]; close: string[] }[];
  models: { id: string; sites: boolean; minutes: boolean }[];
  roads: "distances" | "osm";
  links: [string, string, string, number, number, number, number][];
  sources: Source[];
  modelled_cells: boolean;
  read_only: boolean;
}

export interface Commune {
  code: string;
  name: string;
  at: [number, number];
  rings: number[][];
}

export interface Layers {
  communes: Commune[];
  cells: string;
  cell_m: number;
  people: string;
  commune: string;
  unit: number;
}

/** As the server answers: packed numbers. */
export interface Told {
  thresholds: number[];
  covered: number[][];
  gained: number[][];
  lost: number[][];
  curve: number[];
  mean_minutes: number | null;
  unreached: number;
  minutes: string;
  facility: string;
  facilities: Place[];
}

/** Minutes in hundredths, 65535 where there is no way; row of the facility, -1 where none. */
export interface Answer extends Omit<Told, "minutes" | "facility"> {
  minutes: Uint16Array;
  facility: Int16Array;
}

export interface RankedSite {
  id: string;
  name: string;
  rank: number;
  score: number;
  low: number;
  high: number;
  raw: (number | null)[];
  /** Counts too small to be told. */
  small: boolean[];
  points: (number | null)[];
}

export interface Ranking {
  criteria: string[];
  sites: RankedSite[];
  fewest: number;
}

/** How far a ranking holds; shares are of 1. */
export interface Robustness {
  draws: number;
  sites: { id: string; first: number; top_three: number; mean_rank: number }[];
  stability: {
    criterion: string;
    weight: number | null;
    low: number | null;
    high: number | null;
    below: string;
    above: string;
  }[];
}

export interface Job {
  id: string;
  status: "running" | "done" | "failed" | "cancelled";
  seconds: number;
  progress: { lower?: number; upper?: number };
  result: {
    status: string;
    objective: number | null;
    gap: number | null;
    sites: { site_id: string; existing?: boolean }[];
    reason: string;
  } | null;
  error: string;
}

export const UNREACHED = 65535;

export const nothing = (): WhatIf => ({
  candidates: [],
  open: [],
  close: [],
  closed_links: [],
  closed_roads: [],
  speed_factor: 1,
});

export function initial(study: Study): Scenario {
  return {
    what_if: nothing(),
    thresholds_minutes: [...study.thresholds],
    weights: Object.fromEntries(study.criteria.map((one) => [one.id, one.weight])),
  };
}

export const idOf = (one: string | Place): string => (typeof one === "string" ? one : one.id);
