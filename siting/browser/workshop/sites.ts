/** Markers: existing facilities, candidates, places opened; each can be dragged, or moved by keys. */

import { button, make } from "../shared/dom.js";
import type { Box } from "../shared/labels.js";
import { textIcon } from "../shared/leaflet.js";
import { idOf, serviceOf, type Place, type Scenario, type Study } from "./model.js";
import * as change from "./scenario.js";
import { moveOf, seenAt, spread } from "./spreading.js";
import { t } from "./words.js";
import type { Workbench } from "./workbench.js";

export type Kind = "facility" | "closed" | "candidate" | "opened";

interface Site {
  place: Place;
  kind: Kind;
}

interface Marked extends Site {
  marker: L.Marker;
}

const STEP_M = 500;
const METRES_A_DEGREE = 111_320;
const KEYS: Record<string, [number, number]> = {
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};
const SIZES: Record<Kind, number> = { facility: 14, closed: 14, candidate: 22, opened: 28 };
const ORDER: Record<Kind, number> = { facility: 0, closed: -200, candidate: 200, opened: 400 };
const STAYS: Kind[] = ["facility", "opened", "candidate", "closed"]; // the first are drawn where they are

export class Sites {
  private readonly shown = new Map<string, Marked>();
  private rank = new Map<string, number>();
  /** The marker that is being dragged: nothing may touch it until it is let go. */
  private inHand: Marked | null = null;

  constructor(
    private readonly map: L.Map,
    private readonly bench: Workbench,
    private readonly room: () => L.PopupOptions,
  ) {
    map.on("zoomend", () => this.spread());
  }

  /** Write the rank of each candidate on its marker; the element stays, which may be in a hand. */
  ranks(ranks: Map<string, number>): void {
    this.rank = ranks;
    for (const marked of this.shown.values()) this.label(marked);
  }

  show(scenario: Scenario): void {
    const wanted = sitesOf(this.bench.study, scenario);
    for (const [id, marked] of this.shown) {
      if (wanted.has(id) || marked === this.inHand) continue;
      marked.marker.remove();
      this.shown.delete(id);
    }
    for (const [id, site] of wanted) {
      const marked = this.shown.get(id);
      if (marked && marked === this.inHand) continue;
      if (marked && marked.kind === site.kind) {
        marked.place = site.place;
        marked.marker.setLatLng([site.place.lat, site.place.lon]);
        this.label(marked);
      } else {
        marked?.marker.remove();
        this.add(site);
      }
    }
    this.spread();
  }

  /** Pixels that the markers take, for names to keep clear of. */
  boxes(): Box[] {
    return [...this.shown.values()].map(({ marker, kind }) => {
      const { x, y } = this.map.latLngToLayerPoint(marker.getLatLng()).add(moveOf(marker));
      const half = SIZES[kind] / 2;
      return [x - half, y - half, x + half, y + half];
    });
  }

  /** Draw markers beside each other that lie on each other, but the one in hand. */
  private spread(): void {
    const marks = [...this.shown.entries()].filter(([, marked]) => marked !== this.inHand);
    marks.sort(([a, x], [b, y]) => STAYS.indexOf(x.kind) - STAYS.indexOf(y.kind) || (a < b ? -1 : 1));
    spread(this.map, marks.map(([, { marker, kind }]) => ({ marker, size: SIZES[kind] })));
  }

  focus(id: string): void {
    const marked = this.shown.get(id);
    if (!marked) return;
    this.map.panTo(marked.marker.getLatLng());
    marked.marker.openPopup();
  }

  private add({ place, kind }: Site): void {
    const marker = L.marker([place.lat, place.lon], {
      icon: textIcon(`site ${kind}`, SIZES[kind], ""),
      draggable: kind !== "closed",
      autoPan: true,
      keyboard: true,
      zIndexOffset: ORDER[kind],
    }).addTo(this.map);
    const marked: Marked = { marker, kind, place };
    this.shown.set(place.id, marked);
    marker.on("dragstart", () => {
      this.inHand = marked;
    });
    marker.on("drag", () => {
      const { scenario } = this.bench.state();
      if (sitesOf(this.bench.study, scenario).has(marked.place.id)) {
        this.bench.preview(moved(scenario, marked, seenAt(this.map, marker)));
      }
    });
    marker.on("dragend", () => {
      this.inHand = null;
      this.drop(marked, seenAt(this.map, marker));
    });
    const opens = (): HTMLElement => {
      Object.assign(marker.getPopup()?.options ?? {}, this.room()); // as panels are now
      return this.popup(marked);
    };
    marker.bindPopup(opens, { minWidth: 200 });
    const element = marker.getElement();
    element?.setAttribute("role", "button");
    element?.setAttribute("data-site", place.id);
    element?.setAttribute("data-kind", kind);
    element?.addEventListener("keydown", (event) => this.pressed(event, marked));
    this.label(marked);
  }

