import { Publisher, Subscriber } from 'zeromq';
import { maxHeardBytes } from './outbox.ts';

/*
 * PUB is a doorbell (R6): a subscriber that is slow or late misses messages, so nobody may depend on one. Whoever
 * acts on what was published reads the journal when the bell rings, and once a second anyway.
 */

export interface Published {
  readonly topic: string;
  readonly head: Buffer;
  readonly body: Buffer;
}

export class Bell {
  // PUB drops at its high-water mark by design; it never blocks the integration manager.
  readonly #socket = new Publisher({ sendHighWaterMark: 64, linger: 0, maxMessageSize: maxHeardBytes });
  #sending: Promise<void> = Promise.resolve();

  async bind(endpoint: string): Promise<void> {
    await this.#socket.bind(endpoint);
  }

  publish(messages: readonly Published[]): void {
    this.#sending = this.#sending.then(async () => {
      for (const { topic, head, body } of messages) await this.#socket.send([topic, head, body]);
    });
  }

  async close(): Promise<void> {
    await this.#sending;
    this.#socket.close();
  }
}

export class Listener {
  readonly #socket = new Subscriber({
    receiveHighWaterMark: 64,
    linger: 0,
    reconnectInterval: 20,
    reconnectMaxInterval: 200,
  });

  /** `topics` are prefixes, as ZeroMQ matches them. */
  constructor(endpoint: string, topics: readonly string[]) {
    this.#socket.subscribe(...topics);
    this.#socket.connect(endpoint);
  }

  async receive(handle: (message: Published) => void): Promise<void> {
    for await (const [topic, head, body] of this.#socket) {
      if (topic && head && body) handle({ topic: topic.toString(), head, body });
    }
  }

  close(): void {
    this.#socket.close();
  }
}
