import type { Target } from '../model/policy.ts';

/** Names of targets, each list sorted. */
export interface TargetDiff {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly retired: readonly string[];
}

/** What applying `after` in place of `before` does. A moved line or a comment changes nothing. */
export function diffTargets(before: readonly Target[], after: readonly Target[]): TargetDiff {
  const was = new Map(before.map((target) => [target.name, fingerprint(target)]));
  const is = new Map(after.map((target) => [target.name, fingerprint(target)]));
  const names = [...is.keys()].sort();
  return {
    added: names.filter((name) => !was.has(name)),
    changed: names.filter((name) => was.has(name) && was.get(name) !== is.get(name)),
    retired: [...was.keys()].filter((name) => !is.has(name)).sort(),
  };
}

// Names sorted, undefined left out: a target that came back from the journal equals the one that was written.
function fingerprint(target: Target): string {
  return JSON.stringify(target, (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
