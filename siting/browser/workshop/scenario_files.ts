/** Scenarios saved and loaded, and what is taken away. */

import { byId, make } from "../shared/dom.js";
import { plain } from "../shared/numbers.js";
import * as api from "./api.js";
import type { SavedReply } from "./api_types.js";
import { initial, type Scenario, type Study } from "./model.js";
import { t } from "./words.js";
import type { Workbench } from "./workbench.js";

const FILES = { table: "couverture.csv", map: "carte.html", config: "scenario.yaml", report: "rapport.docx" };

const TAKEN = ["scenario_exists", "scenario_changed"];

const SLOW_MS = 700; // after which a wait is told

/** `nameOf` gives how the reader calls a scenario, empty where it has no name. */
export function wire(bench: Workbench, nameOf: (scenario: Scenario) => string): void {
  saving(bench);
  for (const [kind, name] of Object.entries(FILES)) {
    const pressed = byId<HTMLButtonElement>(`export-${kind}`);
    pressed.addEventListener("click", () => {
      const { scenario } = bench.state();
      const called = nameOf(scenario);
      whileWaiting(pressed, api.exported(kind, { scenario, name: called }))
        .then((blob) => hand(blob, fileName(bench.study, called, name)))
        .catch((error: unknown) => bench.fail(error));
    });
  }
}

function saving(bench: Workbench): void {
  const list = byId<HTMLSelectElement>("saved");
  const versions = new Map<string, string>(); // that this browser opened or saved
  const refresh = async (): Promise<void> => {
    const { names } = await api.saved();
    list.replaceChildren(...names.map((name) => make("option", { value: name }, name)));
    byId<HTMLButtonElement>("load").disabled = names.length === 0;
  };
  refresh().catch((error: unknown) => bench.fail(error));
  byId("save-form").hidden = bench.study.read_only;
  byId("save-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const name = byId<HTMLInputElement>("save-name").value.trim();
    saved(name, bench.state().scenario, versions)
      .then((reply) => {
        if (!reply) return undefined;
        const { file } = reply;
        bench.announce(t("said_saved", { file }));
        byId("saved-said").textContent = t("said_saved", { file });
        return refresh();
      })
      .catch((error: unknown) => bench.fail(error));
  });
  byId("load").addEventListener("click", () => {
    const name = list.value;
    api
      .load(name)
      .then(({ content: scenario, version }) => {
        versions.set(name, version);
        const weights = { ...initial(bench.study).weights, ...scenario.weights };
        bench.settle(() => ({ ...scenario, weights }), t("said_loaded", { name }));
      })
      .catch((error: unknown) => bench.fail(error));
  });
}

/** Give what is waited for; meanwhile its button rests, and what takes long is told. */
export async function whileWaiting<T>(pressed: HTMLButtonElement, awaited: Promise<T>): Promise<T> {
  pressed.disabled = true;
  const told = window.setTimeout(() => progress(t("export_waits", { what: pressed.textContent ?? "" })), SLOW_MS);
  try {
    return await awaited;
  } finally {
    pressed.disabled = false;
    window.clearTimeout(told);
    progress("");
  }
}

/** Tell what is waited for; nothing where the text is empty. */
function progress(text: string): void {
  byId("export-said").textContent = text;
  byId("export-progress").hidden = text === "";
}

/** Name of a file: the study, the scenario, the day, what it is. */
export function fileName(study: Study, called: string, name: string): string {
  const now = new Date();
  const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  return [study.name, plain(called).replaceAll(" ", "-"), day, name].filter(Boolean).join("-");
}

/** Save under a name; one that is taken is replaced only by who says so, and knows who saved it. */
async function saved(name: string, scenario: Scenario, versions: Map<string, string>): Promise<SavedReply | null> {
  let replaced = "";
  for (;;) {
    try {
      const { content, version } = await api.save(name, scenario, replaced);
      versions.set(name, version);
      return content;
    } catch (error) {
      if (!(error instanceof api.Refused) || !TAKEN.includes(error.key)) throw error;
      const own = versions.get(name) === error.version;
      if (!window.confirm(t(own ? "replace_saved" : "replace_others", { name }))) return null;
      replaced = error.version;
    }
  }
}

/** Hand a file to the reader. */
export function hand(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
