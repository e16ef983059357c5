/** The panel: figures, curve, zones, changes. It draws what it is given. */

import { curve } from "./charts.js";
import { button, byId, make } from "../shared/dom.js";
import { linkName } from "./links.js";
import { idOf, initial, serviceOf, type Answer, type Place, type Scenario, type Study } from "./model.js";
import * as change from "./scenario.js";
import { asTyped, number, percent, signed } from "../shared/numbers.js";
import { t } from "./words.js";

type Position = Scenario["what_if"]["closed_roads"][number];
type Act = (action: (now: Scenario) => Scenario, sentence: string) => void;

/** Row of the whole study among its zones. */
export const whole = (study: Study): number =>
  Math.max(
    0,
    study.zones.findIndex((zone) => zone.zone_kind === "department"),
  );

/** Share of the people within a threshold. */
export function shareOf(study: Study, answer: Answer, limit: number): number {
  const row = whole(study);
  const at = Math.max(0, answer.thresholds.indexOf(limit));
  return (answer.covered[row]?.[at] ?? 0) / (study.zones[row]?.population ?? 0);
}

/** The same today, from what the scenario gains and loses. */
export function shareToday(study: Study, answer: Answer, limit: number): number {
  const row = whole(study);
  const at = Math.max(0, answer.thresholds.indexOf(limit));
  const change = (answer.gained[row]?.[at] ?? 0) - (answer.lost[row]?.[at] ?? 0);
  return shareOf(study, answer, limit) - change / (study.zones[row]?.population ?? 0);
}

/** The figures of the first line, and their difference from today. */
export function headline(study: Study, now: Answer, today: Answer, limit: number, service: string): string {
  const row = whole(study);
  const at = Math.max(0, now.thresholds.indexOf(limit));
  const share = shareOf(study, now, limit);
  const gained = now.gained[row]?.[at] ?? 0;
  const lost = now.lost[row]?.[at] ?? 0;
  byId("share").textContent = percent(share);
  byId("within").textContent = t("within", { minutes: asTyped(limit), service });
  byId("gained").textContent = signed(Math.round(gained));
  byId("lost").textContent = signed(-Math.round(lost));
  byId("mean").textContent =
    now.mean_minutes === null ? "–" : `${number(now.mean_minutes, 1)} min`;
  const longer = (now.mean_minutes ?? 0) - (today.mean_minutes ?? 0);
  byId("mean-change").textContent = Math.abs(longer) < 0.05 ? "" : `(${signed(longer, 1)})`;
  byId("unreached").textContent =
    now.unreached >= 1 ? t("unreached", { people: number(now.unreached) }) : "";
  return t("said_result", {
    share: percent(share),
    minutes: asTyped(limit),
    gained: number(Math.round(gained)),
    lost: number(Math.round(lost)),
  });
}

export function chart(study: Study, now: Answer, today: Answer): void {
  const people = study.zones[whole(study)]?.population ?? 1;
  byId("curve").replaceChildren(curve(now.curve, today.curve, people, now.thresholds));
}

export function zones(study: Study, now: Answer, limit: number): void {
  const at = Math.max(0, now.thresholds.indexOf(limit));
  const rows = study.zones.map((zone, i) => {
    const covered = now.covered[i]?.[at] ?? 0;
    const gained = Math.round(now.gained[i]?.[at] ?? 0);
    const lost = Math.round(now.lost[i]?.[at] ?? 0);
    return make(
      "tr",
      {},
      make("th", { scope: "row" }, zone.zone_name),
      make("td", {}, number(zone.population)),
      make("td", {}, zone.population ? percent(covered / zone.population) : "–"),
      make("td", { class: gained ? "plus" : "" }, gained ? signed(gained) : "0"),
      make("td", { class: lost ? "minus" : "" }, lost ? signed(-lost) : "0"),
    );
  });
  byId("zones-body").replaceChildren(...rows);
  byId("zones-caption").textContent = t("zones_caption", { minutes: asTyped(limit) });
}

/** Buttons of the thresholds; the one that figures and zones speak of is pressed. */
export function thresholds(limits: number[], shown: number, choose: (limit: number) => void): void {
  const buttons = limits.map((limit) =>
    button(`${asTyped(limit)} min`, () => choose(limit), { "aria-pressed": String(limit === shown) }),
  );
  byId("thresholds").replaceChildren(...buttons);
}

