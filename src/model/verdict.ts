import type { Observation, Scalar, Verdict } from './observation.ts';
import type { Expectation } from './policy.ts';

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

/** What is absent holds nothing, `!=` included: an expectation about a fact expects the fact to be there. */
export function holds({ operator, value }: Expectation, actual: Scalar | undefined): boolean {
  if (actual === undefined) return false;
  switch (operator) {
    case '=':
      return isSpelledAlike(actual, value);
    case '!=':
      return !isSpelledAlike(actual, value);
    case '<':
      return numberOf(actual) < numberOf(value);
    case '<=':
      return numberOf(actual) <= numberOf(value);
    case '>':
      return numberOf(actual) > numberOf(value);
    case '>=':
      return numberOf(actual) >= numberOf(value);
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
