import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../model/finding.ts';
import { type FlowFolders, loadFlows, loadMappings } from './load.ts';
import { type KnownComponents, type ResolvedFlow, resolveFlows } from './resolve.ts';

/** The flows that run, while their files are edited. */
export interface FollowedFlows {
  flow(name: string): ResolvedFlow | undefined;
  names(): ReadonlySet<string>;
  /** What was read last. */
  reading(): RulesReading;
  close(): void;
}

/** Which texts of flows and mappings were read, and how many errors they have: two that say the same run the same. */
export interface RulesReading {
  readonly digest: string;
  readonly errors: number;
}

export interface FollowOptions extends FlowFolders {
  readonly known: KnownComponents;
  /** What was found at each reading, the first included. */
  readonly onRead: (findings: readonly Finding[]) => void;
  readonly lookEveryMs?: number;
}

/**
 * Reads flows and mappings, and again whenever their files have changed and stand still. A flow that has become
 * broken goes on as it was: like a policy, it is swapped in when it is sound. A run that has begun keeps the steps
 * that it began with.
 */
export function followFlows(options: FollowOptions): FollowedFlows {
  const { known, onRead, lookEveryMs = 500 } = options;
  let flows: ReadonlyMap<string, ResolvedFlow> = new Map();
  let names: ReadonlySet<string> = new Set();
  let reading: RulesReading = { digest: '', errors: 0 };
  const read = () => {
    const defined = loadFlows(options);
    const mapped = loadMappings(options);
    const registry = resolveFlows(defined.flows, mapped.mappings, known);
    flows = swapIn(flows, registry.flows, new Set(defined.flows.keys()));
    names = new Set(flows.keys());
    const findings = [...defined.findings, ...mapped.findings, ...registry.findings];
    reading = readingOf(defined.digest, mapped.digest, findings);
    onRead(findings);
  };
  let readState = stateOf(options);
  let lastState = readState;
  read();
  const timer = setInterval(() => {
    const state = stateOf(options);
    // An editor writes a file in pieces: what was the same twice is whole.
    const isStill = state === lastState;
    lastState = state;
    if (!isStill || state === readState) return;
    readState = state;
    read();
  }, lookEveryMs);
  return {
    flow: (name) => flows.get(name),
    names: () => names,
    reading: () => reading,
    close: () => clearInterval(timer),
  };
}

export function readingOf(ofFlows: string, ofMappings: string, findings: readonly Finding[]): RulesReading {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return { digest: `${ofFlows}-${ofMappings}`, errors };
}

/** Sound flows as they are now, broken ones as they were, and nothing of those that are gone. */
export function swapIn<T>(
  before: ReadonlyMap<string, T>,
  sound: ReadonlyMap<string, T>,
  defined: ReadonlySet<string>,
): ReadonlyMap<string, T> {
  const kept = [...before].filter(([name]) => defined.has(name));
  return new Map([...kept, ...sound]);
}

/** Changes whenever a file of flows or mappings does: names, sizes and times. */
function stateOf({ projectDir }: FlowFolders): string {
  if (projectDir === undefined) return '';
  return ['flows', 'actionmappings'].map((folder) => stateOfFolder(join(projectDir, folder))).join('\n');
}

function stateOfFolder(folder: string): string {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.ini'))
      .sort()
      .map((name) => `${name} ${stateOfFile(join(folder, name))}`)
      .join('\n');
  } catch {
    return 'unreadable';
  }
}

/** One that leads nowhere must not hide what becomes of the others. */
function stateOfFile(path: string): string {
  const { size, mtimeMs, ino } = statSync(path, { throwIfNoEntry: false }) ?? {};
  return `${size} ${mtimeMs} ${ino}`;
}
