import { PolarError } from '../model/errors.ts';
import { formatIni, type IniDocument, type IniEntry, type IniSection, parseIni } from './document.ts';
import type { IniLine } from './lines.ts';

/**
 * Edits: each returns a new document in which only the lines that it is about differ. Entries and sections given
 * must be of the document given, for an edit moves the lines below it.
 */

/** What is written on a new line; without a value the key stands alone. */
export interface NewEntry {
  readonly key: string;
  readonly value?: string;
}

export function setValue(document: IniDocument, entry: IniEntry, value: string): IniDocument {
  const index = entry.line - 1;
  const line = lineAt(document, entry.line);
  const before = line.text.slice(0, entry.valueColumn - 1);
  const gap = entry.hasEquals ? (before.endsWith('=') && entry.value === '' ? ' ' : '') : ' = ';
  return splice(document, index, 1, [{ ...line, text: before + gap + formatValue(value) }]);
}

/** After the section's last entry. @throws usage.invalid when the key cannot be written. */
export function addEntry(document: IniDocument, section: IniSection, entry: NewEntry): IniDocument {
  return insertEntry(document, section, section.entries.length, entry);
}

/**
 * `index` is the place that the new entry has afterwards. It follows right on the one before it: a comment above a line
 * is about that line, and stays there. Indented as its neighbour is.
 * @throws usage.invalid when the key cannot be written.
 */
export function insertEntry(
  document: IniDocument,
  section: IniSection,
  index: number,
  entry: NewEntry,
): IniDocument {
  const neighbour = section.entries[Math.max(0, index - 1)];
  const indent = neighbour ? textAt(document, neighbour.line).slice(0, neighbour.column - 1) : '';
  const after = index > 0 ? (neighbour?.line ?? section.line) : section.line;
  return insert(document, after, [indent + formatEntry(entry)]);
}

/** The line as it is, to the place `to` among the entries of its section; a missing last line end stays missing. */
export function moveEntry(
  document: IniDocument,
  section: IniSection,
  entry: IniEntry,
  to: number,
): IniDocument {
  const others = section.entries.filter((other) => other !== entry);
  const after = others[to - 1]?.line ?? section.line;
  const lines = document.lines.map((line) => ({ ...line, ending: line.ending || document.lineEnding }));
  const [moved] = lines.splice(entry.line - 1, 1);
  if (moved) lines.splice(after < entry.line ? after : after - 1, 0, moved);
  const isOpen = document.lines.at(-1)?.ending === '';
  return reread(
    document,
    lines.map((line, index) => (isOpen && index === lines.length - 1 ? { ...line, ending: '' } : line)),
  );
}

/** @throws usage.invalid when the key cannot be written. */
export function renameKey(document: IniDocument, entry: IniEntry, key: string): IniDocument {
  formatEntry({ key });
  const { text, ending } = lineAt(document, entry.line);
  const [before, after] = [text.slice(0, entry.column - 1), text.slice(entry.column - 1 + entry.key.length)];
  return splice(document, entry.line - 1, 1, [{ text: before + key + after, ending }]);
}

/** @throws usage.invalid when the name cannot be written. */
export function renameSection(document: IniDocument, section: IniSection, name: string): IniDocument {
  const { text, ending } = lineAt(document, section.line);
  const before = text.slice(0, section.column - 1);
  const [, rest = ''] = /^\[[^[\]]*\](.*)$/s.exec(text.slice(section.column - 1)) ?? [];
  return splice(document, section.line - 1, 1, [{ text: before + formatHeader(name) + rest, ending }]);
}

/**
 * From its header to its last entry. Comments above it and behind it stay: nobody can tell what they are about. Of two
 * blank lines that would meet, the upper one goes.
 */
export function removeSection(document: IniDocument, section: IniSection): IniDocument {
  const last = lastLineOf(document, section);
  const isBlank = (line: number) => (document.lines[line - 1]?.text.trim() ?? '') === '';
  const first =
    section.line > 1 && isBlank(section.line - 1) && isBlank(last + 1) ? section.line - 1 : section.line;
  return splice(document, first - 1, last - first + 1, []);
}

