/** Optimisation: asked, followed, cancelled, and its plan taken over. */

import * as api from "./api.js";
import { button, byId, make } from "../shared/dom.js";
import type { Job, Scenario, Study } from "./model.js";
import * as change from "./scenario.js";
import { number, percent } from "../shared/numbers.js";
import { t } from "./words.js";

const EVERY_MS = 300;

/** Wire the form; `apply` takes the plan over. */
export function wire(
  study: Study,
  scenario: () => Scenario,
  apply: (action: (now: Scenario) => Scenario, said: string) => void,
  failed: (error: unknown) => void,
): void {
  const form = byId<HTMLFormElement>("job-form");
  const model = byId<HTMLSelectElement>("job-model");
  const cancel = byId<HTMLButtonElement>("job-cancel");
  const candidates = new Set(study.candidates.map((one) => one.id));
  const names = new Map(study.candidates.map((one) => [one.id, one.name]));
  let running: string | null = null;
  let unwanted = false; // stopped before the server gave its number

  model.replaceChildren(
    ...study.models.map(({ id }) => make("option", { value: id }, t(`model_${id}`))),
  );
  const fields = (): void => {
    const chosen = study.models.find((one) => one.id === model.value);
    byId("job-sites-row").hidden = !chosen?.sites;
    byId("job-minutes-row").hidden = !chosen?.minutes;
  };
  const duties = study.candidates.map((one) => {
    const field = make(
      "select",
      { id: `duty-${one.id}` },
      ...["free", "required", "closed"].map((duty) =>
        make("option", { value: duty }, t(`duty_${duty}`)),
      ),
    );
    return { id: one.id, name: one.name, field };
  });
  byId("job-sites-list").replaceChildren(
    ...duties.map(({ name, field }) =>
      make("div", { class: "duty" }, make("label", { for: field.id }, name), field),
    ),
  );
  const withDuty = (duty: string): string[] =>
    duties.filter(({ field }) => field.value === duty).map(({ id }) => id);
  model.addEventListener("change", fields);
  fields();

  const busy = (on: boolean): void => {
    byId("job-progress").hidden = !on;
    cancel.hidden = !on;
    byId<HTMLButtonElement>("job-start").disabled = on;
  };

  const follow = async (id: string): Promise<void> => {
    for (;;) {
      const now = await api.job(id);
      byId("job-said").textContent = t(`job_${now.status}`, { seconds: number(now.seconds, 1) });
      if (now.status !== "running") {
        show(now);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  };

  const show = (ended: Job): void => {
    const out = byId("job-result");
    if (ended.error) {
      out.replaceChildren(make("p", { class: "problem" }, ended.error));
      return;
    }
    const found = ended.result;
    if (!found) {
      out.replaceChildren();
      return;
    }
    const chosen = found.sites
      .filter((one) => !one.existing)
      .map((one) => one.site_id)
      .filter((id) => candidates.has(id));
    const gap = found.gap === null ? "" : t("job_gap", { gap: percent(found.gap) });
    out.replaceChildren(
      make("p", {}, `${t(`status_${found.status}`)}${gap} ${found.reason}`),
      make("ol", {}, ...chosen.map((id) => make("li", {}, names.get(id) ?? id))),
      chosen.length
        ? button(t("job_apply"), () =>
            apply(
              (now) => chosen.reduce((held, id) => change.open(held, id), now),
              t("said_applied"),
            ),
          )
        : make("p", {}, ""),
    );
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (running !== null) return;
    busy(true);
    unwanted = false;
    byId("job-result").replaceChildren();
    const sites = byId<HTMLInputElement>("job-sites").valueAsNumber;
    const limited = !byId("job-minutes-row").hidden;
    const minutes = limited ? byId<HTMLInputElement>("job-minutes").valueAsNumber : null;
    api
      .start({
        scenario: scenario(),
        model: model.value,
        sites,
        max_minutes: minutes,
        required: withDuty("required"),
        closed: withDuty("closed"),
      })
      .then((job) => {
        running = job.id;
        if (unwanted) api.cancel(job.id).catch(failed);
        return follow(job.id);
      })
      .catch(failed)
      .finally(() => {
        running = null;
        busy(false);
      });
  });
  cancel.addEventListener("click", () => {
    unwanted = true;
    if (running !== null) api.cancel(running).catch(failed);
  });
}
