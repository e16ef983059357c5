/** The page on paper: sources and legend open, the map fitted, and what it is said at the top. */

import { byId } from "../shared/dom.js";
import { asTyped, percent } from "../shared/numbers.js";
import { onOneCanvas } from "../shared/one_canvas.js";
import { printable } from "../shared/printing.js";
import type { Answer, Study } from "./model.js";
import * as panel from "./panel.js";
import { t } from "./words.js";

/** What a printed sheet says it is; empty where it is today's situation. */
export function printHead(study: Study, answer: Answer, limit: number, name: string): string {
  if (byId("changes").childElementCount === 0) return "";
  return t("print_head", {
    name: name || t("plan_now"),
    date: new Date().toLocaleDateString(t("tag"), { dateStyle: "long" }),
    minutes: asTyped(limit),
    before: percent(panel.shareToday(study, answer, limit)),
    after: percent(panel.shareOf(study, answer, limit)),
  });
}

/** On paper sources and legend are open. */
export function wire(map: L.Map, whole: L.LatLngBounds, head: () => string): void {
  printable({
    map,
    whole,
    showWhole: () => map.fitBounds(whole, { animate: false, padding: [2, 2] }), // legend below
    prepare: () => {
      const boxes = ["sources-box", "legend-box"].map((id) => byId<HTMLDetailsElement>(id));
      const before = boxes.map((box) => box.open);
      for (const box of boxes) box.open = true;
      byId("print-head").textContent = head();
      return () => boxes.forEach((box, i) => (box.open = before[i] ?? false));
    },
    fitted: () => onOneCanvas(map),
  });
}
