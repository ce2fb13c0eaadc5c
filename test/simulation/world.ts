import { createCursor, nextToSend, rewind, roomOf, sent, settleSequence } from '../../src/bridge/cursor.ts';
import { settle, stateId } from '../../src/integration-manager/settle.ts';
import { type KeyCharge, taskRef } from '../../src/model/charge.ts';
import {
  bodyOf,
  checkRecord,
  decodeEnvelope,
  encodeEnvelope,
  readField,
  readNumber,
  writeAttempt,
} from '../../src/model/envelope.ts';
import { taskOfRecord } from '../../src/model/evidence.ts';
import { decodeEvidence } from '../../src/model/evidence-bytes.ts';
import { ownFlows } from '../../src/model/own-flows.ts';
import { pendingSource, type Receipt, type Report, type Result, type Run } from '../../src/model/run.ts';
import {
  createSourceWindow,
  hasRoom,
  hold,
  type SourceWindow,
  settleUpTo,
  unsettled,
} from '../../src/services/source-window.ts';
import * as subject from '../../src/subject/subject.ts';
import { createFailedAttempts, type FailedAttempts } from '../../src/worker/failed-attempts.ts';
import {
  advance,
  type CallOutcome,
  conclude,
  createRun,
  parkedNow,
  type WalkStep,
  type WorkerRun,
} from '../../src/worker/run.ts';
import { type Agenda, createAgenda } from './agenda.ts';
import {
  areDecided,
  brokenIds,
  carryOut,
  createPeople,
  decide,
  isBroken,
  noteTold,
  orderedTopic,
  orderSteps,
  type People,
  wrongEnding,
} from './letters.ts';
import { applyCommit, createMemoryJournal, type MemoryJournal } from './memory-journal.ts';
import { type Chance, createChance } from './random.ts';

/** A rule of protocol.md that a mutation run takes away, to show that it is needed. */
export type Rule = 'R1' | 'R2' | 'R3' | 'R4' | 'R9' | 'ADR 16';

export interface WorldOptions {
  readonly seed: number;
  readonly without?: Rule;
  /** One of the tasks kills every worker that it comes to, and often the subject dies soon after. */
  readonly poisoned?: boolean;
}

export class Broken extends Error {}

const keys = ['a', 'b', 'c'];
const tasksPerKey = 12;
const ids = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
/** Whoever runs it dies. */
const poisonId = 'poison-1';
const maxAttempts = 12;
const harmlessIds = [...ids('push', 8), ...ids('park', 6), ...brokenIds];
const faultsUntilMs = 3000;
const endMs = 60_000;

/** Before the pushed key: admissions have keys of their own. */
const admitting = 'admit-';
const groupOf = (key: string) => (key === 'c' ? 'shared-host' : '');
const flows = { push: 'T', park: 'P', poison: 'Poison', broken: 'Broken', order: 'OrderLetter' } as const;
const flowOf = (id: string) => flows[id.split('-')[0] as keyof typeof flows];

/*
 * The whole pipeline on simulated time: the real cores, joined by channels that delay and lose. One seed decides
 * every delay, kill and loss. `check` functions throw `Broken` when an invariant of protocol.md does not hold.
 */
export function runWorld({ seed, without, poisoned = false }: WorldOptions): {
  steps: number;
  kills: number;
  commits: number;
} {
  const chance = createChance(seed);
  const agenda = createAgenda();
  const world: World = {
    chance,
    agenda,
    without,
    pushIds: poisoned ? [...harmlessIds, poisonId] : harmlessIds,
    journal: createMemoryJournal(),
    seenRecords: new Map(),
    lastOf: new Map(),
    chain: new Map(),
    answered: new Map(),
    weighed: new Map(),
    people: createPeople(),
    delivered: new Set(),
    subject: undefined,
    workers: new Map(),
    manager: undefined,
    sources: new Map(),
    poisonings: 0,
    uncounted: 0,
    kills: 0,
    commits: 0,
    lives: 0,
    checkedSegments: 0,
  };
  startManager(world);
  startSubject(world);
  for (const name of ['w1', 'w2']) startWorker(world, name);
  startSource(world, 'ticks');
  startSource(world, 'gateway');
  startSource(world, 'answers');
  startSource(world, 'timer');
  startBridge(world, 0);
  scheduleFaults(world);

  let steps = 0;
  while (agenda.now < endMs && !isQuiet(world)) {
    if (!agenda.step()) break;
    steps++;
  }
  checkEnd(world);
  return { steps, kills: world.kills, commits: world.commits };
}

