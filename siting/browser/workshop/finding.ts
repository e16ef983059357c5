/** One box that finds communes by name, part of a name or INSEE code, sites by name, coordinates. */

import { byId, make } from "../shared/dom.js";
import { plain } from "../shared/numbers.js";
import type { Layers, Study } from "./model.js";
import { t } from "./words.js";

const MOST = 8; // answers shown
const COORDINATES = /^\s*(-?\d{1,3}(?:[.,]\d+)?)\s*(?:[;\s]|,\s)\s*(-?\d{1,3}(?:[.,]\d+)?)\s*$/;
const SHORT: [RegExp, string][] = [[/\bst\b/g, "saint"], [/\bste\b/g, "sainte"]];

export interface Found {
  text: string;
  kind: string;
  at: [lat: number, lon: number];
}

interface Known extends Found {
  words: string;
  code: string;
}

const spelt = (text: string): string =>
  SHORT.reduce((words, [short, long]) => words.replace(short, long), plain(text));

/** All that has a name or a code. */
export function places(study: Study, layers: Layers): Known[] {
  const communes = layers.communes.map(({ name, code, at }): Known => ({
    text: `${name} (${code})`,
    kind: t("find_commune"),
    at: [at[1], at[0]],
    words: spelt(name),
    code,
  }));
  const sites = [...study.services.flatMap(({ facilities }) => facilities), ...study.candidates].map(({ name, lat, lon }): Known => ({
    text: name,
    kind: t("find_site"),
    at: [lat, lon],
    words: spelt(name),
    code: "",
  }));
  return [...communes, ...sites];
}

/** What a text may mean, the likeliest first. */
export function find(text: string, known: Known[]): Found[] {
  const pair = COORDINATES.exec(text);
  if (pair) {
    const [lat, lon] = [pair[1], pair[2]].map((part) => Number((part ?? "").replace(",", ".")));
    if (lat !== undefined && lon !== undefined && Math.abs(lat) <= 90 && Math.abs(lon) <= 180) {
      return [{ text: `${lat} ; ${lon}`, kind: t("find_coordinates"), at: [lat, lon] }];
    }
  }
  const wanted = spelt(text);
  if (!wanted) return [];
  const rank = ({ words, code }: Known): number => {
    if (code && code === text.trim().toUpperCase()) return 0;
    if (words === wanted) return 1;
    if (words.startsWith(wanted)) return 2;
    if (` ${words}`.includes(` ${wanted}`)) return 3;
    if (words.includes(wanted)) return 4;
    return 5;
  };
  return known
    .map((place) => ({ place, order: rank(place) }))
    .filter(({ order }) => order < 5)
    .sort((a, b) => a.order - b.order || a.place.words.length - b.place.words.length)
    .slice(0, MOST)
    .map(({ place }) => place);
}

/** Wire the box: arrows choose, Enter goes there, Escape closes, « / » comes to it. */
export function wire(study: Study, layers: Layers, go: (place: Found) => void): void {
  const known = places(study, layers);
  const field = byId<HTMLInputElement>("find");
  const list = byId("find-list");
  let found: Found[] = [];
  let chosen = 0;
  const close = (): void => {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const take = (place: Found | undefined): void => {
    if (!place) return;
    close();
    field.value = place.text;
    go(place);
  };
  const show = (): void => {
    const rows = found.map((place, i) => {
      const row = make("li", { id: `find-${i}`, role: "option", "aria-selected": String(i === chosen) });
      row.append(make("span", {}, place.text), " ", make("small", {}, place.kind));
      row.addEventListener("mousedown", (event) => {
        event.preventDefault(); // the field keeps the keyboard
        take(place);
      });
      return row;
    });
    const none = field.value.trim() !== "" && found.length === 0;
    list.replaceChildren(...rows, ...(none ? [make("li", { role: "option", "aria-disabled": "true" }, t("find_none"))] : []));
    list.hidden = found.length === 0 && !none;
    field.setAttribute("aria-expanded", String(!list.hidden));
    if (found.length) field.setAttribute("aria-activedescendant", `find-${chosen}`);
  };
  field.addEventListener("input", () => {
    found = find(field.value, known);
    chosen = 0;
    show();
  });
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      chosen = (chosen + step + found.length) % found.length;
      show();
    } else if (event.key === "Enter") take(found[chosen]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.closest("input, select, textarea, dialog");
    if (event.key !== "/" || typing) return;
    event.preventDefault();
    field.focus();
  });
}
