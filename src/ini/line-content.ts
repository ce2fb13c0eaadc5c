/** What one line says. Columns are 1-based and count UTF-16 code units. */
export type LineContent =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'section'; readonly name: string; readonly column: number }
  | ({ readonly kind: 'entry' } & EntryContent);

export interface EntryContent {
  readonly key: string;
  readonly value: string;
  readonly hasEquals: boolean;
  readonly column: number;
  readonly valueColumn: number;
}

export interface LineProblem {
  readonly code: `ini.${string}`;
  readonly column: number;
  readonly message: string;
}

/** Reads a line by itself: whatever is wrong with it, the next line can still be read. */
export function readLine(text: string): { content: LineContent; problems: LineProblem[] } {
  const problems = foreignCharacters(text);
  const trimmed = text.trim();
  const column = text.length - text.trimStart().length + 1;
  if (trimmed === '' || trimmed.startsWith(';') || trimmed.startsWith('#')) {
    return { content: { kind: 'nothing' }, problems };
  }
  const content = trimmed.startsWith('[')
    ? readHeader(trimmed, column, problems)
    : readEntry(trimmed, column, problems);
  return { content, problems };
}

/** A broken header still opens the section that was probably meant, so that its entries do not fall to the one before. */
function readHeader(trimmed: string, column: number, problems: LineProblem[]): LineContent {
  const [, name = '', rest = ''] = /^\[([^[\]]*)(.*)$/s.exec(trimmed) ?? [];
  const report = (code: LineProblem['code'], offset: number, message: string) =>
    problems.push({ code, column: column + offset, message });
  if (rest !== ']') {
    const offset = 1 + name.length;
    if (rest === '') report('ini.broken-section', offset, 'this section lacks its closing ]');
    else if (/^\]\s*[;#]/.test(rest)) {
      report('ini.broken-section', offset + 1, 'a comment needs a line of its own, not the end of a section');
    } else {
      report('ini.broken-section', offset, 'this is not a section; write [name] and nothing else');
    }
  } else if (name.trim() === '') {
    report('ini.broken-section', 0, 'this section has no name; write it between [ and ]');
  }
  return { kind: 'section', name: name.trim(), column };
}

function readEntry(trimmed: string, column: number, problems: LineProblem[]): LineContent {
  const equals = trimmed.indexOf('=');
  if (equals < 0) {
    const valueColumn = column + trimmed.length;
    return { kind: 'entry', key: trimmed, value: '', hasEquals: false, column, valueColumn };
  }
  const key = trimmed.slice(0, equals).trimEnd();
  const written = trimmed.slice(equals + 1).trimStart();
  const valueColumn = column + trimmed.length - written.length;
  if (key === '') {
    problems.push({
      code: 'ini.missing-key',
      column,
      message: 'nothing stands before the =; write key = value',
    });
    return { kind: 'nothing' };
  }
  const value = unquote(written, valueColumn, problems);
  return { kind: 'entry', key, value, hasEquals: true, column, valueColumn };
}

function unquote(written: string, column: number, problems: LineProblem[]): string {
  if (!written.startsWith('"')) return written;
  try {
    return JSON.parse(written) as string;
  } catch {
    const message =
      'a value that starts with " must be one JSON string, closed by " and with \\" for a " inside';
    problems.push({ code: 'ini.broken-quote', column, message });
    return written;
  }
}

/** The first character that no text file has: a sign of a binary file, of another encoding, or of a trap for terminals. */
function foreignCharacters(text: string): LineProblem[] {
  const index = text.search(/[^\P{Cc}\t]|\uFFFD/u);
  if (index < 0) return [];
  const column = index + 1;
  if (text[index] === '\uFFFD') {
    return [{ code: 'ini.not-utf-8', column, message: 'this is not UTF-8; save the file as UTF-8' }];
  }
  const point = text.charCodeAt(index).toString(16).toUpperCase().padStart(4, '0');
  const message = `the control character U+${point} does not belong here; remove it`;
  return [{ code: 'ini.control-character', column, message }];
}
