import type { Facts, Scalar } from './observation.ts';

const listed = 6;
const valueCharacters = 60;

/**
 * Facts on one line: `status 200, version 1.4.0`. What a document or a folder is made of is summed up by its number,
 * `7 operations`: nobody reads the hash of each.
 */
export function factsText(facts: Facts): string {
  if (typeof facts['operations'] === 'number') {
    return `${facts['operations']} operation${facts['operations'] === 1 ? '' : 's'}`;
  }
  const named = Object.keys(facts).filter((name) => !isMember(name));
  const scalars = named.map((name) => `${printable(name)} ${scalarText(facts[name])}`);
  return cut(scalars).join(', ');
}

/** What became of the `changed` facts: `status 503 → 200, version absent → 1.5.0  − DELETE /orders  + POST /refunds`. */
export function changesText(before: Facts, after: Facts, changed: readonly string[]): string {
  const members = changed.filter(isMember);
  // What sums up the members follows from those that are named.
  const others = changed.filter((name) => !isMember(name) && !(summaries.has(name) && members.length > 0));
  const scalars = others.map((name) => changeText(name, before, after));
  const named = members.map((name) => memberChange(name, before, after)).sort(byMark);
  return [cut(scalars).join(', '), ...cut(named)].filter((part) => part !== '').join('  ');
}

/** `status 200 → 503` */
export function changeText(name: string, before: Facts, after: Facts): string {
  return `${printable(name)} ${scalarText(own(before, name))} → ${scalarText(own(after, name))}`;
}

export function scalarText(value: Scalar | undefined): string {
  return value === undefined ? 'absent' : value === '' ? '""' : shorten(printable(String(value)));
}

/**
 * Facts come from whatever was observed, and a terminal obeys what is printed on it: control characters
 * and those that turn the direction of text are spelled out instead.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function shorten(text: string, most = valueCharacters): string {
  // So much of it has more characters than are shown, if there are more.
  const characters = [...text.slice(0, 2 * (most + 1))];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

/** The first few, and how many more there are. */
export function cut(items: readonly string[], most = listed): string[] {
  return items.length <= most ? [...items] : [...items.slice(0, most), `+${items.length - most} more`];
}

/** `GET /orders`, `./conf.d/shop.conf`: it is there or not; its value, a hash, means nothing to people. */
export function isMember(name: string): boolean {
  return /^(?:[A-Z]+ |\.)\//.test(name);
}

const summaries: ReadonlySet<string> = new Set(['operations', 'files', 'hash']);

function memberChange(name: string, before: Facts, after: Facts): string {
  const mark = !Object.hasOwn(after, name) ? '−' : !Object.hasOwn(before, name) ? '+' : '~';
  return `${mark} ${shorten(printable(name))}`;
}

const marks = '−+~';

function byMark(a: string, b: string): number {
  return marks.indexOf(a.charAt(0)) - marks.indexOf(b.charAt(0));
}

function own(facts: Facts, name: string): Scalar | undefined {
  return Object.hasOwn(facts, name) ? facts[name] : undefined;
}
