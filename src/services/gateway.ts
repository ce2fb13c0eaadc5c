import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { readField } from '../model/envelope.ts';
import { codeOf, PolarError } from '../model/errors.ts';
import type { ParkedRow } from '../model/run.ts';
import { formatSubjectName } from '../model/subject-name.ts';
import type { Tasking } from '../model/tasking.ts';
import { createTraceparent, parseTraceparent } from '../telemetry/trace.ts';
import type { Push } from './admissions.ts';
import { type Answer, refusal, send } from './answer.ts';
import type { Guard } from './guard.ts';
import {
  findTarget,
  idOf,
  type PushQuery,
  parseQuery,
  type Route,
  requireFlow,
  routeOf,
} from './push-request.ts';
import { jsonOf, readBody } from './request-body.ts';
import { type Outcomes, settledWithin } from './settled-wait.ts';
import { createTickTemplate, fillTick, observeFlow } from './tick-template.ts';

export interface GatewayOptions extends Outcomes {
  readonly node: string;
  /** Resolves when the push is durably accepted. Rejects with a product error when it is not, or not known to be. */
  admit(push: Push): Promise<void>;
  /** What is observed now; undefined before the first policy is in force. */
  targets(): Tasking | undefined;
  /** Who waits for an answer. */
  parkedRow(correlationId: string): ParkedRow | undefined;
  /** Names of the flows that run. */
  flows(): ReadonlySet<string>;
  readonly maxBodyBytes: number;
  /** How long a push may take to be accepted before the client is told to ask again. */
  readonly acceptWithinMs?: number;
  /** Who may push; absent where only the user gets in anyway. */
  readonly guard?: Guard;
  /** What `GET` of a path shows, to whoever asks. */
  readonly views?: Readonly<Record<string, () => Promise<Answer>>>;
  /** Hears the status of every answer. */
  readonly onAnswer?: (status: number) => void;
  /** Wall clock, ms since the epoch. */
  readonly now?: () => number;
}

/**
 * How the outside pushes: `POST /push/<flow>` and `POST /observe/<target>`. An answer 202 or 200 is a promise: what it
 * names is in the journal. Each listener has a gateway of its own, so that one that is flooded starves no other.
 */
export function createGateway(options: GatewayOptions): RequestListener {
  let inHand = 0;
  const reply = (response: ServerResponse, answer: Answer) => {
    options.onAnswer?.(answer.status);
    send(response, answer);
  };
  return (request, response) => {
    if (inHand >= mostInHand) {
      request.resume();
      reply(response, refusal(new PolarError('intake.full', `${inHand} requests are in hand.`, tryAgain)));
      return;
    }
    inHand++;
    // What is no refusal is a mistake of ours: the process ends, and its supervisor starts a fresh one.
    void answer(request, response, options, reply).finally(() => inHand--);
  };
}

// Each may hold a body of the largest size, or wait for an hour.
const mostInHand = 256;
const tryAgain = { hint: 'Try again in a moment.' };

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: GatewayOptions,
  reply: (response: ServerResponse, answer: Answer) => void,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  try {
    const answered = await handle(request, gone.signal, options);
    if (answered) reply(response, answered);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    reply(response, refusal(error as PolarError));
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
  const { method = '', url = '', headers } = request;
  const [path = '', ...rest] = url.split('?');
  const view = Object.hasOwn(options.views ?? {}, path) ? options.views?.[path] : undefined;
  if (view) return method === 'GET' || method === 'HEAD' ? await view() : notFor(method, path, 'GET');
  const route = routeOf(path);
  if (!route) return refusal(usage(`There is nothing at ${path}.`), 404);
  if (method !== 'POST') return notFor(method, path, 'POST');

  const prove = options.guard?.({ method, url, headers });
  const query = parseQuery(route.verb, new URLSearchParams(rest.join('?')));
  const id = idOf(query, headers['idempotency-key']) ?? randomUUID();
  // What is wrong before the body is refused before it is read, but nothing is told to one who is not known yet.
  const known = options.outcomeOf(id) !== undefined;
  const early = prove || known ? undefined : prepare(route, query, options);
  const body = await readBody(request, options.maxBodyBytes);
  if (!body) return undefined;
  prove?.(body);
  // The same id is the same push, whatever has become since of the flow, the target or the question that it answered.
  if (!known) {
    const fill = early ?? prepare(route, query, options);
    const traceparent = parseTraceparent(headers['traceparent']) ?? createTraceparent();
    await admitWithin({ id, traceparent, ...fill(body) }, options);
  }
  if (query.waitMs === undefined) return { status: 202, body: { id, state: 'accepted' } };
  const settled = await settledWithin(id, query.waitMs, options, gone);
  if (!settled) return { status: 504, body: { id, state: 'accepted' } };
  const { state, outcome, reason, records } = settled;
  return { status: 200, body: { id, state, outcome, reason, records } };
}

type Fill = (body: Buffer) => Omit<Push, 'id' | 'traceparent'>;

function prepare(route: Route, query: PushQuery, options: GatewayOptions): Fill {
  return route.verb === 'push' ? preparePush(route, query, options) : prepareObserve(route, options);
}

function preparePush({ name: flow }: Route, query: PushQuery, options: GatewayOptions): Fill {
  const { node, flows } = options;
  requireFlow(flow, flows());
  if (query.correlation !== undefined) return prepareAnswer(flow, query.correlation, options);
  // Flows may have dots in their names, parts of subject names may not.
  const domain = flow.replaceAll('.', '-');
  const { key = formatSubjectName({ node, kind: 'command', method: 'push', domain }), subject = '' } = query;
  return (body) => ({ flow, key, subject, group: '', deadline: 0, body: jsonOf(body) });
}

/** The answer to a task of this flow that waits at `@ASYNC`; it goes the way of every push, under that task's key. */
function prepareAnswer(flow: string, correlationId: string, { parkedRow }: GatewayOptions): Fill {
  const row = parkedRow(correlationId);
  if (!row || readField(row.record, 0, 'flow') !== flow) {
    throw new PolarError(
      'correlation.unknown',
      `No task of ${flow} waits for an answer to "${correlationId}".`,
      {
        hint: 'It was answered already, its time was over, or it never waited.',
      },
    );
  }
  const opening = `{"correlationId":${JSON.stringify(correlationId)},"answer":`;
  return (body) => ({
    flow: 'Answer',
    key: row.key,
    subject: '',
    group: '',
    deadline: 0,
    body: Buffer.concat([Buffer.from(opening), jsonOf(body), Buffer.from('}')]),
  });
}

function prepareObserve({ name }: Route, { node, targets, now = Date.now }: GatewayOptions): Fill {
  const tasking = targets() ?? nothingTasked;
  const template = createTickTemplate(node, findTarget(name, tasking.targets), tasking);
  return () => ({ flow: observeFlow, subject: '', ...fillTick(template, { due: null, skipped: 0 }, now()) });
}

const nothingTasked: Tasking = { revision: '', hash: '', serial: 0, targets: [] };

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

function notFor(method: string, path: string, allow: string): Answer {
  return { ...refusal(usage(`${method} is not for ${path}.`), 405), headers: { allow } };
}

function usage(message: string): PolarError {
  const hint = 'Send POST /push/<flow> with JSON, or POST /observe/<target>.';
  return new PolarError('usage.invalid', message, { hint });
}
