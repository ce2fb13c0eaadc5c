/*
 * Pushes that wait to be accepted, as a pure core: no clock, no I/O. Each is sent as a numbered task of the source
 * `gateway`, under a key of its own kind (`admission-key.ts`), through the flow Admit, which makes it a row of the journal; the receipt of that task
 * is the word that the row is durable. The book is bounded by the source's window, which refuses first.
 */

/** What somebody outside wants done. */
export interface Push {
  /** Unique; the same id again is the same push. */
  readonly id: string;
  readonly flow: string;
  readonly key: string;
  /** Empty means the same as `key`. */
  readonly subject: string;
  readonly group: string;
  /** Ms since the epoch; 0 for none. */
  readonly deadline: number;
  /** The trace that it belongs to; its events carry it on. */
  readonly traceparent: string;
  /** JSON text. */
  readonly body: Buffer;
}

export const gatewaySource = 'gateway';

/** The task that asks for admission. */
export interface AdmissionTask {
  readonly flow: 'Admit';
  readonly key: string;
  readonly number: number;
  readonly traceparent: string;
  readonly body: Buffer;
}

export interface Admissions {
  lastNumber: number;
  readonly waiting: Map<string, { readonly id: string; readonly number: number }[]>;
  readonly ids: Set<string>;
}

export function createAdmissions(): Admissions {
  return { lastNumber: 0, waiting: new Map(), ids: new Set() };
}

/**
 * Undefined when the id waits already: whoever pushes it again waits for the same word.
 * `lane` is the key under which it asks, `mark` the last settled number of that in the journal.
 */
export function enter(
  book: Admissions,
  push: Push,
  lane: string,
  mark: number | undefined,
  nowMs: number,
): AdmissionTask | undefined {
  if (book.ids.has(push.id)) return undefined;
  // Microseconds rise over restarts, with room for a thousand pushes a millisecond before they run ahead of the
  // clock; the mark stands in when the clock was set back, or the push would count as settled before it was made.
  const number = Math.max(Math.trunc(nowMs * 1000), book.lastNumber + 1, (mark ?? 0) + 1);
  book.lastNumber = number;
  book.ids.add(push.id);
  const ofLane = book.waiting.get(lane);
  if (ofLane) ofLane.push({ id: push.id, number });
  else book.waiting.set(lane, [{ id: push.id, number }]);
  return { flow: 'Admit', key: lane, number, traceparent: push.traceparent, body: encodeAdmission(push) };
}

/**
 * What has its receipt: the source `gateway` is settled up to this number of the lane. A settled task may be a dead
 * letter too, so `isKnown` asks the journal whether the id became a row; what did not is refused.
 */
export function settle(
  book: Admissions,
  lane: string,
  upTo: number,
  isKnown: (id: string) => boolean,
): { readonly accepted: readonly string[]; readonly refused: readonly string[] } {
  const ofLane = book.waiting.get(lane) ?? [];
  const open = ofLane.filter(({ number }) => number > upTo);
  if (open.length > 0) book.waiting.set(lane, open);
  else book.waiting.delete(lane);

  const settled = ofLane.filter(({ number }) => number <= upTo).map(({ id }) => id);
  for (const id of settled) book.ids.delete(id);
  return { accepted: settled.filter(isKnown), refused: settled.filter((id) => !isKnown(id)) };
}

// The body is JSON text already: it is put in its place as it is.
function encodeAdmission({ body, ...head }: Push): Buffer {
  const { id, flow, key, subject, group, deadline } = head;
  const opening = JSON.stringify({ id, flow, key, subject, group, deadline });
  return Buffer.concat([Buffer.from(`${opening.slice(0, -1)},"body":`), body, Buffer.from('}')]);
}