interface Life {
  readonly incarnation: string;
  alive: boolean;
}

interface SubjectLife extends Life {
  readonly state: subject.SubjectState;
  pendingCursor: number;
}

interface WorkerLife extends Life {
  readonly name: string;
  readonly runs: Map<string, WorkerRun>;
  /** The subject that it said hello to: a run of an earlier one that is still in the socket is not begun. */
  subject: string;
  readonly failed: FailedAttempts;
  /** Only used when R4 is off. */
  readonly memory: Map<string, unknown>;
}

interface ManagerLife extends Life {
  inbox: Result[];
  charged: KeyCharge[];
}

interface SourceLife extends Life {
  readonly name: string;
  readonly window: SourceWindow;
}

interface World {
  readonly chance: Chance;
  readonly agenda: Agenda;
  readonly without: Rule | undefined;
  readonly pushIds: readonly string[];
  readonly journal: MemoryJournal;
  /** Task identity → how often it stands in the journal. */
  readonly seenRecords: Map<string, number>;
  readonly lastOf: Map<string, number>;
  readonly chain: Map<string, number>;
  /** By id: how often a task went on after its answer. */
  readonly answered: Map<string, number>;
  /** By id: how often a task was done that often cannot be. */
  readonly weighed: Map<string, number>;
  readonly people: People;
  readonly delivered: Set<number>;
  subject: SubjectLife | undefined;
  readonly workers: Map<string, WorkerLife>;
  manager: ManagerLife | undefined;
  readonly sources: Map<string, SourceLife>;
  /** Deliveries of the poison. */
  poisonings: number;
  /** How often, at the most, one of them was not charged, because subject or integration manager died. */
  uncounted: number;
  kills: number;
  commits: number;
  lives: number;
  checkedSegments: number;
}

const steps: WalkStep[] = [
  { kind: 'call', component: 'Counter', method: 'count', text: 'count' },
  { kind: 'publish', topic: 'T/counted/', text: 'publish' },
  { kind: 'done', text: '??done' },
];
/** Waits for an answer before it counts. */
const parkSteps: WalkStep[] = [
  { kind: 'park', text: 'wait' },
  { kind: 'call', component: 'Counter', method: 'count', text: 'count' },
  { kind: 'publish', topic: 'P/answered/', text: 'publish' },
  { kind: 'done', text: '??done' },
];
/** Often refuses. */
const weighSteps: WalkStep[] = [
  { kind: 'call', component: 'Counter', method: 'weigh', text: 'weigh' },
  { kind: 'publish', topic: 'Broken/weighed/', text: 'publish' },
  { kind: 'done', text: '??done' },
];
const endingSteps = (method: string): WalkStep[] => [
  { kind: 'call', component: 'Parking', method, text: method },
  { kind: 'done', text: '??done' },
];
const walks: Readonly<Record<string, WalkStep[]>> = {
  T: steps,
  P: parkSteps,
  Poison: steps,
  Broken: weighSteps,
  OrderLetter: orderSteps,
  Answer: endingSteps('resume'),
  Expire: endingSteps('expire'),
};
const admitSteps: WalkStep[] = [
  { kind: 'call', component: 'Gate', method: 'admit', text: 'admit' },
  { kind: 'done', text: '??done' },
];

const newLife = (world: World): Life => ({ incarnation: `i${++world.lives}`, alive: true });

/** Delivers while both ends live, in order per pair; what a killed sender had not yet handed over may be lost. */
function deliver(world: World, from: Life, to: Life | undefined, action: () => void): void {
  if (!to) return;
  const pair = channelOf(from, to);
  const delay = world.chance.happens(0.1) ? world.chance.between(20, 300) : world.chance.between(0, 5);
  pair.clear = Math.max(pair.clear, world.agenda.now + delay);
  world.agenda.after(pair.clear - world.agenda.now, () => {
    const lostWithSender = !from.alive && world.chance.happens(0.5);
    if (lostWithSender) pair.cut = true;
    if (to.alive && !pair.cut) action();
  });
}

const channels = new WeakMap<Life, Map<Life, { clear: number; cut: boolean }>>();
function channelOf(from: Life, to: Life): { clear: number; cut: boolean } {
  let ofSender = channels.get(from);
  if (!ofSender) {
    ofSender = new Map();
    channels.set(from, ofSender);
  }
  let pair = ofSender.get(to);
  if (!pair) {
    pair = { clear: 0, cut: false };
    ofSender.set(to, pair);
  }
  return pair;
}

