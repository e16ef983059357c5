/** The plans of the meeting: kept in this browser, their figures in a table, today first. */

import { button, byId, make } from "../shared/dom.js";
import { asTyped, number, percent, signed } from "../shared/numbers.js";
import * as api from "./api.js";
import type { PlanReply } from "./api_types.js";
import { completed, initial, lookOf, modeOf, serviceOf, type Answer, type Scenario, type Study } from "./model.js";
import { whole } from "./panel.js";
import * as change from "./scenario.js";
import { t } from "./words.js";
import type { Workbench } from "./workbench.js";

export type Decision = "" | "kept" | "dropped" | "studied";
const DECISIONS: Decision[] = ["", "kept", "dropped", "studied"];

export const decisionText = (decision: Decision): string => t(`decision_${decision || "none"}`);

export interface Plan {
  name: string;
  note: string;
  decision: Decision;
  scenario: Scenario;
}

interface Row {
  kind: "today" | "now" | "plan";
  plan: Plan;
  answer: Answer;
  facts: PlanReply;
}

const NO_SITES: PlanReply = { cost: { value: 0, low: 0, high: 0 }, robust: null, among: 0, draws: 0 };

interface Column {
  title: string;
  /** What is sorted by; null where it is not known. */
  value: (row: Row) => number | null;
  text: (row: Row) => string;
}

export class Plans {
  private plans: Plan[];
  private readonly answers = new Map<string, Answer>();
  private readonly facts = new Map<string, PlanReply>();
  private sorted: { column: number; down: boolean } | null = null;
  private edited: Plan | null = null;
  private asked = 0;

