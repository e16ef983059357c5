/** The map alone in large type, and the plans one after the other as a story; a remote's keys step. */

import { byId } from "../shared/dom.js";
import { initial, type Scenario } from "./model.js";
import { decisionText, type Plan, type Plans } from "./plans.js";
import { t } from "./words.js";
import type { Workbench } from "./workbench.js";

const STEPS: Record<string, number> = { ArrowRight: 1, PageDown: 1, " ": 1, ArrowLeft: -1, PageUp: -1 };

export class Presenting {
  private slides: Plan[] = [];
  private at = 0;
  /** The scenario in hand before; null where nothing is presented. */
  private before: Scenario | null = null;

  constructor(
    private readonly bench: Workbench,
    private readonly plans: Plans,
    private readonly resized: () => void,
  ) {
    byId("present").addEventListener("click", () => this.begin());
    byId("stage-next").addEventListener("click", () => this.step(1));
    byId("stage-back").addEventListener("click", () => this.step(-1));
    byId("stage-end").addEventListener("click", () => this.end());
    document.addEventListener("keydown", (event) => this.pressed(event), true); // before markers
  }

  private begin(): void {
    const { scenario } = this.bench.state();
    this.before = scenario;
    const today = { name: t("today"), note: "", decision: "" as const, scenario: initial(this.bench.study, scenario) };
    const kept = this.plans.all();
    const now: Plan = { name: t("plan_now"), note: "", decision: "", scenario };
    this.slides = kept.length ? [today, ...kept] : [today, now];
    document.body.classList.add("presenting");
    byId("stage").hidden = false;
    document.documentElement.requestFullscreen?.().catch(() => undefined); // refused: the window will do
    this.show(0);
    byId("stage-next").focus();
  }

  private step(by: number): void {
    this.show(Math.min(this.slides.length - 1, Math.max(0, this.at + by)));
  }

  private show(at: number): void {
    const slide = this.slides[at];
    if (!slide) return;
    this.at = at;
    byId("stage-name").textContent = slide.name;
    const said = [slide.decision ? decisionText(slide.decision) : "", slide.note].filter(Boolean);
    byId("stage-note").textContent = said.join(" – ");
    byId("stage-count").textContent = `${at + 1} / ${this.slides.length}`;
    byId<HTMLButtonElement>("stage-back").disabled = at === 0;
    byId<HTMLButtonElement>("stage-next").disabled = at === this.slides.length - 1;
    this.resized(); // the band may be higher
    this.bench.settle(() => slide.scenario, t("said_plan", { name: slide.name }));
  }

  private end(): void {
    const { before } = this;
    if (before === null) return;
    this.before = null;
    document.body.classList.remove("presenting");
    byId("stage").hidden = true;
    if (document.fullscreenElement) void document.exitFullscreen();
    this.resized();
    this.bench.settle(() => before, "");
    byId("present").focus();
  }

  private pressed(event: KeyboardEvent): void {
    if (this.before === null) return;
    const step = STEPS[event.key];
    const onButton = event.key === " " && event.target instanceof HTMLButtonElement;
    if (event.key === "Escape") this.end();
    else if (step && !onButton) this.step(step);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
