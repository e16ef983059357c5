/** The workshop's entry: the reader's language, the token, then the page. */

import { byId } from "../shared/dom.js";
import * as api from "./api.js";
import { chosenLanguage, enter, speak } from "./entry.js";
import { initial } from "./model.js";
import { Page } from "./page.js";
import { t } from "./words.js";

async function begin(): Promise<void> {
  await speak(chosenLanguage());
  const study = await enter();
  document.title = `${study.title} – ${t("workshop")}`;
  byId("title").textContent = study.title;
  const [layers, today] = await Promise.all([api.layers(), api.answer(initial(study))]);
  new Page(study, layers, today).start();
  document.body.classList.add("ready");
}

begin().catch((error: unknown) => {
  byId("problem").textContent = error instanceof Error ? error.message : String(error);
});
