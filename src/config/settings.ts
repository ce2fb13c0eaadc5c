import type { IniEntry, IniSection } from '../ini/document.ts';
import { formatByteSize, parseByteSize } from '../model/byte-size.ts';
import { parseDuration } from '../model/duration.ts';
import type { Finding } from '../model/finding.ts';
import { didYouMean } from '../model/suggestion.ts';

/**
 * One setting: how its text is read, what it is when absent, and what a reader of the reference page learns.
 * `read` returns the value or throws a `SettingProblem` whose message completes "<key> …"; of a family's key,
 * `member` is the part after the dot.
 */
export interface Setting<T> {
  readonly read: (text: string, member: string) => T;
  readonly doc: string;
  readonly example: string;
  readonly fallback?: T;
  /** How the fallback is written, where that is not what `String` makes of it. */
  readonly fallbackText?: string;
  readonly required?: boolean;
  /** Takes commas and repeated keys. */
  readonly list?: boolean;
  /** May refer to secrets (`${env:X}`, `${file:X}`; secret-text.ts). */
  readonly secret?: boolean;
  /** Whether what was written may hold a secret, although none belongs there: it is not shown then. */
  readonly hides?: (written: string) => boolean;
}

/** Keys ending in `.*` are families: `expect.*` reads `expect.status` and `expect.version`. */
export type Spec = Readonly<Record<string, Setting<unknown>>>;

export class SettingProblem extends Error {}

export const text = (): ((written: string) => string) => (written) => {
  if (written === '') throw new SettingProblem('is empty');
  return written;
};

export const integer = (least: number, most: number) => (written: string) => {
  const value = /^-?\d+$/.test(written) ? Number(written) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw new SettingProblem(`must be a whole number from ${least} to ${most}, not "${written}"`);
  }
  return value;
};

export const duration =
  (leastMs: number, mostMs = 366 * 86_400_000) =>
  (written: string) => {
    const value = parseDuration(written);
    if (value === undefined) {
      throw new SettingProblem(`must be a duration such as 500ms, 30s, 5m, 6h or 1d, not "${written}"`);
    }
    if (value < leastMs || value > mostMs) {
      throw new SettingProblem(`must be from ${leastMs} ms to ${mostMs} ms, not "${written}"`);
    }
    return value;
  };

/** `forever` is null. */
export const durationOrForever = (leastMs: number) => (written: string) =>
  written === 'forever' ? null : duration(leastMs, 100 * 366 * 86_400_000)(written);

export const byteSize = (leastBytes: number, mostBytes: number) => (written: string) => {
  const value = parseByteSize(written);
  if (value === undefined || value < leastBytes || value > mostBytes) {
    const range = `from ${formatByteSize(leastBytes)} to ${formatByteSize(mostBytes)}`;
    throw new SettingProblem(`must be a size ${range}, such as 64KiB or 1MiB, not "${written}"`);
  }
  return value;
};

export const flag = () => (written: string) => {
  if (written !== 'true' && written !== 'false')
    throw new SettingProblem(`must be true or false, not "${written}"`);
  return written === 'true';
};

export const oneOf =
  <T extends string>(...choices: readonly T[]) =>
  (written: string): T => {
    const choice = choices.find((candidate) => candidate === written);
    if (choice === undefined) {
      throw new SettingProblem(
        `must be one of ${choices.join(', ')}, not "${written}"${didYouMean(written, choices)}`,
      );
    }
    return choice;
  };

export interface ReadSettings {
  /** By key; families as objects under their name without `.*`; absent ones filled with their fallback. */
  readonly values: Record<string, unknown>;
  /** Where each value that was written stands. */
  readonly entries: ReadonlyMap<string, IniEntry>;
}

/**
 * Reads a section against its spec. `area` starts each finding's code (`policy`, `config`).
 * `inherited` are values already read from a defaults section; they stand in for fallbacks.
 */
export function readSettings(
  file: string,
  section: IniSection,
  spec: Spec,
  area: string,
  findings: Finding[],
  inherited: Readonly<Record<string, unknown>> = {},
): ReadSettings {
  const values: Record<string, unknown> = {};
  const entries = new Map<string, IniEntry>();
  const report = (entry: { line: number; column: number }, code: string, message: string) =>
    findings.push({
      file,
      line: entry.line,
      column: entry.column,
      severity: 'error',
      code: `${area}.${code}`,
      message,
    });

  for (const entry of section.entries) {
    const found = settingFor(spec, entry.key);
    if (!found) {
      report(
        entry,
        'unknown-key',
        `"${entry.key}"${didYouMean(entry.key, knownKeys(spec)) || unknownHint(spec)}`,
      );
      continue;
    }
    const { setting, family, member } = found;
    const first = entries.get(entry.key);
    if (first && !setting.list) {
      report(
        entry,
        'duplicate-key',
        `"${entry.key}" was already set on line ${first.line}; remove one of the two`,
      );
      continue;
    }
    try {
      if (family !== undefined) {
        const group = (values[family] ?? inherited[family] ?? {}) as Record<string, unknown>;
        values[family] = { ...group, [member]: setting.read(entry.value, member) };
      } else if (setting.list) {
        const before = first ? ((values[entry.key] ?? []) as unknown[]) : [];
        values[entry.key] = [...before, ...splitList(entry.value).map((item) => setting.read(item, ''))];
      } else {
        values[entry.key] = setting.read(entry.value, '');
      }
      entries.set(entry.key, entry);
    } catch (problem) {
      if (!(problem instanceof SettingProblem)) throw problem;
      report(
        { line: entry.line, column: entry.valueColumn },
        'invalid-value',
        `"${entry.key}" ${problem.message}`,
      );
      entries.set(entry.key, entry);
    }
  }
  fillAbsent(values, spec, inherited, entries, (key) =>
    report(
      section,
      'missing-key',
      `"${key}" is needed in [${section.name}], e.g. ${key} = ${spec[key]?.example}`,
    ),
  );
  return { values, entries };
}

function fillAbsent(
  values: Record<string, unknown>,
  spec: Spec,
  inherited: Readonly<Record<string, unknown>>,
  entries: ReadonlyMap<string, IniEntry>,
  missing: (key: string) => void,
): void {
  for (const [pattern, setting] of Object.entries(spec)) {
    const key = pattern.endsWith('.*') ? pattern.slice(0, -2) : pattern;
    if (key in values || entries.has(key)) continue;
    if (key in inherited) values[key] = inherited[key];
    else if (pattern.endsWith('.*')) values[key] = {};
    else if (setting.required) missing(key);
    else values[key] = setting.fallback;
  }
}

/** What reads a key, whether it is spelled out in the spec or of a family. */
export function settingFor(
  spec: Spec,
  key: string,
): { setting: Setting<unknown>; family: string | undefined; member: string } | undefined {
  const exact = Object.hasOwn(spec, key) ? spec[key] : undefined;
  if (exact && !key.endsWith('.*')) return { setting: exact, family: undefined, member: '' };
  const dot = key.indexOf('.');
  if (dot <= 0 || dot === key.length - 1) return undefined;
  const family = key.slice(0, dot);
  const setting = Object.hasOwn(spec, `${family}.*`) ? spec[`${family}.*`] : undefined;
  return setting && { setting, family, member: key.slice(dot + 1) };
}

function knownKeys(spec: Spec): string[] {
  return Object.keys(spec);
}

function unknownHint(spec: Spec): string {
  return `; known are ${knownKeys(spec).join(', ')}`;
}

function splitList(written: string): string[] {
  return written
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
