/** Scenarios saved and loaded, and what is taken away. */

import { byId, make } from "../shared/dom.js";
import * as api from "./api.js";
import type { SavedReply } from "./api_types.js";
import { initial, type Scenario } from "./model.js";
import { t } from "./words.js";
import type { Workbench } from "./workbench.js";

const FILES = { table: "couverture.csv", map: "carte.html", config: "scenario.yaml", report: "rapport.docx" };

const TAKEN = "scenario_exists";

export function wire(bench: Workbench): void {
  saving(bench);
  for (const [kind, name] of Object.entries(FILES)) {
    const pressed = byId<HTMLButtonElement>(`export-${kind}`);
    pressed.addEventListener("click", () => {
      pressed.disabled = true;
      api
        .exported(kind, bench.state().scenario)
        .then((blob) => hand(blob, name))
        .catch((error: unknown) => bench.fail(error))
        .finally(() => {
          pressed.disabled = false;
        });
    });
  }
}

function saving(bench: Workbench): void {
  const list = byId<HTMLSelectElement>("saved");
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
    saved(name, bench.state().scenario)
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
      .then((scenario) => {
        const weights = { ...initial(bench.study).weights, ...scenario.weights };
        bench.settle(() => ({ ...scenario, weights }), t("said_loaded", { name }));
      })
      .catch((error: unknown) => bench.fail(error));
  });
}

/** Save under a name; one that is taken is replaced only by who says so. */
async function saved(name: string, scenario: Scenario): Promise<SavedReply | null> {
  try {
    return await api.save(name, { scenario });
  } catch (error) {
    if (!(error instanceof api.Refused) || error.key !== TAKEN) throw error;
  }
  if (!window.confirm(t("replace_saved", { name }))) return null;
  return api.save(name, { scenario, replace: true });
}

/** Hand a file to the reader. */
function hand(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
