/** The workshop: what hands do becomes a scenario, its answer becomes figures and a map. */

import * as api from "./api.js";
import { Asker } from "./asker.js";
import { button, byId, make } from "../shared/dom.js";
import * as jobs from "./jobs.js";
import {
  initial,
  UNREACHED,
  type Answer,
  type Layers,
  type Ranking,
  type Robustness,
  type Scenario,
  type Study,
} from "./model.js";
import * as panel from "./panel.js";
import * as change from "./scenario.js";
import { Sites } from "./sites.js";
import { fragment, fromFragment, Store, type State } from "./store.js";
import { legend, ring, Surface, type Theme } from "./surface.js";
import { language, number, plain } from "../shared/numbers.js";
import { t, use } from "./words.js";

const LANGUAGE_KEY = "siting-language";
const NARROW = 600; // pixels of map under which the legend is folded
const ISOCHRONES = [10, 20, 30];
const REST_MS = 300; // without a gesture before what is long to compute is asked
const THUMB = 16; // pixels of a slider's thumb

async function speak(code: string): Promise<void> {
  use(code, await api.texts(code));
  api.speak(code);
  document.documentElement.lang = code;
  for (const one of document.querySelectorAll<HTMLElement>("[data-text]")) {
    one.textContent = t(one.dataset["text"] ?? "");
  }
  for (const one of document.querySelectorAll<HTMLElement>("[data-label]")) {
    one.setAttribute("aria-label", t(one.dataset["label"] ?? ""));
    one.title = t(one.dataset["label"] ?? "");
  }
}

/** Ask for the token until it is the right one; nothing where the server needs none. */
async function enter(): Promise<Study> {
  try {
    return await api.study();
  } catch (error) {
    if (!(error instanceof api.Refused) || error.status !== 401) throw error;
  }
  const dialog = byId<HTMLDialogElement>("login");
  dialog.showModal();
  return new Promise((resolve) => {
    byId("login-form").addEventListener("submit", (event) => {
      event.preventDefault();
      api
        .login(byId<HTMLInputElement>("token").value)
        .then(() => api.study())
        .then((study) => {
          dialog.close();
          resolve(study);
        })
        .catch((error: unknown) => {
          byId("login-said").textContent = error instanceof Error ? error.message : "";
        });
    });
  });
}

class Page {
  private readonly map: L.Map;
  private readonly whole: L.LatLngBounds;
  private readonly surface: Surface;
  private readonly sites: Sites;
  private readonly store: Store;
  private limit: number;
  private theme: Theme = "minutes";
  private answer: Answer;
  private comparedAnswer: { key: string; answer: Answer } | null = null;
  private isochrones: { at: L.LatLng; roads: string; drawn: L.GeoJSON } | null = null;
  private said = "";
  private resting = 0;

  private readonly asker = new Asker<State, Answer[]>(
    async (state) => {
      const { compared } = state;
      const wanted = compared === null ? null : change.key(compared);
      if (compared !== null && wanted !== null && this.comparedAnswer?.key !== wanted) {
        this.comparedAnswer = { key: wanted, answer: await api.answer(compared) };
      }
      const now = await api.answer(state.scenario);
      return compared === null || !this.comparedAnswer ? [now] : [this.comparedAnswer.answer, now];
    },
    (answers, state) => {
      const settled = state === this.store.state;
      this.paint(answers);
      document.body.dataset["settled"] = String(settled);
      if (settled) this.ranker.want(state.scenario); // after the map, which does not wait for it
    },
    (error) => this.fail(error),
  );

  private readonly ranker = new Asker<Scenario, Awaited<ReturnType<typeof api.ranking>>>(
    (scenario) => api.ranking(scenario),
    (found, scenario) => {
      panel.ranking(this.study, found, (id) => this.sites.focus(id));
      this.sites.ranks(new Map(found.sites.map((one) => [one.id, one.rank])));
      panel.robust(this.study, found, null);
      window.clearTimeout(this.resting);
      this.resting = window.setTimeout(() => this.robust.want({ scenario, found }), REST_MS);
    },
    (error) => this.fail(error),
  );

  private readonly robust = new Asker<{ scenario: Scenario; found: Ranking }, Robustness>(
    ({ scenario }) => api.robustness(scenario),
    (held, { found }) => panel.robust(this.study, found, held),
    (error) => this.fail(error),
  );

