import { resolve } from 'node:path';
import { PolarError } from '../model/errors.ts';
import { printable } from '../model/facts-text.ts';
import { hasErrors } from '../model/finding.ts';
import type { Observation } from '../model/observation.ts';
import type { Target } from '../model/policy.ts';
import { observerKinds } from '../observers/kinds.ts';
import type { ObserverKind } from '../observers/observer.ts';
import { parsePolicies } from '../policies/parse-policies.ts';
import type { Call } from './command.ts';
import { exitCodes } from './failure.ts';
import { factsLine, measuresLine } from './observation-text.ts';
import { formatTargetFile, savePolicy } from './save-policy.ts';
import { openSignals } from './signals.ts';
import { unknownName } from './unknown-name.ts';

const defaultTimeoutMs = 5000;

export interface LookAt {
  /** Of the observer. */
  readonly kind: string;
  /** A URL, a host, a path: what the observer looks at. */
  readonly what: string;
  readonly saveAs: string | undefined;
}

/** Looks at anything, without a node; saves what was seen as a policy that expects it. */
export async function observeOnce(
  call: Call,
  { kind: name, what: written, saveAs }: LookAt,
): Promise<number> {
  const { options, output } = call;
  const { dryRun = false } = options as { readonly dryRun?: boolean };
  const kind = kindOf(name);
  // A policy is read from elsewhere: there the path must still lead to where it leads here.
  const what = kind.shorthand.isPath ? resolve(written) : written;
  const target = targetFor(kind, what);
  const timeoutMs = (options['timeout'] as number | undefined) ?? defaultTimeoutMs;
  const observation = await output.during(`looking at ${what}`, () => look(kind, target, timeoutMs));
  const { outcome, facts, measures } = observation;
  if (outcome.kind === 'unreachable') {
    output.show(observation, () => [`unreachable ${outcome.reason}: ${printable(outcome.detail)}`]);
    if (saveAs !== undefined) output.note('nothing was saved: there is nothing to expect of it yet');
    return exitCodes.findings;
  }
  const saved =
    saveAs === undefined
      ? undefined
      : await savePolicy(call.project(), { kind, what, saveAs, facts, dryRun });
  output.show({ ...observation, saved: saved ?? null }, () => [
    `facts    ${factsLine(facts)}`,
    ...(Object.keys(measures).length > 0 ? [`measures ${measuresLine(measures)}`] : []),
    ...(saved
      ? [`${dryRun ? 'unsaved ' : 'saved   '} ${saved.file} [${saved.target}] ${saved.entries.join(', ')}`]
      : []),
  ]);
  return exitCodes.ok;
}

function kindOf(name: string): ObserverKind {
  const kind = observerKinds.get(name);
  if (!kind) throw unknownName('usage.invalid', 'observer', name, [...observerKinds.keys()]);
  return kind;
}

/** Read as a policy would be, so that what can be looked at here can be a target. */
function targetFor({ kind, shorthand }: ObserverKind, what: string): Target {
  const file = { name: what, text: formatTargetFile(`${kind}:it`, [{ key: shorthand.key, value: what }]) };
  const { set, findings } = parsePolicies([file], observerKinds);
  const target = set?.targets[0];
  if (target && !hasErrors(findings)) return target;
  const problems = findings.map(({ message }) => message).join('; ');
  throw new PolarError('usage.invalid', `"${what}" cannot be observed by ${kind}: ${problems}.`, {
    hint: `Write it as in: pzm observe ${kind} ${shorthand.example}`,
  });
}

async function look(observer: ObserverKind, { settings }: Target, timeoutMs: number): Promise<Observation> {
  const signals = openSignals();
  try {
    return await observer.observe(settings, { signal: signals.signal, timeoutMs, now: Date.now });
  } catch (error) {
    if (signals.signal.aborted) process.exit(signals.exitCode());
    throw error;
  } finally {
    signals.close();
  }
}
