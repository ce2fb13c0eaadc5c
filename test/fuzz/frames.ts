import type { KeyCharge } from '../../src/model/charge.ts';
import { codeOf } from '../../src/model/errors.ts';
import type { Result } from '../../src/model/run.ts';
import { takeFrame } from '../../src/subject/intake.ts';
import { LaneCache } from '../../src/subject/lane-cache.ts';
import { createSubject } from '../../src/subject/subject.ts';
import { decodeCharges, encodeCharge } from '../../src/transport/charge-frame.ts';
import { type FrameKind, frameHeader, frameHeaderBytes, kindOf } from '../../src/transport/frame.ts';
import { pack } from '../../src/transport/packing.ts';
import { decodeResults, encodeResult } from '../../src/transport/result-frame.ts';
import { encodeRun } from '../../src/transport/run-frame.ts';
import { decodeWords, encodeWord, type Word } from '../../src/transport/word-frame.ts';
import type { Chance } from '../simulation/random.ts';
import { aRecord } from '../unit/model/envelopes.ts';
import { anything } from './json.ts';
import { mutate, randomBytes } from './mutations.ts';

/*
 * Frames for the two sockets that take them. All names in them begin with `fuzz`: who sends as the scheduler what the
 * scheduler would send is believed, and is kept out by the folder that the sockets lie in.
 */

export type FrameSocket = 'intake' | 'results';

export function anyFrame(chance: Chance): Buffer {
  const kind = chance.pick<FrameKind>([
    ...(['tasks', 'tasks', 'words', 'results', 'results', 'charges', 'runs'] as const),
  ]);
  const sound = Buffer.concat([frameHeader(kind), ...times(chance, 1, 3, () => itemOf(chance, kind))]);
  switch (chance.between(0, 9)) {
    case 0:
      return randomBytes(chance, 3000);
    case 1:
      return Buffer.concat([frameHeader(kind), randomBytes(chance, 3000)]);
    case 2:
      return sound;
    case 3:
      // What can be unpacked and is no word and no result.
      return Buffer.concat([frameHeader(kind), item(pack(anything(chance, 4)))]);
    default:
      return mutate(chance, sound);
  }
}

/** What the socket's process must make of it, as its own decoders say here. */
export function isRejected(frame: Buffer, socket: FrameSocket): boolean {
  try {
    const kind = kindOf(frame);
    if (socket === 'results') {
      if (kind === 'results') for (const _ of decodeResults(frame));
      else if (kind === 'charges') decodeCharges(frame);
      else return true;
      return false;
    }
    if (kind === 'tasks') takeFrame(aSubject(), new LaneCache(), frame, frameHeaderBytes);
    else if (kind === 'words') for (const _ of decodeWords(frame));
    else return true;
    return false;
  } catch (error) {
    if (codeOf(error) !== 'envelope.malformed') throw error;
    return true;
  }
}

const aSubject = () =>
  createSubject({ incarnation: 'fuzz', tasksPerRun: 64, runsPerGroup: 4, ownRunsPerWorker: 2 });

function itemOf(chance: Chance, kind: FrameKind): Buffer {
  if (kind === 'tasks') return anyTask(chance);
  if (kind === 'words') return encodeWord(anyWord(chance));
  if (kind === 'results') return encodeResult(anyResult(chance));
  if (kind === 'charges') return encodeCharge(anyCharge(chance));
  const task = anyTask(chance);
  return encodeRun(anyName(chance), anyName(chance), [
    { frame: task, start: 0, end: task.length, attempt: 0 },
  ]);
}

