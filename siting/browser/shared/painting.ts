/** Layers that a function of ours paints on a canvas of Leaflet. */

import type { OnPaper } from "./one_canvas.js";
import { tracer, type Shapes } from "./shapes.js";

export type Paint = (pen: CanvasRenderingContext2D, bounds: L.Bounds) => void;

/** A canvas of Leaflet that calls a function to be painted. */
export class Painted extends L.Canvas implements OnPaper {
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

  /** Its place among the layers, from the lowest. */
  get order(): number {
    return Number(this._map.getPane(this.options.pane ?? "")?.style.zIndex ?? 0);
  }

  /** Paint elsewhere what lies within bounds. */
  paintOn(pen: CanvasRenderingContext2D, bounds: L.Bounds): void {
    pen.save();
    this.paint(pen, bounds);
    pen.restore();
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
