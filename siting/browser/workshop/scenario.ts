/** Changes of a scenario: each takes one and gives another. */

import { idOf, type Link, type Place, type Scenario, type WhatIf } from "./model.js";

const changed = (now: Scenario, part: Partial<WhatIf>): Scenario => ({
  ...now,
  what_if: { ...now.what_if, ...part },
});

const round = (value: number): number => Math.round(value * 1e5) / 1e5;

/** Open a candidate or a place of one's own. */
export const open = (now: Scenario, site: string | Place): Scenario =>
  changed(now, {
    open: [...now.what_if.open.filter((one) => idOf(one) !== idOf(site)), site],
  });

export const withdraw = (now: Scenario, id: string): Scenario =>
  changed(now, { open: now.what_if.open.filter((one) => idOf(one) !== id) });

export const close = (now: Scenario, id: string): Scenario =>
  changed(now, { close: [...now.what_if.close.filter((one) => one !== id), id] });

export const reopen = (now: Scenario, id: string): Scenario =>
  changed(now, { close: now.what_if.close.filter((one) => one !== id) });

/** Put a candidate elsewhere; it stays a candidate. */
export function moveCandidate(now: Scenario, site: Place, lon: number, lat: number): Scenario {
  const moved = { ...site, lon: round(lon), lat: round(lat) };
  const others = now.what_if.candidates.filter((one) => one.id !== site.id);
  return changed(now, { candidates: [...others, moved] });
}

export const restoreCandidate = (now: Scenario, id: string): Scenario =>
  changed(now, { candidates: now.what_if.candidates.filter((one) => one.id !== id) });

/** Put a place of one's own elsewhere. */
export const movePlace = (now: Scenario, id: string, lon: number, lat: number): Scenario =>
  changed(now, {
    open: now.what_if.open.map((one) =>
      typeof one !== "string" && one.id === id ? { ...one, lon: round(lon), lat: round(lat) } : one,
    ),
  });

/** Move an existing facility: it closes where it is and opens elsewhere. */
export function moveFacility(now: Scenario, site: Place, lon: number, lat: number): Scenario {
  const place = { id: `${site.id}-bis`, name: site.name, lon: round(lon), lat: round(lat) };
  return open(close(now, site.id), place);
}

/** A place of one's own, of a name and a number that no other has. */
export function ownPlace(now: Scenario, name: string, lon: number, lat: number): Place {
  const held = new Set(now.what_if.open.map(idOf));
  let number = 1;
  while (held.has(`site-${number}`)) number += 1;
  return { id: `site-${number}`, name, lon: round(lon), lat: round(lat) };
}

const same = (one: Link, other: Link): boolean =>
  (one[0] === other[0] && one[1] === other[1]) || (one[0] === other[1] && one[1] === other[0]);

export const closeLink = (now: Scenario, link: Link): Scenario =>
  changed(now, { closed_links: [...reopenLink(now, link).what_if.closed_links, link] });

export const reopenLink = (now: Scenario, link: Link): Scenario =>
  changed(now, { closed_links: now.what_if.closed_links.filter((one) => !same(one, link)) });

export const closeRoad = (now: Scenario, lon: number, lat: number): Scenario =>
  changed(now, {
    closed_roads: [...now.what_if.closed_roads, { lon: round(lon), lat: round(lat) }],
  });

export const reopenRoad = (now: Scenario, at: number): Scenario =>
  changed(now, { closed_roads: now.what_if.closed_roads.filter((_, i) => i !== at) });

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
export const key = (one: Scenario): string => JSON.stringify(one);
