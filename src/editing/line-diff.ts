/** One change of a text with the lines around it; lines count from 1. */
export interface Hunk {
  readonly before: { readonly line: number; readonly count: number };
  readonly after: { readonly line: number; readonly count: number };
  readonly lines: readonly DiffLine[];
}

export interface DiffLine {
  readonly mark: ' ' | '-' | '+';
  /** Without its line end. */
  readonly text: string;
}

const contextLines = 3;
// Past this many comparisons the changed middle is shown as a whole: nobody reads such a diff line by line.
const mostComparisons = 4_000_000;

/** What differs, line by line; lines that differ only in how they end are the same line here. */
export function diffLines(before: readonly string[], after: readonly string[]): Hunk[] {
  return hunksOf(markLines(before, after));
}

/** As `diff -u` writes it, without the names of the files. */
export function formatHunks(hunks: readonly Hunk[]): string[] {
  const range = ({ line, count }: Hunk['before']) => `${count === 0 ? line - 1 : line},${count}`;
  return hunks.flatMap(({ before, after, lines }) => [
    `@@ -${range(before)} +${range(after)} @@`,
    ...lines.map(({ mark, text }) => mark + text),
  ]);
}

function markLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const kept = (texts: readonly string[]): DiffLine[] => texts.map((text) => ({ mark: ' ', text }));
  return [
    ...kept(before.slice(0, head)),
    ...markMiddle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...kept(before.slice(before.length - tail)),
  ];
}

/** By the longest common subsequence. */
function markMiddle(before: readonly string[], after: readonly string[]): DiffLine[] {
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  if (before.length * after.length <= mostComparisons) {
    const common = commonLengths(before, after);
    const width = after.length + 1;
    const length = (row: number, column: number) => common[row * width + column] ?? 0;
    while (i < before.length && j < after.length) {
      if (before[i] === after[j]) {
        lines.push({ mark: ' ', text: before[i++] as string });
        j++;
      } else if (length(i + 1, j) >= length(i, j + 1)) lines.push({ mark: '-', text: before[i++] as string });
      else lines.push({ mark: '+', text: after[j++] as string });
    }
  }
  for (const text of before.slice(i)) lines.push({ mark: '-', text });
  for (const text of after.slice(j)) lines.push({ mark: '+', text });
  return lines;
}

/** At row i and column j: how many lines the rests from i and j have in common. */
function commonLengths(before: readonly string[], after: readonly string[]): Uint32Array {
  const width = after.length + 1;
  const table = new Uint32Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const skipped = Math.max(table[(i + 1) * width + j] ?? 0, table[i * width + j + 1] ?? 0);
      table[i * width + j] = before[i] === after[j] ? (table[(i + 1) * width + j + 1] ?? 0) + 1 : skipped;
    }
  }
  return table;
}

function hunksOf(lines: readonly DiffLine[]): Hunk[] {
  const changed = lines.flatMap(({ mark }, index) => (mark === ' ' ? [] : [index]));
  const ranges: { start: number; end: number }[] = [];
  for (const index of changed) {
    const last = ranges.at(-1);
    const [start, end] = [
      Math.max(0, index - contextLines),
      Math.min(lines.length, index + contextLines + 1),
    ];
    if (last && start <= last.end) last.end = end;
    else ranges.push({ start, end });
  }
  const count = (part: readonly DiffLine[], without: '-' | '+') =>
    part.filter(({ mark }) => mark !== without).length;
  return ranges.map(({ start, end }) => {
    const [above, part] = [lines.slice(0, start), lines.slice(start, end)];
    return {
      before: { line: count(above, '+') + 1, count: count(part, '+') },
      after: { line: count(above, '-') + 1, count: count(part, '-') },
      lines: part,
    };
  });
}