  constructor(
    private readonly study: Study,
    private readonly layers: Layers,
    private readonly today: Answer,
  ) {
    const held = fromFragment(location.hash.slice(1));
    this.store = new Store(held ?? { scenario: initial(study), compared: null });
    this.answer = today;
    const limits = this.store.state.scenario.thresholds_minutes;
    this.limit = limits.includes(20) ? 20 : (limits[0] ?? 20);
    this.map = L.map("map", { zoomSnap: 0.25, attributionControl: false, preferCanvas: true });
    const box = byId<HTMLDetailsElement>("legend-box");
    box.open = this.map.getSize().x > NARROW;
    this.whole = bounds(layers);
    this.showWhole();
    L.control.scale({ imperial: false }).addTo(this.map);
    this.surface = new Surface(layers).addTo(this.map);
    this.sites = new Sites(this.map, study, {
      scenario: () => this.store.state.scenario,
      preview: (scenario) => this.store.preview({ ...this.store.state, scenario }),
      settle: (scenario, said) => this.settle(() => scenario, said),
    });
    this.store.listen((state, settled) => this.changed(state, settled));
    this.wire();
  }

  start(): void {
    this.changed(this.store.state, true);
  }

  private settle(action: (now: Scenario) => Scenario, said: string): void {
    this.said = said;
    this.store.change(action);
  }

  private changed(state: State, settled: boolean): void {
    document.body.dataset["settled"] = "false"; // until what is shown is what was asked last
    byId("problem").textContent = ""; // what was refused is said until the next gesture
    this.asker.want(state);
    if (!settled) return;
    const { scenario, compared } = state;
    const limits = scenario.thresholds_minutes;
    if (!limits.includes(this.limit)) this.limit = limits[0] ?? this.limit;
    history.replaceState(null, "", `#${fragment(state)}`);
    if (this.isochrones && this.isochrones.roads !== roadsOf(scenario)) this.isochrone(this.isochrones.at);
    this.sites.show(scenario);
    panel.changes(this.study, scenario, (action, said) => this.settle(action, said));
    panel.weigh(this.study, scenario.weights);
    this.chips();
    byId<HTMLInputElement>("speed").value = String(scenario.what_if.speed_factor * 100);
    byId("speed-share").textContent = `${number(scenario.what_if.speed_factor * 100)} %`;
    byId<HTMLButtonElement>("undo").disabled = !this.store.canUndo;
    byId<HTMLButtonElement>("redo").disabled = !this.store.canRedo;
    byId("swipe-row").hidden = compared === null;
    if (compared !== null) this.divide();
    byId("compare-off").hidden = compared === null;
    byId("compare-said").textContent = t(compared === null ? "compare_none" : "compare_some");
  }

  private paint(answers: Answer[]): void {
    const now = answers[answers.length - 1];
    if (!now) return;
    this.answer = now;
    this.surface.show(answers, this.today, this.theme);
    this.figures();
    document.body.dataset["painted"] = String(Number(document.body.dataset["painted"] ?? 0) + 1);
  }

  private figures(): void {
    const said = panel.headline(this.study, this.answer, this.today, this.limit);
    panel.chart(this.study, this.answer, this.today);
    panel.zones(this.study, this.answer, this.limit);
    if (this.said) {
      byId("live").textContent = `${this.said} ${said}`;
      this.said = "";
    }
  }

  private chips(): void {
    panel.thresholds(this.store.state.scenario.thresholds_minutes, this.limit, (limit) => {
      this.limit = limit;
      this.chips();
      this.figures();
    });
  }

  /** Say what went wrong; a scenario that is refused is taken back. */
  private fail(error: unknown): void {
    const refused = error instanceof api.Refused ? error : null;
    byId("problem").textContent =
      refused?.status === 0 ? t("no_server") : error instanceof Error ? error.message : "";
    if (refused?.status === 422) {
      if (this.store.canUndo) this.store.reject();
      else this.store.set({ scenario: initial(this.study), compared: null });
      byId("problem").textContent = refused.message;
    }
  }

  // -- wiring --------------------------------------------------------------------------------

