/** The curve of the population by minutes, today and in the scenario. */

import { svg } from "../shared/dom.js";
import { number, percent } from "../shared/numbers.js";
import { t } from "./words.js";

const WIDTH = 360;
const HEIGHT = 170;
const LEFT = 42;
const BOTTOM = 30;
const TOP = 8;
const RIGHT = 8;

export function curve(
  now: number[],
  before: number[],
  people: number,
  thresholds: number[],
): SVGElement {
  const last = Math.max(now.length - 1, 1);
  const x = (minutes: number): number => LEFT + (minutes / last) * (WIDTH - LEFT - RIGHT);
  const y = (share: number): number => TOP + (1 - share) * (HEIGHT - TOP - BOTTOM);
  const picture = svg("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: "img",
    class: "curve",
    "aria-label": t("curve_label"),
  });
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    picture.append(
      svg("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(share), y2: y(share), class: "grid" }),
      svg("text", { x: LEFT - 6, y: y(share) + 4, "text-anchor": "end" }, percent(share, 0)),
    );
  }
  for (let minutes = 0; minutes <= last; minutes += 10) {
    picture.append(
      svg("text", { x: x(minutes), y: HEIGHT - BOTTOM + 15, "text-anchor": "middle" }, `${minutes}`),
    );
  }
  picture.append(
    svg("text", { x: WIDTH - RIGHT, y: HEIGHT - 2, "text-anchor": "end" }, t("minutes_axis")),
  );
  for (const limit of thresholds) {
    if (limit > last) continue;
    picture.append(
      svg("line", { x1: x(limit), x2: x(limit), y1: y(0), y2: y(1), class: "threshold" }),
    );
  }
  const path = (values: number[]): string =>
    values.map((reached, i) => `${i ? "L" : "M"}${x(i).toFixed(1)} ${y(reached / people).toFixed(1)}`).join("");
  picture.append(
    svg("path", { d: path(before), class: "before" }),
    svg("path", { d: path(now), class: "now" }),
  );
  const title = svg("title", {}, "");
  title.textContent = thresholds
    .filter((limit) => limit <= last && Number.isInteger(limit))
    .map((limit) => `${number(limit)} min : ${percent((now[limit] ?? 0) / people)}`)
    .join(" ; ");
  picture.prepend(title);
  return picture;
}
