/** The ranking of the candidates, its weights, and how far it holds. */

import { button, byId, make, table } from "../shared/dom.js";
import { language, number, percent } from "../shared/numbers.js";
import type { Ranking, Robustness, Study } from "./model.js";
import { t } from "./words.js";

const MOST_FIRST = 5; // sites that may be first, named
const LEAST_SHARE = 0.005;
const STEPS = 40; // of a slider
const CERTAIN = 0.05; // points between the ends of a range that is not shown

const criterionNames = (study: Study): Map<string, string> =>
  new Map(study.criteria.map(({ id, name }) => [id, name[language()] ?? id]));

/** Sliders of the weights, made once. */
export function sliders(
  study: Study,
  preview: (id: string, weight: number) => void,
  settle: (id: string, weight: number) => void,
): void {
  const most = Math.max(...study.criteria.map(({ weight }) => weight)) * 2;
  const names = criterionNames(study);
  const rows = study.criteria.map(({ id }) => {
    const field = make("input", { type: "range", min: 0, max: most, step: most / STEPS, id: `weight-${id}` });
    field.addEventListener("input", () => {
      field.dataset["moving"] = "true";
      preview(id, Number(field.value));
    });
    field.addEventListener("change", () => {
      delete field.dataset["moving"];
      settle(id, Number(field.value));
    });
    return make(
      "div",
      { class: "weight" },
      make("label", { for: field.id }, names.get(id) ?? id),
      field,
      make("output", { for: field.id, id: `${field.id}-share` }),
    );
  });
  byId("weights").replaceChildren(...rows);
}

/** Put the sliders, but the one in hand, where the scenario has them, with each weight's share. */
export function weigh(study: Study, weights: Record<string, number>): void {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  for (const criterion of study.criteria) {
    const weight = weights[criterion.id] ?? criterion.weight;
    const field = byId<HTMLInputElement>(`weight-${criterion.id}`);
    if (field.dataset["moving"] === undefined) field.value = String(weight);
    byId(`weight-${criterion.id}-share`).textContent = total ? percent(weight / total) : "–";
  }
}

export function showRanking(study: Study, ranking: Ranking, focus: (id: string) => void): void {
  const list = byId("ranking");
  const opened = new Set(
    [...list.querySelectorAll<HTMLDetailsElement>("details[open]")].map((details) => details.dataset["id"]),
  );
  const rows = ranking.sites.map((site) => {
    const details = make(
      "details",
      { "data-id": site.id },
      headOf(site),
      pointsOf(study, ranking, site),
      button(t("show_on_map"), () => focus(site.id)),
    );
    details.open = opened.has(site.id);
    return make("li", {}, details);
  });
  list.replaceChildren(...rows);
}

type RankedSite = Ranking["sites"][number];

function headOf(site: RankedSite): HTMLElement {
  const uncertain = site.high - site.low > CERTAIN;
  const range = `${number(site.low, 0)}–${number(site.high, 0)}`;
  return make(
    "summary",
    {},
    make("span", { class: "rank" }, String(site.rank)),
    make("span", { class: "name" }, site.name),
    make("meter", { min: 0, max: 100, value: site.score, "aria-hidden": "true" }),
    make("span", { class: "score" }, number(site.score, 1), uncertain ? make("small", {}, ` ${range}`) : null),
  );
}

function pointsOf(study: Study, ranking: Ranking, site: RankedSite): HTMLElement {
  const names = criterionNames(study);
  const rows = ranking.criteria.map((id, i) => {
    const points = site.points[i] ?? null;
    return [
      names.get(id) ?? id,
      site.small[i] ? t("small_count", { fewest: ranking.fewest }) : value(site.raw[i] ?? null),
      points === null ? "?" : number(points, 1),
    ];
  });
  return table([t("criterion"), t("value"), t("points")], rows);
}

const value = (raw: number | null): string =>
  raw === null ? t("unknown") : number(raw, Number.isInteger(raw) ? 0 : 1);

/** Say that how far the shown ranking holds is not known yet. */
export function awaitRobustness(): void {
  byId("robust").setAttribute("aria-busy", "true");
}

/** Show how far a ranking holds. */
export function showRobustness(study: Study, ranking: Ranking, robustness: Robustness): void {
  const box = byId("robust");
  box.removeAttribute("aria-busy");
  const names = new Map(ranking.sites.map(({ id, name }) => [id, name]));
  box.replaceChildren(
    make("p", {}, t("robust_shares", { draws: number(robustness.draws) })),
    make("ol", { class: "shares" }, ...firsts(robustness, names)),
    make("p", {}, t("robust_weights", { name: ranking.sites[0]?.name ?? "" })),
    intervals(robustness, names, criterionNames(study)),
  );
}

function firsts(robustness: Robustness, names: Map<string, string>): HTMLElement[] {
  return [...robustness.sites]
    .sort((a, b) => b.first - a.first)
    .filter(({ first }) => first >= LEAST_SHARE)
    .slice(0, MOST_FIRST)
    .map(({ id, first }) =>
      make(
        "li",
        {},
        make("span", { class: "name" }, names.get(id) ?? id),
        make("meter", { min: 0, max: 1, value: first, "aria-hidden": "true" }),
        make("span", { class: "score" }, percent(first)),
      ),
    );
}

function intervals(robustness: Robustness, names: Map<string, string>, criteria: Map<string, string>): HTMLElement {
  const rows = robustness.stability.flatMap(({ criterion, weight, low, high, below, above }) => {
    if (low === null || high === null) return [];
    const after = new Set([below, above].filter(Boolean).map((id) => names.get(id) ?? id));
    return [
      [
        criteria.get(criterion) ?? criterion,
        percent(weight ?? 0, 0),
        low <= 0 && high >= 1 ? t("any_weight") : `${percent(low, 0)} – ${percent(high, 0)}`,
        [...after].join(", ") || "–",
      ],
    ];
  });
  return table(["criterion", "weight_now", "weight_holds", "weight_then"].map((key) => t(key)), rows);
}
