/** What opens where the map is clicked: the place, its nearest facilities, what can be done there. */

import { button, make } from "../shared/dom.js";
import { number } from "../shared/numbers.js";
import * as api from "./api.js";
import type { Isochrones } from "./isochrones.js";
import { nearestLink } from "./links.js";
import { UNREACHED, type Answer } from "./model.js";
import * as change from "./scenario.js";
import { closeLink, openAt } from "./scenario_form.js";
import type { Surface } from "./surface.js";
import { t } from "./words.js";
import type { Workbench } from "./workbench.js";

const NEAREST = 4; // facilities named

export function placePopup(
  bench: Workbench,
  surface: Surface,
  answer: Answer,
  isochrones: Isochrones,
  at: L.LatLng,
  shut: () => void,
): HTMLElement {
  const cell = surface.at(at);
  const commune = bench.communeAt(at);
  const actions = make("div", { class: "actions" });
  const act = (label: string, action: () => void): void => {
    const acted = (): void => {
      shut();
      action();
    };
    actions.append(button(label, acted));
  };
  act(t("open_here"), () => openAt(bench, commune, at.lng, at.lat));
  if (bench.study.roads === "osm") {
    act(t("close_road_here"), () =>
      bench.settle((now) => change.closeRoad(now, at.lng, at.lat), t("said_road")),
    );
    act(t("isochrone_here"), () => isochrones.draw(bench.state().scenario, at));
    if (isochrones.shown) act(t("isochrone_off"), () => isochrones.clear());
  } else {
    const near = nearestLink(bench.study, at);
    if (near) act(t("close_link_here", { name: near[2] }), () => closeLink(bench, near));
  }
  return make(
    "div",
    { class: "popup" },
    make("strong", {}, commune),
    cell < 0 ? null : make("p", {}, cellText(surface, answer, cell)),
    nearest(bench, at),
    actions,
  );
}

function cellText(surface: Surface, answer: Answer, cell: number): string {
  const people = number(surface.people[cell] ?? 0);
  const minutes = answer.minutes[cell] ?? UNREACHED;
  if (minutes === UNREACHED) return t("cell_unreached", { people });
  return t("cell", { people, minutes: number(minutes / 100, 1) });
}

/** The nearest facilities, once they are known. */
function nearest(bench: Workbench, at: L.LatLng): HTMLElement {
  const list = make("ol", { class: "access" });
  api
    .access(bench.state().scenario, at.lng, at.lat)
    .then(({ facilities }) => {
      const rows = facilities.slice(0, NEAREST).map(({ name, minutes }) => {
        const time = minutes === null ? t("no_way") : `${number(minutes, 1)} min`;
        return make("li", {}, `${name} : ${time}`);
      });
      list.replaceChildren(...rows);
    })
    .catch((error: unknown) => {
      list.replaceChildren(make("li", {}, error instanceof Error ? error.message : ""));
    });
  return list;
}
