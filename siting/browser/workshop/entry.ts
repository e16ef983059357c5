/** Before the page: its language, and the token where the server wants one. */

import { byId } from "../shared/dom.js";
import * as api from "./api.js";
import type { Study } from "./model.js";
import { t, use } from "./words.js";

const LANGUAGE_KEY = "siting-language";

export const chosenLanguage = (): string => localStorage.getItem(LANGUAGE_KEY) ?? "fr";

/** Speak the next language from now on. */
export function changeLanguage(): void {
  localStorage.setItem(LANGUAGE_KEY, t("next_language"));
  location.reload();
}

/** Write the page's fixed texts in a language. */
export async function speak(code: string): Promise<void> {
  use(code, await api.texts(code));
  api.speak(code);
  document.documentElement.lang = code;
  for (const element of document.querySelectorAll<HTMLElement>("[data-text]")) {
    element.textContent = t(element.dataset["text"] ?? "");
  }
  for (const element of document.querySelectorAll<HTMLElement>("[data-label]")) {
    element.setAttribute("aria-label", t(element.dataset["label"] ?? ""));
    element.title = t(element.dataset["label"] ?? "");
    if (element.id === "find" || element.dataset["hint"]) element.setAttribute("placeholder", element.title);
  }
}

/** Ask for the token until it is the right one; nothing where the server needs none. */
export async function enter(): Promise<Study> {
  try {
    return await api.study();
  } catch (error) {
    if (!(error instanceof api.Refused) || error.status !== 401) throw error;
  }
  const dialog = byId<HTMLDialogElement>("login");
  dialog.showModal();
  return new Promise((resolve) => {
    byId("login-form").addEventListener("submit", (event) => {
      event.preventDefault();
      api
        .login(byId<HTMLInputElement>("token").value)
        .then(() => api.study())
        .then((study) => {
          dialog.close();
          resolve(study);
        })
        .catch((error: unknown) => {
          byId("login-said").textContent = error instanceof Error ? error.message : "";
        });
    });
  });
}
