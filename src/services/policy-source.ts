import { join } from 'node:path';
import { messageOf } from '../model/errors.ts';
import type { Logger } from '../telemetry/log.ts';
import { createTraceparent } from '../telemetry/trace.ts';
import { watchPolicies } from './policy-watch.ts';
import type { Source } from './source.ts';

export const policyWatchSource = 'policy-watch';
export const applyPoliciesFlow = 'ApplyPolicies';

/** Pushes the policy set whenever it has changed. Ends when `signal` aborts. */
export async function pushPolicies(options: {
  readonly source: Source;
  readonly projectDir: string;
  /** Of the tasks: the node's one key for policies. */
  readonly key: string;
  readonly markOf: (key: string) => number | undefined;
  readonly log: Logger;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { source, key, markOf, log, signal } = options;
  const onProblem = (error: unknown) =>
    log.warn({ event: 'policies.unreadable', err: messageOf(error) }, 'policies unreadable');
  let last = 0;
  for await (const reading of watchPolicies(join(options.projectDir, 'policies'), { signal, onProblem })) {
    const { files, findings, hash } = reading;
    // The clock may have been set back; numbers rise all the same.
    last = Math.max(Date.now(), last + 1, (markOf(key) ?? 0) + 1);
    source.send({
      flow: applyPoliciesFlow,
      key,
      number: last,
      group: '',
      deadline: 0,
      policy: hash,
      traceparent: createTraceparent(),
      id: '',
      body: Buffer.from(JSON.stringify({ files, findings })),
    });
  }
}
