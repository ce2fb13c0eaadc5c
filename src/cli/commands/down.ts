import { humanDuration } from '../../model/duration.ts';
import { request } from '../../topology/control-client.ts';
import type { Drained } from '../../topology/node.ts';
import type { Call } from '../command.ts';
import { requireNode } from '../gateway-call.ts';

export async function run({ output, project }: Call): Promise<void> {
  const { pid, controlSocket } = requireNode(project());
  const drained = await output.during('draining', async () => {
    const { body } = await request(controlSocket, 'POST', '/down');
    await untilGone(pid);
    return body as Drained;
  });
  output.show(drained, () => [drainedText(drained)]);
}

/** `drained in 0.4 s · 0 in flight` */
export function drainedText({ drainedMs, inFlight }: Drained): string {
  return `drained in ${humanDuration(drainedMs)} · ${inFlight} in flight`;
}

const goneWithinMs = 5000;

/** It has drained and given the project free; what is left is to exit. */
async function untilGone(pid: number): Promise<void> {
  const until = performance.now() + goneWithinMs;
  while (isAlive(pid) && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
