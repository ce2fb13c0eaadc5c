import { SettingProblem } from '../config/settings.ts';

/*
 * The five fields of cron: minute, hour, day of the month, month, day of the week. Names of months and days, lists,
 * ranges and steps; no seconds, no `@daily`, no `L`. What passes here, croner reads the same (a test holds it to that).
 */

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const fields: readonly { name: string; least: number; most: number; words: readonly string[] }[] = [
  { name: 'minute', least: 0, most: 59, words: [] },
  { name: 'hour', least: 0, most: 23, words: [] },
  { name: 'day of the month', least: 1, most: 31, words: [] },
  { name: 'month', least: 1, most: 12, words: months },
  { name: 'day of the week', least: 0, most: 7, words: weekdays },
];
const longestMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const yearMs = 365.25 * 86_400_000;

/** Reads a cron expression; its fields apart by single spaces. @throws SettingProblem */
export const cronExpression = () => (written: string) => {
  const parts = written.split(/\s+/);
  const sets = parts.map((part, index) => readField(part, index));
  if (sets.length !== fields.length) {
    throw new SettingProblem(`must be five fields such as "0 3 * * 1-5", not "${written}"`);
  }
  const [, , days, inMonths] = sets as [Set<number>, Set<number>, Set<number>, Set<number>];
  const comes = [...inMonths].some((month) => Math.min(...days) <= (longestMonth[month - 1] ?? 0));
  if (!comes && parts[4] === '*') throw new SettingProblem(`never comes: "${written}"`);
  return parts.join(' ');
};

/** The mean interval of an expression that was read, ms: for rates, not for times. */
export function meanIntervalMs(expression: string): number {
  const parts = expression.split(' ');
  const sizes = parts.map((part, index) => readField(part, index).size);
  const [minutes = 1, hours = 1, days = 1, inMonths = 1] = sizes;
  const byMonth = parts[2] === '*' ? 1 : days / 30.44;
  const byWeek = parts[4] === '*' ? 1 : weekdaysOf(parts[4] ?? '*') / 7;
  // Where both are said, cron takes a day that is either.
  const isEither = parts[2] !== '*' && parts[4] !== '*';
  const share = Math.min(1, isEither ? byMonth + byWeek : byMonth * byWeek);
  return Math.round(yearMs / (minutes * hours * 365.25 * (inMonths / 12) * share));
}

/** An IANA name, as the machine knows it. @throws SettingProblem */
export const timezone = () => (written: string) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: written }).resolvedOptions().timeZone;
  } catch {
    throw new SettingProblem(`must be a time zone such as UTC or Europe/Berlin, not "${written}"`);
  }
};

function readField(part: string, index: number): Set<number> {
  const field = fields[index];
  if (!field) return new Set();
  const values = new Set<number>();
  for (const item of part.split(',')) {
    const [, range = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(item) ?? [];
    const [from, to] = range === '*' ? [field.least, field.most] : rangeOf(range, field, step !== undefined);
    const by = step === undefined ? 1 : Number(step);
    if (!(from <= to) || by < 1 || by > field.most) throw problemOf(item, field);
    for (let value = from; value <= to; value += by) values.add(value);
  }
  return values;
}

function rangeOf(range: string, field: (typeof fields)[number], isStepped: boolean): [number, number] {
  const ends = range.split('-').map((end) => numberOf(end, field));
  const [from = Number.NaN, to = from] = ends;
  // `5/15` means different things to different crons.
  if (ends.length > 2 || (isStepped && ends.length < 2)) throw problemOf(range, field);
  return [from, to];
}

function numberOf(end: string, field: (typeof fields)[number]): number {
  const word = field.words.indexOf(end.toLowerCase());
  if (word >= 0) return word + field.least;
  const value = /^\d{1,2}$/.test(end) ? Number(end) : Number.NaN;
  if (!(value >= field.least && value <= field.most)) throw problemOf(end, field);
  return value;
}

function problemOf(item: string, { name, least, most }: (typeof fields)[number]): SettingProblem {
  return new SettingProblem(
    `has no ${name} "${item}"; it is from ${least} to ${most}, as in 1,15 or 1-5 or */10`,
  );
}

/** Sunday is 0 and 7. */
function weekdaysOf(part: string): number {
  return new Set([...readField(part, 4)].map((day) => day % 7)).size;
}
