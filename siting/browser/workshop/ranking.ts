/** The ranking of the candidates, its weights, and how far it holds. */

import { button, byId, make, table } from "../shared/dom.js";
import { language, number, percent } from "../shared/numbers.js";
import type { Ranking, Robustness, Study } from "./model.js";
import { t } from "./words.js";

const MOST_FIRST = 5; // sites that may be first, named
const MOST_LEADS = 3; // criteria that set the first apart, named
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

/** A score in words: what each criterion finds, how many of its points it gives, and from what. */
function pointsOf(study: Study, ranking: Ranking, site: RankedSite): HTMLElement {
  const criteria = new Map(study.criteria.map((criterion) => [criterion.id, criterion]));
  const code = language();
  const rows = ranking.criteria.map((id, i) => {
    const criterion = criteria.get(id);
    const points = site.points[i] ?? null;
    const raw = site.small[i]
      ? t("small_count", { fewest: ranking.fewest })
      : value(site.raw[i] ?? null, criterion?.share ?? false);
    const values = {
      name: criterion?.name[code] ?? id,
      value: criterion?.share ? raw : `${raw} ${criterion?.unit[code] ?? ""}`.trim(),
      points: points === null ? "?" : number(points, 1),
      most: number(100 * (ranking.weights[i] ?? 0), 1),
    };
    const status = criterion?.status ? `, ${t(`status_${criterion.status}`)}` : "";
    const how = `${criterion?.how[code] ?? ""} (${criterion?.source[code] ?? ""}${status})`;
    return make("li", {}, make("strong", {}, t("why_points", values)), make("small", {}, how));
  });
  return make("ul", { class: "why" }, ...rows);
}

function value(raw: number | null, share: boolean): string {
  if (raw === null) return t("unknown");
  return share ? percent(raw) : number(raw, Number.isInteger(raw) ? 0 : 1);
}

/** What sets the first apart from the second, and which weight would make the second the first. */
function duel(study: Study, ranking: Ranking, { stability }: Robustness): HTMLElement {
  const [first, second] = ranking.sites;
  if (!first || !second) return make("div", {});
  const criteria = criterionNames(study);
  const leads = ranking.criteria
    .map((id, i) => ({ id, points: (first.points[i] ?? 0) - (second.points[i] ?? 0) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points)
    .slice(0, MOST_LEADS)
    .map(({ id, points }) => t("why_lead", { name: criteria.get(id) ?? id, points: number(points, 1) }));
  const turns = stability.flatMap(({ criterion, weight, low, high, below, above }) => {
    const name = criteria.get(criterion) ?? criterion;
    const now = percent(weight ?? 0, 0);
    const under = below === second.id && low !== null ? [t("why_below", { name, share: percent(low, 0), now })] : [];
    const over = above === second.id && high !== null ? [t("why_above", { name, share: percent(high, 0), now })] : [];
    return [...under, ...over];
  });
  const points = number(first.score - second.score, 1);
  return make(
    "div",
    { class: "duel" },
    make("p", {}, t("why_gap", { first: first.name, second: second.name, points, leads: leads.join(" ; ") })),
    make("p", {}, t(turns.length ? "why_turn" : "why_no_turn", { second: second.name })),
    make("ul", {}, ...turns.map((turn) => make("li", {}, turn))),
  );
}

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
    duel(study, ranking, robustness),
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
