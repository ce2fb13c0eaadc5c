import { isDeepStrictEqual } from 'node:util';
import { diffLines } from '../editing/line-diff.ts';
import type { Happened } from './bench.ts';
import type { CaseLine, Expectation, Message } from './case.ts';

/** One expectation that did not come true. */
export interface Mismatch {
  readonly line: number;
  /** `expect.publish` */
  readonly what: string;
  /** What was expected and is not there begins with `-`, what is there instead with `+`. */
  readonly diff: readonly string[];
}

export type ExpectationLine = Extract<CaseLine, { readonly line: number } & Expectation>;

/** `actLine` is where the act is that all this came of. */
export function compare(
  expectations: readonly ExpectationLine[],
  happened: Happened,
  stateOf: (actor: string) => unknown,
  actLine: number,
): Mismatch[] {
  const mismatches: Mismatch[] = [];
  const check = (line: number, what: string, expected: readonly string[], found: readonly string[]) => {
    if (isDeepStrictEqual(expected, found)) return;
    mismatches.push({ line, what, diff: diffOf(expected, found) });
  };
  const lists = { 'expect.publish': happened.published, 'expect.emit': happened.emitted } as const;
  for (const kind of ['expect.publish', 'expect.emit'] as const) {
    const expected = expectations.filter((one): one is MessageLine => one.kind === kind);
    const [first] = expected;
    if (!first) continue;
    const messages = expected.flatMap(({ message }) => (message ? [message] : []));
    check(first.line, kind, messages.flatMap(messageLines), lists[kind].flatMap(messageLines));
  }
  for (const one of expectations) {
    if (one.kind === 'expect.outcome') check(one.line, one.kind, [one.outcome], [outcomeText(happened, one)]);
    else if (one.kind === 'expect.reason') check(one.line, one.kind, [one.reason], [happened.reason]);
    else if (one.kind === 'expect.state') {
      check(one.line, `${one.kind}.${one.actor}`, jsonLines(one.value), jsonLines(stateOf(one.actor)));
    }
  }
  const isAsked = expectations.some(({ kind }) => kind === 'expect.outcome' || kind === 'expect.reason');
  const hasFailed = happened.outcome === 'dead-lettered' || happened.outcome === 'retried';
  // Nobody means a test to pass whose task never came through, and did not say so.
  if (!isAsked && hasFailed) check(actLine, 'outcome', ['completed or ended'], [outcomeText(happened)]);
  return mismatches.sort((a, b) => a.line - b.line);
}

type MessageLine = Extract<ExpectationLine, { readonly message: Message | undefined }>;

/** With its reason, unless that is what was expected. */
function outcomeText({ outcome, reason }: Happened, expected?: { readonly outcome: string }): string {
  return reason === '' || outcome === expected?.outcome ? outcome : `${outcome}: ${reason}`;
}

function messageLines({ to, body }: Message): string[] {
  const [first = '', ...rest] = jsonLines(body);
  return [`${to} ${first}`, ...rest];
}

/** With names in order, so that two that are equal look equal. */
function jsonLines(value: unknown): string[] {
  return value === undefined ? ['nothing'] : JSON.stringify(sorted(value), null, 2).split('\n');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, member]) => [name, sorted(member)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function diffOf(expected: readonly string[], found: readonly string[]): string[] {
  return diffLines(expected, found).flatMap(({ lines }) => lines.map(({ mark, text }) => `${mark} ${text}`));
}
