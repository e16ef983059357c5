/** The roads that a scenario closes, drawn and named; a click offers to open them again. */

import { button, make } from "../shared/dom.js";
import { textIcon } from "../shared/leaflet.js";
import { linkName } from "./links.js";
import type { Answer, Scenario } from "./model.js";
import * as change from "./scenario.js";
import { t } from "./words.js";
import type { Workbench } from "./workbench.js";

const SIGN = 20; // pixels of the sign in the middle of a road

/** What a closed road of the map of roads is called: after where it is. */
export const roadName = (bench: Workbench, road: { lat: number; lon: number }): string =>
  t("road_at", { name: bench.communeAt(L.latLng(road.lat, road.lon)) });

export class Closures {
  private readonly group: L.LayerGroup;

  constructor(
    map: L.Map,
    private readonly bench: Workbench,
  ) {
    this.group = L.layerGroup().addTo(map);
  }

  /** Draw what an answer says is closed; its lines are in the scenario's order. */
  show({ what_if }: Scenario, { closed }: Answer): void {
    this.group.clearLayers();
    const links = what_if.closed_links.map((link) => ({
      name: linkName(this.bench.study, link),
      reopen: (now: Scenario): Scenario => change.reopenLink(now, link),
    }));
    const roads = what_if.closed_roads.map((road, i) => ({
      name: roadName(this.bench, road),
      reopen: (now: Scenario): Scenario => change.reopenRoad(now, i),
    }));
    [...links, ...roads].forEach((road, i) => this.draw(road.name, road.reopen, closed[i] ?? []));
  }

  private draw(name: string, reopen: (now: Scenario) => Scenario, line: [number, number][]): void {
    const places = line.map(([lon, lat]) => L.latLng(lat, lon));
    if (places.length < 2) return;
    const renderer = L.svg(); // sharp on paper, over the cells
    L.polyline(places, { renderer, interactive: false, color: "#fff", weight: 7 }).addTo(this.group);
    L.polyline(places, {
      renderer,
      interactive: false,
      className: "closed-road",
      color: "#b3261a",
      weight: 4,
      dashArray: "8 6",
    }).addTo(this.group);
    const label = t("change_link", { name });
    const sign = L.marker(middle(places), { icon: textIcon("no-entry", SIGN, ""), title: label });
    const content = (): HTMLElement =>
      make(
        "div",
        { class: "popup" },
        make("strong", {}, label),
        make(
          "div",
          { class: "actions" },
          button(t("reopen_it"), () => {
            sign.closePopup();
            this.bench.settle(reopen, t("said_cancelled", { what: label }));
          }),
        ),
      );
    sign.bindPopup(content, { minWidth: 180 }).addTo(this.group);
    sign.getElement()?.setAttribute("role", "button");
    sign.getElement()?.setAttribute("aria-label", label);
  }
}

/** The place half the way along a line. */
function middle(places: L.LatLng[]): L.LatLng {
  const steps = places.slice(1).map((place, i) => place.distanceTo(places[i] ?? place));
  let left = steps.reduce((sum, step) => sum + step, 0) / 2;
  for (const [i, step] of steps.entries()) {
    const [from, to] = [places[i], places[i + 1]];
    if (from && to && left <= step) {
      const share = step ? left / step : 0;
      return L.latLng(from.lat + share * (to.lat - from.lat), from.lng + share * (to.lng - from.lng));
    }
    left -= step;
  }
  return places[0] ?? L.latLng(0, 0);
}
