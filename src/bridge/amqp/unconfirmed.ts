import { type ErrorCode, PolarError } from '../../model/errors.ts';

/** One message on its way. */
export interface Unconfirmed {
  readonly id: string;
  /** Ms on the monotonic clock. */
  readonly sentAt: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  /** Why the broker has given it back; undefined when it has not. */
  returned?: string;
}

/** What the broker has not answered yet, in the order in which it was sent. No clock and no socket of its own. */
export class UnconfirmedMessages {
  readonly #waiting = new Set<Unconfirmed>();
  #whenEmpty: (() => void)[] = [];

  get size(): number {
    return this.#waiting.size;
  }

  /** When the oldest was sent. */
  get oldestSentAt(): number | undefined {
    for (const { sentAt } of this.#waiting) return sentAt;
    return undefined;
  }

  add(message: Unconfirmed): void {
    this.#waiting.add(message);
  }

  /** The broker confirms a message that it could not route as well: it says so before. */
  giveBack(id: string, reason: string): void {
    // Rare beside all that is sent: nobody keeps an index for it. Of two with one id the newer is meant.
    let meant: Unconfirmed | undefined;
    for (const message of this.#waiting) if (message.id === id) meant = message;
    if (meant) meant.returned = reason;
  }

  confirm(message: Unconfirmed): void {
    if (!this.#waiting.delete(message)) return;
    if (message.returned === undefined) message.resolve();
    else message.reject(failure('broker.unroutable', unroutableText(message.returned), unroutableHint));
    this.#ringWhenEmpty();
  }

  nack(message: Unconfirmed): void {
    this.refuse(
      message,
      failure('broker.nacked', 'publish: the broker could not take the event', nackedHint),
    );
  }

  refuse(message: Unconfirmed, error: unknown): void {
    if (!this.#waiting.delete(message)) return;
    message.reject(error);
    this.#ringWhenEmpty();
  }

  /** The link is gone: nobody knows what became of them. */
  rejectAll(error: unknown): void {
    const all = [...this.#waiting];
    this.#waiting.clear();
    for (const { reject } of all) reject(error);
    this.#ringWhenEmpty();
  }

  /** Resolves when nothing is on its way any more. */
  whenEmpty(): Promise<void> {
    if (this.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  #ringWhenEmpty(): void {
    if (this.size > 0) return;
    const waiting = this.#whenEmpty;
    this.#whenEmpty = [];
    for (const resolve of waiting) resolve();
  }
}

const unroutableHint = 'Bind a queue that takes it, then: pzm dlq retry';
const nackedHint = 'It is sent again; a queue that is full or has lost its majority may be the cause.';

function unroutableText(reason: string): string {
  return `publish: no queue takes the event (${reason})`;
}

function failure(code: ErrorCode, message: string, hint: string): PolarError {
  return new PolarError(code, `${message}.`, { hint });
}
