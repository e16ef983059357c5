/** Numbers and names as the reader's language writes them. */

let code = "fr";

/** Write from now on in a language, `fr` or `en`. */
export function speak(language: string): void {
  code = language;
}

export const language = (): string => code;

const locale = (): string => (code === "fr" ? "fr-FR" : "en-GB");

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
 * French writes decimals with a comma, and lists with semicolons, spaces or a comma and a space. */
export function numbersIn(text: string): number[] {
  const between = code === "fr" ? /;|,\s|\s/ : /[;,\s]/;
  const typed = text.split(between).filter((part) => part.trim() !== "");
  return typed.map((part) => Number(code === "fr" ? part.replace(",", ".") : part));
}
