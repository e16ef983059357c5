/** Whole numbers that travel as base64; see `siting/outputs/compact.py` and `siting/workshop/page_answers.py`. */

/** Bytes of a base64 text. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const unpacked = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) unpacked[i] = binary.charCodeAt(i);
  return unpacked;
}

/** Whole numbers written in bytes of seven bits (LEB128). */
export function wholeNumbers(text: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let scale = 1;
  for (const byte of bytes(text)) {
    value += (byte & 127) * scale;
    if (byte & 128) scale *= 128;
    else {
      numbers.push(value);
      value = 0;
      scale = 1;
    }
  }
  return numbers;
}

/** A whole number from its zigzag code: 0, -1, 1, -2… */
export const unsigned = (code: number): number => (code % 2 ? -(code + 1) / 2 : code / 2);
