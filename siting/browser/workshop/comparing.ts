/** Two plans on either side of a line, and the plans of the study. */

import { button, byId } from "../shared/dom.js";
import { textIcon } from "../shared/leaflet.js";
import { initial, type Scenario, type Study } from "./model.js";
import * as change from "./scenario.js";
import { sitesOf } from "./sites.js";
import type { Surface } from "./surface.js";
import { t } from "./words.js";
import type { Workbench } from "./workbench.js";

const THUMB = 16; // pixels of a slider's thumb
const MARK = 22; // pixels of a site of plan A

export function wire(bench: Workbench, map: L.Map, surface: Surface): void {
  byId("compare-on").addEventListener("click", () => {
    const { scenario } = bench.state();
    bench.set({ scenario, compared: scenario }, t("said_kept"));
  });
  byId("compare-today").addEventListener("click", () =>
    bench.set({ ...bench.state(), compared: initial(bench.study, bench.state().scenario) }, t("said_kept")),
  );
  byId("compare-off").addEventListener("click", () => bench.set({ ...bench.state(), compared: null }, ""));
  byId("compare-swap").addEventListener("click", () => {
    const { scenario, compared } = bench.state();
    if (compared) bench.set({ scenario: compared, compared: scenario }, "");
  });
  byId("swipe").addEventListener("input", () => divide(surface));
  map.on("resize", () => divide(surface));
  const plans = bench.study.plans.map((plan) =>
    button(plan.name, () =>
      bench.settle((now) => planned(bench.study, plan, now), t("said_plan", { name: plan.name })),
    ),
  );
  byId("plans").replaceChildren(...plans);
  byId("plans-row").hidden = plans.length === 0;
}

/** The sites of plan A, left of the line; they are looked at, not moved. */
export class OtherSites {
  private readonly group: L.LayerGroup;
  private marks: L.Marker[] = [];

  constructor(
    private readonly map: L.Map,
    private readonly study: Study,
  ) {
    this.group = L.layerGroup().addTo(map);
    map.on("moveend zoomend", () => this.clip());
    byId("swipe").addEventListener("input", () => this.clip());
  }

  show(compared: Scenario | null): void {
    this.group.clearLayers();
    const sites = compared === null ? [] : [...sitesOf(this.study, compared).values()];
    this.marks = sites
      .filter(({ kind }) => kind === "opened" || kind === "closed")
      .map(({ place, kind }) => {
        const title = `${t("plan_a")} : ${t(`kind_${kind}`)}, ${place.name}`;
        const icon = textIcon(`plan-a ${kind}`, MARK, "A");
        const mark = L.marker([place.lat, place.lon], { icon, title, alt: title, keyboard: false, interactive: false });
        return mark.addTo(this.group);
      });
    this.clip();
  }

  /** Hide what lies on the side of plan B. */
  private clip(): void {
    const line = this.map.getSize().x * shareUnderThumb();
    for (const mark of this.marks) {
      const left = this.map.latLngToContainerPoint(mark.getLatLng()).x <= line;
      mark.setOpacity(left ? 1 : 0);
    }
  }
}

/** Show whether two plans are compared. */
export function follow(compared: Scenario | null, surface: Surface, sites: OtherSites): void {
  byId("swipe-row").hidden = compared === null;
  byId("theme").querySelector("[value=difference]")?.toggleAttribute("hidden", compared === null);
  if (compared !== null) divide(surface);
  sites.show(compared);
  byId("compare-off").hidden = compared === null;
  byId("compare-said").textContent = t(compared === null ? "compare_none" : "compare_some");
}

/** A plan of the study alone, under the weights of now. */
function planned(study: Study, plan: Study["plans"][number], now: Scenario): Scenario {
  const empty = { ...initial(study, { service: "", mode: now.mode }), weights: now.weights };
  const opened = plan.sites.reduce((scenario, id) => change.open(scenario, id), empty);
  return plan.close.reduce((scenario, id) => change.close(scenario, id), opened);
}

/** Draw the line between two plans. */
function divide(surface: Surface): void {
  surface.divide(shareUnderThumb());
}

/** Share of the map left of the slider's thumb; at its ends, one plan is whole. */
function shareUnderThumb(): number {
  const slider = byId<HTMLInputElement>("swipe");
  const share = slider.valueAsNumber / 100;
  const box = slider.getBoundingClientRect();
  const map = byId("map").getBoundingClientRect();
  const thumb = box.left - map.left + THUMB / 2 + share * (box.width - THUMB);
  const whole = share <= 0 || share >= 1 || box.width === 0;
  return whole ? share : thumb / map.width;
}
