/** Tiles of slanted lines: what is not known, what is modelled. */

export interface Hatching {
  colour: string;
  /** Pixels of the tile, and of a line. */
  size: number;
  width: number;
  /** Whether lines go up to the right. */
  rising: boolean;
  /** Colour under the lines; none if empty. */
  ground: string;
}

export function hatched({ colour, size, width, rising, ground }: Hatching): HTMLCanvasElement {
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const pen = penOf(tile);
  if (ground) {
    pen.fillStyle = ground;
    pen.fillRect(0, 0, size, size);
  }
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  if (rising) {
    pen.translate(size, 0);
    pen.scale(-1, 1);
  }
  for (const move of [-size, 0, size]) {
    pen.beginPath();
    pen.moveTo(move - 1, -1);
    pen.lineTo(move + size + 1, size + 1);
    pen.stroke();
  }
  return tile;
}

/** The pen of a canvas. */
export function penOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("this browser draws on no canvas");
  return pen;
}

export function pattern(pen: CanvasRenderingContext2D, tile: HTMLCanvasElement): CanvasPattern {
  const made = pen.createPattern(tile, "repeat");
  if (!made) throw new Error("this browser repeats no picture");
  return made;
}