  /** Settle a site where it is let go; one that was taken away meanwhile is not put back. */
  private drop(marked: Marked, at: L.LatLng): void {
    const { scenario } = this.bench.state();
    if (!sitesOf(this.bench.study, scenario).has(marked.place.id)) {
      this.show(scenario);
      return;
    }
    const named = change.isOwn(marked.place.id) ? this.bench.communeAt(at) : marked.place.name;
    const sentence = t("said_moved", { name: marked.place.name });
    this.bench.settle((now) => moved(now, marked, at, named), sentence);
  }

  private label({ marker, kind, place }: Marked): void {
    const element = marker.getElement();
    const text = element?.querySelector("span");
    const rank = kind === "candidate" || kind === "opened" ? this.rank.get(place.id) : undefined;
    if (text) text.textContent = rank === undefined ? "" : String(rank);
    const ranked = rank === undefined ? "" : ` (${t("rank")} ${rank})`;
    const name = `${t(`kind_${kind}`)} : ${place.name}${ranked}`;
    element?.setAttribute("aria-label", name);
    element?.setAttribute("title", name);
  }

  private pressed(event: KeyboardEvent, marked: Marked): void {
    const step = KEYS[event.key];
    if (!step || marked.kind === "closed") return;
    event.preventDefault();
    event.stopPropagation();
    const at = marked.marker.getLatLng();
    const metres = STEP_M * (event.shiftKey ? 10 : 1);
    const lat = at.lat + (step[1] * metres) / METRES_A_DEGREE;
    const lng = at.lng + (step[0] * metres) / (METRES_A_DEGREE * Math.cos((at.lat * Math.PI) / 180));
    this.drop(marked, L.latLng(lat, lng));
    const after = marked.kind === "facility" ? change.movedId(marked.place.id) : marked.place.id;
    this.shown.get(after)?.marker.getElement()?.focus();
  }

  private popup({ place, kind }: Marked): HTMLElement {
    const { id, name } = place;
    const act = (label: string, action: (now: Scenario) => Scenario, key: string): HTMLElement =>
      button(t(label), () => {
        this.map.closePopup();
        this.bench.settle(action, t(key, { name }));
      });
    const byKind: Record<Kind, () => HTMLElement> = {
      facility: () => act("close_it", (now) => change.close(now, id), "said_closed"),
      closed: () => act("reopen_it", (now) => change.reopen(now, id), "said_reopened"),
      candidate: () => act("open_here_now", (now) => change.open(now, id), "said_opened"),
      opened: () => act("withdraw_it", (now) => change.withdraw(now, id), "said_withdrawn"),
    };
    const away = this.bench.state().scenario.what_if.candidates.some((candidate) => candidate.id === id);
    return make(
      "div",
      { class: "popup" },
      make("strong", {}, name),
      make("p", {}, t(`kind_${kind}`)),
      make(
        "div",
        { class: "actions" },
        byKind[kind](),
        away ? act("put_back", (now) => change.restoreCandidate(now, id), "said_put_back") : null,
      ),
      kind === "closed" ? null : make("p", { class: "hint" }, t("drag_hint")),
    );
  }
}

/** The scenario with a site elsewhere; a place of one's own takes the name of where it is. */
function moved(now: Scenario, { kind, place }: Site, at: L.LatLng, name = place.name): Scenario {
  if (kind === "facility") return change.moveFacility(now, place, at.lng, at.lat);
  const own = now.what_if.open.some((site) => typeof site !== "string" && site.id === place.id);
  return own
    ? change.movePlace(now, place.id, name, at.lng, at.lat)
    : change.moveCandidate(now, place, at.lng, at.lat);
}

/** Every site of a scenario by identifier. */
export function sitesOf(study: Study, scenario: Scenario): Map<string, Site> {
  const sites = new Map<string, Site>();
  const { close, open, candidates } = scenario.what_if;
  for (const place of serviceOf(study, scenario).facilities) {
    sites.set(place.id, { place, kind: close.includes(place.id) ? "closed" : "facility" });
  }
  const moves = new Map(candidates.map((place) => [place.id, place]));
  const known = new Map(study.candidates.map((place) => [place.id, place]));
  for (const [id, place] of [...known, ...moves]) {
    sites.set(id, { place: moves.get(id) ?? place, kind: "candidate" });
  }
  for (const site of open) {
    const place = typeof site === "string" ? sites.get(site)?.place : site;
    if (place) sites.set(idOf(site), { place, kind: "opened" });
  }
  return sites;
}
