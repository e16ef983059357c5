/** From where a place is reached in 10, 20 and 30 minutes, drawn on the scenario's roads. */

import { byId } from "../shared/dom.js";
import { number } from "../shared/numbers.js";
import * as api from "./api.js";
import type { Isochrones as Reply, Scenario } from "./model.js";
import { t } from "./words.js";

const MINUTES = [10, 20, 30];

/** What of a scenario changes the times on the roads. */
const roadsOf = (scenario: Scenario): string =>
  JSON.stringify([scenario.what_if.closed_roads, scenario.what_if.speed_factor]);

export class Isochrones {
  private wanted: { at: L.LatLng; roads: string } | null = null;
  private drawn: L.GeoJSON | null = null;

  constructor(
    private readonly map: L.Map,
    private readonly refuse: (sentence: string) => void,
  ) {}

  /** Whether any is drawn, or will be. */
  get shown(): boolean {
    return this.wanted !== null;
  }

  /** Draw around a place; an answer that a newer question overtook is not drawn. */
  draw(scenario: Scenario, at: L.LatLng): void {
    const wanted = { at, roads: roadsOf(scenario) };
    this.clear();
    this.wanted = wanted;
    api
      .isochrone({ scenario, lon: at.lng, lat: at.lat, minutes: MINUTES })
      .then((reply) => {
        if (this.wanted !== wanted) return;
        this.drawn = layer(reply, at).addTo(this.map);
        byId("live").textContent = t("said_isochrone");
      })
      .catch((error: unknown) => {
        if (this.wanted !== wanted) return;
        this.wanted = null;
        this.refuse(error instanceof Error ? error.message : "");
      });
  }

  /** Draw again where the scenario changed the roads. */
  follow(scenario: Scenario): void {
    if (this.wanted && this.wanted.roads !== roadsOf(scenario)) this.draw(scenario, this.wanted.at);
  }

  clear(): void {
    this.wanted = null;
    this.drawn?.remove();
    this.drawn = null;
  }
}

function layer(reply: Reply, at: L.LatLng): L.GeoJSON {
  const features = [...reply.features].reverse(); // the widest lies lowest
  const renderer = L.svg(); // lines that print sharp, over the cells' canvas
  const style = (feature?: GeoJSON.Feature): L.PathOptions => ({
    renderer,
    className: `isochrone m${String(feature?.properties?.["minutes"])}`,
    color: "#1b1b1b",
    weight: 1.5,
    fillOpacity: 0.06,
  });
  const drawn = L.geoJSON({ ...reply, features } as GeoJSON.FeatureCollection, {
    interactive: false,
    style,
    onEachFeature: (feature, polygon) => label(feature, polygon as L.Polygon),
  });
  L.circleMarker(at, { radius: 4, color: "#1b1b1b", fillOpacity: 1, interactive: false, renderer }).addTo(drawn);
  return drawn;
}

/** Write the minutes of an isochrone at its northernmost corner. */
function label(feature: GeoJSON.Feature, polygon: L.Polygon): void {
  const corners = (polygon.getLatLngs() as L.LatLng[][][]).flat(2);
  const top = corners.reduce<L.LatLng | null>((best, at) => (best && best.lat >= at.lat ? best : at), null);
  if (!top) return;
  const minutes = `${number(Number(feature.properties?.["minutes"]))} min`;
  polygon.bindTooltip(minutes, { permanent: true, direction: "top", className: "minutes", offset: [0, 4] });
  polygon.on("add", () => polygon.openTooltip(top));
}