// ── sources ──────────────────────────────────────────────────────────────────────────────────────────────

function startSource(world: World, name: string): void {
  const life: SourceLife = { ...newLife(world), name, window: createSourceWindow(name, 6) };
  world.sources.set(name, life);
  const produce = () => {
    if (!life.alive) return;
    if (name === 'ticks') produceTicks(world, life);
    else if (name === 'gateway') produceAdmissions(world, life);
    else produceEndings(world, life);
    world.agenda.after(world.chance.between(5, 40), produce);
  };
  const poll = () => {
    if (!life.alive) return;
    for (const key of [...life.window.keys.keys()]) {
      settleUpTo(life.window, key, world.journal.keys.get(key)?.marks[name] ?? -1);
    }
    world.agenda.after(1000, poll);
  };
  produce();
  poll();
}

/** Like the scheduler: what comes next follows from the journal, so a new life needs nothing from the old one. */
function produceTicks(world: World, life: SourceLife): void {
  for (const key of keys) {
    const held = life.window.keys.get(key)?.tasks.at(-1)?.number;
    const next = (held ?? world.journal.keys.get(key)?.marks['ticks'] ?? 0) + 1;
    if (next <= tasksPerKey && hasRoom(life.window)) send(world, life, key, next, 'T', '');
  }
}

/** Like the gateway: a push that was not answered "accepted" is pushed again by whoever pushed it. */
function produceAdmissions(world: World, life: SourceLife): void {
  decide(world.people, world.journal, world.chance);
  const pushes = world.pushIds.map((id, index) => ({ id, key: keys[index % keys.length]! }));
  for (const [index, { id, key }] of [...pushes, ...world.people.orders].entries()) {
    const lane = admitting + key;
    if (world.journal.ids.has(id) || life.window.keys.has(lane) || !hasRoom(life.window)) continue;
    const number = Math.floor(world.agenda.now) * 100 + world.lives * 10 + index;
    const mark = world.journal.keys.get(lane)?.marks['gateway'] ?? -1;
    if (number > mark) send(world, life, lane, number, 'Admit', id);
  }
}

/** Somebody answers, sooner or later or twice; and the timer finds what is overdue. */
function produceEndings(world: World, life: SourceLife): void {
  for (const { correlationId, key, deadline } of world.journal.parked.values()) {
    const isDue = life.name === 'timer' ? deadline <= world.agenda.now : world.chance.happens(0.05);
    if (!isDue || life.window.keys.has(key) || !hasRoom(life.window)) continue;
    const mark = world.journal.keys.get(key)?.marks[life.name] ?? 0;
    send(world, life, key, mark + 1, life.name === 'timer' ? 'Expire' : 'Answer', correlationId);
  }
}

function send(world: World, life: SourceLife, key: string, number: number, flow: string, id: string): void {
  const record = encodeEnvelope({
    id,
    source: life.name,
    number,
    flow,
    step: 0,
    key,
    subject: '',
    time: world.agenda.now,
    deadline: 0,
    attempt: 0,
    correlationId: '',
    causationId: '',
    traceparent: '',
    policy: '',
    group: groupOf(key),
    body: Buffer.from(JSON.stringify({ id })),
  });
  hold(life.window, { key, number, record });
  toSubject(world, life, record);
}

function toSubject(world: World, from: Life, record: Buffer): void {
  const to = world.subject;
  deliver(world, from, to, () => takeRecord(world, to!, record));
}

// ── subject ──────────────────────────────────────────────────────────────────────────────────────────────

/** Without R1 the subject takes one key for two, and so runs it twice at once. */
const laneKey = (world: World, key: string): string =>
  world.without === 'R1' ? `${key}~${world.chance.between(0, 1)}` : key;
const realKey = (key: string): string => key.split('~')[0]!;

function viewOf(world: World): subject.SubjectView {
  return {
    keyRow: (key) => world.journal.keys.get(realKey(key)),
    isPending: (order) => world.journal.pending.has(order),
    chargesOf: (key) => world.journal.charges.get(realKey(key)) ?? [],
    time: () => Math.floor(world.agenda.now),
  };
}

