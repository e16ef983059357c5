/** The panel: figures, curve, zones, ranking, changes, plans. It draws what it is given. */

import { curve } from "./charts.js";
import { button, byId, make } from "../shared/dom.js";
import {
  idOf,
  type Answer,
  type Place,
  type Ranking,
  type Robustness,
  type Scenario,
  type Study,
} from "./model.js";
import * as change from "./scenario.js";
import { language, number, percent, signed } from "../shared/numbers.js";
import { t } from "./words.js";

type Act = (action: (now: Scenario) => Scenario, said: string) => void;

const whole = (study: Study): number =>
  Math.max(
    0,
    study.zones.findIndex((zone) => zone.zone_kind === "department"),
  );

/** The figures of the first line, and their difference from today. */
export function headline(study: Study, now: Answer, today: Answer, limit: number): string {
  const row = whole(study);
  const at = Math.max(0, now.thresholds.indexOf(limit));
  const people = study.zones[row]?.population ?? 0;
  const share = (now.covered[row]?.[at] ?? 0) / people;
  const gained = now.gained[row]?.[at] ?? 0;
  const lost = now.lost[row]?.[at] ?? 0;
  byId("share").textContent = percent(share);
  byId("within").textContent = t("within", { minutes: number(limit), service: study.service });
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
    minutes: number(limit),
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
  byId("zones-caption").textContent = t("zones_caption", { minutes: number(limit) });
}

/** Buttons of the thresholds; the one that figures and zones speak of is pressed. */
export function thresholds(held: number[], shown: number, choose: (limit: number) => void): void {
  const buttons = held.map((limit) =>
    button(`${number(limit)} min`, () => choose(limit), { "aria-pressed": String(limit === shown) }),
  );
  byId("thresholds").replaceChildren(...buttons);
  const field = byId<HTMLInputElement>("threshold-list");
  if (document.activeElement !== field) field.value = held.map((one) => number(one)).join(" ; ");
}

/** Sliders of the weights, made once. */
export function sliders(
  study: Study,
  preview: (id: string, weight: number) => void,
  settle: (id: string, weight: number) => void,
): void {
  const most = Math.max(...study.criteria.map((one) => one.weight)) * 2;
  const rows = study.criteria.map((one) => {
    const name = one.name[language()] ?? one.id;
    const field = make("input", {
      type: "range",
      min: 0,
      max: most,
      step: most / 40,
      id: `weight-${one.id}`,
    });
    const value = (): number => Number(field.value);
    field.addEventListener("input", () => preview(one.id, value()));
    field.addEventListener("change", () => settle(one.id, value()));
    return make(
      "div",
      { class: "weight" },
      make("label", { for: field.id }, name),
      field,
      make("output", { for: field.id, id: `${field.id}-share` }),
    );
  });
  byId("weights").replaceChildren(...rows);
}

/** Put the sliders where the scenario has them, with each weight's share. */
export function weigh(study: Study, weights: Record<string, number>): void {
  const total = Object.values(weights).reduce((sum, one) => sum + one, 0);
  for (const one of study.criteria) {
    const weight = weights[one.id] ?? one.weight;
    const field = byId<HTMLInputElement>(`weight-${one.id}`);
    if (document.activeElement !== field) field.value = String(weight);
    byId(`weight-${one.id}-share`).textContent = total ? percent(weight / total) : "–";
  }
}

const value = (raw: number | null): string =>
  raw === null ? t("unknown") : number(raw, Number.isInteger(raw) ? 0 : 1);

export function ranking(study: Study, found: Ranking, focus: (id: string) => void): void {
  const list = byId("ranking");
  const opened = new Set(
    [...list.querySelectorAll<HTMLDetailsElement>("details[open]")].map((one) => one.dataset["id"]),
  );
  const named = new Map(study.criteria.map((one) => [one.id, one.name[language()] ?? one.id]));
  const rows = found.sites.map((site) => {
    const parts = found.criteria.map((id, i) => {
      const raw = site.raw[i] ?? null;
      const points = site.points[i] ?? null;
      return make(
        "tr",
        {},
        make("th", { scope: "row" }, named.get(id) ?? id),
        make("td", {}, site.small[i] ? t("small_count", { fewest: found.fewest }) : value(raw)),
        make("td", {}, points === null ? "?" : number(points, 1)),
      );
    });
    const uncertain = site.high - site.low > 0.05;
    const bar = make("meter", { min: 0, max: 100, value: site.score, "aria-hidden": "true" });
    const held = make(
      "details",
      { "data-id": site.id },
      make(
        "summary",
        {},
        make("span", { class: "rank" }, String(site.rank)),
        make("span", { class: "name" }, site.name),
        bar,
        make(
          "span",
          { class: "score" },
          number(site.score, 1),
          uncertain ? make("small", {}, ` ${number(site.low, 0)}–${number(site.high, 0)}`) : null,
        ),
      ),
      make(
        "table",
        {},
        make(
          "thead",
          {},
          make(
            "tr",
            {},
            make("th", { scope: "col" }, t("criterion")),
            make("th", { scope: "col" }, t("value")),
            make("th", { scope: "col" }, t("points")),
          ),
        ),
        make("tbody", {}, ...parts),
      ),
      button(t("show_on_map"), () => focus(site.id)),
    );
    held.open = opened.has(site.id);
    return make("li", {}, held);
  });
  list.replaceChildren(...rows);
}

