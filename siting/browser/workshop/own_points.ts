/** Points of the reader's own, from a CSV or GeoJSON file: checked row by row, drawn, never sent anywhere. */

import { byId } from "../shared/dom.js";
import { asTyped, number } from "../shared/numbers.js";
import { readPoints, type OwnPoint } from "./points_file.js";
import { UNREACHED, type Answer } from "./model.js";
import type { Surface } from "./surface.js";
import { t } from "./words.js";
import type { Workbench } from "./workbench.js";

const LOOK: L.CircleMarkerOptions = { radius: 5, color: "#fff", weight: 1.5, fillColor: "#c2185b", fillOpacity: 1 };
const MOST_BYTES = 5_000_000;

export class OwnPoints {
  private points: OwnPoint[] = [];
  private cells: number[] = [];
  private name = "";
  private readonly group: L.LayerGroup;

  constructor(
    map: L.Map,
    private readonly bench: Workbench,
    private readonly surface: Surface,
    private readonly told: () => void,
  ) {
    this.group = L.layerGroup().addTo(map);
    const field = byId<HTMLInputElement>("own-file");
    field.addEventListener("change", () => {
      const [file] = field.files ?? [];
      if (file) void this.take(file);
      field.value = ""; // the same file may be chosen again
    });
    const box = map.getContainer();
    box.addEventListener("dragover", (event) => event.preventDefault());
    box.addEventListener("drop", (event) => {
      event.preventDefault();
      const [file] = event.dataTransfer?.files ?? [];
      if (file) void this.take(file);
    });
    byId("own-off").addEventListener("click", () => this.set("", []));
  }

  /** Tell how many of the points are near enough. */
  follow(answer: Answer, limit: number): void {
    if (this.points.length === 0) return;
    const minutes = this.cells.map((cell) => answer.minutes[cell] ?? UNREACHED);
    const near = minutes.filter((each) => each !== UNREACHED && each <= limit * 100).length;
    const off = this.cells.filter((cell) => cell < 0).length;
    const values = { name: this.name, count: number(this.points.length), near: number(near), minutes: asTyped(limit) };
    byId("own-said").textContent = `${t("own_said", values)}${off ? ` ${t("own_off_area", { count: number(off) })}` : ""}`;
  }

  private async take(file: File): Promise<void> {
    if (file.size > MOST_BYTES) {
      this.bench.refuse(t("own_too_large", { name: file.name }));
      return;
    }
    const read = readPoints(file.name, await file.text());
    if ("problem" in read) this.bench.refuse(t(read.problem, { ...read.values, name: file.name }));
    else this.set(file.name, read.points);
  }

  private set(name: string, points: OwnPoint[]): void {
    this.name = name;
    this.points = points;
    this.cells = points.map(({ lat, lon }) => this.surface.at(L.latLng(lat, lon)));
    this.group.clearLayers();
    for (const point of points) {
      L.circleMarker([point.lat, point.lon], LOOK).bindTooltip(textOf(point.name)).addTo(this.group);
    }
    byId("own-off").hidden = points.length === 0;
    byId("own-said").textContent = "";
    if (points.length) this.bench.announce(t("own_read", { count: number(points.length) }));
    document.body.dataset["own"] = String(points.length);
    this.told();
  }
}

/** As text, which no tag of the file becomes more than. */
function textOf(name: string): HTMLElement {
  const element = document.createElement("span");
  element.textContent = name;
  return element;
}
