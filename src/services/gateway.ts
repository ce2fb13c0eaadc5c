import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { codeOf, type ErrorCode, messageOf, PolarError } from '../model/errors.ts';
import { formatSubjectName } from '../model/subject-name.ts';
import type { Tasking } from '../model/tasking.ts';
import type { Push } from './admissions.ts';
import { findTarget, type PushQuery, parseQuery, type Route, requireFlow, routeOf } from './push-request.ts';
import { jsonOf, readBody } from './request-body.ts';
import { type Outcomes, settledWithin } from './settled-wait.ts';
import { createTickTemplate, fillTick, observeFlow } from './tick-template.ts';

export interface GatewayOptions extends Outcomes {
  readonly node: string;
  /** Resolves when the push is durably accepted. Rejects with a product error when it is not, or not known to be. */
  admit(push: Push): Promise<void>;
  /** What is observed now; undefined before the first policy is in force. */
  targets(): Tasking | undefined;
  /** Names of the flows that run. */
  flows(): ReadonlySet<string>;
  readonly maxBodyBytes: number;
  /** How long a push may take to be accepted before the client is told to ask again. */
  readonly acceptWithinMs?: number;
  /** Wall clock, ms since the epoch. */
  readonly now?: () => number;
}

/**
 * How the outside pushes: `POST /push/<flow>` and `POST /observe/<target>`, for a server on a socket that only its
 * user can reach. An answer 202 or 200 is a promise: what it names is in the journal.
 */
export function createGateway(options: GatewayOptions): RequestListener {
  let inHand = 0;
  return (request, response) => {
    if (inHand >= mostInHand) {
      request.resume();
      send(response, refusal(new PolarError('intake.full', `${inHand} requests are in hand.`, tryAgain)));
      return;
    }
    inHand++;
    // What is no refusal is a mistake of ours: the process ends, and its supervisor starts a fresh one.
    void answer(request, response, options).finally(() => inHand--);
  };
}

// Each may hold a body of the largest size, or wait for an hour.
const mostInHand = 256;
const tryAgain = { hint: 'Try again in a moment.' };

interface Answer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: GatewayOptions,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  try {
    const answered = await handle(request, gone.signal, options);
    if (answered) send(response, answered);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    send(response, refusal(error as PolarError));
  } finally {
    // Whatever was not read is thrown away, so that the connection can be used again.
    request.resume();
  }
}

/** Undefined when there is nobody left to answer. */
async function handle(
  request: IncomingMessage,
  gone: AbortSignal,
  options: GatewayOptions,
): Promise<Answer | undefined> {
  const [path = '', ...rest] = (request.url ?? '').split('?');
  const route = routeOf(path);
  if (!route) return refusal(usage(`There is nothing at ${path}.`), 404);
  if (request.method !== 'POST') {
    return {
      ...refusal(usage(`${request.method} is not for ${path}.`), 405),
      headers: { allow: 'POST' },
    };
  }
  const query = parseQuery(route.verb, new URLSearchParams(rest.join('?')));
  const prepare = route.verb === 'push' ? preparePush(route, query, options) : prepareObserve(route, options);
  const body = await readBody(request, options.maxBodyBytes);
  if (!body) return undefined;

  const id = query.id ?? randomUUID();
  await admitWithin({ id, ...prepare(body) }, options);
  if (query.waitMs === undefined) return { status: 202, body: { id, state: 'accepted' } };
  const settled = await settledWithin(id, query.waitMs, options, gone);
  if (!settled) return { status: 504, body: { id, state: 'accepted' } };
  const { state, outcome, reason, records } = settled;
  return { status: 200, body: { id, state, outcome, reason, records } };
}

/** What is wrong before the body is refused before it is read. */
type Prepare = (body: Buffer) => Omit<Push, 'id'>;

function preparePush({ name: flow }: Route, query: PushQuery, { node, flows }: GatewayOptions): Prepare {
  requireFlow(flow, flows());
  // Flows may have dots in their names, parts of subject names may not.
  const domain = flow.replaceAll('.', '-');
  const { key = formatSubjectName({ node, kind: 'command', method: 'push', domain }), subject = '' } = query;
  return (body) => ({ flow, key, subject, group: '', deadline: 0, body: jsonOf(body) });
}

function prepareObserve({ name }: Route, { node, targets, now = Date.now }: GatewayOptions): Prepare {
  const tasking = targets() ?? nothingTasked;
  const template = createTickTemplate(node, findTarget(name, tasking.targets), tasking);
  return () => ({ flow: observeFlow, subject: '', ...fillTick(template, { due: null, skipped: 0 }, now()) });
}

const nothingTasked: Tasking = { revision: '', hash: '', targets: [] };

function admitWithin(push: Push, { admit, acceptWithinMs = 10_000 }: GatewayOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const message = `"${push.id}" was not known to be accepted within ${acceptWithinMs} ms.`;
      const hint = `Push it again with id=${encodeURIComponent(push.id)}: it is accepted once, if it was not already.`;
      reject(new PolarError('intake.unconfirmed', message, { hint }));
    }, acceptWithinMs);
    admit(push)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}

const statuses: Partial<Record<ErrorCode, number>> = {
  'body.not-data': 400,
  'usage.invalid': 400,
  'flow.unknown': 404,
  'target.unknown': 404,
  'push.invalid-id': 409,
  'subject-name.invalid': 409,
  'body.too-large': 413,
  'envelope.oversized': 413,
  'control.refused': 503,
  'intake.full': 503,
  'intake.unconfirmed': 503,
  'io.failed': 503,
  'journal.full': 503,
};

function refusal(error: PolarError, status = statuses[error.code] ?? 500): Answer {
  const body = { code: error.code, message: messageOf(error), hint: error.hint ?? null };
  return { status, body, ...(status === 503 && { headers: { 'retry-after': '1' } }) };
}

function usage(message: string): PolarError {
  const hint = 'Send POST /push/<flow> with JSON, or POST /observe/<target>.';
  return new PolarError('usage.invalid', message, { hint });
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(`${JSON.stringify(body)}\n`);
}
