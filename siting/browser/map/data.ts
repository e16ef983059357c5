/** What a map's page holds, as `siting/outputs/web_map.py` writes it. */

import type { ContextData } from "../shared/context_data.js";
import type { Packed } from "../shared/shapes.js";

/** Texts of the catalogue's section `map.page`. */
export interface Words {
  legend: string;
  population: string;
  nearest: string;
  none_near: string;
  cell: string;
  empty: string;
  modelled: string;
  modelled_cells: string;
  modelled_mark: string;
  communes: string;
  communes_all: string;
  cells: string;
  epci: string;
  epci_one: string;
  no_epci: string;
  roads: string;
  labels: string;
  context_around: string;
  context_water: string;
  context_roads: string;
  context_names: string;
  none: string;
  ign: string;
  osm: string;
  osm_credit: string;
  search: string;
  search_label: string;
  not_found: string;
  criterion: string;
  value: string;
  weight: string;
  points: string;
  opened: string;
  sources: string;
  table: string;
  name: string;
  close: string;
  see: string;
  commune: string;
  north: string;
  layers: string;
  zoom_in: string;
  zoom_out: string;
  home: string;
  skip: string;
  compare: string;
  compare_with: string;
  slider: string;
  offline_note: string;
  scale: string;
}

export interface ViewData {
  legend: string;
  headline: string;
  limits: number[];
  labels: string[];
  colours: string[];
  missing: string;
  factor: number;
  term: string;
  unit: string;
  decimals: number;
  columns: [string, string[]][];
  notes: string[];
  modelled: boolean;
  /** Values of cells, or what changed since the last view that has them all. */
  cells?: string;
  changed?: [string, string];
  nearest?: string;
  communes?: (number | null)[];
  points?: number[];
}

export interface PlaceData {
  name: string;
  at: [number, number];
  mark: string;
  /** Class of its own sign; empty: its layer's. */
  meaning: string;
  lines: [string, string][];
  /** Criterion, source, value, weight, points. */
  opened: [string, string, string, string, string][];
}

export interface LayerData {
  name: string;
  style: "facility" | "candidate" | "plan";
  shown: boolean;
  /** Rows of the legend: a sign of its own or the layer's, and words. */
  legend: [string, string][];
  places: PlaceData[];
}

export interface MapData {
  language: string;
  tag: string;
  words: Words;
  title: string;
  editor: string;
  logo: string;
  date: string;
  noData: string;
  choices: { name: string; options: string[] }[];
  views: ViewData[];
  points: LayerData[];
  near: number;
  first: number[];
  compare: boolean;
  sources: { status: string; text: string }[];
  bounds: [number, number, number, number];
  communes: {
    shape: Packed;
    name: string[];
    epci: number[];
    people: number[];
    seat: [number, number][];
    /** Rows of those that are named wherever they are seen. */
    main: number[];
  };
  epci: { name: string[]; shape: Packed };
  cells: { shape: Packed; commune: string; people: string } | null;
  roads: { shape: Packed; kind: string } | null;
  /** The background; not there where nothing is known. */
  context?: ContextData;
}
