import { stripVTControlCharacters } from 'node:util';
import type { Size } from './line.ts';
import { widthOf } from './text-width.ts';

/** A screen full of lines, none of them wider than the screen. */
export interface Frame {
  readonly size: Size;
  readonly lines: readonly string[];
}

const toRow = (row: number) => `\u001b[${row};1H`;
const eraseToEndOfLine = '\u001b[K';

/**
 * What turns the one frame on a terminal into the other: lines that are the same are left alone, so nothing flickers.
 * Without a frame before it, or after the size has changed, every line is drawn, over whatever is there.
 */
export function drawFrame(before: Frame | undefined, { size, lines }: Frame): string {
  const isSameSize = before?.size.columns === size.columns && before.size.rows === size.rows;
  const known = isSameSize ? before.lines : undefined;
  let out = '';
  for (let row = 0; row < size.rows; row++) {
    const line = lines[row] ?? '';
    if (known && line === (known[row] ?? '')) continue;
    // Behind the last column there is nothing to erase, and the cursor still stands on it.
    const isFull = visibleWidth(line) >= size.columns;
    out += `${toRow(row + 1)}${line}${isFull ? '' : eraseToEndOfLine}`;
  }
  return out;
}

/** Of a line with its colours. */
export function visibleWidth(line: string): number {
  return widthOf(stripVTControlCharacters(line));
}
