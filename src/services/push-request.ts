import { parseDuration } from '../model/duration.ts';
import { maxKeyBytes } from '../model/envelope.ts';
import { PolarError } from '../model/errors.ts';
import type { Target } from '../model/policy.ts';
import { parseSubjectName } from '../model/subject-name.ts';
import { didYouMean } from '../model/suggestion.ts';

/** Where a request goes: `POST /push/<flow>` or `POST /observe/<target>`. */
export interface Route {
  readonly verb: 'push' | 'observe';
  readonly name: string;
}

/** What the query of a request says. */
export interface PushQuery {
  readonly id: string | undefined;
  readonly key: string | undefined;
  readonly subject: string | undefined;
  /** The push is the answer to a task that waits under this id. */
  readonly correlation: string | undefined;
  /** How long to wait until the push is settled; undefined to be answered when it is accepted. */
  readonly waitMs: number | undefined;
}

/** Undefined for a path that leads nowhere. */
export function routeOf(path: string): Route | undefined {
  const [, verb, written] = /^\/(push|observe)\/([^/]+)$/.exec(path) ?? [];
  if (verb === undefined || written === undefined) return undefined;
  try {
    return { verb: verb as Route['verb'], name: decodeURIComponent(written) };
  } catch {
    return undefined;
  }
}

/** @throws usage.invalid, push.invalid-id, subject-name.invalid, correlation.unknown */
export function parseQuery(verb: Route['verb'], query: URLSearchParams): PushQuery {
  const known =
    verb === 'push' ? ['id', 'key', 'subject', 'correlation', 'wait', 'timeout'] : ['id', 'wait', 'timeout'];
  for (const name of query.keys()) {
    if (!known.includes(name)) {
      throw wrong(thereIsNo('parameter', name, known), `Known are ${known.join(', ')}.`);
    }
    if (query.getAll(name).length > 1) throw wrong(`"${name}" is given twice.`, 'Give it once.');
  }
  return {
    id: soundId(query.get('id') ?? undefined),
    key: subjectName(query.get('key')),
    subject: subjectName(query.get('subject')),
    correlation: soundCorrelation(query.get('correlation') ?? undefined),
    waitMs: waitOf(query),
  };
}

/** The id that the query or the header `Idempotency-Key` names. @throws push.invalid-id, usage.invalid */
export function idOf({ id }: PushQuery, idempotencyKey: string | string[] | undefined): string | undefined {
  const named = soundId(Array.isArray(idempotencyKey) ? idempotencyKey.join() : idempotencyKey);
  if (id === undefined || named === undefined || id === named) return id ?? named;
  throw wrong('"id" and Idempotency-Key are not the same.', 'Send one of the two.');
}

function soundId(id: string | undefined): string | undefined {
  if (id === undefined || /^[\x21-\x7e]{1,200}$/.test(id)) return id;
  throw new PolarError('push.invalid-id', `The id ${JSON.stringify(id.slice(0, 200))} cannot be one.`, {
    hint: 'Write 1 to 200 printable ASCII characters without spaces, or leave it out.',
  });
}

/** A longer one is no key of the journal, so nobody can wait under it. @throws correlation.unknown */
function soundCorrelation(id: string | undefined): string | undefined {
  if (id === undefined || Buffer.byteLength(id) <= maxKeyBytes) return id;
  throw new PolarError('correlation.unknown', `No correlation id is longer than ${maxKeyBytes} bytes.`, {
    hint: 'Name the id that the waiting task has.',
  });
}

/** `http:shop`, or `shop` where only one target has this domain. @throws target.unknown */
export function findTarget(name: string, targets: readonly Target[]): Target {
  const exact = targets.find((target) => target.name === name);
  if (exact) return exact;
  const [one, ...others] = targets.filter((target) => target.domain === name);
  if (one && others.length === 0) return one;
  if (one) {
    const names = [one, ...others].map((target) => target.name).join(', ');
    throw new PolarError('target.unknown', `"${name}" is more than one target: ${names}.`, {
      hint: 'Write one of them with its observer.',
    });
  }
  const names = targets.flatMap((target) => [target.name, target.domain]);
  throw new PolarError('target.unknown', thereIsNo('target', name, names), {
    hint: 'See what there is with pzm state.',
  });
}

/** @throws flow.unknown */
export function requireFlow(name: string, flows: ReadonlySet<string>): void {
  if (flows.has(name)) return;
  throw new PolarError('flow.unknown', thereIsNo('flow', name, [...flows]), {
    hint: 'See what there is with pzm flow list.',
  });
}

const defaultWaitMs = 30_000;
const mostWaitMs = 3_600_000;

function waitOf(query: URLSearchParams): number | undefined {
  const wait = query.get('wait');
  const timeout = query.get('timeout');
  if (wait !== null && wait !== 'settled') {
    throw wrong(`"wait" is "${wait}".`, 'Write wait=settled, or leave it out.');
  }
  if (timeout === null) return wait === null ? undefined : defaultWaitMs;
  const waitMs = parseDuration(timeout);
  if (waitMs === undefined || waitMs > mostWaitMs) {
    throw wrong(`"timeout" is "${timeout}".`, 'Write a duration of at most 1h, such as 30s.');
  }
  return wait === null ? undefined : waitMs;
}

function subjectName(written: string | null): string | undefined {
  if (written === null) return undefined;
  parseSubjectName(written);
  return written;
}

function thereIsNo(what: string, name: string, candidates: readonly string[]): string {
  return `There is no ${what} "${name}"${didYouMean(name, candidates) || '.'}`;
}

function wrong(message: string, hint: string): PolarError {
  return new PolarError('usage.invalid', message, { hint });
}
