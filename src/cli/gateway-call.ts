import type { Project } from '../config/project.ts';
import type { RecordRange } from '../model/commit.ts';
import { type ErrorCode, errorCodes, PolarError } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';
import { type FoundNode, findNode, request } from '../topology/control-client.ts';

/** What has become of a push when the gateway answers. */
export type PushAnswer =
  /** It is in the journal; nothing more is known yet. */
  | { readonly id: string; readonly state: 'accepted' }
  | {
      readonly id: string;
      readonly state: 'settled';
      readonly outcome: 'completed' | 'ended' | 'dead-lettered';
      readonly reason: string;
      /** What its run wrote to the journal. */
      readonly records: RecordRange;
    };

export interface PushOptions {
  readonly id?: string | undefined;
  readonly key?: string | undefined;
  /** What its events are about, where that is not the key. */
  readonly subject?: string | undefined;
  /** The push answers the task that waits under this id. */
  readonly correlation?: string | undefined;
  /** Undefined to be answered when it is accepted. */
  readonly waitMs: number | undefined;
  readonly body: Buffer | string;
}

// Beside the wait for the settlement: to be accepted, and to be answered.
const answerWithinMs = 15_000;

/**
 * Posts to the gateway of the running node, e.g. `/push/Orders`.
 * @throws node.not-running, or the code that the gateway refuses with
 */
export async function callGateway(project: Project, path: string, options: PushOptions): Promise<PushAnswer> {
  const { id, key, subject, correlation, waitMs, body } = options;
  const query = new URLSearchParams({
    ...(id !== undefined && { id }),
    ...(key !== undefined && { key }),
    ...(subject !== undefined && { subject }),
    ...(correlation !== undefined && { correlation }),
    ...(waitMs !== undefined && { wait: 'settled', timeout: `${waitMs}ms` }),
  });
  const { gatewaySocket } = requireNode(project);
  const pathAndQuery = query.size === 0 ? path : `${path}?${query}`;
  const timeoutMs = answerWithinMs + (waitMs ?? 0);
  const answer = await request(gatewaySocket, 'POST', pathAndQuery, body, timeoutMs);
  if (answer.status === 504 || answer.status < 400) return answer.body as PushAnswer;
  throw refusalOf(answer.body);
}

/** @throws node.not-running */
export function requireNode(project: Project): FoundNode {
  const node = findNode(project);
  if (node) return node;
  throw new PolarError('node.not-running', `No node runs on ${project.root}.`, {
    hint: 'Start one with: pzm up -d',
  });
}

/** What a process of the node has answered instead of doing it. */
export function refusalOf(body: unknown): PolarError {
  const { code, message, hint, findings } = (body ?? {}) as Readonly<Record<string, unknown>>;
  const known =
    typeof code === 'string' && Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : 'control.refused';
  const what = typeof message === 'string' ? message : 'The node refused without saying why.';
  return new PolarError(known, what, {
    ...(typeof hint === 'string' && { hint }),
    ...(Array.isArray(findings) && { findings: findings as Finding[] }),
  });
}
