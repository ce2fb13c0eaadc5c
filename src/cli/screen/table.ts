import { type Cell, textOf } from '../columns.ts';
import { formatLine } from './line.ts';
import { widthOf } from './text-width.ts';

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** So wide at least: a column whose values change must not push the others about. */
  readonly least?: number;
  /** Left out when there is no room for all; of several the last one first. */
  readonly isOptional?: boolean;
  /** Takes the room that the others leave, and is cut before any of them. */
  readonly isElastic?: boolean;
}

const gap = 2;
const mostHalf = 56;
const leastElastic = 24;

/**
 * A line of titles, then the rows, in at most so many columns of the terminal: first optional columns are left out,
 * then the first column, the names, is cut, then the lines.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
  paintTitle: (text: string) => string,
): string[] {
  const widths = columns.map(({ title, least = 0 }, index) =>
    rows.reduce(
      (most, row) => Math.max(most, widthOf(textOf(row[index] ?? ''))),
      Math.max(least, widthOf(title)),
    ),
  );
  const elastic = columns.findIndex(({ isElastic }) => isElastic);
  const wanted = widths[elastic] ?? 0;
  if (elastic >= 0) widths[elastic] = Math.min(wanted, leastElastic);
  const shown = columns.map((_, index) => index);
  const others = () => shown.slice(1).reduce((sum, index) => sum + gap + (widths[index] ?? 0), 0);
  while (others() + (widths[0] ?? 0) > width) {
    const last = shown.findLast((index) => columns[index]?.isOptional);
    if (last === undefined) break;
    shown.splice(shown.indexOf(last), 1);
  }
  const spare = width - others() - (widths[0] ?? 0);
  if (elastic >= 0) widths[elastic] = Math.min(wanted, (widths[elastic] ?? 0) + Math.max(0, spare));
  widths[0] = Math.max(1, Math.min(widths[0] ?? 0, width - others()));

  const lineOf = (cells: readonly Cell[]) => {
    const parts: Cell[] = [];
    for (const [place, index] of shown.entries()) {
      if (place > 0) parts.push(' '.repeat(gap));
      parts.push(...aligned(cells[index] ?? '', widths[index] ?? 0, columns[index]?.align ?? 'left'));
    }
    return formatLine(parts, width);
  };
  const titles = columns.map(({ title }): Cell => ({ text: title, paint: paintTitle }));
  return [lineOf(titles), ...rows.map(lineOf)];
}

function aligned(cell: Cell, width: number, align: 'left' | 'right'): Cell[] {
  const fit: Cell = widthOf(textOf(cell)) > width ? cutCell(cell, width) : cell;
  const padding = ' '.repeat(Math.max(0, width - widthOf(textOf(fit))));
  return align === 'left' ? [fit, padding] : [padding, fit];
}

function cutCell(cell: Cell, width: number): Cell {
  const text = formatLine([textOf(cell)], width);
  return typeof cell === 'string' ? text : { text, paint: cell.paint };
}

/** Two blocks beside each other, the left one in a half that does not grow without end. */
export function beside(
  left: (columns: number) => readonly string[],
  right: (columns: number) => readonly string[],
  columns: number,
  widthOfLine: (line: string) => number,
): string[] {
  const half = Math.min(mostHalf, Math.floor((columns - 4) / 2));
  const [lefts, rights] = [left(half), right(columns - half - 4)];
  return Array.from({ length: Math.max(lefts.length, rights.length) }, (_, index) => {
    const line = lefts[index] ?? '';
    const other = rights[index] ?? '';
    return other === '' ? line : `${line}${' '.repeat(half - widthOfLine(line) + 4)}${other}`;
  });
}