/** Everything that the scenario changes, each with the way back. */
export function changes(study: Study, now: Scenario, roadName: (road: Position) => string, act: Act): void {
  const { what_if } = now;
  const names = new Map<string, string>(
    [...study.candidates, ...study.services.flatMap(({ facilities }) => facilities), ...what_if.candidates].map(({ id, name }: Place) => [id, name]),
  );
  const items: HTMLElement[] = [];
  const add = (label: string, action: (scenario: Scenario) => Scenario): void => {
    const back = button(t("cancel_it"), () => act(action, t("said_cancelled", { what: label })), {
      "aria-label": `${t("cancel_it")} : ${label}`,
    });
    items.push(make("li", {}, make("span", {}, label), back));
  };
  for (const site of what_if.open) {
    const id = idOf(site);
    const name = typeof site === "string" ? (names.get(id) ?? id) : site.name;
    add(t("change_opened", { name }), (scenario) => change.withdraw(scenario, id));
  }
  for (const { id, name } of what_if.candidates) {
    add(t("change_moved", { name }), (scenario) => change.restoreCandidate(scenario, id));
  }
  for (const id of what_if.close) {
    add(t("change_closed", { name: names.get(id) ?? id }), (scenario) => change.reopen(scenario, id));
  }
  for (const other of what_if.other_services) {
    const service = serviceOf(study, { ...now, service: other.service }).name;
    const tell = (key: string, id: string, name: string): void =>
      add(t(key, { service, name }), (scenario) => change.leaveOther(scenario, other.service, id));
    for (const site of other.open ?? []) {
      tell("change_other_opened", idOf(site), typeof site === "string" ? (names.get(site) ?? site) : site.name);
    }
    for (const id of other.close ?? []) tell("change_other_closed", id, names.get(id) ?? id);
  }
  for (const link of what_if.closed_links) {
    add(t("change_link", { name: linkName(study, link) }), (scenario) => change.reopenLink(scenario, link));
  }
  what_if.closed_roads.forEach((road, i) => {
    add(t("change_link", { name: roadName(road) }), (scenario) => change.reopenRoad(scenario, i));
  });
  if (now.mode !== "") {
    add(t("change_mode", { mode: t(`mode_${now.mode}`) }), (scenario) => change.travel(scenario, ""));
  }
  if (what_if.speed_factor !== 1) {
    add(t("change_speed", { share: percent(what_if.speed_factor) }), (scenario) => change.speed(scenario, 1));
  }
  const own = initial(study);
  if (!sameNumbers(now.thresholds_minutes, own.thresholds_minutes)) {
    const list = now.thresholds_minutes.map(asTyped).join(" ; ");
    add(t("change_thresholds", { list }), (scenario) => change.thresholds(scenario, own.thresholds_minutes));
  }
  if (!sameNumbers(shares(study, now), shares(study, own))) {
    add(t("change_weights"), (scenario) => ({ ...scenario, weights: own.weights }));
  }
  byId("changes").replaceChildren(...items);
  byId("no-change").hidden = items.length > 0;
}

/** Share of each weight, of which alone the ranking depends. */
function shares(study: Study, { weights }: Scenario): number[] {
  const all = study.criteria.map(({ id, weight }) => weights[id] ?? weight);
  const total = all.reduce((sum, weight) => sum + weight, 0);
  return all.map((weight) => Math.round((weight / total) * 1e6));
}

const sameNumbers = (some: number[], others: number[]): boolean =>
  some.length === others.length && some.every((value, i) => value === others[i]);

/** Tabs by click and by arrow keys. */
export function tabs(): void {
  const all = [...document.querySelectorAll<HTMLButtonElement>("[role=tab]")];
  const choose = (chosen: HTMLButtonElement): void => {
    for (const tab of all) {
      const on = tab === chosen;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      byId(tab.getAttribute("aria-controls") ?? "").hidden = !on;
    }
  };
  all.forEach((tab, i) => {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = all[(i + step + all.length) % all.length];
      if (next) {
        choose(next);
        next.focus();
      }
    });
  });
}
