import { humanDuration } from '../../model/duration.ts';
import { PolarError } from '../../model/errors.ts';
import type { Palette } from '../../model/event-text.ts';
import { printable } from '../../model/facts-text.ts';
import { request } from '../../topology/control-client.ts';
import type { NodeStatus } from '../../topology/node.ts';
import { alignColumns, type Cell } from '../columns.ts';
import type { Call } from '../command.ts';
import { countText } from '../count-text.ts';
import { bridgeLines, bridgeReportOf, deliveryLines } from '../delivery-text.ts';
import { exitCodes } from '../failure.ts';
import { requireNode } from '../gateway-call.ts';
import { unknownName } from '../unknown-name.ts';

type ProcessStatus = NodeStatus['processes'][number];

export async function run({ args: [name], output, project }: Call): Promise<number> {
  const { controlSocket } = requireNode(project());
  const { status, body } = await request(controlSocket, 'GET', '/status');
  if (status !== 200) throw new PolarError('control.refused', 'The node does not say how it is.');
  const all = body as NodeStatus;
  const processes = name === undefined ? all.processes : all.processes.filter((one) => one.name === name);
  if (name !== undefined && processes.length === 0) {
    const known = all.processes.map((one) => one.name);
    throw unknownName('usage.invalid', 'process', name, known);
  }
  output.show({ ...all, processes }, () => {
    const lines = processLines(processes, output.palette);
    const now = Date.now();
    const report = bridgeReportOf(processes.find(({ role }) => role === 'bridge')?.stats);
    if (name === undefined) {
      const bridge = report ? bridgeLines(report, output.palette) : [];
      return [
        headLine(all, now),
        ...bottleneckLines(all, output.palette),
        ...bridge,
        ...gatewayLines(all),
        ...lines,
      ];
    }
    return report ? [...lines, ...deliveryLines(report, now, output.palette)] : lines;
  });
  return exitCodes.ok;
}

function headLine({ node, version, startedAt, policy }: NodeStatus, now: number): string {
  const inForce = policy && policy.revision !== '' ? `policy ${policy.revision}` : 'no policy yet';
  const refused = policy?.refused ? ' (a newer one was refused; see: pzm check)' : '';
  const targets = policy ? ` · ${countText(policy.targets, 'target')}` : '';
  return `node ${node} · ${version} · up ${humanDuration(now - startedAt)} · ${inForce}${refused}${targets}`;
}

function gatewayLines({ gateway }: NodeStatus): string[] {
  return gateway === null ? [] : [`gateway ${gateway}`];
}

/** A node of an older version says nothing of it. */
function bottleneckLines({ bottleneck }: Partial<NodeStatus>, palette: Palette): string[] {
  return bottleneck ? [palette.grave(printable(bottleneck.text))] : [];
}

/** `worker-1  pid 48391  ready  restarts 1 (SIGKILL, back in 0.3 s)` */
export function processLines(processes: readonly ProcessStatus[], palette: Palette): string[] {
  return alignColumns(
    processes.map((one): Cell[] => [
      one.name,
      one.pid === undefined ? 'no pid' : `pid ${one.pid}`,
      one.state === 'ready' ? one.state : { text: one.state, paint: palette.grave },
      `restarts ${one.restarts}${lastExitText(one)}`,
    ]),
  );
}

function lastExitText({ restarts, lastExit, startFailure }: ProcessStatus): string {
  const parts: string[] = [];
  if (lastExit && restarts > 0) {
    parts.push(lastExit.signal ?? `exit ${lastExit.code}`);
    if (lastExit.backInMs !== undefined) parts.push(`back in ${humanDuration(lastExit.backInMs)}`);
  }
  if (startFailure) parts.push(startFailure.message);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