function anyTask(chance: Chance): Buffer {
  return aRecord({
    source: anyName(chance),
    key: anyName(chance),
    number: chance.pick([chance.between(1, 1_000_000), Number.NaN, Number.POSITIVE_INFINITY, -1]),
    flow: chance.pick(['Count', 'Asking', 'Admit', 'Answer', 'ObserveTarget', 'Nowhere', '__proto__', '']),
    time: chance.pick([0, Date.UTC(2026, 0, 1), Number.NaN, 1e300, -1e300]),
    deadline: chance.pick([0, 0, 1, Number.NaN, 1e300]),
    attempt: chance.pick([0, 255]),
    step: chance.pick([0, 0, 1, 65_535]),
    correlationId: chance.pick(['', 'fuzz', 'c'.repeat(9000)]),
    body: chance.pick([
      Buffer.from('{}'),
      randomBytes(chance, 60),
      Buffer.from(JSON.stringify(anything(chance, 4))),
    ]),
  });
}

function anyWord(chance: Chance): Word {
  const worker = chance.pick(['worker-1', 'worker-2', 'worker-99', '__proto__']);
  const run = anyName(chance);
  if (chance.happens(0.5)) {
    const report = { run, worker, done: chance.pick([0, 1, 99, -1, 1e300]), sentTo: anyName(chance) };
    return { type: 'report', report };
  }
  const first = { source: anyName(chance), number: 1 };
  const runs = times(chance, 0, 3, () => ({ id: anyName(chance), key: anyName(chance), first }));
  const credit = chance.pick([0, 4, -1, 1e300, Number.NaN]);
  const version = chance.pick(['0.1.0', '9.9.9', '']);
  return { type: 'hello', hello: { worker, incarnation: anyName(chance), version, credit, runs } };
}

function anyCharge(chance: Chance): KeyCharge {
  const [attempts, number] = [chance.pick([1, 255, -1]), chance.pick([1, Number.NaN])];
  const tried = { attempt: 1, time: 0, worker: 'worker-1', code: 'fuzz', message: '' };
  const history = times(chance, 0, 12, () => tried);
  return {
    key: anyName(chance),
    charge: { source: anyName(chance), number, attempts, history, redrives: 0 },
  };
}

function anyResult(chance: Chance): Result {
  const record = anyTask(chance);
  const row = chance.happens(0.3)
    ? record
    : aRecord({ source: 'pending', key: anyName(chance), flow: 'Count' });
  const [key, id] = [anyName(chance), anyName(chance)];
  const number = chance.pick([1, 2, 1e15, Number.NaN, -5]);
  const some = <T>(make: () => T): T[] => (chance.happens(0.3) ? times(chance, 1, 2, make) : []);
  return {
    run: anyName(chance),
    key,
    worker: 'worker-1',
    marks: some(() => ({ source: anyName(chance), first: number, last: number, count: 1 })),
    rows: some(() => ({ order: number, id, outcome: 'completed', reason: '' })),
    states: some(() => ({ actor: 'fuzz', key, base: 0, value: Buffer.from('{}') })),
    children: some(() => ({ id: anyName(chance), record: row })),
    deadLetters: some(() => ({ record, code: 'action.failed', message: 'fuzz' })),
    parks: some(() => ({
      ...{ correlationId: id, id, key, deadline: number, remaining: ['??done'], record, isNew: true },
    })),
    unparks: some(() => ({
      correlationId: id,
      id,
      resumed: chance.happens(0.5) ? row : undefined,
      reason: '',
    })),
    segments: some(() => ({ topic: 'fuzz/fuzzed/', count: chance.pick([1, 1, 2]), bytes: record })),
    evidence: randomBytes(chance, 60),
  };
}

/** Names as they are, and such as nobody would give. */
function anyName(chance: Chance): string {
  const tail = chance.pick(['', '\0', '.'.repeat(200), 'ü'.repeat(40), ' event http', 'x'.repeat(1400)]);
  return chance.happens(0.05) ? '__proto__' : `fuzz-${chance.between(1, 40)}${tail}`;
}

function item(bytes: Buffer): Buffer {
  const prefix = Buffer.allocUnsafe(4);
  prefix.writeUInt32LE(bytes.length + 4, 0);
  return Buffer.concat([prefix, bytes]);
}

export function times<T>(chance: Chance, least: number, most: number, make: () => T): T[] {
  return Array.from({ length: chance.between(least, most) }, make);
}
