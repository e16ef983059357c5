/** What lies around and under the territory: see `siting/outputs/web_context.py`. */

import type { ContextColours, ContextData, ContextShapes, NamedPoint } from "./context_data.js";
import { wholeNumbers } from "./packing.js";
import { type Paint, Painted, pane, strokeAll } from "./painting.js";
import { type Shapes, tracer, unpack } from "./shapes.js";

export type ContextPart = "around" | "water" | "roads" | "names";

/** A layer of the background. */
export interface Background {
  part: ContextPart;
  layer: Painted;
}

interface Lines {
  shapes: Shapes;
  /** Whether a line is one of the large ones. */
  main: (s: number) => boolean;
}

const FEW_TOWNS = 12; // named below ZOOM_OF_TOWNS
const ZOOM_OF_TOWNS = 9;
const ZOOM_OF_NUMBERS = 8;

/** Make the layers of the background, from the lowest; none where nothing is known. */
export function background(map: L.Map, context: ContextData | null | undefined): Background[] {
  if (!context) return [];
  const { colours } = context;
  map.getContainer().style.background = colours.neighbour;
  const made: Background[] = [];
  const add = (part: ContextPart, on: string, order: number, paint: Paint): void => {
    made.push({ part, layer: new Painted(paint, { pane: pane(map, on, order), padding: 0.3 }) });
  };
  const departements = context.departements && unpack(context.departements.shape);
  if (departements) {
    add("around", "around", 320, (pen, bounds) => {
      fillAll(map, pen, bounds, departements, colours.neighbour);
      strokeAll(map, pen, bounds, departements, { colour: colours.border, width: 1 });
    });
  }
  const lakes = context.lakes && unpack(context.lakes.shape);
  const rivers = lines(context.rivers);
  if (lakes || rivers) {
    add("water", "water", 362, (pen, bounds) => {
      if (lakes) fillAll(map, pen, bounds, lakes, colours.water);
      if (rivers) strokeLines(map, pen, bounds, rivers, colours.river, [0.8, 1.4]);
    });
  }
  const railways = lines(context.railways);
  const roads = lines(context.roads);
  if (railways || roads) {
    add("roads", "mainroads", 366, (pen, bounds) => {
      pen.setLineDash([6, 3]);
      if (railways) strokeLines(map, pen, bounds, railways, colours.railway, [0.9, 0.9]);
      pen.setLineDash([]);
      if (roads) strokeLines(map, pen, bounds, roads, colours.road, [1, 2]);
    });
  }
  add("names", "aroundnames", 368, (pen, bounds) => {
    names(map, pen, bounds, context);
  });
  return made;
}

function lines(packed: ContextShapes | undefined): Lines | undefined {
  if (!packed) return undefined;
  const main = packed.main ? wholeNumbers(packed.main) : [];
  return { shapes: unpack(packed.shape), main: (s) => main[s] === 1 };
}

function fillAll(map: L.Map, pen: CanvasRenderingContext2D, bounds: L.Bounds, shapes: Shapes, colour: string): void {
  const { seen, trace } = tracer(map, shapes, bounds, true);
  pen.beginPath();
  for (let s = 0; s < shapes.count; s += 1) if (seen(s)) trace(pen, s);
  pen.fillStyle = colour;
  pen.fill("evenodd");
}

function strokeLines(
  map: L.Map,
  pen: CanvasRenderingContext2D,
  bounds: L.Bounds,
  { shapes, main }: Lines,
  colour: string,
  [thin, thick]: [number, number],
): void {
  const small = (s: number): boolean => !main(s);
  strokeAll(map, pen, bounds, shapes, { colour, width: thin, closed: false, only: small });
  strokeAll(map, pen, bounds, shapes, { colour, width: thick, closed: false, only: main });
}

interface Lettering {
  font: string;
  colour: string;
  kind: "middle" | "town" | "shield";
}

/** Their names, below those of the communes: neighbours, then numbers of roads, then towns. */
function names(map: L.Map, pen: CanvasRenderingContext2D, bounds: L.Bounds, context: ContextData): void {
  const { colours } = context;
  const zoom = map.getZoom();
  const write = writer(map, pen, bounds, colours);
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  for (const [name, ...at] of context.departements?.names ?? []) {
    const spaced = [...name.toUpperCase()].join("\u2009");
    write([spaced, ...at], { font: "500 13px", colour: colours.words, kind: "middle" });
  }
  const numbers = zoom < ZOOM_OF_NUMBERS ? [] : (context.roads?.names ?? []);
  for (const number of numbers) write(number, { font: "600 10px", colour: colours.shield, kind: "shield" });
  const towns = context.towns ?? [];
  for (const town of zoom < ZOOM_OF_TOWNS ? towns.slice(0, FEW_TOWNS) : towns) {
    write(town, { font: "400 11px", colour: colours.words, kind: "town" });
  }
}

/** Write one name after the other, each where it meets none before it. */
function writer(
  map: L.Map,
  pen: CanvasRenderingContext2D,
  bounds: L.Bounds,
  colours: ContextColours,
): (named: NamedPoint, lettering: Lettering) => void {
  const family = getComputedStyle(document.body).fontFamily;
  const taken: [number, number, number, number][] = [];
  return ([text, lat, lon], { font, colour, kind }) => {
    const { x, y } = map.latLngToLayerPoint([lat, lon]);
    if (!bounds.contains([x, y])) return;
    pen.font = `${font} ${family}`;
    const width = pen.measureText(text).width;
    const left = kind === "town" ? x + 6 : x - width / 2;
    const [west, north, east, south] = [left - 3, y - 8, left + width + 3, y + 8];
    if (taken.some((box) => west < box[2] && box[0] < east && north < box[3] && box[1] < south)) return;
    taken.push([west, north, east, south]);
    if (kind === "shield") {
      pen.fillStyle = "#ffffff";
      pen.strokeStyle = colours.road;
      pen.lineWidth = 0.8;
      pen.fillRect(left - 2, y - 6, width + 4, 12);
      pen.strokeRect(left - 2, y - 6, width + 4, 12);
    } else {
      pen.strokeStyle = "rgba(255,255,255,.7)";
      pen.lineWidth = 2.5;
      pen.strokeText(text, left, y);
    }
    pen.fillStyle = colour;
    pen.fillText(text, left, y);
    if (kind !== "town") return;
    pen.strokeStyle = colours.town;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.arc(x, y, 2, 0, 2 * Math.PI);
    pen.stroke();
  };
}
