import type { Project } from '../config/project.ts';
import type { RulesReading } from '../flows/follow-flows.ts';
import { loadFlows, loadMappings } from '../flows/load.ts';
import { humanDuration } from '../model/duration.ts';
import { codeOf } from '../model/errors.ts';
import { findNode, request } from '../topology/control-client.ts';
import type { NodeStatus } from '../topology/node.ts';
import { countText } from './count-text.ts';
import { productDir } from './product-dir.ts';

/** Whether the running node goes by the files as they are. */
export type InForce =
  | { readonly kind: 'no-node' }
  | { readonly kind: 'in-force'; readonly afterMs: number }
  /** It has read it and finds more wrong than is wrong with the files: what was sound before goes on. */
  | { readonly kind: 'refused'; readonly errors: number }
  | { readonly kind: 'not-yet' };

// A node reads its files twice a second and says once a second what it has read; a busy machine takes its time.
const withinMs = 30_000;
const askEveryMs = 100;

/** Resolves when every process of the node that goes by flows has read the files of now; `own` is our reading of them. */
export async function waitUntilInForce(project: Project, own: RulesReading): Promise<InForce> {
  const begun = performance.now();
  for (;;) {
    const node = findNode(project);
    if (!node) return { kind: 'no-node' };
    const status = await statusOf(node.controlSocket);
    const afterMs = performance.now() - begun;
    // Of now: whoever edits after us is waited for, too.
    const readings = status && readingsOf(status);
    const digest = digestOfNow(project);
    if (readings?.every((reading) => reading?.digest === digest)) {
      const errors = Math.max(0, ...readings.map((reading) => reading?.errors ?? 0));
      // Of another edit than ours nothing is known but that it was read.
      const isOwn = digest === own.digest;
      return isOwn && errors > own.errors ? { kind: 'refused', errors } : { kind: 'in-force', afterMs };
    }
    if (afterMs > withinMs) return { kind: 'not-yet' };
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  }
}

export function inForceText(inForce: InForce): string {
  if (inForce.kind === 'no-node') return 'no node runs';
  if (inForce.kind === 'in-force') return `in force after ${humanDuration(inForce.afterMs)}`;
  if (inForce.kind === 'refused')
    return `the running node finds ${countText(inForce.errors, 'problem')} with it; components that are new are loaded by: pzm reload`;
  return 'the running node has not read it yet; see: pzm status';
}

/** Undefined while it does not answer, as when it starts or ends. */
async function statusOf(controlSocket: string): Promise<NodeStatus | undefined> {
  try {
    const { status, body } = await request(controlSocket, 'GET', '/status', undefined, 5000);
    return status === 200 ? (body as NodeStatus) : undefined;
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}

/** Of each process that goes by flows; undefined of one that is not ready. */
function readingsOf({ processes }: NodeStatus): (RulesReading | undefined)[] {
  const readers = processes.filter(({ role }) => role === 'worker' || role === 'services');
  return readers.map(({ state, stats }) => {
    const { rules } = (stats ?? {}) as { rules?: RulesReading };
    return state === 'ready' ? rules : undefined;
  });
}

function digestOfNow({ root }: Project): string {
  const folders = { productDir, projectDir: root };
  return `${loadFlows(folders).digest}-${loadMappings(folders).digest}`;
}
