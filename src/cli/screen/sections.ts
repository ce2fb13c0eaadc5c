/** Lines that belong together. */
export interface Section {
  readonly lines: readonly string[];
  /** So many of them are shown whatever there is room for, while those before it are. */
  readonly least: number;
  /** What stands in place of the last line that is shown when `hidden` of them are not. */
  readonly more?: (hidden: number) => string;
}

/**
 * Sections below one another in at most `rows` lines. Where there is not room for all, the last ones are cut first, down
 * to their least; where there is more than enough, an empty line stands between two of them.
 */
export function fitSections(sections: readonly Section[], rows: number): string[] {
  const shown = sections.filter(({ lines }) => lines.length > 0);
  const kept = shown.map(({ lines }) => lines.length);
  let excess = sum(kept) - rows;
  for (let index = shown.length - 1; index >= 0 && excess > 0; index--) {
    const section = shown[index]!;
    const least = Math.min(section.lines.length, section.least);
    const cut = Math.min(excess, section.lines.length - least);
    kept[index] = section.lines.length - cut;
    excess -= cut;
  }
  for (let index = shown.length - 1; index >= 0 && excess > 0; index--) {
    const cut = Math.min(excess, kept[index]!);
    kept[index] = kept[index]! - cut;
    excess -= cut;
  }
  let spare = rows - sum(kept);
  const out: string[] = [];
  for (const [index, section] of shown.entries()) {
    const count = kept[index]!;
    if (count === 0) continue;
    if (out.length > 0 && spare > 0) {
      out.push('');
      spare--;
    }
    out.push(...cutLines(section, count));
  }
  return out;
}

function cutLines({ lines, more }: Section, count: number): readonly string[] {
  if (count >= lines.length || !more || count < 2) return lines.slice(0, count);
  return [...lines.slice(0, count - 1), more(lines.length - count + 1)];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
