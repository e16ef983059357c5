/** Title, choices, search: the panel at the top left. */

import { button, make } from "../shared/dom.js";
import { plain } from "../shared/numbers.js";
import type { MapData } from "./data.js";

const FEW = 4; // options that stand side by side
const SHORT = 44; // letters of them all

let choosers = 0; // made so far: each has its own identifier

/** Buttons side by side where there are few short options, else a list. */
export function chooser(
  name: string,
  options: string[],
  selected: number,
  change: (option: number) => void,
): HTMLElement {
  choosers += 1;
  const id = `choice${choosers}`;
  const letters = options.reduce((sum, text) => sum + text.length, 0);
  if (options.length <= FEW && letters <= SHORT) {
    const inputs = options.flatMap((text, i) => [
      make("input", { type: "radio", name: id, id: `${id}-${i}`, checked: i === selected, change: () => change(i) }),
      make("label", { for: `${id}-${i}` }, text),
    ]);
    return make("fieldset", { class: "choice" }, make("legend", {}, name), ...inputs);
  }
  const select = make(
    "select",
    { id },
    ...options.map((text, i) => make("option", { value: i, selected: i === selected }, text)),
  );
  select.addEventListener("change", () => change(Number(select.value)));
  return make("div", { class: "choice" }, make("label", { for: id }, name), select);
}

/** A field that finds a commune by its name, without accents, or by a part of it. */
export function search(data: MapData, show: (commune: number) => void): HTMLElement {
  const { words, communes } = data;
  const answer = make("span", { class: "answer", role: "status" });
  const list = make("datalist", { id: "names" }, ...communes.name.map((value) => make("option", { value })));
  const field = make("input", {
    type: "search",
    placeholder: words.search,
    "aria-label": words.search_label,
    autocomplete: "off",
    list: "names",
  });
  const names = communes.name.map(plain);
  field.addEventListener("change", () => {
    const wanted = plain(field.value);
    answer.textContent = "";
    if (!wanted) return;
    const tests = [
      (name: string) => name === wanted,
      (name: string) => name.startsWith(wanted),
      (name: string) => name.includes(wanted),
    ];
    const at = tests.map((test) => names.findIndex(test)).find((i) => i >= 0);
    if (at === undefined) answer.textContent = words.not_found;
    else show(at);
  });
  const form = make("form", { class: "search", role: "search" }, field, list, answer);
  form.addEventListener("submit", (event) => event.preventDefault());
  return form;
}

/** Whose map it is: a logo says the editor's name, which need not be written twice. */
function publisher({ logo, editor }: MapData): HTMLElement | null {
  if (!logo && !editor) return null;
  return make(
    "p",
    { class: "by" },
    logo ? make("img", { src: logo, alt: editor }) : null,
    editor ? make("span", { "aria-hidden": logo ? "true" : "false" }, editor) : null,
  );
}

export function heading(
  data: MapData,
  headline: HTMLElement,
  choices: HTMLElement[],
  searching: HTMLElement,
  openTable: () => void,
): HTMLElement {
  return make(
    "section",
    { class: "panel heading" },
    publisher(data),
    make("h1", {}, data.title),
    headline,
    ...choices,
    make("div", { class: "tools" }, searching, button(data.words.table, openTable)),
  );
}
