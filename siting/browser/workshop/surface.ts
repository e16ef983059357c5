/** The cells on a canvas: minutes by class, or what changed; two plans on either side of a line. */

import { hatched, pattern } from "../shared/hatching.js";
import { WORLD, worldX, worldY } from "../shared/mercator.js";
import { bytes } from "../shared/packing.js";
import type { OnPaper } from "../shared/one_canvas.js";
import { pane } from "../shared/painting.js";
import { UNREACHED, type Answer, type Layers } from "./model.js";

export const CLASSES = [10, 20, 30, 45];
const PALETTE = ["#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494"];
const OUTLINE = "#6b6b6b";
const NEARER = ["#c7e9c0", "#41ab5d", "#00602a"];
const FARTHER = ["#fdd0a2", "#f16913", "#8c2d04"];
const STEPS = [1, 5, 15]; // minutes from which a change is shown, and shown more
const SAME = "#e4e2dc";
const CROWDS = [10, 50, 200, 1000]; // inhabitants of a cell, upper ends of the classes
const DENSITY = ["#f2f0f7", "#cbc9e2", "#9e9ac8", "#756bb1", "#54278f"];
const EARTH_M = 40_075_016.68;

const UNKNOWN = hatched({ colour: "#8a8a8a", size: 6, width: 1, rising: true, ground: "#fff" });

export type Theme = "minutes" | "change" | "people" | "difference";

/** Rings of a commune as degrees, from steps of whole numbers. */
export function ring(steps: number[], unit: number): [number, number][] {
  const points: [number, number][] = [];
  let x = 0;
  let y = 0;
  for (let i = 0; i + 1 < steps.length; i += 2) {
    x += steps[i] ?? 0;
    y += steps[i + 1] ?? 0;
    points.push([x * unit, y * unit]);
  }
  return points;
}

export class Surface extends L.Layer implements OnPaper {
  readonly order = 350;
  readonly count: number;
  readonly people: Uint16Array;
  readonly commune: Int32Array;
  private readonly x: Float64Array;
  private readonly y: Float64Array;
  private readonly half: Float64Array;
  private readonly lines: Float64Array[];
  private canvas: HTMLCanvasElement | null = null;
  private plans: Answer[] = [];
  private today: Answer | null = null;
  private theme: Theme = "minutes";
  private divider = 0.5;

  constructor(layers: Layers) {
    super();
    const packed = new Int32Array(bytes(layers.cells).buffer);
    this.count = packed.length / 2;
    this.people = new Uint16Array(bytes(layers.people).buffer);
    this.commune = new Int32Array(bytes(layers.commune).buffer);
    this.x = new Float64Array(this.count);
    this.y = new Float64Array(this.count);
    this.half = new Float64Array(this.count);
    for (let i = 0; i < this.count; i += 1) {
      const lat = (packed[2 * i + 1] ?? 0) * layers.unit;
      this.x[i] = worldX((packed[2 * i] ?? 0) * layers.unit);
      this.y[i] = worldY(lat);
      const metre = WORLD / (EARTH_M * Math.cos((lat * Math.PI) / 180));
      this.half[i] = (layers.cell_m / 2) * metre;
    }
    this.lines = layers.communes.flatMap(({ rings }) =>
      rings.map((steps) =>
        Float64Array.from(ring(steps, layers.unit).flatMap(([lon, lat]) => [worldX(lon), worldY(lat)])),
      ),
    );
  }

  override onAdd(map: L.Map): this {
    this.canvas = L.DomUtil.create("canvas", "surface", map.getPane(pane(map, "surface", this.order)));
    this.canvas.setAttribute("aria-hidden", "true");
    map.on("moveend zoomend resize", this.draw, this);
    this.draw();
    return this;
  }

  override onRemove(map: L.Map): this {
    map.off("moveend zoomend resize", this.draw, this);
    this.canvas?.remove();
    this.canvas = null;
    return this;
  }

  /** Show one answer, or two on either side of the line. */
  show(answers: Answer[], today: Answer, theme: Theme): void {
    this.plans = answers;
    this.today = today;
    this.theme = theme;
    this.draw();
  }

  divide(share: number): void {
    this.divider = share;
    this.draw();
  }

  /** Index of the cell at a place, -1 where there is none. */
  at(place: L.LatLng): number {
    const x = worldX(place.lng);
    const y = worldY(place.lat);
    for (let i = 0; i < this.count; i += 1) {
      const half = this.half[i] ?? 0;
      if (Math.abs((this.x[i] ?? 0) - x) <= half && Math.abs((this.y[i] ?? 0) - y) <= half) {
        return i;
      }
    }
    return -1;
  }

  private draw(): void {
    const map = this._map as L.Map | undefined;
    const { canvas } = this;
    if (!map || !canvas) return;
    const size = map.getSize();
    const dense = window.devicePixelRatio || 1;
    L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
    if (canvas.width !== size.x * dense || canvas.height !== size.y * dense) {
      canvas.width = size.x * dense;
      canvas.height = size.y * dense;
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
    }
    const paint = canvas.getContext("2d");
    if (!paint) return;
    paint.setTransform(dense, 0, 0, dense, 0, 0);
    paint.clearRect(0, 0, size.x, size.y);
    this.paintAll(paint, map, size);
  }

