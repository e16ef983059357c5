/** What the reader looks at, which no scenario holds and which a reload brings back. */

import { byId } from "../shared/dom.js";
import { keep, recall } from "./kept.js";
import type { Theme } from "./surface.js";

const KEY = "looking";

export interface Looking {
  tab: string;
  theme: Theme;
  limit: number;
  swipe: string;
  centre: [number, number];
  zoom: number;
}

/** What was looked at before a reload; null where nothing is known. */
export const before = (): Looking | null => recall<Looking>(KEY);

export function keepLooking(map: L.Map, theme: Theme, limit: number): void {
  const { lat, lng } = map.getCenter();
  const tab = document.querySelector("[role=tab][aria-selected=true]")?.id ?? "";
  const swipe = byId<HTMLInputElement>("swipe").value;
  keep(KEY, { tab, theme, limit, swipe, centre: [lat, lng], zoom: map.getZoom() } satisfies Looking);
}

/** Put the fields of the page where they were. */
export function restore({ tab, theme, swipe }: Looking): void {
  byId<HTMLInputElement>("swipe").value = swipe;
  byId<HTMLSelectElement>("theme").value = theme;
  if (tab) document.getElementById(tab)?.click();
}
