import type { LinkStatus, Sink } from '../../../src/bridge/sink.ts';
import { PolarError } from '../../../src/model/errors.ts';
import type { OutgoingEvent } from '../../../src/model/outgoing-event.ts';
import type { OpenedSink } from '../sink.ts';

export type Answer = 'take' | 'retry' | 'reject' | 'wait' | 'close';

/** A sink that fails as it is told: `answers` are for the sequences named, each used up by one write. */
export class ScriptedSink implements Sink {
  readonly name: string;
  readonly window: number;
  readonly answers = new Map<number, Answer[]>();
  /** Sequences in the order in which their writes were begun; `|` is a connect. */
  readonly story: (number | '|')[] = [];
  readonly taken: string[] = [];
  readonly #waiting = new Map<number, () => void>();
  /** Attempts by sequence, in the order of the writes. */
  readonly attempts = new Map<number, number[]>();
  /** The most writes that were under way at once. */
  most = 0;
  connectsToFail = 0;
  /** A connect that never comes to an end. */
  isUnanswered = false;
  #underWay = 0;
  #state: LinkStatus['state'] = 'down';
  #onLost: ((error: unknown) => void) | undefined;

  constructor(window = 100, name = 'scripted') {
    this.name = name;
    this.window = window;
  }

  async connect(onLost: (error: unknown) => void): Promise<void> {
    this.story.push('|');
    this.#state = 'down';
    if (this.connectsToFail-- > 0) throw new PolarError('io.failed', 'no link');
    if (this.isUnanswered) await new Promise(() => {});
    this.#state = 'up';
    this.#onLost = onLost;
  }

  /** The link breaks by itself. */
  cut(): void {
    this.#state = 'down';
    const onLost = this.#onLost;
    this.#onLost = undefined;
    onLost?.(new PolarError('io.failed', 'cut'));
  }

  async write({ id, sequence }: OutgoingEvent, attempt: number): Promise<void> {
    this.story.push(sequence);
    this.attempts.set(sequence, [...(this.attempts.get(sequence) ?? []), attempt]);
    this.most = Math.max(this.most, ++this.#underWay);
    try {
      await this.#answer(sequence);
      this.taken.push(id);
    } finally {
      this.#underWay--;
    }
  }

  /** Lets a write that waits succeed; false when there is none. */
  take(sequence: number): boolean {
    const take = this.#waiting.get(sequence);
    this.#waiting.delete(sequence);
    take?.();
    return take !== undefined;
  }

  link(): LinkStatus {
    return { state: this.#state, since: 0 };
  }

  async close(): Promise<void> {
    this.#state = 'down';
    while (this.#underWay > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  async #answer(sequence: number): Promise<void> {
    switch (this.answers.get(sequence)?.shift()) {
      case 'retry':
        throw new PolarError('io.failed', 'not now');
      case 'reject':
        throw new PolarError('body.too-large', 'never');
      case 'close':
        throw new PolarError('broker.channel-closed', 'closed');
      case 'wait':
        return new Promise((resolve) => this.#waiting.set(sequence, resolve));
    }
  }
}

export function openScriptedSink(): OpenedSink {
  const sink = new ScriptedSink();
  return {
    sink,
    arrived: () => sink.taken,
    hold: () => void sink.answers.set(2, ['wait']),
    release: () => void sink.take(2),
    cut: () => sink.cut(),
    close: () => sink.close(),
  };
}
