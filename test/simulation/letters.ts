import type { ActionContext } from '../../src/actors/component.ts';
import { endOfFlow, isEndOfFlow } from '../../src/actors/component.ts';
import { createDeadLetters, type LetterContext } from '../../src/actors/dead-letters.ts';
import { bodyOf, readField } from '../../src/model/envelope.ts';
import type { LetterRequest } from '../../src/model/letter-order.ts';
import type { LetterOrder } from '../../src/model/run.ts';
import { letterOrderOf } from '../../src/worker/letters.ts';
import type { CallOutcome, WalkStep, WorkerRun } from '../../src/worker/run.ts';
import type { MemoryJournal } from './memory-journal.ts';
import type { Chance } from './random.ts';

/*
 * Tasks that often cannot be done, and people who decide what is to become of them: tried again or given up, by orders
 * that are tasks themselves (ADR 16). Now and then several decide about the same letter, at once or one after the other.
 */

export const brokenIds: readonly string[] = ['broken-1', 'broken-2'];
export const orderedTopic = 'OrderLetter/ordered/';
/** In the product it is one; with two of them orders about one letter can race. */
const orderKeys = ['letters', 'letters-too'] as const;

export const orderSteps: WalkStep[] = [
  { kind: 'call', component: 'DeadLetters', method: 'order', text: 'order' },
  { kind: 'publish', topic: orderedTopic, text: 'publish' },
  { kind: 'done', text: '??done' },
];

export interface Order {
  /** Of the push that brings it. */
  readonly id: string;
  readonly key: string;
  readonly request: LetterRequest;
}

/** What people want, and what is known of it: they outlive every process. */
export interface People {
  readonly orders: Order[];
  /** By letter: the event that told what became of it. */
  readonly told: Map<number, { readonly kind: string; readonly id: string }>;
}

export function createPeople(): People {
  return { orders: [], told: new Map() };
}

export function isBroken(record: Buffer): boolean {
  return brokenIds.includes(readField(record, 0, 'id'));
}

/** Somebody looks at the dead letters. */
export function decide({ orders }: People, journal: MemoryJournal, chance: Chance): void {
  for (const [letter, { record }] of journal.dead) {
    const isDecided = orders.some(({ request }) => request.letter === letter);
    if (isDecided || !isBroken(record) || !chance.happens(0.3)) continue;
    for (const key of chance.happens(0.5) ? orderKeys : orderKeys.slice(1)) {
      const id = `order-${orders.length + 1}`;
      const kind = chance.happens(0.75) ? 'retry' : 'drop';
      const reason = kind === 'drop' || chance.happens(0.5) ? `because of ${id}` : null;
      orders.push({ id, key, request: { kind, letter, by: 'somebody', reason } });
    }
  }
}

/** The product's own step, on the journal as it is in this moment. */
export function carryOut(journal: MemoryJournal, { task, letterOrders }: WorkerRun): CallOutcome {
  const letters: LetterOrder[] = [];
  const context: LetterContext & Pick<ActionContext, 'end'> = {
    deadLetter: (order) =>
      letterOrders.some((one) => one.order === order) ? undefined : journal.dead.get(order),
    orderLetter: (order, letter, kind) => letters.push(letterOrderOf(order, letter, kind)),
    end: endOfFlow,
  };
  const body = JSON.parse(task.body.toString()) as unknown;
  const returned = createDeadLetters()['order']?.(body, context as unknown as ActionContext);
  if (isEndOfFlow(returned)) return { kind: 'ended', reason: returned.ended, emissions: [], endings: [] };
  return { kind: 'passed', body: { value: returned }, emissions: [], letters };
}

/** What is wrong with an event that tells of an order; it is noted. */
export function noteTold(
  { orders, told }: People,
  { letters }: MemoryJournal,
  record: Buffer,
): string | undefined {
  const { kind, letter, reason, task } = JSON.parse(bodyOf(record, 0).toString()) as LetterRequest & {
    readonly task: { readonly id: string };
  };
  const order = orders.find(({ id }) => id === readField(record, 0, 'id'));
  if (!order) return `nobody ordered what is told of the letter ${letter}`;
  if (told.has(letter)) return `the letter ${letter} was decided about twice`;
  told.set(letter, { kind, id: task.id });
  const { request } = order;
  if (kind !== request.kind || letter !== request.letter || reason !== request.reason)
    return `${order.id} is told as another order than it was`;
  const of = letters.get(letter);
  return of && readField(of.record, 0, 'id') === task.id ? undefined : `${order.id} is about another task`;
}

export function areDecided({ orders }: People, { dead, ids }: MemoryJournal): boolean {
  return (
    orders.every(({ id }) => ids.get(id) === 'settled') &&
    ![...dead.values()].some(({ record }) => isBroken(record))
  );
}

/**
 * Each letter ended once, by one order; each task either was done once, or was given up by the last order about it, or
 * was never a letter. What is wrong with it all.
 */
export function wrongEnding(
  { told }: People,
  { dead, letters, redriven }: MemoryJournal,
  done: ReadonlyMap<string, number>,
): string | undefined {
  for (const id of brokenIds) {
    const own = [...letters].filter(([, { record }]) => readField(record, 0, 'id') === id);
    for (const [order] of own) {
      if (dead.has(order)) return `the letter ${order} waits for ever`;
      if (!told.has(order)) return `nothing tells what became of the letter ${order}`;
    }
    const kinds = own.map(([order]) => told.get(order)?.kind);
    if (kinds.slice(0, -1).includes('drop')) return `${id} came again after it was given up`;
    const times = kinds.at(-1) === 'drop' ? 0 : 1;
    if ((done.get(id) ?? 0) !== times) return `${id} was done ${done.get(id) ?? 0} times, not ${times}`;
    const retries = kinds.filter((kind) => kind === 'retry').length;
    if ((redriven.get(id) ?? 0) !== retries)
      return `${id} was retried ${redriven.get(id)} times, told ${retries}`;
    for (const [index, [order, { redrives = 0 }]] of own.entries())
      if (redrives !== index) return `the letter ${order} says ${redrives} redrives, after ${index}`;
  }
  return undefined;
}