  private wire(): void {
    panel.tabs();
    panel.sliders(
      this.study,
      (id, weight) => {
        const scenario = change.weigh(this.store.state.scenario, id, weight);
        panel.weigh(this.study, scenario.weights);
        this.ranker.want(scenario);
      },
      (id, weight) => this.settle((now) => change.weigh(now, id, weight), t("said_weighed")),
    );
    byId("weights-reset").addEventListener("click", () =>
      this.settle((now) => ({ ...now, weights: initial(this.study).weights }), t("said_weighed")),
    );
    byId("undo").addEventListener("click", () => this.store.undo());
    byId("redo").addEventListener("click", () => this.store.redo());
    document.addEventListener("keydown", (event) => this.shortcut(event));
    byId("reset").addEventListener("click", () => {
      this.said = t("said_reset");
      this.store.set({ scenario: initial(this.study), compared: this.store.state.compared });
    });
    byId("share-link").addEventListener("click", () => void this.share());
    byId("print").addEventListener("click", () => window.print());
    this.printing();
    byId("language").addEventListener("click", () => {
      localStorage.setItem(LANGUAGE_KEY, language() === "fr" ? "en" : "fr");
      location.reload();
    });
    const list = byId<HTMLInputElement>("threshold-list");
    list.addEventListener("change", () => {
      const minutes = list.value.split(/[;,\s]+/).filter(Boolean).map(Number);
      const good = minutes.every((one) => Number.isFinite(one) && one > 0 && one <= 600);
      if (!good || minutes.length === 0 || minutes.length > 8) {
        byId("problem").textContent = t("bad_thresholds");
        return;
      }
      this.settle((now) => change.thresholds(now, minutes), t("said_thresholds"));
    });
    const speed = byId<HTMLInputElement>("speed");
    speed.addEventListener("input", () => {
      const scenario = change.speed(this.store.state.scenario, speed.valueAsNumber / 100);
      byId("speed-share").textContent = `${number(speed.valueAsNumber)} %`;
      this.store.preview({ ...this.store.state, scenario });
    });
    speed.addEventListener("change", () =>
      this.settle((now) => change.speed(now, speed.valueAsNumber / 100), t("said_speed")),
    );
    byId<HTMLSelectElement>("theme").addEventListener("change", (event) => {
      this.theme = (event.target as HTMLSelectElement).value as Theme;
      this.legend();
      this.asker.want(this.store.state);
    });
    this.legend();
    this.communes();
    this.links();
    this.comparing();
    this.scenarios();
    this.map.on("click", (event: L.LeafletMouseEvent) => this.clicked(event.latlng));
    jobs.wire(
      this.study,
      () => this.store.state.scenario,
      (action, said) => this.settle(action, said),
      (error) => this.fail(error),
    );
  }

