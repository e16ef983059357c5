/** Numbers and names as the reader's language writes them. */

let code = "fr";
let tag = "fr-FR";

/** Write from now on in a language: its code, and its tag (`fr-FR`) for numbers. */
export function speak(language: string, languageTag: string): void {
  code = language;
  tag = languageTag;
}

export const language = (): string => code;

const locale = (): string => tag;

const decimalComma = (): boolean => (0.5).toLocaleString(tag).includes(",");

export const number = (value: number, digits = 0): string =>
  value.toLocaleString(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** A number with the decimals that it has, at most three: `12,5`, `20`. */
export const asTyped = (value: number): string =>
  value.toLocaleString(locale(), { maximumFractionDigits: 3 });

export const percent = (share: number, digits = 1): string =>
  share.toLocaleString(locale(), {
    style: "percent",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });

/** A difference with its sign, `+1 250`, `−3`, `0`. */
export function signed(value: number, digits = 0): string {
  const shown = number(Math.abs(value), digits);
  if (Number(Math.abs(value).toFixed(digits)) === 0) return number(0, digits);
  return (value > 0 ? "+" : "\u2212") + shown;
}

/** A name to be compared: without accents, capitals and signs. */
export const plain = (text: string): string =>
  text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, " ").trim();

/** Numbers that somebody typed in a list; NaN for what is none.
 *
 * Who writes decimals with a comma writes lists with semicolons, spaces or a comma and a space. */
export function numbersIn(text: string): number[] {
  const comma = decimalComma();
  const between = comma ? /;|,\s|\s/ : /[;,\s]/;
  const typed = text.split(between).filter((part) => part.trim() !== "");
  return typed.map((part) => Number(comma ? part.replace(",", ".") : part));
}
