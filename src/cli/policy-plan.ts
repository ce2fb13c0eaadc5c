import type { Target } from '../model/policy.ts';
import { diffTargets } from '../policies/diff-targets.ts';
import { settingsOf } from './policy-view.ts';

/** What would change if a set took the place of the one in force. Lists are by name. */
export interface PolicyPlan {
  readonly added: readonly Target[];
  readonly changed: readonly { readonly name: string; readonly settings: readonly SettingChange[] }[];
  readonly retired: readonly Target[];
  readonly unchanged: number;
  readonly groups: readonly GroupLoad[];
}

/** As a policy file says it; null where it says nothing. */
export interface SettingChange {
  readonly setting: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** How often one host is asked. An observation is one request, and one more for each redirect. */
export interface GroupLoad {
  readonly name: string;
  readonly beforePerSecond: number;
  readonly afterPerSecond: number;
}

export function planPolicies(before: readonly Target[], after: readonly Target[]): PolicyPlan {
  const diff = diffTargets(before, after);
  const was = new Map(before.map((target) => [target.name, target]));
  const is = new Map(after.map((target) => [target.name, target]));
  return {
    added: pick(is, diff.added),
    changed: diff.changed.map((name) => ({
      name,
      settings: changesBetween(was.get(name) as Target, is.get(name) as Target),
    })),
    retired: pick(was, diff.retired),
    unchanged: after.length - diff.added.length - diff.changed.length,
    groups: loadsOf(before, after),
  };
}

function pick(targets: ReadonlyMap<string, Target>, names: readonly string[]): Target[] {
  return names.flatMap((name) => targets.get(name) ?? []);
}

function changesBetween(before: Target, after: Target): SettingChange[] {
  const was = new Map(settingsOf(before));
  const is = new Map(settingsOf(after));
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((setting) => was.get(setting) !== is.get(setting))
    .map((setting) => ({
      setting,
      before: was.get(setting) ?? null,
      after: is.get(setting) ?? null,
    }));
}

function loadsOf(before: readonly Target[], after: readonly Target[]): GroupLoad[] {
  const names = [...new Set([...before, ...after].map(({ group }) => group))].sort();
  return names.map((name) => ({
    name,
    beforePerSecond: perSecond(before, name),
    afterPerSecond: perSecond(after, name),
  }));
}

function perSecond(targets: readonly Target[], group: string): number {
  const sum = targets
    .filter((target) => target.group === group && target.everyMs > 0)
    .reduce((rate, { everyMs }) => rate + 1000 / everyMs, 0);
  return Number(sum.toPrecision(6));
}
