/** What the page holds: the interface's types, with every key of a scenario filled in. */

import type * as api from "./api_types.js";

export type {
  IsochroneReply as Isochrones,
  JobReply as Job,
  LayersReply as Layers,
  Place,
  RankingReply as Ranking,
  RobustnessReply as Robustness,
  StudyReply as Study,
} from "./api_types.js";

export type WhatIf = Required<api.WhatIf>;
export type Link = WhatIf["closed_links"][number];

export interface Scenario extends Required<Omit<api.Scenario, "what_if">> {
  what_if: WhatIf;
}

/** Minutes in hundredths, 65535 where there is no way; row of the facility, -1 where none. */
export interface Answer extends Omit<api.ScenarioReply, "minutes" | "facility"> {
  minutes: Uint16Array;
  facility: Int16Array;
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

export function initial(study: api.StudyReply): Scenario {
  return {
    what_if: nothing(),
    thresholds_minutes: [...study.thresholds],
    weights: Object.fromEntries(study.criteria.map(({ id, weight }) => [id, weight])),
  };
}

export const idOf = (site: string | api.Place): string => (typeof site === "string" ? site : site.id);