/** How far the ranking holds; nothing while it is not known. */
export function robust(study: Study, found: Ranking, held: Robustness | null): void {
  const said = byId("robust");
  const best = found.sites[0];
  if (!held || !best) {
    said.setAttribute("aria-busy", "true");
    return;
  }
  said.removeAttribute("aria-busy");
  const names = new Map(found.sites.map((one) => [one.id, one.name]));
  const criteria = new Map(study.criteria.map((one) => [one.id, one.name[language()] ?? one.id]));
  const shares = [...held.sites]
    .sort((one, other) => other.first - one.first)
    .filter((one) => one.first >= 0.005)
    .slice(0, 5)
    .map((one) =>
      make(
        "li",
        {},
        make("span", { class: "name" }, names.get(one.id) ?? one.id),
        make("meter", { min: 0, max: 1, value: one.first, "aria-hidden": "true" }),
        make("span", { class: "score" }, percent(one.first)),
      ),
    );
  const rows = held.stability
    .filter((one) => one.low !== null && one.high !== null)
    .map((one) => {
      const { low, high } = { low: one.low ?? 0, high: one.high ?? 1 };
      const after = [one.below, one.above]
        .filter(Boolean)
        .map((id) => names.get(id) ?? id)
        .filter((name, i, every) => every.indexOf(name) === i)
        .join(", ");
      return make(
        "tr",
        {},
        make("th", { scope: "row" }, criteria.get(one.criterion) ?? one.criterion),
        make("td", {}, percent(one.weight ?? 0, 0)),
        make("td", {}, low <= 0 && high >= 1 ? t("any_weight") : `${percent(low, 0)} – ${percent(high, 0)}`),
        make("td", {}, after || "–"),
      );
    });
  said.replaceChildren(
    make("p", {}, t("robust_shares", { draws: number(held.draws) })),
    make("ol", { class: "shares" }, ...shares),
    make("p", {}, t("robust_weights", { name: best.name })),
    make(
      "table",
      {},
      make(
        "thead",
        {},
        make(
          "tr",
          {},
          ...["criterion", "weight_now", "weight_holds", "weight_then"].map((key) =>
            make("th", { scope: "col" }, t(key)),
          ),
        ),
      ),
      make("tbody", {}, ...rows),
    ),
  );
}

/** Everything that the scenario changes, each with the way back. */
export function changes(study: Study, now: Scenario, act: Act): void {
  const { what_if } = now;
  const names = new Map<string, string>(
    [...study.candidates, ...study.facilities, ...what_if.candidates].map((one: Place) => [
      one.id,
      one.name,
    ]),
  );
  const items: HTMLElement[] = [];
  const add = (said: string, action: (one: Scenario) => Scenario): void => {
    const back = button(t("cancel_it"), () => act(action, t("said_cancelled", { what: said })), {
      "aria-label": `${t("cancel_it")} : ${said}`,
    });
    items.push(make("li", {}, make("span", {}, said), back));
  };
  for (const one of what_if.open) {
    const id = idOf(one);
    const name = typeof one === "string" ? (names.get(id) ?? id) : one.name;
    add(t("change_opened", { name }), (held) => change.withdraw(held, id));
  }
  for (const one of what_if.candidates) {
    add(t("change_moved", { name: one.name }), (held) => change.restoreCandidate(held, one.id));
  }
  for (const id of what_if.close) {
    add(t("change_closed", { name: names.get(id) ?? id }), (held) => change.reopen(held, id));
  }
  for (const link of what_if.closed_links) {
    const found = study.links.find((one) => one[0] === link[0] && one[1] === link[1]);
    add(t("change_link", { name: found?.[2] ?? link.join(" – ") }), (held) =>
      change.reopenLink(held, link),
    );
  }
  what_if.closed_roads.forEach((road, i) => {
    const name = `${number(road.lat, 4)} ; ${number(road.lon, 4)}`;
    add(t("change_road", { name }), (held) => change.reopenRoad(held, i));
  });
  if (what_if.speed_factor !== 1) {
    add(t("change_speed", { share: percent(what_if.speed_factor) }), (held) =>
      change.speed(held, 1),
    );
  }
  byId("changes").replaceChildren(...items);
  byId("no-change").hidden = items.length > 0;
}

/** Tabs by click and by arrow keys. */
export function tabs(): void {
  const held = [...document.querySelectorAll<HTMLButtonElement>("[role=tab]")];
  const choose = (chosen: HTMLButtonElement): void => {
    for (const one of held) {
      const on = one === chosen;
      one.setAttribute("aria-selected", String(on));
      one.tabIndex = on ? 0 : -1;
      byId(one.getAttribute("aria-controls") ?? "").hidden = !on;
    }
  };
  held.forEach((one, i) => {
    one.addEventListener("click", () => choose(one));
    one.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = held[(i + step + held.length) % held.length];
      if (next) {
        choose(next);
        next.focus();
      }
    });
  });
}