  private shortcut(event: KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey) || event.target instanceof HTMLInputElement) return;
    const pressed = event.key.toLowerCase();
    if (pressed === "z" && !event.shiftKey) this.store.undo();
    else if (pressed === "y" || (pressed === "z" && event.shiftKey)) this.store.redo();
    else return;
    event.preventDefault();
  }

  private async share(): Promise<void> {
    try {
      await navigator.clipboard.writeText(location.href);
      byId("live").textContent = t("said_shared");
    } catch {
      window.prompt(t("share_by_hand"), location.href);
    }
  }

  private legend(): void {
    const between = (from: number, to: number | null): string =>
      to === null ? t("more_than", { from }) : t("between", { from, to });
    const rows = legend(this.theme, between).map(({ colour, said }) => {
      const swatch = make("span", { class: "swatch", "aria-hidden": "true" });
      swatch.style.background = colour;
      return make("li", {}, swatch, said);
    });
    const hatched = make("span", { class: "swatch hatched", "aria-hidden": "true" });
    byId("legend-title").textContent = t(`legend_${this.theme}`);
    byId("legend").replaceChildren(...rows, make("li", {}, hatched, t("no_way")));
    byId("legend-note").textContent = [
      this.study.modelled_cells ? t("note_modelled") : "",
      this.study.roads === "distances" ? t("note_distances") : t("roads_osm"),
    ].join(" ");
    const notes = [
      this.study.modelled_cells ? t("modelled_cells") : "",
      t(`roads_${this.study.roads}`),
      ...this.study.sources.map(
        (one) => `${one.title} (${t(`status_${one.status}`)}, ${one.vintage}) : ${one.licence}`,
      ),
    ].filter(Boolean);
    byId("sources").replaceChildren(...notes.map((one) => make("li", {}, one)));
  }

  /** Open a site in a commune, without a mouse. */
  private communes(): void {
    const held = [...this.layers.communes].sort((a, b) => a.name.localeCompare(b.name, "fr"));
    byId("commune-names").replaceChildren(...held.map((one) => make("option", { value: one.name })));
    const field = byId<HTMLInputElement>("commune");
    byId("commune-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const wanted = plain(field.value);
      const found = held.find((one) => plain(one.name) === wanted);
      if (!found) {
        byId("problem").textContent = t("unknown_commune", { name: field.value });
        return;
      }
      field.value = "";
      this.openAt(found.name, found.at[0], found.at[1]);
    });
  }

  private openAt(name: string, lon: number, lat: number): void {
    this.settle((now) => change.open(now, change.ownPlace(now, name, lon, lat)), t("said_opened", { name }));
  }

  /** Close a link of the table of distances, without a mouse. */
  private links(): void {
    byId("link-form").hidden = this.study.roads !== "distances";
    byId("road-hint").hidden = this.study.roads === "distances";
    byId("link-names").replaceChildren(
      ...this.study.links.map((one) => make("option", { value: one[2] })),
    );
    const field = byId<HTMLInputElement>("link");
    byId("link-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const found = this.study.links.find((one) => plain(one[2]) === plain(field.value));
      if (!found) {
        byId("problem").textContent = t("unknown_link", { name: field.value });
        return;
      }
      field.value = "";
      this.closeLink(found);
    });
  }

  private closeLink(found: Study["links"][number]): void {
    this.settle(
      (now) => change.closeLink(now, [found[0], found[1]]),
      t("said_link", { name: found[2] }),
    );
  }

  /** Show the whole territory beside the legend, which hides no commune. */
  private showWhole(): void {
    const box = byId<HTMLDetailsElement>("legend-box");
    this.map.fitBounds(this.whole, {
      animate: false,
      paddingTopLeft: [box.open ? box.offsetWidth + 10 : 8, 8],
      paddingBottomRight: [8, 8],
    });
  }

  /** Give the map the size of a sheet while it is printed, and show what was shown; sources too. */
  private printing(): void {
    const sources = byId<HTMLDetailsElement>("sources-box");
    const legend = byId<HTMLDetailsElement>("legend-box");
    let after = (): void => undefined;
    window.addEventListener("beforeprint", () => {
      const { map } = this;
      const before = { centre: map.getCenter(), zoom: map.getZoom(), opened: [sources.open, legend.open] };
      const shown = map.getBounds();
      document.body.classList.add("printing");
      [sources.open, legend.open] = [true, true];
      map.invalidateSize({ animate: false });
      if (shown.contains(this.whole)) this.showWhole();
      else map.fitBounds(shown, { animate: false });
      after = () => {
        document.body.classList.remove("printing");
        [sources.open, legend.open] = before.opened as [boolean, boolean];
        map.invalidateSize({ animate: false });
        map.setView(before.centre, before.zoom, { animate: false });
      };
    });
    window.addEventListener("afterprint", () => after());
  }

  /** Draw the line between two plans under the slider's thumb; at its ends, one plan is whole. */
  private divide(): void {
    const slider = byId<HTMLInputElement>("swipe");
    const share = slider.valueAsNumber / 100;
    const box = slider.getBoundingClientRect();
    const map = byId("map").getBoundingClientRect();
    const thumb = box.left - map.left + THUMB / 2 + share * (box.width - THUMB);
    const whole = share <= 0 || share >= 1 || box.width === 0;
    this.surface.divide(whole ? share : thumb / map.width);
  }

  private comparing(): void {
    byId("compare-on").addEventListener("click", () => {
      const { scenario } = this.store.state;
      this.said = t("said_kept");
      this.store.set({ scenario, compared: scenario });
    });
    byId("compare-today").addEventListener("click", () => {
      this.said = t("said_kept");
      this.store.set({ ...this.store.state, compared: initial(this.study) });
    });
    byId("compare-off").addEventListener("click", () =>
      this.store.set({ ...this.store.state, compared: null }),
    );
    byId("compare-swap").addEventListener("click", () => {
      const { scenario, compared } = this.store.state;
      if (compared) this.store.set({ scenario: compared, compared: scenario });
    });
    byId("swipe").addEventListener("input", () => this.divide());
    this.map.on("resize", () => this.divide());
    const plans = this.study.plans.map((plan) =>
      button(plan.name, () =>
        this.settle(
          (now) => {
            const empty = { ...initial(this.study), weights: now.weights };
            const opened = plan.sites.reduce((held, id) => change.open(held, id), empty);
            return plan.close.reduce((held, id) => change.close(held, id), opened);
          },
          t("said_plan", { name: plan.name }),
        ),
      ),
    );
    byId("plans").replaceChildren(...plans);
    byId("plans-row").hidden = plans.length === 0;
  }

  private scenarios(): void {
    const list = byId<HTMLSelectElement>("saved");
    const refresh = async (): Promise<void> => {
      const { names } = await api.saved();
      list.replaceChildren(...names.map((one) => make("option", { value: one }, one)));
      byId<HTMLButtonElement>("load").disabled = names.length === 0;
    };
    refresh().catch((error: unknown) => this.fail(error));
    byId("save-form").hidden = this.study.read_only;
    byId("save-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const name = byId<HTMLInputElement>("save-name").value.trim();
      api
        .save(name, this.store.state.scenario)
        .then(({ file }) => {
          byId("live").textContent = t("said_saved", { file });
          byId("saved-said").textContent = t("said_saved", { file });
          return refresh();
        })
        .catch((error: unknown) => this.fail(error));
    });
    byId("load").addEventListener("click", () => {
      api
        .load(list.value)
        .then((scenario) => {
          const weights = { ...initial(this.study).weights, ...scenario.weights };
          this.settle(() => ({ ...scenario, weights }), t("said_loaded", { name: list.value }));
        })
        .catch((error: unknown) => this.fail(error));
    });
    for (const kind of ["table", "map", "config", "report"]) {
      byId(`export-${kind}`).addEventListener("click", (event) => {
        const pressed = event.currentTarget as HTMLButtonElement;
        pressed.disabled = true;
        api
          .exported(kind, this.store.state.scenario)
          .then((blob) => hand(blob, { table: "couverture.csv", map: "carte.html", config: "scenario.yaml", report: "rapport.docx" }[kind] ?? kind))
          .catch((error: unknown) => this.fail(error))
          .finally(() => {
            pressed.disabled = false;
          });
      });
    }
  }

  // -- the map -------------------------------------------------------------------------------

  private clicked(at: L.LatLng): void {
    const content = make("div", { class: "popup" });
    const cell = this.surface.at(at);
    const commune = this.layers.communes[this.surface.commune[cell] ?? -1]?.name ?? t("this_place");
    content.append(make("strong", {}, commune));
    const minutes = this.answer.minutes[cell] ?? UNREACHED;
    if (cell >= 0) {
      const people = number(this.surface.people[cell] ?? 0);
      content.append(
        make(
          "p",
          {},
          minutes === UNREACHED
            ? t("cell_unreached", { people })
            : t("cell", { people, minutes: number(minutes / 100, 1) }),
        ),
      );
    }
    const list = make("ol", { class: "access" });
    content.append(list);
    api
      .access(this.store.state.scenario, at.lng, at.lat)
      .then(({ facilities }) => {
        const rows = facilities.slice(0, 4).map((one) => {
          const time = one.minutes === null ? t("no_way") : `${number(one.minutes, 1)} min`;
          return make("li", {}, `${one.name} : ${time}`);
        });
        list.replaceChildren(...rows);
      })
      .catch((error: unknown) => {
        list.replaceChildren(make("li", {}, error instanceof Error ? error.message : ""));
      });
    const actions = make("div", { class: "actions" });
    const act = (said: string, action: () => void): void => {
      actions.append(
        button(said, () => {
          this.map.closePopup();
          action();
        }),
      );
    };
    act(t("open_here"), () => this.openAt(commune, at.lng, at.lat));
    if (this.study.roads === "osm") {
      act(t("close_road_here"), () =>
        this.settle((now) => change.closeRoad(now, at.lng, at.lat), t("said_road")),
      );
      act(t("isochrone_here"), () => this.isochrone(at));
      if (this.isochrones) act(t("isochrone_off"), () => this.noIsochrone());
    } else {
      const near = nearestLink(this.study, at);
      if (near) act(t("close_link_here", { name: near[2] }), () => this.closeLink(near));
    }
    content.append(actions);
    L.popup({ minWidth: 220 }).setLatLng(at).setContent(content).openOn(this.map);
  }

  /** Draw from where a place is reached in so many minutes, on the scenario's roads. */
  private isochrone(at: L.LatLng): void {
    const { scenario } = this.store.state;
    this.noIsochrone();
    api
      .isochrone({ scenario, lon: at.lng, lat: at.lat, minutes: ISOCHRONES })
      .then((found) => {
        this.noIsochrone();
        const features = [...found.features].reverse();
        const renderer = L.svg(); // lines that print sharp, over the cells' canvas
        const style = (one?: GeoJSON.Feature): L.PathOptions => ({
          renderer,
          className: `isochrone m${String(one?.properties?.["minutes"])}`,
          color: "#1b1b1b",
          weight: 1.5,
          fillOpacity: 0.06,
        });
        const drawn = L.geoJSON({ ...found, features } as GeoJSON.FeatureCollection, {
          interactive: false,
          style,
          onEachFeature: (one, layer) => label(one, layer as L.Polygon),
        });
        L.circleMarker(at, { radius: 4, color: "#1b1b1b", fillOpacity: 1, interactive: false, renderer }).addTo(drawn);
        this.isochrones = { at, roads: roadsOf(scenario), drawn: drawn.addTo(this.map) };
        byId("live").textContent = t("said_isochrone");
        byId("problem").textContent = "";
      })
      .catch((error: unknown) => {
        byId("problem").textContent = error instanceof Error ? error.message : "";
      });
  }

  private noIsochrone(): void {
    this.isochrones?.drawn.remove();
    this.isochrones = null;
  }
}

