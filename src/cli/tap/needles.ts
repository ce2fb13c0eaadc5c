import type { Where } from './where.ts';

/*
 * Most events are not the wanted ones, and reading an event costs a hundred times as much as looking for a few bytes in
 * it. JSON writes a text as it is, but for what it escapes: any character may stand there as `\u` and its number, a slash
 * behind a backslash. So bytes without such an escape that lack a text cannot hold an event that has it.
 */

/** Texts that stand in the bytes of every event of which the condition holds. */
export function needlesOf({ path: [root, ...names], condition }: Where): string[] {
  if (root !== 'data' || condition.operator === 'absent') return [];
  const needles = names.flatMap((name) => name.split('.'));
  if (condition.operator === '=') needles.push(String(condition.value));
  if (condition.operator === 'like') needles.push(literalOf(condition.pattern));
  return needles.filter(
    (needle) => needle !== '' && !isEscaped.test(needle) && !mayBeSpelledOtherwise.test(needle),
  );
}

/** The longest text that stands in whatever matches the pattern. */
export function literalOf(pattern: string): string {
  const [longest = ''] = pattern.split(/[*?]/).sort((a, b) => b.length - a.length);
  return isEscaped.test(longest) ? '' : longest;
}

/** False only when one of the texts is not in the bytes. */
export function mayHave(bytes: Buffer, needles: readonly string[]): boolean {
  for (const needle of needles) {
    if (bytes.includes(needle)) continue;
    return bytes.includes('\\u') || (needle.includes('/') && bytes.includes('\\/'));
  }
  return true;
}

const isEscaped = /["\\\p{Cc}]/u;
/** Of numbers only the value counts: 5.03e2 is 503. */
const mayBeSpelledOtherwise = /^[-+.\dEeInfity]*$/;
