/** Two plans on either side of a line, and the plans of the study. */

import { button, byId } from "../shared/dom.js";
import { initial, type Scenario, type Study } from "./model.js";
import * as change from "./scenario.js";
import type { Surface } from "./surface.js";
import { t } from "./words.js";
import type { Workbench } from "./workbench.js";

const THUMB = 16; // pixels of a slider's thumb

export function wire(bench: Workbench, map: L.Map, surface: Surface): void {
  byId("compare-on").addEventListener("click", () => {
    const { scenario } = bench.state();
    bench.set({ scenario, compared: scenario }, t("said_kept"));
  });
  byId("compare-today").addEventListener("click", () =>
    bench.set({ ...bench.state(), compared: initial(bench.study) }, t("said_kept")),
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

/** Show whether two plans are compared. */
export function follow(compared: Scenario | null, surface: Surface): void {
  byId("swipe-row").hidden = compared === null;
  if (compared !== null) divide(surface);
  byId("compare-off").hidden = compared === null;
  byId("compare-said").textContent = t(compared === null ? "compare_none" : "compare_some");
}

/** A plan of the study alone, under the weights of now. */
function planned(study: Study, plan: Study["plans"][number], now: Scenario): Scenario {
  const empty = { ...initial(study), weights: now.weights };
  const opened = plan.sites.reduce((scenario, id) => change.open(scenario, id), empty);
  return plan.close.reduce((scenario, id) => change.close(scenario, id), opened);
}

/** Draw the line between two plans under the slider's thumb; at its ends, one plan is whole. */
function divide(surface: Surface): void {
  const slider = byId<HTMLInputElement>("swipe");
  const share = slider.valueAsNumber / 100;
  const box = slider.getBoundingClientRect();
  const map = byId("map").getBoundingClientRect();
  const thumb = box.left - map.left + THUMB / 2 + share * (box.width - THUMB);
  const whole = share <= 0 || share >= 1 || box.width === 0;
  surface.divide(whole ? share : thumb / map.width);
}
