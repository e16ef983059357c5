/** Minutes of the meeting: who was there and what was said, kept in this browser, taken away with the plans. */

import { byId } from "../shared/dom.js";
import * as api from "./api.js";
import type { Plans } from "./plans.js";
import { fileName, hand, whileWaiting } from "./scenario_files.js";
import { t } from "./words.js";
import type { Workbench } from "./workbench.js";

const FIELDS = ["minutes-title", "minutes-participants", "minutes-notes"];
const MOST_PLANS = 8; // that the server draws for one document

export function wire(bench: Workbench, plans: Plans): void {
  const key = `siting-minutes-${bench.study.name}`;
  const fields = FIELDS.map((id) => byId<HTMLInputElement | HTMLTextAreaElement>(id));
  const before = JSON.parse(localStorage.getItem(key) ?? "[]") as string[];
  fields.forEach((field, i) => {
    field.value = before[i] ?? "";
    field.addEventListener("input", () => {
      localStorage.setItem(key, JSON.stringify(fields.map(({ value }) => value)));
    });
  });
  const pressed = byId<HTMLButtonElement>("minutes-export");
  pressed.addEventListener("click", () => {
    const kept = plans.all();
    if (kept.length > MOST_PLANS) {
      bench.refuse(t("minutes_many", { most: MOST_PLANS }));
      return;
    }
    const [title = "", participants = "", notes = ""] = fields.map(({ value }) => value);
    const question = { title, participants, notes, plans: [...kept] };
    whileWaiting(pressed, api.minutes(question))
      .then((blob) => hand(blob, fileName(bench.study, "", t("minutes_file"))))
      .catch((error: unknown) => bench.fail(error));
  });
}
