/** Two views side by side, and the line that the reader moves between them. */

import { make } from "../shared/dom.js";
import type { MapData } from "./data.js";
import { chooser } from "./heading.js";
import type { Choosing } from "./views.js";

const THUMB = 32; // pixels of the slider's thumb

/** Make the slider on the map; gives the box that turns it on. */
export function curtain(map: L.Map, data: MapData, choosing: Choosing, repaint: () => void): HTMLElement {
  const { words } = data;
  const last = data.choices.length - 1;
  const options = data.choices[last]?.options ?? [];
  const right = chooser(words.compare_with, options, choosing.against[last] ?? 0, (option) =>
    choosing.choose(() => {
      choosing.against[last] = option;
    }),
  );
  const box = make("input", { type: "checkbox", id: "compare" });
  box.addEventListener("change", () =>
    choosing.choose(() => {
      choosing.comparing = box.checked;
    }),
  );
  const slider = make("input", {
    type: "range",
    class: "slider",
    min: 0,
    max: 100,
    step: 1,
    value: 50,
    "aria-label": words.slider,
  });
  const bar = make("div", { class: "bar", "aria-hidden": "true" });
  const leftName = make("span", { class: "side left" });
  const rightName = make("span", { class: "side right" });
  const drawn = make("div", { class: "curtain" }, bar, leftName, rightName, slider);
  L.DomEvent.disableClickPropagation(slider);
  slider.addEventListener("mousedown", () => map.dragging.disable());
  slider.addEventListener("touchstart", () => map.dragging.disable(), { passive: true });
  for (const end of ["mouseup", "touchend", "change"]) slider.addEventListener(end, () => map.dragging.enable());

  const place = (): void => {
    // the thumb's middle, as browsers place it
    const width = map.getSize().x;
    const at = THUMB / 2 + (width - THUMB) * (slider.valueAsNumber / 100);
    choosing.split = at / width;
    for (const element of [bar, leftName, rightName]) element.style.left = `${at}px`;
  };
  const moved = (): void => {
    if (!choosing.comparing) return;
    place();
    repaint();
  };
  slider.addEventListener("input", moved);
  map.on("move resize", moved);
  const renew = (): void => {
    right.hidden = drawn.hidden = !choosing.comparing;
    leftName.textContent = options[choosing.chosen[last] ?? 0] ?? "";
    rightName.textContent = options[choosing.right[last] ?? 0] ?? "";
    place();
  };
  choosing.listen(renew);
  renew();
  map.getContainer().append(drawn);
  const label = make("label", { for: "compare", class: "check" }, box, ` ${words.compare}`);
  return make("div", { class: "choice" }, label, right);
}
