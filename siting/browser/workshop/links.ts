/** Links of the table of distances: found by name or by place. */

import { plain } from "../shared/numbers.js";
import type { Link, Study } from "./model.js";

export type StudyLink = Study["links"][number];

const NEAR_DEGREES = 0.1;

/** « A – B » and « B – A » are one road. */
export const sameLink = (link: Link, other: Link): boolean =>
  (link[0] === other[0] && link[1] === other[1]) || (link[0] === other[1] && link[1] === other[0]);

/** The link of a name, whichever end comes first. */
export function linkNamed(study: Study, name: string): StudyLink | undefined {
  const wanted = plain(name);
  return study.links.find(
    (link) => plain(link[2]) === wanted || plain(link[2].split(" – ").reverse().join(" – ")) === wanted,
  );
}

/** The name of a link of the scenario. */
export const linkName = (study: Study, link: Link): string =>
  study.links.find((known) => sameLink([known[0], known[1]], link))?.[2] ?? link.join(" – ");

/** The link of which a place is nearest, within a tenth of a degree. */
export function nearestLink(study: Study, at: L.LatLng): StudyLink | null {
  const wide = Math.cos((at.lat * Math.PI) / 180);
  let best: StudyLink | null = null;
  let least = NEAR_DEGREES;
  for (const link of study.links) {
    const [x1, y1, x2, y2] = [link[3] * wide, link[4], link[5] * wide, link[6]];
    const [px, py] = [at.lng * wide, at.lat];
    const length = (x2 - x1) ** 2 + (y2 - y1) ** 2;
    const along = length
      ? Math.max(0, Math.min(1, ((px - x1) * (x2 - x1) + (py - y1) * (y2 - y1)) / length))
      : 0;
    const distance = Math.hypot(px - x1 - along * (x2 - x1), py - y1 - along * (y2 - y1));
    if (distance < least) [best, least] = [link, distance];
  }
  return best;
}
