import { widthOf } from './screen/text-width.ts';

/** A cell is text, or text with a colour that its padding does not take. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

/** Rows as lines, columns two spaces apart; the last one is as long as it is. */
export function alignColumns(rows: readonly (readonly Cell[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(textOf(cell)));
    }
  }
  return rows.map((row) =>
    row
      .map((cell, column) => padded(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function padded(cell: Cell, width: number): string {
  const text = textOf(cell);
  const padding = ' '.repeat(Math.max(0, width - widthOf(text)));
  return (typeof cell === 'string' ? text : cell.paint(text)) + padding;
}

export function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}