/** What of a scenario changes the times on the roads. */
const roadsOf = (scenario: Scenario): string =>
  JSON.stringify([scenario.what_if.closed_roads, scenario.what_if.speed_factor]);

/** Write the minutes of an isochrone at its northernmost corner. */
function label(one: GeoJSON.Feature, layer: L.Polygon): void {
  const corners = (layer.getLatLngs() as L.LatLng[][][]).flat(2);
  const top = corners.reduce<L.LatLng | null>((best, at) => (best && best.lat >= at.lat ? best : at), null);
  if (!top) return;
  const minutes = `${number(Number(one.properties?.["minutes"]))} min`;
  layer.bindTooltip(minutes, { permanent: true, direction: "top", className: "minutes", offset: [0, 4] });
  layer.on("add", () => layer.openTooltip(top));
}

function bounds(layers: Layers): L.LatLngBounds {
  const found = L.latLngBounds([]);
  for (const one of layers.communes) {
    for (const steps of one.rings) {
      for (const [lon, lat] of ring(steps, layers.unit)) found.extend([lat, lon]);
    }
  }
  return found;
}

/** The link of which a place is nearest, within a tenth of a degree. */
function nearestLink(study: Study, at: L.LatLng): Study["links"][number] | null {
  const wide = Math.cos((at.lat * Math.PI) / 180);
  let best: Study["links"][number] | null = null;
  let least = 0.1;
  for (const link of study.links) {
    const [x1, y1, x2, y2] = [link[3] * wide, link[4], link[5] * wide, link[6]];
    const [px, py] = [at.lng * wide, at.lat];
    const length = (x2 - x1) ** 2 + (y2 - y1) ** 2;
    const along = length
      ? Math.max(0, Math.min(1, ((px - x1) * (x2 - x1) + (py - y1) * (y2 - y1)) / length))
      : 0;
    const distance = Math.hypot(px - x1 - along * (x2 - x1), py - y1 - along * (y2 - y1));
    if (distance < least) [best, least] = [link, distance];
  }
  return best;
}

/** Hand a file to the reader. */
function hand(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

async function begin(): Promise<void> {
  await speak(localStorage.getItem(LANGUAGE_KEY) ?? "fr");
  const study = await enter();
  document.title = `${study.title} – ${t("workshop")}`;
  byId("title").textContent = study.title;
  const [layers, today] = await Promise.all([api.layers(), api.answer(initial(study))]);
  new Page(study, layers, today).start();
  document.body.classList.add("ready");
}

begin().catch((error: unknown) => {
  byId("problem").textContent = error instanceof Error ? error.message : String(error);
});
