/** Markers: existing facilities, candidates, places opened; each can be dragged, or moved by keys. */

import { button, make } from "../shared/dom.js";
import { textIcon } from "../shared/leaflet.js";
import { idOf, type Place, type Scenario, type Study } from "./model.js";
import * as change from "./scenario.js";
import { t } from "./words.js";

export type Kind = "facility" | "closed" | "candidate" | "opened";

interface Shown {
  marker: L.Marker;
  kind: Kind;
  site: Place;
}

const STEP_M = 500;
const KEYS: Record<string, [number, number]> = {
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};

/** What the markers do to the scenario. */
export interface Hands {
  scenario(): Scenario;
  /** While a hand is moving. */
  preview(scenario: Scenario): void;
  settle(scenario: Scenario, said: string): void;
}

export class Sites {
  private shown = new Map<string, Shown>();
  private rank = new Map<string, number>();

  constructor(
    private readonly map: L.Map,
    private readonly study: Study,
    private readonly hands: Hands,
  ) {}

  /** Rank of each candidate, told on its marker. */
  ranks(ranks: Map<string, number>): void {
    this.rank = ranks;
    for (const [id, one] of this.shown) {
      if (one.kind === "candidate" || one.kind === "opened") {
        one.marker.setIcon(icon(one.kind, this.label(id)));
        this.name(one);
      }
    }
  }

  show(scenario: Scenario): void {
    const wanted = listed(this.study, scenario);
    for (const [id, one] of this.shown) {
      if (!wanted.has(id)) {
        one.marker.remove();
        this.shown.delete(id);
      }
    }
    for (const [id, { site, kind }] of wanted) {
      const held = this.shown.get(id);
      if (held && held.kind === kind) {
        held.site = site;
        held.marker.setLatLng([site.lat, site.lon]);
      } else {
        held?.marker.remove();
        this.add(site, kind);
      }
    }
  }

  focus(id: string): void {
    const held = this.shown.get(id);
    if (!held) return;
    this.map.panTo(held.marker.getLatLng());
    held.marker.openPopup();
  }

  private label(id: string): string {
    const rank = this.rank.get(id);
    return rank === undefined ? "" : String(rank);
  }

  private add(site: Place, kind: Kind): void {
    const marker = L.marker([site.lat, site.lon], {
      icon: icon(kind, this.label(site.id)),
      draggable: kind !== "closed",
      autoPan: true,
      keyboard: true,
      title: site.name,
      alt: `${t(`kind_${kind}`)} : ${site.name}`,
      zIndexOffset: { facility: 0, closed: -200, candidate: 200, opened: 400 }[kind],
    }).addTo(this.map);
    const one: Shown = { marker, kind, site };
    this.shown.set(site.id, one);
    marker.on("drag", () => {
      const at = marker.getLatLng();
      this.hands.preview(moved(this.hands.scenario(), one, at.lng, at.lat));
    });
    marker.on("dragend", () => {
      const at = marker.getLatLng();
      this.hands.settle(
        moved(this.hands.scenario(), one, at.lng, at.lat),
        t("said_moved", { name: one.site.name }),
      );
    });
    marker.bindPopup(() => this.popup(one), { minWidth: 200 });
    const element = marker.getElement();
    element?.setAttribute("role", "button");
    element?.setAttribute("data-site", site.id);
    element?.setAttribute("data-kind", kind);
    element?.addEventListener("keydown", (event) => this.pressed(event, one));
    this.name(one);
  }

  private name(one: Shown): void {
    const rank = this.rank.get(one.site.id);
    const ranked = rank === undefined ? "" : ` (${t("rank")} ${rank})`;
    const said = `${t(`kind_${one.kind}`)} : ${one.site.name}${ranked}`;
    const element = one.marker.getElement();
    element?.setAttribute("aria-label", said);
    element?.setAttribute("title", said);
  }

  private pressed(event: KeyboardEvent, one: Shown): void {
    const step = KEYS[event.key];
    if (!step || one.kind === "closed") return;
    event.preventDefault();
    event.stopPropagation();
    const at = one.marker.getLatLng();
    const metres = STEP_M * (event.shiftKey ? 10 : 1);
    const lat = at.lat + (step[1] * metres) / 111_320;
    const lon = at.lng + (step[0] * metres) / (111_320 * Math.cos((at.lat * Math.PI) / 180));
    const site = moving(one);
    this.hands.settle(
      moved(this.hands.scenario(), one, lon, lat),
      t("said_moved", { name: one.site.name }),
    );
    this.shown.get(site)?.marker.getElement()?.focus();
  }

  private popup(one: Shown): HTMLElement {
    const { site, kind } = one;
    const act = (scenario: Scenario, key: string): void => {
      this.map.closePopup();
      this.hands.settle(scenario, t(key, { name: site.name }));
    };
    const now = this.hands.scenario();
    const actions: HTMLElement[] = [];
    if (kind === "facility") {
      actions.push(button(t("close_it"), () => act(change.close(now, site.id), "said_closed")));
    } else if (kind === "closed") {
      actions.push(button(t("reopen_it"), () => act(change.reopen(now, site.id), "said_reopened")));
    } else if (kind === "candidate") {
      actions.push(button(t("open_it"), () => act(change.open(now, site.id), "said_opened")));
    } else {
      actions.push(
        button(t("withdraw_it"), () => act(change.withdraw(now, site.id), "said_withdrawn")),
      );
    }
    if (now.what_if.candidates.some((held) => held.id === site.id)) {
      actions.push(
        button(t("put_back"), () => act(change.restoreCandidate(now, site.id), "said_put_back")),
      );
    }
    return make(
      "div",
      { class: "popup" },
      make("strong", {}, site.name),
      make("p", {}, t(`kind_${kind}`)),
      make("div", { class: "actions" }, ...actions),
      kind === "closed" ? null : make("p", { class: "hint" }, t("drag_hint")),
    );
  }
}

/** Identifier of the marker that a moved one becomes. */
const moving = (one: Shown): string =>
  one.kind === "facility" ? `${one.site.id}-bis` : one.site.id;

function moved(now: Scenario, one: Shown, lon: number, lat: number): Scenario {
  if (one.kind === "facility") return change.moveFacility(now, one.site, lon, lat);
  const own = now.what_if.open.some((held) => typeof held !== "string" && held.id === one.site.id);
  return own
    ? change.movePlace(now, one.site.id, lon, lat)
    : change.moveCandidate(now, one.site, lon, lat);
}

/** Every marker of a scenario by identifier. */
function listed(study: Study, scenario: Scenario): Map<string, { site: Place; kind: Kind }> {
  const found = new Map<string, { site: Place; kind: Kind }>();
  const { close, open, candidates } = scenario.what_if;
  for (const site of study.facilities) {
    found.set(site.id, { site, kind: close.includes(site.id) ? "closed" : "facility" });
  }
  const moves = new Map(candidates.map((one) => [one.id, one]));
  const known = new Map(study.candidates.map((one) => [one.id, one]));
  for (const [id, place] of [...known, ...moves]) {
    found.set(id, { site: moves.get(id) ?? place, kind: "candidate" });
  }
  for (const one of open) {
    const site = typeof one === "string" ? found.get(one)?.site : one;
    if (site) found.set(idOf(one), { site, kind: "opened" });
  }
  return found;
}

const SIZES: Record<Kind, number> = { facility: 14, closed: 14, candidate: 22, opened: 28 };

const icon = (kind: Kind, label: string): L.DivIcon => textIcon(`site ${kind}`, SIZES[kind], label);
