export type LineEnding = '\n' | '\r\n' | '\r';

/** One line as it stands in the file; only the last may lack an ending. */
export interface IniLine {
  readonly text: string;
  readonly ending: LineEnding | '';
}

/** Inverse of `joinLines`, byte for byte. An ending closes its line: `"a\n"` is one line, `""` is none. */
export function splitLines(text: string): IniLine[] {
  const lines: IniLine[] = [];
  for (const [whole, content = '', ending = ''] of text.matchAll(/([^\r\n]*)(\r\n|\n|\r|$)/g)) {
    if (whole !== '') lines.push({ text: content, ending: ending as IniLine['ending'] });
  }
  return lines;
}

export function joinLines(lines: readonly IniLine[]): string {
  return lines.map(({ text, ending }) => text + ending).join('');
}

/** What new lines of a file end with: as its first line does. */
export function lineEndingOf(lines: readonly IniLine[]): LineEnding {
  return lines[0]?.ending || '\n';
}
