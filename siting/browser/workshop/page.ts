/** The page: what hands do becomes a scenario, its answer becomes figures and a map. */

import { byId } from "../shared/dom.js";
import type { Box } from "../shared/labels.js";
import { homeButton, limit, readablePopups } from "../shared/leaflet.js";
import { percent } from "../shared/numbers.js";
import { Address } from "./address.js";
import * as api from "./api.js";
import { Asker } from "./asker.js";
import * as comparing from "./comparing.js";
import { Closures, roadName } from "./closures.js";
import { changeLanguage } from "./entry.js";
import * as finding from "./finding.js";
import { invite } from "./invitation.js";
import { Isochrones } from "./isochrones.js";
import * as jobs from "./jobs.js";
import { keep, recall } from "./kept.js";
import * as looking from "./looking.js";
import * as looks from "./looks.js";
import { showLegend, showSources } from "./map_notes.js";
import { initial, lookOf, modeOf, serviceOf, type Answer, type Layers, type Ranking, type Robustness, type Scenario, type Study } from "./model.js";
import * as minutes from "./minutes.js";
import * as naming from "./naming.js";
import { OwnPoints } from "./own_points.js";
import * as panel from "./panel.js";
import * as paper from "./paper.js";
import { placePopup } from "./place_popup.js";
import { Plans } from "./plans.js";
import { Presenting } from "./presenting.js";
import * as ranks from "./ranking.js";
import * as change from "./scenario.js";
import * as scenarioFiles from "./scenario_files.js";
import * as scenarioForm from "./scenario_form.js";
import { Sites } from "./sites.js";
import { fromFragment, Store, type History, type State } from "./store.js";
import { Together, type Shared } from "./together.js";
import { ring, Surface, type Theme } from "./surface.js";
import { t } from "./words.js";
import type { Workbench } from "./workbench.js";
import { Zone } from "./zone.js";

const CLOSE = 11.5; // zoom at which a place that was found is looked at
const NARROW = 600; // pixels of map under which the legend is folded
const REST_MS = 300; // without a gesture before what is long to compute is asked
const TEXT_FIELDS = ["text", "password", "number"]; // have an undo of their own

export class Page implements Workbench {
  private readonly map: L.Map;
  private readonly whole: L.LatLngBounds;
  private readonly surface: Surface;
  private readonly sites: Sites;
  private readonly closures: Closures;
  private readonly plans: Plans;
  private readonly together: Together;
  private readonly zone: Zone;
  private readonly ownPoints: OwnPoints;
  private readonly otherSites: comparing.OtherSites;
  private readonly store: Store;
  private readonly address = new Address();
  private readonly isochrones: Isochrones;
  private limit: number;
  /** Today, as each service and mode of travel looks at it. */
  private readonly todays = new Map<string, Answer>();
  private theme: Theme = "minutes";
  private answer: Answer;
  /** Of the plans that are shown: of two, the one on the left first. */
  private answers: Answer[] = [];
  /** The last answer to a state that was settled, and what that state changed. */
  private settledAnswer: { key: string; answer: Answer } | null = null;
  private comparedAnswer: { key: string; answer: Answer } | null = null;
  /** The ranking on the page, which a robustness must be that of. */
  private ranked: Ranking | null = null;
  private sentence = "";
  private resting = 0;
  private repaintNames = (): void => undefined;

  private readonly asker = new Asker<State, Answer[]>(
    async (state) => {
      const { compared } = state;
      await this.knowToday(state.scenario);
      const wanted = compared === null ? null : change.key(compared);
      if (compared !== null && wanted !== null && this.comparedAnswer?.key !== wanted) {
        this.comparedAnswer = { key: wanted, answer: await api.answer(compared) };
      }
      const now = await api.answer(state.scenario);
      return compared === null || !this.comparedAnswer ? [now] : [this.comparedAnswer.answer, now];
    },
    (answers, state) => {
      const settled = state === this.store.state;
      this.paint(answers, state);
      document.body.dataset["settled"] = String(settled);
      if (!settled) return;
      this.tellEffect(state.scenario);
      this.zone.follow(state.scenario);
      this.plans.follow();
      this.ranker.want(state.scenario); // after the map, which does not wait for it
    },
    (error, state) => this.failed(error, state === this.store.state),
  );

  private readonly ranker = new Asker<Scenario, Ranking>(
    (scenario) => api.ranking(scenario),
    (ranking, scenario) => this.rank(ranking, scenario),
    (error, scenario) => this.failed(error, scenario === this.store.state.scenario),
  );

  private readonly robust = new Asker<{ scenario: Scenario; ranking: Ranking }, Robustness>(
    ({ scenario }) => api.robustness(scenario),
    (robustness, { ranking }) => {
      if (ranking === this.ranked) ranks.showRobustness(this.study, ranking, robustness);
    },
    (error) => this.fail(error),
  );

