import type { Project } from '../config/project.ts';
import { humanDuration } from '../model/duration.ts';
import { hasCode, PolarError } from '../model/errors.ts';
import { request } from '../topology/control-client.ts';
import type { NodeStatus } from '../topology/node.ts';
import { refusalOf, requireNode } from './gateway-call.ts';

export interface Order {
  /** Of the control socket, with its query: `/restart?process=worker-1`. */
  readonly path: string;
  /** What is waited for, as a sentence begins: `worker-1 is not ready again`. */
  readonly unfinished: string;
  readonly timeoutMs: number;
}

export const defaultOrderMs = 60_000;

/**
 * Tells the supervisor of the running node to do something, and waits until it has.
 * @throws node.not-running, node.unready past the time, or the code that the node refuses with
 */
export async function callControl<T>(project: Project, { path, unfinished, timeoutMs }: Order): Promise<T> {
  const { controlSocket } = requireNode(project);
  const begun = performance.now();
  let answer: Awaited<ReturnType<typeof request>>;
  try {
    answer = await request(controlSocket, 'POST', path, undefined, timeoutMs);
  } catch (error) {
    if (!hasCode(error, 'io.failed') || performance.now() - begun < timeoutMs) throw error;
    throw new PolarError('node.unready', `${unfinished} after ${humanDuration(timeoutMs)}.`, {
      cause: error,
      hint: 'The node goes on with it: see pzm status, or wait longer with --timeout.',
    });
  }
  if (answer.status >= 400) throw refusalOf(answer.body);
  return answer.body as T;
}

/** @throws node.not-running, control.refused */
export async function askStatus(project: Project): Promise<NodeStatus> {
  const { controlSocket } = requireNode(project);
  const { status, body } = await request(controlSocket, 'GET', '/status');
  if (status !== 200) throw new PolarError('control.refused', 'The node does not say how it is.');
  return body as NodeStatus;
}
