import type { TargetReport } from './state-report.ts';

/** What differs from one look at the targets to the next, in what people would call a change. */
export interface StateChanges {
  /** Those that have changed since the look before; at the first one all of them. */
  readonly changed: readonly TargetReport[];
  /** Names of those that are not there any more. */
  readonly gone: readonly string[];
}

/** Compares each look with the one before. */
export function createStateChanges(): (reports: readonly TargetReport[]) => StateChanges {
  let before = new Map<string, string>();
  return (reports) => {
    const present = new Map(reports.map((report) => [report.name, signatureOf(report)]));
    const changed = reports.filter(({ name }) => before.get(name) !== present.get(name));
    const gone = [...before.keys()].filter((name) => !present.has(name));
    before = present;
    return { changed, gone };
  };
}

/** That it was seen again is no change. */
function signatureOf({ state, verdict, facts, failures, outcome, unconfirmed }: TargetReport): string {
  return JSON.stringify([state, verdict, facts, failures, outcome, unconfirmed]);
}
