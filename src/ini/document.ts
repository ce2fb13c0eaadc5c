import type { Finding } from '../model/finding.ts';
import { readLine } from './line-content.ts';
import { type IniLine, joinLines, type LineEnding, lineEndingOf, splitLines } from './lines.ts';

/**
 * An INI file that keeps its lines, so that everything read has a place and an edit changes only its own lines.
 *
 * The grammar: `[name]` opens a section; a comment (`;` or `#`) fills a whole line; the first `=` splits key from value;
 * `#` and `;` within a value are text; a value that starts with `"` is a JSON string; a key may stand alone.
 * There are no multi-line values, and dots in names mean nothing.
 */
export interface IniDocument {
  readonly file: string;
  readonly bom: boolean;
  readonly lines: readonly IniLine[];
  /** What new lines end with. */
  readonly lineEnding: LineEnding;
  /** In the order of the file; one whose name was there before is listed too (and reported). */
  readonly sections: readonly IniSection[];
}

export interface IniSection {
  readonly name: string;
  readonly line: number;
  /** Of the `[`. */
  readonly column: number;
  /** Repeated keys are all here: the reader of a section knows which of its keys are lists. */
  readonly entries: readonly IniEntry[];
}

export interface IniEntry {
  readonly key: string;
  /** Decoded where it was quoted; empty where the key stands alone. */
  readonly value: string;
  readonly hasEquals: boolean;
  /** Lines and columns are 1-based, columns in UTF-16 code units. */
  readonly line: number;
  readonly column: number;
  /** Where the value starts, or would start. */
  readonly valueColumn: number;
}

const byteOrderMark = '\uFEFF';

/** Never throws: whatever cannot be read is a finding, and the rest is read. */
export function parseIni(text: string, file: string): { document: IniDocument; findings: Finding[] } {
  const bom = text.startsWith(byteOrderMark);
  const lines = splitLines(bom ? text.slice(1) : text);
  const findings: Finding[] = [];
  const sections = readSections(lines, (line, column, code, message) =>
    findings.push({ file, line, column, severity: 'error', code, message }),
  );
  return { document: { file, bom, lines, lineEnding: lineEndingOf(lines), sections }, findings };
}

/** The text that the document was parsed from, byte for byte. */
export function formatIni({ bom, lines }: IniDocument): string {
  return (bom ? byteOrderMark : '') + joinLines(lines);
}

type Report = (line: number, column: number, code: string, message: string) => void;

function readSections(lines: readonly IniLine[], report: Report): IniSection[] {
  const sections: (IniSection & { entries: IniEntry[] })[] = [];
  const firstLines = new Map<string, number>();
  for (const [index, { text }] of lines.entries()) {
    const line = index + 1;
    const { content, problems } = readLine(text);
    for (const { column, code, message } of problems) report(line, column, code, message);

    if (content.kind === 'section') {
      const { name, column } = content;
      const first = firstLines.get(name);
      if (first === undefined) firstLines.set(name, line);
      else
        report(line, column, 'ini.duplicate-section', `[${name}] is already on line ${first}; merge the two`);
      sections.push({ name, line, column, entries: [] });
    } else if (content.kind === 'entry') {
      const { kind, ...entry } = content;
      const section = sections.at(-1);
      if (section) section.entries.push({ ...entry, line });
      else
        report(
          line,
          entry.column,
          'ini.no-section',
          'this line stands before any section; open one with [name]',
        );
    }
  }
  return sections;
}