function startSubject(world: World): void {
  const life0 = newLife(world);
  const alive = [...world.workers.values()].filter((worker) => worker.alive).map((worker) => worker.name);
  const life: SubjectLife = {
    ...life0,
    state: subject.createSubject(
      { incarnation: life0.incarnation, tasksPerRun: 4, runsPerGroup: 1, ownRunsPerWorker: 2 },
      alive,
      world.without === 'R9' ? [] : world.journal.charges,
    ),
    pendingCursor: 0,
  };
  world.subject = life;
  subject.lookUp(life.state, world.manager?.incarnation ?? '', viewOf(world));
  for (const worker of world.workers.values()) if (worker.alive) sayHello(world, worker);
  for (const source of world.sources.values()) {
    if (source.alive) for (const task of unsettled(source.window)) toSubject(world, source, task.record);
  }
  const tick = () => {
    if (!life.alive) return;
    subject.passTime(life.state, world.agenda.now);
    readPending(world, life);
    if (world.without === 'R2') leaseByTimer(world, life);
    giveLeases(world, life);
    world.agenda.after(50, tick);
  };
  const poll = () => {
    if (!life.alive) return;
    subject.lookUp(life.state, world.manager?.incarnation ?? '', viewOf(world));
    giveLeases(world, life);
    world.agenda.after(1000, poll);
  };
  tick();
  poll();
}

/** Without R2 a worker that is slow is taken for dead, though it works on. */
function leaseByTimer(world: World, life: SubjectLife): void {
  if (!world.chance.happens(0.05)) return;
  const worker = world.chance.pick([...world.workers.values()]);
  if (!worker?.alive) return;
  const gone = { worker: worker.name, incarnation: worker.incarnation, reason: 'timer' };
  subject.workerGone(life.state, gone, viewOf(world));
  life.state.ended.clear();
  const back = { worker: worker.name, incarnation: worker.incarnation, version: '', credit: 2, runs: [] };
  subject.hello(life.state, back, viewOf(world));
}

function takeRecord(world: World, life: SubjectLife, record: Buffer): void {
  checkRecord(record, 0, record.length);
  const lane = subject.laneOf(life.state, laneKey(world, readField(record, 0, 'key')));
  subject.take(life.state, lane, {
    frame: record,
    start: 0,
    end: record.length,
    source: readField(record, 0, 'source'),
    number: readNumber(record, 0),
    group: readField(record, 0, 'group'),
    isOwn: ownFlows.has(readField(record, 0, 'flow')),
    attempt: record[5]!,
  });
  giveLeases(world, life);
}

function readPending(world: World, life: SubjectLife): void {
  for (const [order, record] of world.journal.pending) {
    if (order <= life.pendingCursor) continue;
    life.pendingCursor = order;
    takeRecord(world, life, record);
  }
}

function giveLeases(world: World, life: SubjectLife): void {
  sendCharges(world, life);
  for (const lease of subject.lease(life.state)) {
    const tasks = lease.tasks.map((task) => {
      const copy = Buffer.from(task.frame.subarray(task.start, task.end));
      writeAttempt(copy, task.attempt);
      return copy;
    });
    const worker = world.workers.get(lease.worker);
    deliver(world, life, worker, () => {
      if (worker!.subject !== life.incarnation) return;
      beginRun(world, worker!, { id: lease.run, key: realKey(lease.key), tasks });
    });
  }
}

/** What failed attempts have cost, as the journal is to keep it. */
function sendCharges(world: World, life: SubjectLife): void {
  const { manager } = world;
  if (!manager) return;
  for (const { key, charge } of subject.takeCharges(life.state)) {
    if (world.without === 'R9') continue;
    deliver(world, life, manager, () => manager.charged.push({ key: realKey(key), charge }));
  }
}

// ── workers ──────────────────────────────────────────────────────────────────────────────────────────────

function startWorker(world: World, name: string): void {
  const worker: WorkerLife = {
    ...{ ...newLife(world), name, runs: new Map(), subject: '' },
    ...{ failed: createFailedAttempts(), memory: new Map() },
  };
  world.workers.set(name, worker);
  sayHello(world, worker);
}

function sayHello(world: World, worker: WorkerLife): void {
  const to = world.subject;
  if (!to) return;
  worker.subject = to.incarnation;
  const runs = [...worker.runs.values()].map(({ run }) => ({
    ...{ id: run.id, key: run.key },
    first: taskRef(run.tasks[0]!),
  }));
  deliver(world, worker, to, () => {
    subject.hello(
      to.state,
      { worker: worker.name, incarnation: worker.incarnation, version: '', credit: 2, runs },
      viewOf(world),
    );
    giveLeases(world, to);
  });
}

