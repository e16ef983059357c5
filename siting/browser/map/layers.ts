/** The painted layers: land, communes, cells, roads, outlines; and which follow the shown view. */

import { wholeNumbers } from "../shared/packing.js";
import { Painted, pane, strokeAll } from "../shared/painting.js";
import { tracer, unpack, type Shapes } from "../shared/shapes.js";
import { fillClasses, tiles } from "./classes.js";
import type { MapData } from "./data.js";
import type { Choosing, View } from "./views.js";

// kind of road, zoom from which it is drawn, width in pixels
const ROADS: [number, number, number][] = [[2, 11, 0.7], [1, 9, 1.1], [0, 0, 2]];

/** The ground, unpacked. */
export interface Ground {
  communes: Shapes;
  epci: Shapes;
  cells: { shapes: Shapes; commune: number[]; people: number[] } | null;
  roads: { shapes: Shapes; kind: number[] } | null;
}

export const ground = (data: MapData): Ground => ({
  communes: unpack(data.communes.shape),
  epci: unpack(data.epci.shape),
  cells: data.cells && {
    shapes: unpack(data.cells.shape),
    commune: wholeNumbers(data.cells.commune),
    people: wholeNumbers(data.cells.people),
  },
  roads: data.roads && { shapes: unpack(data.roads.shape), kind: wholeNumbers(data.roads.kind) },
});

export class Layers {
  readonly land: Painted;
  readonly communes: Painted;
  readonly cells: Painted | null;
  readonly roads: Painted | null;
  readonly lines: Painted;
  readonly epci: Painted;
  private following: Painted | null = null;

  constructor(
    private readonly map: L.Map,
    land: Ground,
    private readonly choosing: Choosing,
    noData: string,
  ) {
    const hatchings = tiles(noData);
    const layer = (name: string, order: number, paint: (pen: CanvasRenderingContext2D, bounds: L.Bounds) => void) =>
      new Painted(paint, { pane: pane(map, name, order), padding: 0.3 });
    this.land = layer("land", 330, (pen, bounds) => {
      const { seen, trace } = tracer(map, land.communes, bounds, true);
      pen.beginPath();
      for (let s = 0; s < land.communes.count; s += 1) if (seen(s)) trace(pen, s);
      pen.fillStyle = "#ffffff";
      pen.fill("evenodd");
    });
    this.communes = layer("communes", 340, (pen, bounds) =>
      this.bySide(pen, bounds, (view) => {
        const classes = view.communeClasses();
        if (classes) fillClasses(map, pen, bounds, land.communes, classes, view, hatchings, false);
      }),
    );
    const { cells, roads } = land;
    this.cells =
      cells &&
      layer("cells", 350, (pen, bounds) =>
        this.bySide(pen, bounds, (view) => {
          const classes = view.cellClasses();
          if (classes) fillClasses(map, pen, bounds, cells.shapes, classes, view, hatchings, true);
        }),
      );
    this.roads =
      roads &&
      layer("roads", 370, (pen, bounds) => {
        for (const [kind, from, width] of ROADS) {
          if (map.getZoom() < from) continue;
          const only = (s: number): boolean => roads.kind[s] === kind;
          const casing = { colour: "rgba(255,255,255,.85)", width: width + 1.6, closed: false, only };
          if (kind < 2) strokeAll(map, pen, bounds, roads.shapes, casing);
          const colour = kind === 0 ? "#7a5c3a" : "#6f6f6f";
          strokeAll(map, pen, bounds, roads.shapes, { colour, width, closed: false, only });
        }
      });
    this.lines = layer("lines", 375, (pen, bounds) =>
      strokeAll(map, pen, bounds, land.communes, {
        colour: "rgba(135,135,135,.75)",
        width: map.getZoom() < 10 ? 0.5 : 0.8,
      }),
    );
    this.epci = layer("epci", 380, (pen, bounds) => {
      strokeAll(map, pen, bounds, land.epci, { colour: "rgba(255,255,255,.6)", width: 3 });
      strokeAll(map, pen, bounds, land.epci, { colour: "#2b2b2b", width: 1.3 });
    });
  }

  repaint(): void {
    this.communes.repaint();
    this.cells?.repaint();
  }

  /** Put on the map the layer of the shown view's values, its cells or its communes; what the reader
   * turned on or off stays so until the other is needed. */
  follow(view: View): void {
    const [on, off] = view.hasCells && this.cells ? [this.cells, this.communes] : [this.communes, this.cells];
    if (this.following === on) return;
    this.following = on;
    off?.remove();
    on.addTo(this.map);
  }

  private bySide(pen: CanvasRenderingContext2D, bounds: L.Bounds, paint: (view: View) => void): void {
    const { shown, other, split } = this.choosing;
    if (!other) {
      paint(shown);
      return;
    }
    const [min, max] = [bounds.getTopLeft(), bounds.getBottomRight()];
    const across = this.map.containerPointToLayerPoint([this.map.getSize().x * split, 0]).x;
    const sides: [View, number, number][] = [[shown, min.x, across], [other, across, max.x]];
    for (const [view, from, to] of sides) {
      pen.save();
      pen.beginPath();
      pen.rect(from, min.y, to - from, max.y - min.y);
      pen.clip();
      paint(view);
      pen.restore();
    }
  }
}