  constructor(
    readonly study: Study,
    readonly layers: Layers,
    private today: Answer,
  ) {
    this.todays.set(lookOf(initial(study)), today);
    this.store = new Store(
      fromFragment(location.hash.slice(1)) ?? { scenario: initial(study), compared: null },
      recall<History>("history"),
    );
    this.answer = today;
    const limits = this.store.state.scenario.thresholds_minutes;
    this.limit = limits.includes(20) ? 20 : (limits[0] ?? 20);
    this.map = L.map("map", { zoomSnap: 0.25, attributionControl: false, preferCanvas: true });
    const box = byId<HTMLDetailsElement>("legend-box");
    box.open = this.map.getSize().x > NARROW;
    this.whole = boundsOf(layers);
    this.showWhole();
    L.control.scale({ imperial: false }).addTo(this.map);
    limit(this.map, this.whole);
    homeButton(this.map.zoomControl, t("home"), () => this.showWhole());
    this.surface = new Surface(layers).addTo(this.map);
    this.sites = new Sites(this.map, this, () => this.popupRoom());
    this.otherSites = new comparing.OtherSites(this.map, study);
    panel.tabs(); // before who follows them
    this.plans = new Plans(this, () => this.limit);
    this.closures = new Closures(this.map, this);
    this.isochrones = new Isochrones(this.map, (sentence) => this.refuse(sentence));
    this.zone = new Zone(this.map, this, () => this.limit);
    this.ownPoints = new OwnPoints(this.map, this, this.surface, () => this.figures());
    const again = (): void => this.changed(this.store.state, true); // what was asked in vain
    window.addEventListener("online", again);
    this.together = new Together(this, () => this.shared(), (state) => this.follow(state), again);
    this.store.locked = () => this.together.watching;
    this.store.refused = () => this.refuse(t("meet_watching"));
    this.store.listen((state, settled) => this.changed(state, settled));
    this.wire();
  }

  start(): void {
    this.changed(this.store.state, true);
    invite();
    api
      .surroundings()
      .then((around) => {
        const boxes = (): Box[] => [...this.sites.boxes(), ...this.panels()];
        this.repaintNames = naming.drawNames(this.map, this.surface, this.layers, around, boxes);
        const epciOf = (commune: number): string => around.epci.name[around.epci_of[commune] ?? -1] ?? "";
        naming.follow(this.map, this.surface, this.layers, epciOf, () => this.answer);
        document.body.dataset["named"] = "true";
      })
      .catch((error: unknown) => this.fail(error));
  }

  // -- the workbench -------------------------------------------------------------------------

  state(): State {
    return this.store.state;
  }

  communeAt(at: L.LatLng): string {
    const cell = this.surface.at(at);
    return this.layers.communes[this.surface.commune[cell] ?? -1]?.name ?? t("this_place");
  }

  preview(scenario: Scenario): void {
    this.store.preview({ ...this.store.state, scenario });
  }

  settle(action: (now: Scenario) => Scenario, sentence: string): void {
    this.sentence = sentence;
    this.store.change(action);
  }

  set(state: State, sentence: string): void {
    this.sentence = sentence;
    this.store.set(state);
  }

  announce(sentence: string): void {
    byId("live").textContent = sentence;
  }

  refuse(sentence: string): void {
    byId("problem").textContent = sentence;
  }

  fail(error: unknown): void {
    const unheard = error instanceof api.Refused && error.status === 0;
    this.refuse(unheard ? t("no_server") : error instanceof Error ? error.message : "");
  }

  // -- in a meeting --------------------------------------------------------------------------

  private shared(): Shared {
    return { ...this.store.state, limit: this.limit, theme: this.theme };
  }

  /** Show what everybody sees. */
  private follow({ scenario, compared, limit, theme }: Shared): void {
    this.limit = limit;
    this.theme = theme;
    this.sentence = t("meet_changed");
    this.store.follow({ scenario, compared });
  }

  // -- from the state to the screen ----------------------------------------------------------

  private changed(state: State, settled: boolean): void {
    document.body.dataset["settled"] = "false"; // until what is shown is what was asked last
    document.body.dataset["ranked"] = "false";
    this.refuse(""); // what was refused is said until the next gesture
    this.asker.want(state);
    if (!settled) return;
    const { scenario, compared } = state;
    const limits = scenario.thresholds_minutes;
    if (!limits.includes(this.limit)) this.limit = limits[0] ?? this.limit;
    this.address.write(state);
    this.isochrones.follow(scenario);
    this.sites.show(scenario);
    const named = (road: { lat: number; lon: number }): string => roadName(this, road);
    panel.changes(this.study, scenario, named, (action, sentence) => this.settle(action, sentence));
    this.repaintNames();
    ranks.weigh(this.study, scenario.weights);
    this.chips();
    scenarioForm.follow(scenario);
    looks.follow(this.study, scenario);
    this.look(this.theme);
    if (compared === null && this.theme === "difference") this.look("change");
    comparing.follow(compared, this.surface, this.otherSites);
    byId<HTMLButtonElement>("undo").disabled = !this.store.canUndo;
    byId<HTMLButtonElement>("redo").disabled = !this.store.canRedo;
    this.together.push();
  }

