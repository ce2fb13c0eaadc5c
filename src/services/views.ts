import { codeOf, messageOf } from '../model/errors.ts';
import { renderMetrics } from '../telemetry/metrics.ts';
import type { NodeStatus } from '../topology/node.ts';
import { type Readiness, readinessOf } from '../topology/readiness.ts';
import type { Answer } from './answer.ts';

export type Views = Readonly<Record<string, () => Promise<Answer>>>;

/**
 * What anybody may see: no target, no fact, no key. `status` asks the supervisor, and rejects with a product error when
 * it does not answer; requests that come while it is being asked share its answer.
 */
export function createViews(status: () => Promise<NodeStatus>): Views {
  let asking: Promise<NodeStatus> | undefined;
  const ask = () => {
    asking ??= status().finally(() => {
      asking = undefined;
    });
    return asking;
  };
  return {
    // Answered by whoever is asked, without asking anybody else: this process lives.
    '/healthz': async () => ({ status: 200, body: { alive: true } }),
    '/readyz': async () => readyAnswer(await ask().then(readinessOf, unreachable)),
    '/metrics': async () => ({
      status: 200,
      body: await renderMetrics(await ask()),
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
    }),
  };
}

function readyAnswer(readiness: Readiness): Answer {
  return readiness.ready
    ? { status: 200, body: readiness }
    : { status: 503, body: readiness, headers: { 'retry-after': '1' } };
}

function unreachable(error: unknown): Readiness {
  if (codeOf(error) === undefined) throw error;
  return { ready: false, problems: [`the supervisor does not answer (${messageOf(error)})`] };
}
