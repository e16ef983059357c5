/** The line at first sight, and the tour in three steps; whoever closes it never sees it again. */

import { button, byId, make } from "../shared/dom.js";
import { t } from "./words.js";

const KEY = "siting-invited";
const STEPS = ["map", "headline", "tab-plans"]; // what each step of the tour speaks of

export function invite(): void {
  if (localStorage.getItem(KEY) !== null) return;
  const box = byId("invitation");
  const lit = (id: string | null): void => {
    for (const element of document.querySelectorAll(".lit")) element.classList.remove("lit");
    if (id) byId(id).classList.add("lit");
  };
  const close = (): void => {
    lit(null);
    box.hidden = true;
    localStorage.setItem(KEY, "seen");
  };
  const shut = (): HTMLElement => button("\u00d7", close, { class: "shut", "aria-label": t("close"), title: t("close") });
  const show = (step: number): void => {
    const target = STEPS[step];
    if (target === undefined) {
      close();
      return;
    }
    lit(target);
    const next = button(t(step + 1 < STEPS.length ? "tour_next" : "tour_end"), () => show(step + 1));
    const place = t("tour_step", { step: step + 1, steps: STEPS.length });
    box.replaceChildren(make("p", {}, make("strong", {}, place), ` ${t(`tour_${target.replace("-", "_")}`)}`), next, shut());
    next.focus();
  };
  box.replaceChildren(make("p", {}, t("invitation")), button(t("tour"), () => show(0)), shut());
  box.hidden = false;
}
