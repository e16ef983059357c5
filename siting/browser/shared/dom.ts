/** Elements without innerHTML: what users wrote is only ever text. */

type Child = Node | string | null;
type Attributes = Record<string, string | number | boolean | ((event: Event) => void)>;

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (typeof value === "boolean") element.toggleAttribute(name, value);
    else element.setAttribute(name, String(value));
  }
  for (const child of children) if (child !== null) element.append(child);
  return element;
}

export function svg(tag: string, attributes: Record<string, string | number>, text = ""): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  if (text) element.textContent = text;
  return element;
}

export function byId<T extends HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no element: ${id}`);
  return element as T;
}

export const button = (text: string, action: () => void, attributes: Attributes = {}) =>
  make("button", { type: "button", click: action, ...attributes }, text);

/** A table of texts, or of what stands for them; the first of each row names it. */
export function table(heads: string[], rows: (Node | string)[][], caption = ""): HTMLTableElement {
  const head = heads.map((text) => make("th", { scope: "col" }, text));
  const body = rows.map((row) =>
    make("tr", {}, ...row.map((cell, i) => (i ? make("td", {}, cell) : make("th", { scope: "row" }, cell)))),
  );
  return make(
    "table",
    {},
    caption ? make("caption", {}, caption) : null,
    make("thead", {}, make("tr", {}, ...head)),
    make("tbody", {}, ...body),
  );
}

/** A sample of a legend; its colour may come from the data, its kind from the style sheet. */
export function swatch(kind: string, colour = ""): HTMLElement {
  const sample = make("span", { class: `swatch ${kind}`.trim(), "aria-hidden": "true" });
  if (colour) sample.style.background = colour;
  return sample;
}