  constructor(
    private readonly bench: Workbench,
    private readonly limit: () => number,
  ) {
    const kept = JSON.parse(localStorage.getItem(this.key) ?? "[]") as Plan[];
    this.plans = kept.map((plan) => ({ ...plan, scenario: completed(plan.scenario) }));
    byId("plan-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.add(byId<HTMLInputElement>("plan-name").value);
    });
    const wide = byId("plans-wide");
    wide.addEventListener("click", () => {
      const on = document.body.classList.toggle("wide-plans");
      wide.setAttribute("aria-pressed", String(on));
    });
    byId("tab-plans").addEventListener("click", () => this.follow());
  }

  /** Name of the plan that a scenario is; empty where it is none. */
  nameOf(scenario: Scenario): string {
    return this.plans.find((plan) => change.key(plan.scenario) === change.key(scenario))?.name ?? "";
  }

  all(): readonly Plan[] {
    return this.plans;
  }

  /** Show the plans' figures, once they are known; nothing is asked while nobody sees them. */
  follow(): void {
    if (byId("pane-plans").hidden) return;
    this.asked += 1;
    const { asked } = this;
    this.rows()
      .then((rows) => {
        if (asked === this.asked) this.show(rows);
      })
      .catch((error: unknown) => this.bench.fail(error));
  }

  private get key(): string {
    return `siting-plans-${this.bench.study.name}`;
  }

  private add(name: string): void {
    const { scenario } = this.bench.state();
    const wanted = name.trim() || t("plan_number", { number: this.plans.length + 1 });
    this.keep([...this.plans, { name: this.free(wanted), note: "", decision: "", scenario }]);
    byId<HTMLInputElement>("plan-name").value = "";
    this.bench.announce(t("said_plan_kept", { name: wanted }));
  }

  /** A name that no other plan has. */
  private free(name: string): string {
    const taken = new Set(this.plans.map((plan) => plan.name));
    let [number, wanted] = [2, name];
    while (taken.has(wanted)) {
      wanted = `${name} (${number})`;
      number += 1;
    }
    return wanted;
  }

  private keep(plans: Plan[]): void {
    this.plans = plans;
    localStorage.setItem(this.key, JSON.stringify(plans));
    this.follow();
  }

  private async rows(): Promise<Row[]> {
    const { study } = this.bench;
    const { scenario } = this.bench.state();
    const today: Plan = { name: t("today"), note: "", decision: "", scenario: initial(study, scenario) };
    const row = async (kind: Row["kind"], plan: Plan): Promise<Row> => ({
      kind,
      plan,
      answer: await this.answered(plan.scenario),
      facts: kind === "today" ? NO_SITES : await this.factsOf(plan.scenario),
    });
    const rows = [await row("today", today)];
    for (const plan of this.plans) rows.push(await row("plan", plan));
    const does = ({ what_if, service, mode }: Scenario): string => JSON.stringify([what_if, service, mode]);
    const known = rows.some(({ plan }) => does(plan.scenario) === does(scenario));
    if (!known) rows.push(await row("now", { name: t("plan_now"), note: "", decision: "", scenario }));
    return rows;
  }

  /** What a plan costs, and how it holds under the weights that are looked at. */
  private async factsOf(scenario: Scenario): Promise<PlanReply> {
    const question = { ...scenario, weights: this.bench.state().scenario.weights };
    const key = change.key(question);
    const known = this.facts.get(key) ?? (await api.plan(question));
    this.facts.set(key, known);
    return known;
  }

  /** What a plan does, under the thresholds that are looked at. */
  private async answered(scenario: Scenario): Promise<Answer> {
    const { thresholds_minutes } = this.bench.state().scenario;
    const question = { ...scenario, thresholds_minutes };
    const key = JSON.stringify([question.what_if, thresholds_minutes, lookOf(question)]);
    const known = this.answers.get(key);
    if (known) return known;
    const answer = await api.answer(question);
    this.answers.set(key, answer);
    return answer;
  }

  private columns(): Column[] {
    const { study } = this.bench;
    const limits = this.bench.state().scenario.thresholds_minutes;
    const at = Math.max(0, limits.indexOf(this.limit()));
    const row = whole(study);
    const own = serviceOf(study, this.bench.state().scenario).id;
    const beside = study.services
      .filter(({ id }) => id !== own)
      .map(({ id, name }): Column => {
        const people = ({ plan, answer }: Row): number => {
          const same = serviceOf(study, plan.scenario).id === id;
          const covered = same ? answer.covered : answer.others.find(({ service }) => service === id)?.covered;
          return covered?.[row]?.[at] ?? 0;
        };
        return {
          title: t("plan_other", { service: name, minutes: asTyped(limits[at] ?? 0) }),
          value: people,
          text: (shown) => number(people(shown)),
        };
      });
    const sites = ({ plan }: Row): number => plan.scenario.what_if.open.length - plan.scenario.what_if.close.length;
    const within = limits.map((limit, i): Column => {
      const people = ({ answer }: Row): number => answer.covered[row]?.[i] ?? 0;
      return {
        title: t("plan_within", { minutes: asTyped(limit) }),
        value: people,
        text: (shown) => number(people(shown)),
      };
    });
    const gained = ({ answer }: Row): number => Math.round(answer.gained[row]?.[at] ?? 0);
    const lost = ({ answer }: Row): number => Math.round(answer.lost[row]?.[at] ?? 0);
    const least = (shown: Row): [number, string] => leastServed(study, shown.answer, at);
    const minutes = asTyped(limits[at] ?? 0);
    return [
      { title: t("plan_sites"), value: sites, text: (shown) => signed(sites(shown)) },
      ...within,
      { title: t("plan_gained", { minutes }), value: gained, text: (shown) => signed(gained(shown)) },
      { title: t("plan_lost", { minutes }), value: lost, text: (shown) => signed(-lost(shown)) },
      {
        title: t("plan_mean"),
        value: ({ answer }) => answer.mean_minutes,
        text: ({ answer }) => (answer.mean_minutes === null ? "\u2013" : number(answer.mean_minutes, 1)),
      },
      {
        title: t("plan_least", { minutes }),
        value: (shown) => least(shown)[0],
        text: (shown) => `${percent(least(shown)[0])} (${least(shown)[1]})`,
      },
      ...beside,
      {
        title: t("plan_cost"),
        value: ({ facts }) => (study.costed ? (facts.cost?.value ?? null) : null),
        text: ({ facts }) => (study.costed && facts.cost ? euros(facts.cost) : t("uncosted")),
      },
      {
        title: t("plan_robust"),
        value: ({ facts }) => facts.robust,
        text: ({ facts }) => (facts.robust === null ? "\u2013" : percent(facts.robust, 0)),
      },
    ];
  }

  private show(rows: Row[]): void {
    const columns = this.columns();
    const [today, ...others] = rows;
    if (this.sorted) {
      const { column, down } = this.sorted;
      const value = (row: Row): number => columns[column]?.value(row) ?? Number.NEGATIVE_INFINITY;
      others.sort((a, b) => (down ? value(b) - value(a) : value(a) - value(b)));
    }
    const heads = columns.map(({ title }, i) => this.head(title, i));
    const body = [today, ...others].flatMap((row) => (row ? this.row(row, columns) : []));
    byId("plans-table").replaceChildren(
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, t("plan")), ...heads)),
      make("tbody", {}, ...body),
    );
    byId("plans-table").dataset["rows"] = String(rows.length);
  }

  private head(title: string, column: number): HTMLElement {
    const { sorted } = this;
    const down = sorted?.column === column && sorted.down;
    const order = sorted?.column !== column ? "none" : down ? "descending" : "ascending";
    const sort = (): void => {
      this.sorted = { column, down: !down };
      this.follow();
    };
    return make("th", { scope: "col", "aria-sort": order }, button(title, sort, { class: "sort" }));
  }

  private row(row: Row, columns: Column[]): HTMLElement[] {
    const { kind, plan } = row;
    const name = make("th", { scope: "row" }, make("strong", {}, plan.name));
    if (plan.decision) name.append(make("p", { class: "hint" }, decisionText(plan.decision)));
    const look = this.lookText(plan.scenario);
    if (look) name.append(make("p", { class: "hint" }, look));
    if (plan.note) name.append(make("p", { class: "hint" }, plan.note));
    if (kind !== "today") name.append(this.actions(row));
    const cells = columns.map(({ text }) => make("td", {}, text(row)));
    const line = make("tr", { class: kind }, name, ...cells);
    if (plan !== this.edited) return [line];
    return [line, make("tr", {}, make("td", { colspan: columns.length + 1, class: "edit" }, this.editor(plan)))];
  }

  /** The service and the mode of travel of a plan, where the study has several. */
  private lookText(scenario: Scenario): string {
    const { study } = this.bench;
    const service = study.services.length > 1 ? serviceOf(study, scenario).name : "";
    const mode = study.modes.length > 1 ? t(`mode_${modeOf(study, scenario)}`) : "";
    return [service, mode].filter(Boolean).join(", ");
  }

  private actions({ kind, plan }: Row): HTMLElement {
    const { bench } = this;
    const act = (key: string, action: () => void): HTMLElement =>
      button(t(key), action, { "aria-label": `${t(key)} : ${plan.name}` });
    const compared = act("plan_compare", () => bench.set({ ...bench.state(), compared: plan.scenario }, t("said_kept")));
    if (kind === "now") return make("div", { class: "row wrap" }, compared);
    const show = (): void => bench.settle(() => plan.scenario, t("said_plan", { name: plan.name }));
    const edit = (): void => {
      this.edited = plan;
      this.follow();
    };
    const again = { ...plan, name: this.free(plan.name) };
    return make(
      "div",
      { class: "row wrap" },
      act("plan_show", show),
      compared,
      act("plan_edit", edit),
      act("plan_double", () => this.keep([...this.plans, again])),
      act("plan_drop", () => this.keep(this.plans.filter((other) => other !== plan))),
    );
  }

  /** Fields for a plan's name and what the meeting says of it. */
  private editor(plan: Plan): HTMLElement {
    const name = make("input", { value: plan.name, "aria-label": t("plan_name"), maxlength: 80, required: true });
    const note = make("textarea", { "aria-label": t("plan_note"), rows: 2, placeholder: t("plan_note") }, plan.note);
    const options = DECISIONS.map((value) =>
      make("option", { value, selected: value === plan.decision }, decisionText(value)),
    );
    const decision = make("select", { "aria-label": t("plan_decision") }, ...options);
    const form = make("form", {}, name, decision, note, make("button", { type: "submit" }, t("plan_done")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.edited = null;
      const wanted = name.value.trim() || plan.name;
      const changed: Plan = {
        ...plan,
        name: wanted === plan.name ? wanted : this.free(wanted),
        note: note.value.trim(),
        decision: decision.value as Decision,
      };
      this.keep(this.plans.map((other) => (other === plan ? changed : other)));
    });
    return form;
  }
}

function euros({ value, low, high }: NonNullable<PlanReply["cost"]>): string {
  const values = { value: number(value), low: number(low), high: number(high) };
  return t(low === high ? "euros" : "euros_between", values);
}

/** Share within a threshold in the EPCI where it is least, and its name. */
function leastServed(study: Study, answer: Answer, at: number): [number, string] {
  let least: [number, string] = [1, "\u2013"];
  study.zones.forEach((zone, i) => {
    if (zone.zone_kind !== "epci" || !zone.population) return;
    const share = (answer.covered[i]?.[at] ?? 0) / zone.population;
    if (share < least[0]) least = [share, zone.zone_name];
  });
  return least;
}
