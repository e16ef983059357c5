/** Changes of a scenario: each takes one and gives another. */

import { sameLink } from "./links.js";
import { idOf, serviceOf, type Link, type Place, type Scenario, type Study, type WhatIf } from "./model.js";

const changed = (now: Scenario, part: Partial<WhatIf>): Scenario => ({
  ...now,
  what_if: { ...now.what_if, ...part },
});

const round = (value: number): number => Math.round(value * 1e5) / 1e5;

/** Open a candidate or a place of one's own. */
export const open = (now: Scenario, site: string | Place): Scenario =>
  changed(now, {
    open: [...now.what_if.open.filter((other) => idOf(other) !== idOf(site)), site],
  });

export const withdraw = (now: Scenario, id: string): Scenario =>
  changed(now, { open: now.what_if.open.filter((other) => idOf(other) !== id) });

export const close = (now: Scenario, id: string): Scenario =>
  changed(now, { close: [...now.what_if.close.filter((other) => other !== id), id] });

export const reopen = (now: Scenario, id: string): Scenario =>
  changed(now, { close: now.what_if.close.filter((other) => other !== id) });

/** Put a candidate elsewhere; it stays a candidate. */
export function moveCandidate(now: Scenario, site: Place, lon: number, lat: number): Scenario {
  const moved = { ...site, lon: round(lon), lat: round(lat) };
  const others = now.what_if.candidates.filter((other) => other.id !== site.id);
  return changed(now, { candidates: [...others, moved] });
}

export const restoreCandidate = (now: Scenario, id: string): Scenario =>
  changed(now, { candidates: now.what_if.candidates.filter((other) => other.id !== id) });

/** Put a place of one's own elsewhere, under a name. */
export const movePlace = (now: Scenario, id: string, name: string, lon: number, lat: number): Scenario =>
  changed(now, {
    open: now.what_if.open.map((site) =>
      typeof site !== "string" && site.id === id ? { id, name, lon: round(lon), lat: round(lat) } : site,
    ),
  });

/** Identifier of what a facility becomes where it is moved. */
export const movedId = (id: string): string => `${id}-bis`;

/** Move an existing facility: it closes where it is and opens elsewhere. */
export function moveFacility(now: Scenario, site: Place, lon: number, lat: number): Scenario {
  const place = { id: movedId(site.id), name: site.name, lon: round(lon), lat: round(lat) };
  return open(close(now, site.id), place);
}

const OWN = "site-";

/** Whether a site is a place of one's own, named after its commune. */
export const isOwn = (id: string): boolean => id.startsWith(OWN);

/** A place of one's own, of a name and a number that no other has. */
export function ownPlace(now: Scenario, name: string, lon: number, lat: number): Place {
  const taken = new Set(now.what_if.open.map(idOf));
  let number = 1;
  while (taken.has(`${OWN}${number}`)) number += 1;
  return { id: `${OWN}${number}`, name, lon: round(lon), lat: round(lat) };
}

export const closeLink = (now: Scenario, link: Link): Scenario =>
  changed(now, { closed_links: [...reopenLink(now, link).what_if.closed_links, link] });

export const reopenLink = (now: Scenario, link: Link): Scenario =>
  changed(now, { closed_links: now.what_if.closed_links.filter((other) => !sameLink(other, link)) });

export const closeRoad = (now: Scenario, lon: number, lat: number): Scenario =>
  changed(now, {
    closed_roads: [...now.what_if.closed_roads, { lon: round(lon), lat: round(lat) }],
  });

export const reopenRoad = (now: Scenario, at: number): Scenario =>
  changed(now, { closed_roads: now.what_if.closed_roads.filter((_, i) => i !== at) });

/** Turn to another service; what was opened and closed for this one is kept, and comes back with it. */
export function serve(study: Study, now: Scenario, service: string): Scenario {
  const from = serviceOf(study, now).id;
  if (from === service) return now;
  const { open, close, other_services } = now.what_if;
  const own = other_services.find((other) => other.service === service);
  const rest = other_services.filter((other) => other.service !== service);
  const left = open.length || close.length ? [{ service: from, open, close }] : [];
  const others = [...rest, ...left].sort((a, b) => (a.service < b.service ? -1 : 1));
  const turned = { open: own?.open ?? [], close: own?.close ?? [], other_services: others };
  return { ...changed(now, turned), service: service === study.services[0]?.id ? "" : service };
}

/** Take back what a scenario does to a site of another service. */
export function leaveOther(now: Scenario, service: string, id: string): Scenario {
  const others = now.what_if.other_services.map((other) =>
    other.service !== service
      ? other
      : {
          ...other,
          open: (other.open ?? []).filter((site) => idOf(site) !== id),
          close: (other.close ?? []).filter((closed) => closed !== id),
        },
  );
  return changed(now, { other_services: others.filter(({ open, close }) => open?.length || close?.length) });
}

export const travel = (now: Scenario, mode: Scenario["mode"]): Scenario => ({ ...now, mode });

export const speed = (now: Scenario, factor: number): Scenario =>
  changed(now, { speed_factor: factor });

export const weigh = (now: Scenario, id: string, weight: number): Scenario => ({
  ...now,
  weights: { ...now.weights, [id]: weight },
});

export const thresholds = (now: Scenario, minutes: number[]): Scenario => ({
  ...now,
  thresholds_minutes: [...new Set(minutes)].sort((a, b) => a - b),
});

/** What two equal scenarios have in common. */
export const key = (scenario: Scenario): string => JSON.stringify(scenario);
