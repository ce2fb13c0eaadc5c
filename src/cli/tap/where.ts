import { SettingProblem } from '../../config/settings.ts';
import type { Scalar } from '../../model/observation.ts';
import type { Condition } from '../../model/policy.ts';
import { didYouMean } from '../../model/suggestion.ts';
import { holds } from '../../model/verdict.ts';
import { readExpectation } from '../../policies/expectation.ts';
import { headerFields } from './header.ts';

/** What must hold of one field of an event: `data.facts.status = 503`. */
export interface Where {
  /** From the outside in: `['data', 'facts', 'status']`. */
  readonly path: readonly string[];
  readonly condition: Condition;
  /** The condition as written. */
  readonly text: string;
}

/** What an event has beside its attributes: the topic it was published on, its target, and its routing header. */
const roots = [
  ...['data', 'type', 'subject', 'source', 'id', 'time', 'sequence', 'partitionkey', 'traceparent'],
  ...['policyrevision', 'policyhash', 'chainhead', 'topic', 'target', 'header'],
];

const word = /[^\s=!<>~"'.,]+/y;
const quoted = /"(?:[^"\\]|\\.)*"/y;
const space = /\s*/y;
/** What other languages write, and what it is called here. */
const foreign: readonly (readonly [written: RegExp, meant: string])[] = [
  [/^===?/, '='],
  [/^!==/, '!='],
  [/^(?:=~|~=?)/, 'like'],
  [/^!~/, 'not like'],
  [/^<>/, '!='],
  [/^=</, '<='],
  [/^=>/, '>='],
  [/^(?:is|eq|equals)(?=\s|$)/, '='],
  [/^(?:contains|matches)(?=\s|$)/, 'like'],
];
const operators = /^(?:!=|<=|>=|=|<|>|(?:not\s+)?(?:in|like)(?=\s|$)|(?:exists|absent)(?=\s|$))/;
const operatorWords = ['in', 'not in', 'like', 'not like', 'exists', 'absent'];
const anyOperator = '=, !=, <, <=, >, >=, in, not in, like, not like, exists or absent';

/**
 * Reads `field operator value`, the operators those of the policies' expectations. Names are apart by dots; one that has
 * a dot, a space or a sign of an operator in it stands in quotes, as a JSON string. @throws SettingProblem
 */
export function parseWhere(written: string): Where {
  const path: string[] = [];
  let at = skip(written, 0);
  for (;;) {
    const from = at;
    const name = nameAt(written, at);
    if (name === undefined)
      throw problem(from, 'the name of a field is missing', 'e.g. data.facts.status = 503');
    path.push(name.name);
    at = name.end;
    if (path.length <= 2) checkKnown(path, from);
    if (written[at] !== '.') break;
    at++;
  }
  at = skip(written, at);
  const rest = written.slice(at).trimEnd();
  checkOperator(rest, at);
  checkJoined(rest, at);
  return { path, condition: conditionOf(rest, at, path.at(-1) as string), text: rest };
}

export function formatWhere({ path, text }: Where): string {
  const names = path.map((name) => (endOf(word, name, 0) === name.length ? name : JSON.stringify(name)));
  return `${names.join('.')} ${text}`;
}

/** Whether the condition holds of what stands at the path: of any item of a list, and with a "not" of all of them. */
export function isWhere({ path, condition }: Where, event: Readonly<Record<string, unknown>>): boolean {
  const found = valueAt(event, path, 0);
  if (!Array.isArray(found)) return holdsOf(condition, found);
  const { operator } = condition;
  if (operator === 'exists' || operator === 'absent') return operator === 'exists';
  const isAll = operator === '!=' || operator.startsWith('not');
  return isAll
    ? found.every((item) => holdsOf(condition, item))
    : found.some((item) => holdsOf(condition, item));
}

function holdsOf(condition: Condition, found: unknown): boolean {
  // Of an object only this can be said: that it is there.
  const value = typeof found === 'object' && found !== null ? '[object]' : (found as Scalar | undefined);
  if (value === '[object]' && condition.operator !== 'exists') return false;
  return holds(condition, value);
}

// Facts may have dots in their names, so a name may be what several words of the path make together.
function valueAt(within: unknown, path: readonly string[], from: number): unknown {
  if (from === path.length) return within;
  if (typeof within !== 'object' || within === null) return undefined;
  for (let end = from + 1; end <= path.length; end++) {
    const name = end === from + 1 ? (path[from] as string) : path.slice(from, end).join('.');
    if (!Object.hasOwn(within, name)) continue;
    const found = valueAt((within as Record<string, unknown>)[name], path, end);
    if (found !== undefined) return found;
  }
  return undefined;
}

function nameAt(text: string, at: number): { name: string; end: number } | undefined {
  const end = endOf(word, text, at);
  if (end !== undefined) return { name: text.slice(at, end), end };
  const close = endOf(quoted, text, at);
  if (close === undefined) return undefined;
  try {
    return { name: JSON.parse(text.slice(at, close)) as string, end: close };
  } catch {
    throw problem(at, `${text.slice(at, close)} is no JSON string`);
  }
}

function checkKnown(path: readonly string[], from: number): void {
  const [root = '', field] = path;
  const known = field === undefined ? roots : root === 'header' ? headerFields : undefined;
  const name = field ?? root;
  if (known === undefined || known.includes(name)) return;
  const meant = didYouMean(name, known) || `; there are ${known.join(', ')}`;
  const facts =
    field === undefined && meant.startsWith('; there') ? `; of a fact write data.facts.${name}` : meant;
  throw problem(from, `there is no field "${name}"${facts}`);
}

function checkOperator(rest: string, at: number): void {
  for (const [pattern, meant] of foreign) {
    const [sign] = pattern.exec(rest) ?? [];
    if (sign !== undefined) throw problem(at, `there is no operator "${sign}"; did you mean "${meant}"?`);
  }
  if (operators.test(rest)) return;
  if (rest === '') throw problem(at, `an operator is missing: ${anyOperator}`);
  const [, sign = rest] = /^(\w+|\S+)/.exec(rest) ?? [];
  throw problem(
    at,
    `there is no operator "${sign}"${didYouMean(sign, operatorWords) || `, but ${anyOperator}`}`,
  );
}

/** `a = 1 and b = 2` would be read as one value, and never hold. */
function checkJoined(rest: string, at: number): void {
  const joined = /\s(?:and|or|&&|\|\||AND|OR)\s+[\w."]+\s*(?:[=<>!]|like\s|in\s|exists|absent)/.exec(rest);
  if (!joined) return;
  const what = 'one condition is read, and here begins another';
  throw problem(at + joined.index + 1, what, 'give --where once for each; all of them must hold');
}

function conditionOf(rest: string, at: number, fact: string): Condition {
  try {
    const { text: _, ...condition } = readExpectation(rest, fact);
    return condition;
  } catch (error) {
    if (!(error instanceof SettingProblem)) throw error;
    throw new SettingProblem(`${error.message} (column ${at + 1})`);
  }
}

function problem(at: number, what: string, instead?: string): SettingProblem {
  return new SettingProblem(`cannot be read at column ${at + 1}: ${what}${instead ? `; ${instead}` : ''}`);
}

function skip(text: string, at: number): number {
  return endOf(space, text, at) ?? at;
}

function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
