/** Optimisation: started, followed, cancelled, and its plan taken over. */

import * as api from "./api.js";
import { button, byId, make } from "../shared/dom.js";
import { number, percent } from "../shared/numbers.js";
import type { Job, Study } from "./model.js";
import * as change from "./scenario.js";
import { t } from "./words.js";
import type { Workbench } from "./workbench.js";
import type { Zone } from "./zone.js";

const EVERY_MS = 300;
const DUTIES = ["free", "required", "closed"];

/** Wire the form. */
export function wire(bench: Workbench, zone: Zone): void {
  const { study } = bench;
  const model = byId<HTMLSelectElement>("job-model");
  const condition = byId<HTMLSelectElement>("job-condition");
  model.replaceChildren(...study.models.map(({ id }) => make("option", { value: id }, t(`model_${id}`))));
  const fields = (): void => {
    const chosen = study.models.find(({ id }) => id === model.value);
    byId("job-sites-row").hidden = !chosen?.sites;
    byId("job-minutes-row").hidden = !chosen?.minutes;
    const kinds = ["", ...(chosen?.conditions ?? [])];
    condition.replaceChildren(...kinds.map((id) => make("option", { value: id }, t(`condition_${id || "none"}`))));
    byId("job-condition-row").hidden = kinds.length < 2;
    limits();
  };
  const limits = (): void => {
    byId("job-condition-value-row").hidden = condition.value === "";
    if (condition.value) byId("job-condition-label").textContent = t(`condition_${condition.value}_value`);
  };
  model.addEventListener("change", fields);
  condition.addEventListener("change", limits);
  fields();
  const sitesOf = dutyFields(study);
  let running: string | null = null;
  let unwanted = false; // stopped before the server gave its number

  const question = () => ({
    scenario: bench.state().scenario,
    model: model.value,
    ...(byId("job-sites-row").hidden ? {} : { sites: byId<HTMLInputElement>("job-sites").valueAsNumber }),
    max_minutes: byId("job-minutes-row").hidden ? null : byId<HTMLInputElement>("job-minutes").valueAsNumber,
    required: sitesOf("required"),
    closed: sitesOf("closed"),
    ...(condition.value ? { [condition.value]: conditionValue(condition.value) } : {}),
    zone: byId<HTMLInputElement>("job-zone").checked ? [...zone.given] : [],
  });
  byId<HTMLFormElement>("job-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (running !== null) return;
    busy(true);
    unwanted = false;
    byId("job-result").replaceChildren();
    api
      .start(question())
      .then((job) => {
        running = job.id;
        if (unwanted) api.cancel(job.id).catch((error: unknown) => bench.fail(error));
        return follow(job.id);
      })
      .then((ended) => show(bench, ended))
      .catch((error: unknown) => bench.fail(error))
      .finally(() => {
        running = null;
        busy(false);
      });
  });
  byId("job-cancel").addEventListener("click", () => {
    unwanted = true;
    if (running !== null) api.cancel(running).catch((error: unknown) => bench.fail(error));
  });
}

/** The number of a condition; a floor is typed in percent. */
function conditionValue(condition: string): number {
  const value = byId<HTMLInputElement>("job-condition-value").valueAsNumber;
  return condition === "floor" ? value / 100 : value;
}

/** A field a candidate, free, required or closed; gives the sites of a duty. */
function dutyFields(study: Study): (duty: string) => string[] {
  const fields = study.candidates.map(({ id, name }) => {
    const options = DUTIES.map((duty) => make("option", { value: duty }, t(`duty_${duty}`)));
    return { id, name, field: make("select", { id: `duty-${id}` }, ...options) };
  });
  byId("job-sites-list").replaceChildren(
    ...fields.map(({ name, field }) =>
      make("div", { class: "duty" }, make("label", { for: field.id }, name), field),
    ),
  );
  return (duty) => fields.filter(({ field }) => field.value === duty).map(({ id }) => id);
}

function busy(on: boolean): void {
  byId("job-progress").hidden = !on;
  byId("job-cancel").hidden = !on;
  byId<HTMLButtonElement>("job-start").disabled = on;
}

/** Tell how far a job is until it ends. */
async function follow(id: string): Promise<Job> {
  for (;;) {
    const now = await api.job(id);
    byId("job-said").textContent = t(`job_${now.status}`, { seconds: number(now.seconds, 1) });
    if (now.status !== "running") return now;
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

function show(bench: Workbench, { error, result }: Job): void {
  const out = byId("job-result");
  if (error) {
    out.replaceChildren(make("p", { class: "problem" }, error));
    return;
  }
  if (!result) {
    out.replaceChildren();
    return;
  }
  const names = new Map(bench.study.candidates.map(({ id, name }) => [id, name]));
  const chosen = result.sites
    .filter(({ site_id, existing }) => !existing && names.has(site_id))
    .map(({ site_id }) => site_id);
  const gap = result.gap === null ? "" : t("job_gap", { gap: percent(result.gap) });
  const take = button(t("job_apply"), () =>
    bench.settle((now) => chosen.reduce((scenario, id) => change.open(scenario, id), now), t("said_applied")),
  );
  out.replaceChildren(
    make("p", {}, `${t(`status_${result.status}`)}${gap} ${result.reason}`),
    make("ol", {}, ...chosen.map((id) => make("li", {}, names.get(id) ?? id))),
    ...(chosen.length ? [take] : []),
  );
}
