import { type Component, isEndOfFlow, passBody } from '../actors/component.ts';
import { codeOf, messageOf, PolarError } from '../model/errors.ts';
import { decideFate } from '../supervision/error-kernel.ts';
import { CallContext, type CallSetting } from './context.ts';
import type { Emission } from './emission.ts';
import type { Call, CallOutcome, WorkerRun } from './run-state.ts';

export interface CallOptions extends CallSetting {
  readonly components: ReadonlyMap<string, Component>;
  readonly maxAttempts: number;
}

const nothingEmitted: readonly Emission[] = [];

/** Runs one step's method; what it throws goes to the error kernel. A promise only where the method gave one. */
export function callMethod(
  call: Call,
  run: WorkerRun,
  options: CallOptions,
): CallOutcome | Promise<CallOutcome> {
  const method = options.components.get(call.component)?.[call.method];
  // Nobody looks at the body: it stays bytes.
  if (method === passBody) return { kind: 'passed', body: call.body, emissions: nothingEmitted };
  const given = new CallContext(call.task, call, run, options);
  let returned: unknown;
  try {
    if (!method) throw unknownMethod(call);
    returned = method(dataOf(call), given);
  } catch (error) {
    return failed(error, call, given, options);
  }
  if (!(returned instanceof Promise)) return passed(returned, given);
  return given.withinDeadline(returned).then(
    (settled: unknown) => passed(settled, given),
    (error: unknown) => failed(error, call, given, options),
  );
}

function unknownMethod({ component, method }: Call): PolarError {
  return new PolarError('component.unknown', `There is no method ${component}.${method}.`);
}

/** @throws body.not-data */
function dataOf({ body, task }: Call): unknown {
  if (body && 'value' in body) return body.value;
  try {
    return JSON.parse((body?.bytes ?? task.body).toString());
  } catch (cause) {
    throw new PolarError('body.not-data', `The body is not JSON: ${messageOf(cause)}`, { cause });
  }
}

function passed(returned: unknown, context: CallContext): CallOutcome {
  context.close();
  const { emissions, endings, letters } = context;
  if (isEndOfFlow(returned)) return { kind: 'ended', reason: returned.ended, emissions, endings };
  return { kind: 'passed', body: { value: returned }, emissions, ...(letters && { letters }) };
}

function failed(error: unknown, call: Call, context: CallContext, options: CallOptions): CallOutcome {
  context.close();
  const { message } = decideFate({ error, attempt: call.task.attempt + 1, maxAttempts: options.maxAttempts });
  const code = codeOf(error) ?? 'action.failed';
  if (message.kind === 'continue') return { kind: 'passed', body: call.body, emissions: context.emissions };
  if (message.kind === 'dead-letter') return { kind: 'rejected', code, message: message.reason };
  return { kind: 'retry', code, message: messageOf(error), retryAfterMs: message.afterMs };
}
