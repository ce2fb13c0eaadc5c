import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from '../../src/topology/control-client.ts';
import { controlPath, gatewayPath } from '../../src/topology/endpoints.ts';
import type { NodeStatus } from '../../src/topology/node.ts';
import { NodeUnderTest } from '../faults/node.ts';
import { type FaultProject, openProject } from '../faults/project.ts';
import { until } from '../faults/until.ts';

/** A node that is sent what no node should be, and what it says of itself meanwhile. */
export interface FuzzedNode {
  readonly project: FaultProject;
  readonly intake: string;
  readonly results: string;
  readonly events: string;
  status(): Promise<NodeStatus>;
  /** A task that goes its whole way: its settlement is waited for. */
  pushSound(id: string): Promise<void>;
  /** What it printed, and the end of its log. */
  lastWords(): string;
  close(): Promise<void>;
}

export async function openFuzzedNode(): Promise<FuzzedNode> {
  const project = await openProject();
  const node = new NodeUnderTest(project);
  node.begin();
  // Not `ready`, which would start again a node that has ended.
  const control = controlPath(project.runDir);
  const status = async () => (await request(control, 'GET', '/status', undefined, 30_000)).body as NodeStatus;
  const first = await until(`a ready node; it said ${node.stderr()}`, async () => {
    const said = await status().catch(() => undefined);
    return said?.processes.every(({ state }) => state === 'ready') && said.policy ? said : undefined;
  });
  const { intake = '', events = '' } = first.endpoints;
  return {
    project,
    intake,
    events,
    results: events.replace(/\.pub$/, '.in'),
    status,
    async pushSound(id) {
      const path = `/push/Count?key=anna.command.push.sound&id=${id}&wait=settled&timeout=60s`;
      await until(`${id} to be settled`, async () => {
        const answer = await request(gatewayPath(project.runDir), 'POST', path, '{"sound":true}', 70_000);
        if (answer.status !== 200) return undefined;
        const { outcome } = answer.body as { outcome: string };
        if (outcome !== 'completed') throw new Error(`${id} ended as ${JSON.stringify(answer.body)}`);
        return true;
      });
    },
    lastWords() {
      const log = readFileSync(join(project.dataDir, 'logs', 'polar.log'), 'utf8');
      return `${node.stderr()}\n${log.slice(-4000)}`;
    },
    async close() {
      await node.killAll();
      await project.remove();
    },
  };
}
