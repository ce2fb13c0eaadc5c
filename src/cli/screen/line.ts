import { type Cell, textOf } from '../columns.ts';
import { cutToWidth, widthOf } from './text-width.ts';

/** What a screen has room for. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Cells one after the other in at most so many columns; what does not fit is cut. */
export function formatLine(cells: readonly Cell[], columns: number): string {
  let line = '';
  let left = columns;
  for (const cell of cells) {
    if (left <= 0) break;
    const text = cutToWidth(textOf(cell), left);
    left -= widthOf(text);
    line += typeof cell === 'string' ? text : cell.paint(text);
  }
  return line;
}

/** As many of the items, in their order, as there is room for, two columns apart behind a label. */
export function formatItems(label: Cell, items: readonly (readonly Cell[])[], columns: number): string {
  const cells: Cell[] = [label];
  let used = widthOf(textOf(label));
  for (const item of items) {
    const width = item.reduce((sum, cell) => sum + widthOf(textOf(cell)), 0);
    if (used + 2 + width > columns) break;
    cells.push('  ', ...item);
    used += 2 + width;
  }
  return formatLine(cells, columns);
}

/** `left` and `right` at the two ends of a line; where both do not fit, `left` alone. */
export function formatEnds(left: readonly Cell[], right: Cell, columns: number): string {
  const used = left.reduce((sum, cell) => sum + widthOf(textOf(cell)), 0);
  const gap = columns - used - widthOf(textOf(right));
  return gap < 2 ? formatLine(left, columns) : formatLine([...left, ' '.repeat(gap), right], columns);
}