function beginRun(world: World, worker: WorkerLife, run: Run): void {
  for (const other of world.workers.values()) {
    for (const { run: theirs } of other.alive ? other.runs.values() : []) {
      if (theirs.key === run.key)
        throw new Broken(`key ${run.key} runs in ${other.name} and in ${worker.name} at once`);
    }
  }
  const state = createRun({
    run,
    witness: {
      ...{ worker: worker.name, incarnation: worker.incarnation, failed: worker.failed },
      now: () => Math.floor(world.agenda.now),
      elapsed: () => world.agenda.now,
    },
    walk: (flow) => (flow === 'Admit' ? admitSteps : walks[flow]),
    parked: (id) => world.journal.parked.get(id),
    answerWithinMs: 400,
    workers: () => [...world.workers.keys()],
    maxAttempts,
    reader: (actor, key) => {
      const row = world.journal.states.get(stateId(actor, key));
      const remembered = worker.memory.get(key);
      if (world.without !== 'R4' || remembered === undefined) return row;
      return { version: row?.version ?? 0, value: Buffer.from(JSON.stringify(remembered)) };
    },
  });
  worker.runs.set(run.id, state);
  walkOn(world, worker, state);
}

function walkOn(world: World, worker: WorkerLife, state: WorkerRun): void {
  const next = advance(state);
  if (next.type === 'finished') {
    worker.runs.delete(state.run.id);
    for (const write of next.result?.states ?? [])
      worker.memory.set(write.key, JSON.parse(write.value.toString()));
    const manager = world.manager;
    const result = next.result;
    if (result) deliver(world, worker, manager, () => manager!.inbox.push(result));
    report(world, worker, {
      run: state.run.id,
      worker: worker.name,
      done: next.done,
      sentTo: result ? (manager?.incarnation ?? 'nobody') : '',
      ...(next.failure && { failure: { ...next.failure, task: taskRef(state.run.tasks[next.done]!) } }),
    });
    return;
  }
  // What it read of the letter may be old when it is done.
  const ordered = state.task.flow === 'OrderLetter' ? carryOut(world.journal, state) : undefined;
  const slow = world.chance.happens(0.05) ? world.chance.between(200, 900) : world.chance.between(0, 10);
  world.agenda.after(slow, () => {
    if (!worker.alive) return;
    if (state.task.flow === 'Poison') return poison(world, worker);
    conclude(state, ordered ?? outcomeOf(world, state));
    walkOn(world, worker, state);
  });
}

/** Its worker dies, and now and then the subject soon after it has heard of that, so that it cannot count. */
function poison(world: World, worker: WorkerLife): void {
  world.poisonings++;
  const pauseMs = world.chance.between(1, 150);
  killWorker(world, worker, pauseMs);
  if (world.without !== 'R9' && !world.chance.happens(0.3)) return;
  world.agenda.after(pauseMs + world.chance.between(1, 30), () => killSubject(world));
}

function outcomeOf(world: World, state: WorkerRun): CallOutcome {
  const { task } = state;
  if (task.flow === 'Answer' || task.flow === 'Expire') {
    const row = parkedNow(state, JSON.parse(task.body.toString()).id as string);
    const answer = task.flow === 'Answer' ? Buffer.from('1') : undefined;
    return { kind: 'ended', reason: '', emissions: [], endings: row ? [{ row, answer }] : [] };
  }
  if (task.flow === 'Admit') {
    const order = world.people.orders.find(({ id }) => id === task.id);
    const body = Buffer.from(JSON.stringify(order?.request ?? {}));
    const key = task.key.slice(admitting.length);
    return {
      kind: 'ended',
      reason: 'accepted',
      emissions: [{ id: task.id, flow: flowOf(task.id), key, body, group: groupOf(key) }],
      endings: [],
    };
  }
  if (task.flow === 'Broken' && world.chance.happens(0.5))
    return { kind: 'rejected', code: 'action.failed', message: 'the scales are broken' };
  if (world.chance.happens(0.05))
    return { kind: 'retry', code: 'action.failed', message: 'by chance', retryAfterMs: 100 };
  const before = (state.states.read('Counter', task.key) as number | undefined) ?? 0;
  state.states.write('Counter', task.key, before + 1);
  const emissions =
    task.source === 'ticks' && task.number % 5 === 0
      ? [{ flow: 'T', key: 'a', body: Buffer.from('{}') }]
      : [];
  return { kind: 'passed', body: { value: { before, after: before + 1 } }, emissions };
}

function report(world: World, worker: WorkerLife, word: Report): void {
  const to = world.subject;
  deliver(world, worker, to, () => {
    subject.reported(to!.state, word, viewOf(world));
    giveLeases(world, to!);
  });
}

