/** The views that a page holds, each unpacked when it is first shown: a page may hold twenty. */

import { number } from "../shared/numbers.js";
import { wholeNumbers } from "../shared/packing.js";
import type { MapData, ViewData } from "./data.js";

/** What a function gives, computed when it is first asked for. */
function once<T>(compute: () => T): () => T {
  let kept: { value: T } | null = null;
  return () => (kept ??= { value: compute() }).value;
}

export class View {
  readonly hasCells: boolean;
  /** Values of cells, one more than they are, in 1 / factor; 0 for none. */
  private readonly coded: () => number[] | null;
  readonly cellClasses: () => number[] | null;
  readonly communeClasses: () => number[] | null;
  /** Place that is nearest to each cell, one more than its row; 0 for none. */
  readonly nearest: () => number[] | null;

  constructor(
    readonly data: ViewData,
    base: View | null,
  ) {
    this.hasCells = Boolean(data.cells ?? data.changed);
    this.coded = once(() => codes(data, base));
    this.cellClasses = once(
      () => this.coded()?.map((_, i) => this.classOf(this.cellValue(i))) ?? null,
    );
    this.communeClasses = once(() => data.communes?.map((value) => this.classOf(value)) ?? null);
    this.nearest = once(() => (data.nearest === undefined ? null : wholeNumbers(data.nearest)));
  }

  /** The codes that a later view changes. */
  codes(): number[] {
    return this.coded() ?? [];
  }

  cellValue(cell: number): number | null {
    const code = this.coded()?.[cell] ?? 0;
    return code ? (code - 1) / this.data.factor : null;
  }

  /** Whether something is without a value. */
  get lacks(): boolean {
    return [this.cellClasses(), this.communeClasses()].some((classes) => classes?.includes(-1));
  }

  /** A value in words, with its unit. */
  inWords(value: number | null): string {
    const { limits, labels, decimals, unit, missing } = this.data;
    if (value === null) return missing;
    return limits.length ? `${number(value, decimals)} ${unit}`.trim() : (labels[value] ?? missing);
  }

  private classOf(value: number | null): number {
    const { limits } = this.data;
    if (value === null) return -1;
    if (!limits.length) return value;
    const first = limits.findIndex((limit) => value <= limit);
    return first < 0 ? limits.length : first;
  }
}

function codes(data: ViewData, base: View | null): number[] | null {
  if (data.cells !== undefined) return wholeNumbers(data.cells);
  if (!data.changed) return null;
  const coded = [...(base?.codes() ?? [])];
  const [gaps, values] = data.changed.map(wholeNumbers);
  let at = 0;
  gaps?.forEach((gap, i) => {
    at += gap;
    coded[at] = values?.[i] ?? 0;
  });
  return coded;
}

/** What the reader chose: the view shown, another beside it, and where the line between them is. */
export class Choosing {
  readonly chosen: number[];
  readonly against: number[];
  comparing = false;
  /** Where the line is, as a share of the map's width. */
  split = 0.5;
  private readonly views: View[] = [];
  private readonly listeners: (() => void)[] = [];

  constructor(private readonly data: MapData) {
    let base: View | null = null;
    for (const written of data.views) {
      const view: View = new View(written, base);
      if (written.cells !== undefined) base = view;
      this.views.push(view);
    }
    this.chosen = data.choices.map((_, k) => data.first[k] ?? 0);
    this.against = [...this.chosen];
  }

  get all(): readonly View[] {
    return this.views;
  }

  get shown(): View {
    return this.at(this.chosen);
  }

  /** The view on the right of the line. */
  get other(): View | null {
    return this.comparing ? this.at(this.right) : null;
  }

  /** Options of the view on the right: those of the shown one, but for the last choice. */
  get right(): number[] {
    const last = this.chosen.length - 1;
    return this.chosen.map((option, k) => (k === last ? (this.against[k] ?? 0) : option));
  }

  nameOf(options: number[]): string {
    return this.data.choices.map((choice, k) => choice.options[options[k] ?? 0] ?? "").join(", ");
  }

  listen(listener: () => void): void {
    this.listeners.push(listener);
  }

  choose(change: () => void): void {
    change();
    for (const listener of this.listeners) listener();
  }

  private at(options: number[]): View {
    const place = this.data.choices.reduce((sum, choice, k) => sum * choice.options.length + (options[k] ?? 0), 0);
    const view = this.views[place];
    if (!view) throw new Error(`no view: ${options.join(", ")}`);
    return view;
  }
}
