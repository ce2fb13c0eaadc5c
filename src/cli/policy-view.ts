import type { Project } from '../config/project.ts';
import { formatDuration } from '../model/duration.ts';
import { PolarError } from '../model/errors.ts';
import { printable } from '../model/facts-text.ts';
import type { PolicySet, Target } from '../model/policy.ts';
import { targetSpec } from '../policies/target-spec.ts';
import { readPolicies } from './project-files.ts';

/** The set as the files say it. @throws policy.refused with all findings */
export async function soundPolicies(project: Project): Promise<PolicySet> {
  const { set, findings } = await readPolicies(project);
  if (set) return set;
  throw new PolarError('policy.refused', 'The policy files have problems.', {
    findings,
    hint: 'Correct the lines above; what was in force stays until then.',
  });
}

/** `status = 200, version >= 2` */
export function expectationsText({ expectations }: Target): string {
  return expectations
    .map(({ fact, operator, text }) => {
      const isBare = operator === '=' && !text.startsWith('=');
      return printable(`${fact} ${isBare ? '= ' : ''}${text}`);
    })
    .join(', ');
}

/** All that a target is told, a line each; what was not said is left out. */
export function targetLines(target: Target): string[] {
  const lines = settingsOf(target).map(([key, text]) => `${key} = ${printable(text)}`);
  return [`[${printable(target.name)}]`, ...lines, `; asked at ${target.group}`];
}

/** Every setting that a target has, as a policy file would say it. */
export function settingsOf(target: Target): [key: string, text: string][] {
  const { timeoutMs, jitterMs, maxAgeMs, attestMs, confirm, settings, labels } = target;
  const { because, owner, severity, runbook } = target;
  const entries: [string, unknown][] = [
    ...cadenceOf(target),
    ['timeout', formatDuration(timeoutMs)],
    ['jitter', jitterMs === 0 ? undefined : formatDuration(jitterMs)],
    ['max_age', maxAgeMs === undefined ? undefined : formatDuration(maxAgeMs)],
    ['attest', attestMs === targetSpec.attest.fallback ? undefined : formatDuration(attestMs)],
    ['confirm', confirm === 1 ? undefined : confirm],
    ...Object.entries(settings),
    ...target.expectations.map(({ fact, text }): [string, unknown] => [`expect.${fact}`, text]),
    ['because', because],
    ['owner', owner],
    ['severity', severity],
    ['runbook', runbook],
    ...Object.entries(labels).map(([label, value]): [string, unknown] => [`label.${label}`, value]),
  ];
  return entries.flatMap(([key, value]) => settingTexts(key, value));
}

function cadenceOf({ everyMs, cron }: Target): [string, unknown][] {
  if (!cron) return [['every', formatDuration(everyMs)]];
  return [
    ['cron', cron.expression],
    ['timezone', cron.timezone],
  ];
}

/** `every 30s`, `cron 0 3 * * * UTC` */
export function cadenceText(target: Target): string {
  const [[key, value] = ['', ''], zone] = cadenceOf(target);
  return [key, value, zone?.[1]].filter((part) => part !== undefined).join(' ');
}

function settingTexts(key: string, value: unknown): [string, string][] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.length === 0 ? [] : [[key, value.join(', ')]];
  if (typeof value === 'object') {
    return Object.entries(value).flatMap(([member, item]) => settingTexts(`${key}.${member}`, item));
  }
  return [[key, String(value)]];
}
