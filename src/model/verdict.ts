import { isLike } from './like.ts';
import type { Observation, Scalar, Verdict } from './observation.ts';
import type { Condition, Expectation } from './policy.ts';

/** Whether what was seen is what was expected. A name is looked up among the facts, then among the measures. */
export function judge(
  expectations: readonly Expectation[],
  { outcome, facts, measures }: Pick<Observation, 'outcome' | 'facts' | 'measures'>,
): Verdict {
  if (outcome.kind === 'unreachable') return { state: 'unreachable', failures: [] };
  const actualOf = (name: string): Scalar | undefined =>
    Object.hasOwn(facts, name) ? facts[name] : Object.hasOwn(measures, name) ? measures[name] : undefined;
  const failures = expectations
    .map((expectation) => ({ expectation, actual: actualOf(expectation.fact) }))
    .filter(({ expectation, actual }) => !holds(expectation, actual))
    .map(({ expectation: { fact, text }, actual }) => ({ fact, expected: text, actual }));
  return { state: failures.length === 0 ? 'ok' : 'violated', failures };
}

/**
 * What is absent holds nothing but `absent`, `!=` included: an expectation about a fact expects the fact to be there.
 * Null is what an observer says of a part that it was asked for and did not find, so it counts as absent there.
 */
export function holds(expectation: Condition, actual: Scalar | undefined): boolean {
  const { operator } = expectation;
  if (operator === 'absent') return actual === undefined || actual === null;
  if (actual === undefined) return false;
  switch (operator) {
    case 'exists':
      return actual !== null;
    case '=':
      return isSpelledAlike(actual, expectation.value);
    case '!=':
      return !isSpelledAlike(actual, expectation.value);
    case '<':
      return numberOf(actual) < numberOf(expectation.value);
    case '<=':
      return numberOf(actual) <= numberOf(expectation.value);
    case '>':
      return numberOf(actual) > numberOf(expectation.value);
    case '>=':
      return numberOf(actual) >= numberOf(expectation.value);
    case 'in':
      return expectation.values.some((value) => isSpelledAlike(actual, value));
    case 'not in':
      return !expectation.values.some((value) => isSpelledAlike(actual, value));
    case 'like':
      return isLike(String(actual), expectation.pattern);
    case 'not like':
      return !isLike(String(actual), expectation.pattern);
  }
}

// An INI file cannot tell 200 from "200", and a response header is always text: so spelling decides, not type.
function isSpelledAlike(actual: Scalar, expected: Scalar): boolean {
  return String(actual) === String(expected);
}

/** NaN, which is in no order with anything, for all that is no number. */
function numberOf(value: Scalar): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}