  paintOn(pen: CanvasRenderingContext2D): void {
    const corner = this._map.containerPointToLayerPoint([0, 0]);
    pen.save();
    pen.translate(corner.x, corner.y);
    this.paintAll(pen, this._map, this._map.getSize());
    pen.restore();
  }

  private paintAll(paint: CanvasRenderingContext2D, map: L.Map, size: L.Point): void {
    const scale = 2 ** map.getZoom();
    const origin = map.getPixelBounds().min ?? L.point(0, 0);
    if (this.plans.length === 2 && this.theme !== "difference") {
      const line = size.x * this.divider;
      this.fill(paint, size, scale, origin, 0, 0, line);
      this.fill(paint, size, scale, origin, 1, line, size.x);
      paint.fillStyle = "#1b1b1b";
      paint.fillRect(line - 1.5, 0, 3, size.y);
    } else if (this.plans.length > 0) this.fill(paint, size, scale, origin, this.plans.length - 1, 0, size.x);
    this.outline(paint, size, scale, origin);
  }

  private fill(
    paint: CanvasRenderingContext2D,
    size: L.Point,
    scale: number,
    origin: L.Point,
    plan: number,
    from: number,
    to: number,
  ): void {
    const shown = this.plans[plan];
    if (!shown) return;
    paint.save();
    paint.beginPath();
    paint.rect(from, 0, to - from, size.y);
    paint.clip();
    const groups = this.groups(shown);
    const hatch = pattern(paint, UNKNOWN);
    for (const [colour, cells] of groups) {
      paint.beginPath();
      for (const i of cells) {
        const half = (this.half[i] ?? 0) * scale * 1.03; // neighbours touch
        const x = (this.x[i] ?? 0) * scale - origin.x;
        const y = (this.y[i] ?? 0) * scale - origin.y;
        if (x + half < from || x - half > to || y + half < 0 || y - half > size.y) continue;
        const side = Math.max(2 * half, 1.5);
        paint.rect(x - side / 2, y - side / 2, side, side);
      }
      paint.fillStyle = colour === "" ? hatch : colour;
      paint.fill();
    }
    paint.restore();
  }

  /** Cells by colour; the empty colour is hatched. */
  private groups(answer: Answer): Map<string, number[]> {
    const cells = new Map<string, number[]>();
    const put = (colour: string, cell: number): void => {
      const group = cells.get(colour);
      if (group) group.push(cell);
      else cells.set(colour, [cell]);
    };
    const before = (this.theme === "difference" ? this.plans[0] : this.today)?.minutes;
    for (let i = 0; i < this.count; i += 1) {
      const minutes = answer.minutes[i] ?? UNREACHED;
      if (this.theme === "people") put(classColour(this.people[i] ?? 0, CROWDS, DENSITY), i);
      else if (this.theme === "minutes" || !before) {
        put(minutes === UNREACHED ? "" : classColour(minutes / 100, CLASSES, PALETTE), i);
      } else put(changeColour(minutes, before[i] ?? UNREACHED), i);
    }
    return cells;
  }

  private outline(
    paint: CanvasRenderingContext2D,
    size: L.Point,
    scale: number,
    origin: L.Point,
  ): void {
    paint.beginPath();
    for (const line of this.lines) {
      for (let i = 0; i + 1 < line.length; i += 2) {
        const x = (line[i] ?? 0) * scale - origin.x;
        const y = (line[i + 1] ?? 0) * scale - origin.y;
        if (i === 0) paint.moveTo(x, y);
        else paint.lineTo(x, y);
      }
      paint.closePath();
    }
    paint.lineWidth = size.x > 500 ? 0.7 : 0.5;
    paint.strokeStyle = OUTLINE;
    paint.stroke();
  }
}

function classColour(value: number, limits: number[], colours: string[]): string {
  const at = limits.findIndex((limit) => value <= limit);
  return colours[at < 0 ? limits.length : at] ?? "";
}

function changeColour(minutes: number, before: number): string {
  if (minutes === UNREACHED && before === UNREACHED) return "";
  if (before === UNREACHED) return NEARER[2] ?? "";
  if (minutes === UNREACHED) return FARTHER[2] ?? "";
  const change = (minutes - before) / 100;
  const step = STEPS.filter((from) => Math.abs(change) >= from).length;
  if (step === 0) return SAME;
  return (change < 0 ? NEARER : FARTHER)[step - 1] ?? SAME;
}

/** Swatches of the legend: the colour and what it means, nearest first. */
export function legend(theme: Theme, between: (from: number, to: number | null) => string) {
  if (theme === "minutes" || theme === "people") {
    const [limits, colours] = theme === "minutes" ? [CLASSES, PALETTE] : [CROWDS, DENSITY];
    return colours.map((colour, i) => ({ colour, label: between(limits[i - 1] ?? 0, limits[i] ?? null) }));
  }
  const nearer = NEARER.map((colour, i) => ({
    colour,
    label: `\u2212 ${between(STEPS[i] ?? 0, STEPS[i + 1] ?? null)}`,
  }));
  const farther = FARTHER.map((colour, i) => ({
    colour,
    label: `+ ${between(STEPS[i] ?? 0, STEPS[i + 1] ?? null)}`,
  }));
  return [...nearer.reverse(), { colour: SAME, label: `< ${STEPS[0] ?? 1} min` }, ...farther];
}
