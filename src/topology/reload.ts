import { isDeepStrictEqual } from 'node:util';
import { readBrokerCredentials } from '../config/broker-files.ts';
import type { NodeSettings } from '../config/polar-ini.ts';
import type { Project } from '../config/project.ts';
import { PolarError } from '../model/errors.ts';
import type { PolicyStamp } from '../model/policy.ts';
import type { ProcessSnapshot } from '../supervision/process-supervisor.ts';
import { changedComponents, componentsState } from './components-state.ts';
import { requireGateway } from './gateway-check.ts';
import type { Orders } from './orders.ts';
import { type Role, restartOrder } from './processes.ts';

/** The project's files as they are now. */
export interface Reading {
  readonly project: Project;
  readonly policy: PolicyStamp;
  /** Of flows and mappings. */
  readonly rulesDigest: string;
}

/** @throws reload.refused with what is wrong with the files */
export type Reread = () => Promise<Reading>;

export interface Reloaded {
  /** Revisions; `before` is empty when there was none. */
  readonly policy: { readonly before: string; readonly after: string; readonly isInForce: boolean };
  readonly flows: { readonly isChanged: boolean; readonly isInForce: boolean };
  /** Files of `components/` that are new, gone or another. */
  readonly components: readonly string[];
  /** Settings that are another now, as polar.ini calls them. */
  readonly settings: readonly string[];
  /** Those that hold from the next start on. */
  readonly waiting: readonly string[];
  /** Processes that were started anew for it. */
  readonly restarted: readonly string[];
  readonly tookMs: number;
}

interface ReloadOptions {
  readonly orders: Orders;
  readonly reread: Reread | undefined;
  readonly policy: () => PolicyStamp | undefined;
  readonly snapshot: () => readonly ProcessSnapshot[];
  readonly current: () => Project;
  /** From here on every process that starts goes by it. */
  readonly follow: (project: Project) => void;
}

const everyRole: readonly Role[] = ['integration-manager', 'subject', 'worker', 'services', 'bridge'];

/** Who reads a setting, when it starts. The number of workers is none of their business. */
const readers: { readonly [K in keyof NodeSettings]: readonly [setting: string, roles: readonly Role[]] } = {
  workers: ['topology.workers', []],
  runsPerWorker: ['topology.runs_per_worker', ['worker']],
  runsPerGroup: ['topology.runs_per_group', ['subject']],
  tasksPerRun: ['topology.tasks_per_run', ['subject']],
  maxBodyBytes: ['push.max_body', ['services']],
  maxAttempts: ['push.max_attempts', ['worker']],
  maxPending: ['push.max_pending', ['services']],
  answerWithinMs: ['push.answer_within', ['worker']],
  journal: ['journal', ['integration-manager']],
  gateway: ['gateway', ['services']],
  broker: ['broker', ['integration-manager', 'bridge']],
  logLevel: ['log.level', everyRole],
};

/** Where everything lies and what it is called: it cannot be another under a running node. */
const fixed = [
  ['node.name', 'node'],
  ['journal.dir', 'dataDir'],
  ['run.dir', 'runDir'],
] as const;

// The node reads policies once a second and flows twice, and says so once a second; a busy machine takes its time.
const inForceWithinMs = 20_000;
const lookEveryMs = 50;

/** Everything is read and judged first; what is broken changes nothing. */
export function createReload(options: ReloadOptions): () => Promise<Reloaded> {
  const { orders, reread, policy, snapshot, current, follow } = options;
  let components = componentsState(current().root);
  return () =>
    orders.alone('reload', async () => {
      const begun = performance.now();
      if (!reread) throw new PolarError('control.refused', 'This node does not read its files again.');
      // Policies and flows are followed all the time: what they were when this was asked for.
      const policyBefore = policy();
      const digestBefore = digestsOf(snapshot())[0];
      const next = await reread();
      const before = current();
      await requireWhatIsNamed(next.project, before);
      const componentsNow = componentsState(before.root);
      const changed = changedComponents(components, componentsNow);
      const settings = changedSettings(before.settings, next.project.settings);

      follow({ ...before, settings: next.project.settings });
      components = componentsNow;
      const { workers } = next.project.settings;
      const rosterBefore = orders.roster();
      if (settings.includes('workers') && workers !== orders.roster().length) await orders.scaleTo(workers);
      // One that came with this order has read everything.
      const kept = orders.roster().filter((name) => rosterBefore.includes(name));
      const roles = new Set<Role>(settings.flatMap((name) => readers[name][1]));
      if (changed.length > 0) for (const role of ['worker', 'services'] as const) roles.add(role);
      const restarted = restartOrder(kept).filter((name) => roles.has(roleOf(name)));
      await orders.restartEach(restarted);

      const isInForce = await both(
        () => policy()?.hash === next.policy.hash,
        () => digestsOf(snapshot()).every((digest) => digest === next.rulesDigest),
      );
      return {
        policy: {
          before: policyBefore?.revision ?? '',
          after: next.policy.revision,
          isInForce: isInForce[0],
        },
        flows: { isChanged: digestBefore !== next.rulesDigest, isInForce: isInForce[1] },
        components: changed,
        settings: settings.map((name) => readers[name][0]),
        waiting: fixed.filter(([, key]) => before[key] !== next.project[key]).map(([name]) => name),
        restarted,
        tookMs: performance.now() - begun,
      };
    });
}

/** What a process would only find out when it starts. @throws secret.unavailable, io.failed, broker.tls-failed */
async function requireWhatIsNamed({ settings, root }: Project, before: Project): Promise<void> {
  const held = before.settings.gateway?.listen;
  await requireGateway(settings.gateway, root, held);
  if (settings.broker) readBrokerCredentials(settings.broker, root);
}

function changedSettings(before: NodeSettings, next: NodeSettings): (keyof NodeSettings)[] {
  const names = Object.keys(readers) as (keyof NodeSettings)[];
  return names.filter((name) => !isDeepStrictEqual(before[name], next[name]));
}

const roleOf = (name: string) => name.replace(/-\d+$/, '') as Role;

/** Of everybody who goes by flows; undefined of one that has not said yet. */
function digestsOf(processes: readonly ProcessSnapshot[]): (string | undefined)[] {
  return processes
    .filter(({ role }) => role === 'worker' || role === 'services')
    .map(({ stats }) => (stats as { rules?: { digest: string } } | undefined)?.rules?.digest);
}

async function both(one: () => boolean, other: () => boolean): Promise<readonly [boolean, boolean]> {
  const until = performance.now() + inForceWithinMs;
  while (!(one() && other()) && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  return [one(), other()];
}