// ── integration manager ──────────────────────────────────────────────────────────────────────────────────

function startManager(world: World): void {
  const life: ManagerLife = { ...newLife(world), inbox: [], charged: [] };
  world.manager = life;
  if (world.subject?.alive) subject.lookUp(world.subject.state, life.incarnation, viewOf(world));
  const commit = () => {
    if (!life.alive) return;
    if (life.inbox.length + life.charged.length > 0) commitInbox(world, life);
    world.agenda.after(world.chance.between(1, 20), commit);
  };
  commit();
}

function commitInbox(world: World, life: ManagerLife): void {
  const { journal } = world;
  const results = life.inbox;
  life.inbox = [];
  const charged = life.charged;
  life.charged = [];
  const receipts: Receipt[] = [];
  // Without R3 each result is written as it comes, whatever was settled before.
  for (const group of world.without === 'R3' ? results.map((result) => [result]) : [results]) {
    const honest = {
      keyRow: (key: string) => journal.keys.get(key),
      chargesOf: (key: string) => journal.charges.get(key) ?? [],
      stateVersion: (actor: string, key: string) => journal.states.get(stateId(actor, key))?.version ?? 0,
      isPending: (order: number) => journal.pending.has(order),
      isParked: (id: string) => journal.parked.has(id),
      isDead: (order: number) => world.without === 'ADR 16' || journal.dead.has(order),
      knowsId: (id: string) => journal.ids.has(id),
    };
    const lying = {
      keyRow: () => undefined,
      chargesOf: () => [],
      stateVersion: (actor: string, key: string) =>
        group[0]!.states.find((state) => state.actor === actor && state.key === key)?.base ?? 0,
      isPending: () => true,
      isDead: () => true,
      isParked: (id: string) => group[0]!.unparks.some(({ correlationId }) => correlationId === id),
      knowsId: () => false,
    };
    const commit = settle(
      world.without === 'R3' ? lying : honest,
      group,
      journal.nextSequence,
      charged.splice(0),
    );
    applyCommit(journal, commit);
    receipts.push(...commit.receipts);
  }
  world.commits++;
  checkNewRecords(world);
  const bell = (to: Life | undefined, action: () => void) => {
    // PUB is a doorbell: it may not be heard (R6).
    if (!world.chance.happens(0.15)) deliver(world, life, to, action);
  };
  const to = world.subject;
  bell(to, () => {
    for (const suffix of world.without === 'R1' ? ['~0', '~1'] : ['']) {
      const seen = receipts.map((receipt) => ({ ...receipt, key: receipt.key + suffix }));
      subject.received(to!.state, seen, viewOf(world));
    }
    readPending(world, to!);
    giveLeases(world, to!);
  });
  for (const source of world.sources.values()) {
    bell(source, () => {
      for (const { key, marks } of receipts) {
        const mark = marks.find(([name]) => name === source.name);
        if (mark) settleUpTo(source.window, key, mark[1]);
      }
    });
  }
}

// ── bridge ───────────────────────────────────────────────────────────────────────────────────────────────

function startBridge(world: World, saved: number): void {
  const { chance, agenda, journal } = world;
  const cursor = createCursor(saved, 3);
  let durable = saved;
  let alive = true;
  const follow = () => {
    if (!alive) return;
    while (roomOf(cursor) > 0 && nextToSend(cursor) < journal.nextSequence) {
      const sequence = nextToSend(cursor);
      sent(cursor, sequence);
      const epoch = cursor;
      agenda.after(chance.between(1, 60), () => {
        if (!alive) return;
        if (chance.happens(0.05)) {
          rewind(epoch);
          return;
        }
        world.delivered.add(sequence);
        if (settleSequence(epoch, sequence)) durable = epoch.settled;
        if ([...Array(durable).keys()].some((index) => !world.delivered.has(index + 1))) {
          throw new Broken(`the cursor passed a sequence that was never delivered, by ${durable}`);
        }
      });
    }
    agenda.after(chance.between(5, 30), follow);
  };
  follow();
  if (chance.happens(0.5)) {
    agenda.after(chance.between(10, faultsUntilMs), () => {
      alive = false;
      world.kills++;
      agenda.after(chance.between(1, 100), () => startBridge(world, durable));
    });
  }
}

// ── faults ───────────────────────────────────────────────────────────────────────────────────────────────