  /** Ask what today is, where a scenario looks at it as none did before. */
  private async knowToday(scenario: Scenario): Promise<void> {
    const look = lookOf(scenario);
    if (!this.todays.has(look)) this.todays.set(look, await api.answer(initial(this.study, scenario)));
  }

  /** Say what the last gesture did, and so that it changed no time. */
  private tellEffect({ what_if, service, mode }: Scenario): void {
    const key = JSON.stringify([what_if, service, mode]);
    const before = this.settledAnswer;
    this.settledAnswer = { key, answer: this.answer };
    if (before === null || before.key === key) return;
    const same = this.answer.minutes.every((minutes, cell) => minutes === before.answer.minutes[cell]);
    byId("note").textContent = same ? t("no_effect") : "";
    if (same) this.announce(`${byId("live").textContent ?? ""} ${t("no_effect")}`);
  }

  private paint(answers: Answer[], { scenario }: State): void {
    const now = answers[answers.length - 1];
    if (!now) return;
    this.answer = now;
    this.today = this.todays.get(lookOf(scenario)) ?? this.today;
    this.answers = answers;
    this.surface.show(answers, this.today, this.theme);
    this.closures.show(scenario, now);
    this.figures();
    document.body.dataset["painted"] = String(Number(document.body.dataset["painted"] ?? 0) + 1);
  }

  private rank(ranking: Ranking, scenario: Scenario): void {
    this.ranked = ranking;
    ranks.showRanking(this.study, ranking, (id) => this.sites.focus(id));
    this.sites.ranks(new Map(ranking.sites.map(({ id, rank }) => [id, rank])));
    ranks.awaitRobustness();
    document.body.dataset["ranked"] = String(scenario === this.store.state.scenario);
    window.clearTimeout(this.resting);
    this.resting = window.setTimeout(() => this.robust.want({ scenario, ranking }), REST_MS);
  }

  private figures(): void {
    const service = serviceOf(this.study, this.store.state.scenario).name;
    const result = panel.headline(this.study, this.answer, this.today, this.limit, service);
    looks.tellOthers(this.study, this.answer, this.limit);
    const shares = this.answers.map((answer) => percent(panel.shareOf(this.study, answer, this.limit)));
    byId("share-a").textContent = shares[0] ?? "";
    byId("share-b").textContent = shares[1] ?? "";
    byId("stage-figure").textContent = result;
    this.ownPoints.follow(this.answer, this.limit);
    panel.chart(this.study, this.answer, this.today);
    panel.zones(this.study, this.answer, this.limit);
    if (this.sentence) {
      this.announce(`${this.sentence} ${result}`);
      this.sentence = "";
    }
  }

  private chips(): void {
    panel.thresholds(this.store.state.scenario.thresholds_minutes, this.limit, (limit) => {
      this.limit = limit;
      this.chips();
      this.figures();
      this.zone.follow(this.store.state.scenario);
      this.plans.follow();
      this.together.push();
    });
  }

  /** Say what went wrong; a scenario that is refused is taken back, a preview of one is not kept. */
  private failed(error: unknown, settled: boolean): void {
    if (settled && error instanceof api.Refused && [409, 422].includes(error.status)) {
      this.store.reject({ scenario: initial(this.study), compared: null });
    }
    this.fail(error);
  }

  private look(theme: Theme): void {
    this.theme = theme;
    byId<HTMLSelectElement>("theme").value = theme;
    showLegend(this.study, theme, modeOf(this.study, this.store.state.scenario));
  }

  // -- wiring --------------------------------------------------------------------------------