/** A section as it is written: the comment right above it, its header, and all down to its last entry. */
export function sectionTexts(document: IniDocument, section: IniSection): string[] {
  let first = section.line;
  while (first > 1 && /^\s*[;#]/.test(textAt(document, first - 1))) first--;
  return document.lines.slice(first - 1, lastLineOf(document, section)).map(({ text }) => text);
}

/** At the end, set off by a blank line. */
export function appendTexts(document: IniDocument, texts: readonly string[]): IniDocument {
  const last = document.lines.at(-1);
  const gap = last && last.text.trim() !== '' ? [''] : [];
  return insert(document, document.lines.length, [...gap, ...texts]);
}

export function removeEntry(document: IniDocument, entry: IniEntry): IniDocument {
  return splice(document, entry.line - 1, 1, []);
}

/** At the end, set off by a blank line. @throws usage.invalid when the name or a key cannot be written. */
export function addSection(document: IniDocument, name: string, entries: readonly NewEntry[]): IniDocument {
  return appendTexts(document, [formatHeader(name), ...entries.map(formatEntry)]);
}

/** Written so that it reads back the same: quoted only where it must be. */
export function formatValue(value: string): string {
  if (!/^"|^\s|\s$|[\p{Cc}\p{Cs}\uFFFD]/u.test(value)) return value;
  return JSON.stringify(value).replace(/[\u007F-\u009F\uFFFD]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function formatEntry({ key, value }: NewEntry): string {
  if (key === '' || key !== key.trim() || /^[[;#]|[=\p{Cc}\p{Cs}\uFFFD]/u.test(key)) {
    throw unwritable(key, 'a key', 'no = or control character, nor [, ; or # at its start');
  }
  return value === undefined ? key : `${key} = ${formatValue(value)}`.trimEnd();
}

function formatHeader(name: string): string {
  if (name === '' || name !== name.trim() || /[[\]\p{Cc}\p{Cs}\uFFFD]/u.test(name)) {
    throw unwritable(name, 'a section', 'no [, ] or control character');
  }
  return `[${name}]`;
}

function unwritable(name: string, what: string, rule: string): PolarError {
  return new PolarError('usage.invalid', `"${name}" cannot be the name of ${what}.`, {
    hint: `Choose one with no space around it and ${rule}.`,
  });
}

/** New lines end as the one before them does, which the line behind them is known to follow. */
function insert(document: IniDocument, after: number, texts: readonly string[]): IniDocument {
  const previous = document.lines[after - 1];
  const ending = previous?.ending || document.lineEnding;
  const added = texts.map((text) => ({ text, ending }));
  if (!previous) return splice(document, after, 0, added);
  return splice(document, after - 1, 1, [{ ...previous, ending }, ...added]);
}

function splice(document: IniDocument, start: number, count: number, added: readonly IniLine[]): IniDocument {
  return reread(document, document.lines.toSpliced(start, count, ...added));
}

function reread(document: IniDocument, lines: readonly IniLine[]): IniDocument {
  return parseIni(formatIni({ ...document, lines: lines.map(apart) }), document.file).document;
}

/** Where ends of lines are mixed, a bare CR and the LF of a blank line that meet would become one end. */
function apart(line: IniLine, index: number, lines: readonly IniLine[]): IniLine {
  const meets = line.text === '' && line.ending === '\n' && lines[index - 1]?.ending === '\r';
  return meets ? { ...line, ending: '\r\n' } : line;
}

function lineAt({ lines }: IniDocument, line: number): IniLine {
  return lines[line - 1] as IniLine;
}

function textAt(document: IniDocument, line: number): string {
  return lineAt(document, line).text;
}

/** The last one that says something; a line that cannot be read belongs to the section, too. */
function lastLineOf({ lines, sections }: IniDocument, section: IniSection): number {
  const next = sections.find(({ line }) => line > section.line)?.line ?? lines.length + 1;
  let last = next - 1;
  while (last > section.line && /^\s*(?:[;#].*)?$/s.test((lines[last - 1] as IniLine).text)) last--;
  return last;
}