function scheduleFaults(world: World): void {
  const { agenda, chance } = world;
  const fault = () => {
    if (agenda.now > faultsUntilMs) return;
    killSomething(world);
    agenda.after(chance.between(20, 600), fault);
  };
  agenda.after(chance.between(5, 300), fault);
}

function killSomething(world: World): void {
  const { chance, agenda } = world;
  const victim = chance.pick(['worker', 'worker', 'subject', 'manager', 'source', 'everything']);
  const rest = () => chance.between(1, 150);
  if (victim === 'worker' || victim === 'everything') {
    for (const worker of victim === 'everything'
      ? [...world.workers.values()]
      : [chance.pick([...world.workers.values()])]) {
      if (worker.alive) killWorker(world, worker, rest());
    }
  }
  if (victim === 'subject' || victim === 'everything') killSubject(world);
  if ((victim === 'manager' || victim === 'everything') && world.manager?.alive) {
    end(world, world.manager);
    world.uncounted++;
    world.manager = undefined;
    agenda.after(rest(), () => startManager(world));
  }
  if (victim === 'source' || victim === 'everything') {
    const source = chance.pick([...world.sources.values()]);
    if (source.alive) {
      end(world, source);
      agenda.after(rest(), () => startSource(world, source.name));
    }
  }
}

function killSubject(world: World): void {
  if (!world.subject?.alive) return;
  end(world, world.subject);
  world.subject = undefined;
  // Two deaths in company, which the next one does not know of, and one that it is not told of.
  world.uncounted += 3;
  world.agenda.after(world.chance.between(1, 150), () => startSubject(world));
}

function killWorker(world: World, worker: WorkerLife, pauseMs: number): void {
  end(world, worker);
  // The supervisor sees the exit, tells the subject, and starts a successor only then.
  world.agenda.after(pauseMs, () => {
    if (world.subject) {
      const gone = { worker: worker.name, incarnation: worker.incarnation, reason: 'SIGKILL' };
      subject.workerGone(world.subject.state, gone, viewOf(world));
    }
    world.workers.delete(worker.name);
    if (world.subject) giveLeases(world, world.subject);
    startWorker(world, worker.name);
  });
}

function end(world: World, life: Life): void {
  life.alive = false;
  world.kills++;
}

// ── invariants ───────────────────────────────────────────────────────────────────────────────────────────

/** Invariants 1 and 2, after every commit. */
function checkNewRecords(world: World): void {
  for (; world.checkedSegments < world.journal.records.length; world.checkedSegments++) {
    const { topic, bytes } = world.journal.records[world.checkedSegments]!;
    for (let at = 0; at < bytes.length; ) {
      const length = checkRecord(bytes, at, bytes.length);
      checkRecordOf(world, topic, bytes.subarray(at, at + length));
      at += length;
    }
  }
}

function checkRecordOf(world: World, topic: string, record: Buffer): void {
  const source = readField(record, 0, 'source');
  const key = readField(record, 0, 'key');
  const number = readNumber(record, 0);
  const name = `${source} ${key} ${number}`;
  const times = (world.seenRecords.get(name) ?? 0) + 1;
  world.seenRecords.set(name, times);
  if (times > 1) throw new Broken(`task ${name} is settled ${times} times`);
  const lane = `${source} ${key}`;
  const last = world.lastOf.get(lane) ?? -1;
  if (number < last) throw new Broken(`task ${name} came after ${last}`);
  if (source === 'ticks' && number !== Math.max(last, 0) + 1)
    throw new Broken(`task ${name} came right after ${last}`);
  world.lastOf.set(lane, number);
  if (topic === orderedTopic) {
    const wrong = noteTold(world.people, world.journal, record);
    if (wrong !== undefined) throw new Broken(wrong);
    return;
  }
  const counted = { P: world.answered, Broken: world.weighed }[readField(record, 0, 'flow')];
  const id = readField(record, 0, 'id');
  counted?.set(id, (counted.get(id) ?? 0) + 1);
  const { before, after } = JSON.parse(bodyOf(record, 0).toString()) as { before: number; after: number };
  const expected = world.chain.get(key) ?? 0;
  if (before !== expected)
    throw new Broken(`the states of ${key} break: ${expected} was followed by ${before}`);
  world.chain.set(key, after);
}

function isQuiet(world: World): boolean {
  if (world.agenda.now < faultsUntilMs + 500) return false;
  const { journal } = world;
  return (
    keys.every((key) => journal.keys.get(key)?.marks['ticks'] === tasksPerKey) &&
    journal.pending.size === 0 &&
    journal.parked.size === 0 &&
    world.pushIds.every((id) => journal.ids.get(id) === 'settled') &&
    areDecided(world.people, journal) &&
    world.delivered.size === journal.nextSequence - 1 &&
    [...world.sources.values()].every(({ window }) => window.size === 0)
  );
}

