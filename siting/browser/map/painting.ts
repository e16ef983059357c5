/** All shapes of a layer on one canvas, one path a class. */

import { hatched, pattern } from "../shared/hatching.js";
import type { Shapes } from "./shapes.js";
import { tracer } from "./shapes.js";
import type { View } from "./views.js";

export type Paint = (pen: CanvasRenderingContext2D, bounds: L.Bounds) => void;

/** A canvas of Leaflet that calls a function to be painted. */
export class Painted extends L.Canvas {
  declare private _container: HTMLCanvasElement;
  declare private _ctx: CanvasRenderingContext2D;
  declare private _bounds: L.Bounds | undefined;
  declare private _clear: () => void;

  constructor(
    private readonly paint: Paint,
    options: L.RendererOptions,
  ) {
    super(options);
  }

  repaint(): void {
    if (!(this._map as L.Map | undefined) || !this._bounds) return;
    this._clear();
    this._draw();
  }

  protected _initContainer(): void {
    this._container = document.createElement("canvas"); // deaf: the map hears the mouse
    const pen = this._container.getContext("2d");
    if (pen) this._ctx = pen;
  }

  protected _draw(): void {
    if (!this._bounds) return;
    this._ctx.save();
    this.paint(this._ctx, this._bounds);
    this._ctx.restore();
  }
}

/** A pane of its own for a layer, which hears no mouse. */
export function pane(map: L.Map, name: string, order: number): string {
  const made = map.createPane(name);
  made.style.zIndex = String(order);
  made.style.pointerEvents = "none";
  return name;
}

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

export interface Stroke {
  colour: string;
  width: number;
  closed?: boolean;
  only?: (s: number) => boolean;
}

export function strokeAll(
  map: L.Map,
  pen: CanvasRenderingContext2D,
  bounds: L.Bounds,
  shapes: Shapes,
  { colour, width, closed = true, only = () => true }: Stroke,
): void {
  const { seen, trace } = tracer(map, shapes, bounds, closed);
  pen.beginPath();
  for (let s = 0; s < shapes.count; s += 1) if (only(s) && seen(s)) trace(pen, s);
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.lineJoin = "round";
  pen.stroke();
}
