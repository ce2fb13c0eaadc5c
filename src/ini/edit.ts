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
  const line = document.lines[index] as IniLine;
  const before = line.text.slice(0, entry.valueColumn - 1);
  const gap = entry.hasEquals ? (before.endsWith('=') && entry.value === '' ? ' ' : '') : ' = ';
  return splice(document, index, 1, [{ ...line, text: before + gap + formatValue(value) }]);
}

/** After the section's last entry. @throws usage.invalid when the key cannot be written. */
export function addEntry(document: IniDocument, section: IniSection, entry: NewEntry): IniDocument {
  return insert(document, section.entries.at(-1)?.line ?? section.line, [formatEntry(entry)]);
}

export function removeEntry(document: IniDocument, entry: IniEntry): IniDocument {
  return splice(document, entry.line - 1, 1, []);
}

/** At the end, set off by a blank line. @throws usage.invalid when the name or a key cannot be written. */
export function addSection(document: IniDocument, name: string, entries: readonly NewEntry[]): IniDocument {
  const last = document.lines.at(-1);
  const gap = last && last.text.trim() !== '' ? [''] : [];
  return insert(document, document.lines.length, [...gap, formatHeader(name), ...entries.map(formatEntry)]);
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

function insert(document: IniDocument, after: number, texts: readonly string[]): IniDocument {
  const { lines, lineEnding: ending } = document;
  const added = texts.map((text) => ({ text, ending }));
  const previous = lines[after - 1];
  if (!previous) return splice(document, after, 0, added);
  return splice(document, after - 1, 1, [{ ...previous, ending: previous.ending || ending }, ...added]);
}

function splice(document: IniDocument, start: number, count: number, added: readonly IniLine[]): IniDocument {
  const lines = document.lines.toSpliced(start, count, ...added);
  return parseIni(formatIni({ ...document, lines }), document.file).document;
}
