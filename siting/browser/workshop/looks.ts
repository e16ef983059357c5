/** How the study is looked at: which service gestures change, and how people travel. */

import { byId, make } from "../shared/dom.js";
import { asTyped, number, percent } from "../shared/numbers.js";
import { modeOf, serviceOf, type Answer, type Scenario, type Study } from "./model.js";
import { whole } from "./panel.js";
import * as change from "./scenario.js";
import { t } from "./words.js";
import type { Workbench } from "./workbench.js";

type Mode = Scenario["mode"];

export function wire(bench: Workbench): void {
  const { study } = bench;
  const service = byId<HTMLSelectElement>("service");
  service.replaceChildren(...study.services.map(({ id, name }) => make("option", { value: id }, name)));
  byId("service-row").hidden = study.services.length < 2;
  service.addEventListener("change", () => {
    const name = service.selectedOptions[0]?.textContent ?? "";
    bench.settle((now) => change.serve(study, now, service.value), t("said_service", { service: name }));
  });
  const mode = byId<HTMLSelectElement>("mode");
  mode.replaceChildren(...study.modes.map((id) => make("option", { value: id }, t(`mode_${id}`))));
  byId("mode-row").hidden = study.modes.length < 2;
  mode.addEventListener("change", () => {
    const told = t(`mode_${mode.value}`);
    const wanted = mode.value === study.modes[0] ? "" : (mode.value as Mode);
    bench.settle((now) => change.travel(now, wanted), t("said_mode", { mode: told }));
    byId("note").textContent = t("mode_waits", { mode: told });
  });
}

/** Put the switches where the scenario is. */
export function follow(study: Study, scenario: Scenario): void {
  const { id, name } = serviceOf(study, scenario);
  byId<HTMLSelectElement>("service").value = id;
  byId<HTMLSelectElement>("mode").value = modeOf(study, scenario);
  byId("service-hint").textContent = study.services.length > 1 ? t("services_hint", { service: name }) : "";
}

/** What the scenario does to the other services, a line each. */
export function tellOthers(study: Study, answer: Answer, limit: number): void {
  const row = whole(study);
  const at = Math.max(0, answer.thresholds.indexOf(limit));
  const people = study.zones[row]?.population ?? 0;
  const lines = answer.others.map(({ service, covered, gained, lost }) =>
    make(
      "li",
      {},
      t("other_service", {
        service: study.services.find(({ id }) => id === service)?.name ?? service,
        share: percent((covered[row]?.[at] ?? 0) / people),
        minutes: asTyped(limit),
        gained: number(Math.round(gained[row]?.[at] ?? 0)),
        lost: number(Math.round(lost[row]?.[at] ?? 0)),
      }),
    ),
  );
  byId("others").replaceChildren(...lines);
}
