/** All shapes of a layer on one canvas, one path a class. */

import { hatched, pattern } from "../shared/hatching.js";
import { tracer, type Shapes } from "../shared/shapes.js";
import type { View } from "./views.js";

export interface Tiles {
  missing: HTMLCanvasElement;
  modelled: HTMLCanvasElement;
}

export const tiles = (noData: string): Tiles => ({
  missing: hatched({ colour: noData, size: 8, width: 1.4, rising: true, ground: "" }),
  modelled: hatched({ colour: "rgba(40, 40, 40, 0.30)", size: 9, width: 0.8, rising: false, ground: "" }),
});

/** Fill each class in its colour; what has none is hatched, and cells of a model are too. */
export function fillClasses(
  map: L.Map,
  pen: CanvasRenderingContext2D,
  bounds: L.Bounds,
  shapes: Shapes,
  classes: number[],
  view: View,
  { missing, modelled }: Tiles,
  seam: boolean,
): void {
  const { seen, trace } = tracer(map, shapes, bounds, true);
  const { colours } = view.data;
  const paths = colours.map(() => new Path2D());
  const bare = new Path2D();
  for (let s = 0; s < shapes.count; s += 1) if (seen(s)) trace(paths[classes[s] ?? -1] ?? bare, s);
  paths.forEach((path, i) => {
    pen.fillStyle = colours[i] ?? "";
    pen.fill(path, "evenodd");
    if (seam) {
      pen.strokeStyle = colours[i] ?? "";
      pen.lineWidth = 0.7;
      pen.stroke(path);
    }
  });
  pen.fillStyle = "#ffffff";
  pen.fill(bare, "evenodd");
  pen.fillStyle = pattern(pen, missing);
  pen.fill(bare, "evenodd");
  if (view.data.modelled && seam) {
    pen.fillStyle = pattern(pen, modelled);
    for (const path of paths) pen.fill(path, "evenodd");
  }
}