  private wire(): void {
    this.weights();
    this.tools();
    byId<HTMLSelectElement>("theme").addEventListener("change", (event) => {
      this.look((event.target as HTMLSelectElement).value as Theme);
      this.asker.want(this.store.state);
      this.together.push();
    });
    const before = looking.before();
    if (before) this.lookAgain(before);
    this.look(this.theme);
    showSources(this.study);
    scenarioForm.wire(this);
    looks.wire(this);
    comparing.wire(this, this.map, this.surface);
    scenarioFiles.wire(this, (scenario) => this.plans.nameOf(scenario));
    minutes.wire(this, this.plans);
    new Presenting(this, this.plans, () => {
      this.map.invalidateSize({ animate: false });
      this.showWhole();
    });
    jobs.wire(this, this.zone);
    paper.wire(this.map, this.whole, () =>
      paper.printHead(this.study, this.answer, this.limit, this.plans.nameOf(this.store.state.scenario)),
    );
    finding.wire(this.study, this.layers, ({ at }) => {
      this.map.setView(at, Math.max(this.map.getZoom(), CLOSE), { animate: false });
      this.map.fire("click", { latlng: L.latLng(at) });
    });
    readablePopups(this.map, t("close"));
    this.map.on("click", ({ latlng }: L.LeafletMouseEvent) => {
      if (this.zone.take(latlng)) return;
      const shut = (): void => void this.map.closePopup();
      const content = placePopup(this, this.surface, this.answer, this.isochrones, latlng, shut);
      L.popup({ ...this.popupRoom(), minWidth: 220 }).setLatLng(latlng).setContent(content).openOn(this.map);
    });
  }

  private weights(): void {
    ranks.sliders(
      this.study,
      (id, weight) => {
        const scenario = change.weigh(this.store.state.scenario, id, weight);
        ranks.weigh(this.study, scenario.weights);
        this.ranker.want(scenario);
      },
      (id, weight) => this.settle((now) => change.weigh(now, id, weight), t("said_weighed")),
    );
    byId("weights-reset").addEventListener("click", () =>
      this.settle((now) => ({ ...now, weights: initial(this.study).weights }), t("said_weighed")),
    );
  }

  private tools(): void {
    byId("undo").addEventListener("click", () => this.store.undo());
    byId("redo").addEventListener("click", () => this.store.redo());
    document.addEventListener("keydown", (event) => this.shortcut(event));
    byId("reset").addEventListener("click", () =>
      this.set({ ...this.store.state, scenario: initial(this.study, this.store.state.scenario) }, t("said_reset")),
    );
    byId("share-link").addEventListener("click", () => void this.share());
    byId("print").addEventListener("click", () => window.print());
    byId("language").addEventListener("click", () => {
      this.address.flush();
      changeLanguage();
    });
    window.addEventListener("pagehide", () => {
      this.address.flush();
      keep("history", this.store.history);
      looking.keepLooking(this.map, this.theme, this.limit);
    });
  }

  /** Look at what was looked at before a reload. */
  private lookAgain(before: looking.Looking): void {
    looking.restore(before);
    this.theme = byId<HTMLSelectElement>("theme").value as Theme;
    if (this.store.state.scenario.thresholds_minutes.includes(before.limit)) this.limit = before.limit;
    this.map.setView(before.centre, before.zoom, { animate: false });
  }

  private shortcut(event: KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey)) return;
    if (event.target instanceof HTMLInputElement && TEXT_FIELDS.includes(event.target.type)) return;
    const pressed = event.key.toLowerCase();
    if (pressed === "z" && !event.shiftKey) this.store.undo();
    else if (pressed === "y" || (pressed === "z" && event.shiftKey)) this.store.redo();
    else return;
    event.preventDefault();
  }

  private async share(): Promise<void> {
    this.address.flush();
    try {
      await navigator.clipboard.writeText(location.href);
      this.announce(t("said_shared"));
    } catch {
      window.prompt(t("share_by_hand"), location.href);
    }
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

  /** Pixels of the map that panels cover. */
  private panels(): Box[] {
    return ["legend-box", "invitation", "swipe-row"].flatMap((id): Box[] => {
      const box = byId(id);
      const { x, y } = this.map.containerPointToLayerPoint([box.offsetLeft, box.offsetTop]);
      return box.hidden ? [] : [[x, y, x + box.offsetWidth, y + box.offsetHeight]];
    });
  }

  /** Room for a pop-up: beside the legend, under what stands at the top. */
  private popupRoom(): L.PopupOptions {
    const box = byId<HTMLDetailsElement>("legend-box");
    const { x, y } = this.map.getSize();
    const beside = box.open && x > NARROW ? box.offsetLeft + box.offsetWidth + 10 : 10;
    const top = byId("swipe-row").hidden ? 54 : 104;
    return {
      autoPanPaddingTopLeft: [beside, top],
      autoPanPaddingBottomRight: [10, box.open && x <= NARROW ? box.offsetHeight + 40 : 30],
      maxHeight: Math.max(120, y - top - 60),
    };
  }
}

function boundsOf(layers: Layers): L.LatLngBounds {
  const bounds = L.latLngBounds([]);
  for (const { rings } of layers.communes) {
    for (const steps of rings) {
      for (const [lon, lat] of ring(steps, layers.unit)) bounds.extend([lat, lon]);
    }
  }
  return bounds;
}
