/** Fields that change the scenario without a mouse: a commune, a road, speed, thresholds. */

import { byId, make } from "../shared/dom.js";
import { asTyped, number, numbersIn, plain } from "../shared/numbers.js";
import { linkNamed, type StudyLink } from "./links.js";
import type { Scenario } from "./model.js";
import * as change from "./scenario.js";
import { t } from "./words.js";
import type { Workbench } from "./workbench.js";

const MOST_MINUTES = 600;
const MOST_THRESHOLDS = 8;

export function openAt(bench: Workbench, name: string, lon: number, lat: number): void {
  bench.settle((now) => change.open(now, change.ownPlace(now, name, lon, lat)), t("said_opened", { name }));
}

export function closeLink(bench: Workbench, link: StudyLink): void {
  bench.settle((now) => change.closeLink(now, [link[0], link[1]]), t("said_link", { name: link[2] }));
}

export function wire(bench: Workbench): void {
  communes(bench);
  links(bench);
  speed(bench);
  const list = byId<HTMLInputElement>("threshold-list");
  list.addEventListener("change", () => {
    const minutes = numbersIn(list.value);
    const good = minutes.every((limit) => limit > 0 && limit <= MOST_MINUTES); // NaN is not
    if (!good || minutes.length === 0 || minutes.length > MOST_THRESHOLDS) {
      bench.refuse(t("bad_thresholds"));
      return;
    }
    bench.settle((now) => change.thresholds(now, minutes), t("said_thresholds"));
    list.value = thresholdText(bench.state().scenario);
  });
}

/** Put the fields where the scenario is. */
export function follow(scenario: Scenario): void {
  const factor = scenario.what_if.speed_factor * 100;
  byId<HTMLInputElement>("speed").value = String(factor);
  byId("speed-share").textContent = `${number(factor)} %`;
  const list = byId<HTMLInputElement>("threshold-list");
  if (document.activeElement !== list) list.value = thresholdText(scenario);
}

const thresholdText = (scenario: Scenario): string => scenario.thresholds_minutes.map(asTyped).join(" ; ");

/** Open a site in a commune. */
function communes(bench: Workbench): void {
  const known = [...bench.layers.communes].sort((a, b) => a.name.localeCompare(b.name, "fr"));
  byId("commune-names").replaceChildren(...known.map(({ name }) => make("option", { value: name })));
  const field = byId<HTMLInputElement>("commune");
  byId("commune-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const wanted = plain(field.value);
    const commune = known.find(({ name }) => plain(name) === wanted);
    if (!commune) {
      bench.refuse(t("unknown_commune", { name: field.value }));
      return;
    }
    field.value = "";
    openAt(bench, commune.name, commune.at[0], commune.at[1]);
  });
}

/** Close a link of the table of distances. */
function links(bench: Workbench): void {
  const { study } = bench;
  byId("link-form").hidden = study.roads !== "distances";
  byId("road-hint").hidden = study.roads === "distances";
  byId("link-names").replaceChildren(...study.links.map((link) => make("option", { value: link[2] })));
  const field = byId<HTMLInputElement>("link");
  byId("link-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const link = linkNamed(study, field.value);
    if (!link) {
      bench.refuse(t("unknown_link", { name: field.value }));
      return;
    }
    field.value = "";
    closeLink(bench, link);
  });
}

function speed(bench: Workbench): void {
  const slider = byId<HTMLInputElement>("speed");
  slider.addEventListener("input", () => {
    byId("speed-share").textContent = `${number(slider.valueAsNumber)} %`;
    bench.preview(change.speed(bench.state().scenario, slider.valueAsNumber / 100));
  });
  slider.addEventListener("change", () => {
    const factor = slider.valueAsNumber / 100;
    bench.settle((now) => change.speed(now, factor), t("said_speed"));
  });
}
