/** A zone drawn on the map, corner by corner or around a commune: its people, and searches within it. */

import { byId } from "../shared/dom.js";
import { asTyped, number, percent, plain } from "../shared/numbers.js";
import * as api from "./api.js";
import { Asker } from "./asker.js";
import type { ZoneReply } from "./api_types.js";
import { keep, recall } from "./kept.js";
import type { Scenario } from "./model.js";
import { t } from "./words.js";
import type { Workbench } from "./workbench.js";

type Corner = [number, number];

const KEY = "zone";
const SIDES = 32; // of a circle
const MOST = 200; // corners that the server takes
const METRES_A_DEGREE = 111_320;
const LINE: L.PathOptions = { color: "#7a1fa2", weight: 3, fillOpacity: 0.08, dashArray: "8 5", interactive: false };

export class Zone {
  private corners: Corner[] = recall<Corner[]>(KEY) ?? [];
  private drawing: Corner[] | null = null;
  private readonly shape: L.Polygon;
  private readonly asker = new Asker<Scenario, ZoneReply>(
    (scenario) => api.zone(scenario, this.corners),
    (reply) => this.tell(reply),
    (error) => this.bench.fail(error),
  );

  constructor(
    private readonly map: L.Map,
    private readonly bench: Workbench,
    private readonly limit: () => number,
  ) {
    this.shape = L.polygon([], LINE).addTo(map);
    byId("zone-draw").addEventListener("click", () => (this.drawing ? this.finish() : this.begin()));
    byId("zone-off").addEventListener("click", () => this.set([]));
    byId("zone-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.around(byId<HTMLInputElement>("zone-commune").value, byId<HTMLInputElement>("zone-km").valueAsNumber);
    });
    document.addEventListener("keydown", (event) => {
      if (this.drawing === null) return;
      if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) this.finish();
      else if (event.key === "Escape") this.stop();
    });
    this.draw();
  }

  /** Corners, longitude and latitude; none where no zone is drawn. */
  get given(): readonly Corner[] {
    return this.corners;
  }

  /** Take a click on the map as a corner; tells whether it was one. */
  take({ lng, lat }: L.LatLng): boolean {
    if (this.drawing === null) return false;
    if (this.drawing.length < MOST) this.drawing.push([rounded(lng), rounded(lat)]);
    this.draw();
    return true;
  }

  /** Ask what a scenario does to the zone's people. */
  follow(scenario: Scenario): void {
    if (this.corners.length) this.asker.want(scenario);
  }

  private begin(): void {
    this.drawing = [];
    byId("zone-draw").textContent = t("zone_finish");
    byId("zone-said").textContent = t("zone_how");
    this.map.closePopup();
    this.draw();
  }

  private finish(): void {
    const drawn = this.drawing ?? [];
    this.stop();
    if (drawn.length < 3) this.bench.refuse(t("zone_corners"));
    else this.set(drawn);
  }

  private stop(): void {
    this.drawing = null;
    byId("zone-draw").textContent = t("zone_draw");
    this.draw();
  }

  private around(commune: string, km: number): void {
    const centre = this.bench.layers.communes.find(({ name }) => plain(name) === plain(commune))?.at;
    if (!centre) {
      this.bench.refuse(t("unknown_commune", { name: commune }));
      return;
    }
    const [lon, lat] = centre;
    const high = (km * 1000) / METRES_A_DEGREE;
    const wide = high / Math.cos((lat * Math.PI) / 180);
    const corner = (_: unknown, i: number): Corner => {
      const turn = (2 * Math.PI * i) / SIDES;
      return [rounded(lon + wide * Math.cos(turn)), rounded(lat + high * Math.sin(turn))];
    };
    this.set(Array.from({ length: SIDES }, corner));
  }

  private set(corners: Corner[]): void {
    this.corners = corners;
    keep(KEY, corners);
    this.draw();
    this.follow(this.bench.state().scenario);
  }

  private draw(): void {
    const shown = this.drawing ?? this.corners;
    document.body.classList.toggle("drawing", this.drawing !== null); // markers let clicks through
    this.shape.setLatLngs(shown.map(([lon, lat]): L.LatLngTuple => [lat, lon]));
    const none = this.corners.length === 0;
    byId("zone-off").hidden = none;
    byId("job-zone-row").hidden = none;
    if (none) byId<HTMLInputElement>("job-zone").checked = false;
    if (none && this.drawing === null) byId("zone-said").textContent = "";
  }

  private tell(reply: ZoneReply): void {
    if (this.corners.length === 0) return;
    const at = Math.max(0, reply.thresholds.indexOf(this.limit()));
    const sentence = t("zone_said", {
      people: number(Math.round(reply.people)),
      share: reply.people ? percent((reply.covered[at] ?? 0) / reply.people) : "–",
      minutes: asTyped(reply.thresholds[at] ?? 0),
      gained: number(Math.round(reply.gained[at] ?? 0)),
      lost: number(Math.round(reply.lost[at] ?? 0)),
      mean: reply.mean_minutes === null ? "–" : number(reply.mean_minutes, 1),
    });
    byId("zone-said").textContent = sentence;
    this.bench.announce(sentence);
  }
}

const rounded = (value: number): number => Math.round(value * 1e5) / 1e5;
