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

export type Look = Pick<Scenario, "service" | "mode">;

export const UNREACHED = 65535;

export const nothing = (): WhatIf => ({
  candidates: [],
  open: [],
  close: [],
  other_services: [],
  closed_links: [],
  closed_roads: [],
  speed_factor: 1,
});

/** Today, as a service and a mode of travel look at it; those of the study where they are empty. */
export function initial(study: api.StudyReply, look: Look = { service: "", mode: "" }): Scenario {
  return {
    service: look.service,
    mode: look.mode,
    what_if: nothing(),
    thresholds_minutes: [...study.thresholds],
    weights: Object.fromEntries(study.criteria.map(({ id, weight }) => [id, weight])),
  };
}

/** A scenario that an older page kept, with every key. */
export const completed = (kept: Scenario): Scenario => ({
  ...kept,
  what_if: { ...nothing(), ...kept.what_if },
  service: kept.service ?? "",
  mode: kept.mode ?? "",
});

/** The service that a scenario changes. */
export function serviceOf(study: api.StudyReply, { service }: Look): api.StudyService {
  const first = study.services[0] ?? { id: "", name: "", facilities: [] };
  return study.services.find(({ id }) => id === service) ?? first;
}

export const modeOf = (study: api.StudyReply, { mode }: Look): string => mode || (study.modes[0] ?? "car");

/** What tells two looks apart. */
export const lookOf = ({ service, mode }: Look): string => `${service}/${mode}`;

export const idOf = (site: string | api.Place): string => (typeof site === "string" ? site : site.id);
