/** Scenarios saved and loaded, and what is taken away. */

import { byId, make } from "../shared/dom.js";
import * as api from "./api.js";
import { initial } from "./model.js";
import { t } from "./words.js";
import type { Workbench } from "./workbench.js";

const FILES = { table: "couverture.csv", map: "carte.html", config: "scenario.yaml", report: "rapport.docx" };

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
    api
      .save(name, bench.state().scenario)
      .then(({ file }) => {
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

/** Hand a file to the reader. */
function hand(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