/** Whoever asks why a record is there is told: by the run that wrote it, at the delivery that the record names. */
function checkEvidence({ journal }: World): void {
  const records = journal.records.flatMap(({ bytes }) => {
    const all: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += checkRecord(bytes, at, bytes.length))
      all.push(bytes.subarray(at));
    return all;
  });
  let sequence = 1;
  for (const { first, count, bytes } of journal.evidence) {
    if (first !== sequence) throw new Broken(`seq ${sequence} has no evidence`);
    const run = decodeEvidence(bytes)!;
    for (let index = 0; index < count; index++) {
      const attempt = decodeEnvelope(records[sequence++ - 1]!).attempt;
      if (taskOfRecord(run, index)?.task.attempt !== attempt)
        throw new Broken(`the evidence of seq ${sequence - 1} is that of another delivery`);
    }
  }
  if (sequence !== journal.nextSequence) throw new Broken(`seq ${sequence} has no evidence`);
}

/** Answer and timeout race: each waiting ends once, in a record or in a dead letter. */
function checkEndings(world: World): void {
  const { journal } = world;
  const letters = [...journal.letters.values()].filter(
    ({ record }) => readField(record, 0, 'id') !== poisonId && !isBroken(record),
  );
  const expired = letters.map(({ record, code }) => {
    if (code !== 'flow.timeout') throw new Broken(`a task became a dead letter: ${code}`);
    return readField(record, 0, 'id');
  });
  for (const id of world.pushIds) {
    const times = (world.answered.get(id) ?? 0) + expired.filter((one) => one === id).length;
    if (times !== (id.startsWith('park') ? 1 : 0))
      throw new Broken(`the waiting of ${id} ended ${times} times`);
  }
}

/** Poison ends as a dead letter that tells of its deliveries, and takes nobody with it (R9). */
function checkPoison({ journal, poisonings, uncounted, pushIds }: World): void {
  const letters = [...journal.letters.values()].filter(
    ({ record }) => readField(record, 0, 'id') === poisonId,
  );
  if (letters.length !== (pushIds.includes(poisonId) ? 1 : 0))
    throw new Broken(`the poison became ${letters.length} dead letters`);
  // Two more, for the deaths in company that it takes until it is leased alone.
  if (poisonings > maxAttempts + 2 + uncounted)
    throw new Broken(`the poison was delivered ${poisonings} times`);
  for (const { history = [] } of letters)
    if (history.length === 0) throw new Broken('the dead letter tells of no attempt');
  // What the gateway and the timer had to say may be said by somebody else when they die: that never comes again.
  const comesAgain = [pendingSource, 'ticks'];
  for (const [key, charges] of journal.charges) {
    if (charges.some(({ source }) => comesAgain.includes(source)))
      throw new Broken(`${key} is charged for ever`);
  }
}

function checkEnd(world: World): void {
  const { journal } = world;
  for (const key of keys) {
    const mark = journal.keys.get(key)?.marks['ticks'] ?? 0;
    if (mark !== tasksPerKey) throw new Broken(`ticks of ${key} are settled up to ${mark} of ${tasksPerKey}`);
    for (let number = 1; number <= tasksPerKey; number++) {
      if (!world.seenRecords.has(`ticks ${key} ${number}`))
        throw new Broken(`tick ${number} of ${key} is lost`);
    }
  }
  if (journal.pending.size > 0) throw new Broken(`${journal.pending.size} rows are pending for ever`);
  for (const id of world.pushIds)
    if (journal.ids.get(id) !== 'settled') throw new Broken(`${id} was never settled`);
  checkEndings(world);
  const wrong = wrongEnding(world.people, journal, world.weighed);
  if (wrong !== undefined) throw new Broken(wrong);
  checkPoison(world);
  checkEvidence(world);
  if (world.delivered.size !== journal.nextSequence - 1) throw new Broken('the bridge left something behind');
  for (const { name, window } of world.sources.values()) {
    if (window.size > 0) throw new Broken(`${name} still waits for ${window.size} receipts`);
  }
  if (
    journal.pending.size === 0 &&
    [...world.seenRecords.keys()].every((name) => !name.startsWith(pendingSource))
  ) {
    throw new Broken('no admitted task came through: the simulation tests nothing');
  }
}
