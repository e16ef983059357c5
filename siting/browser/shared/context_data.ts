/** What lies around and under a territory, as `siting/outputs/web_context.py` writes it. */

import type { Packed } from "./shapes.js";

/** A name, its latitude, its longitude. */
export type NamedPoint = [string, number, number];

export interface ContextShapes {
  shape: Packed;
  /** One a shape: 1 for large rivers and motorways. */
  main?: string;
  names?: NamedPoint[];
}

export interface ContextColours {
  neighbour: string;
  border: string;
  water: string;
  river: string;
  road: string;
  shield: string;
  railway: string;
  town: string;
  words: string;
}

export interface ContextData {
  colours: ContextColours;
  departements?: ContextShapes;
  lakes?: ContextShapes;
  rivers?: ContextShapes;
  railways?: ContextShapes;
  roads?: ContextShapes;
  towns?: NamedPoint[];
}
