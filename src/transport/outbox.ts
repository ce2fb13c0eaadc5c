import { Push } from 'zeromq';

/** One message carries a batch of as much as was waiting, up to this; a single larger record goes alone. */
export const frameLimitBytes = 256 * 1024;

/** High-water marks count messages, and a message may hold 256 KiB (R10). */
export const highWaterMark = 16;

/** Whoever only sends hears nothing but names of topics: a connection that brings more is ended before it is read. */
export const maxHeardBytes = 4096;

/**
 * The queue in front of a PUSH socket, which allows one pending send. Records that wait while a message is being
 * sent make the next one. It has no bound of its own: everything that comes here is bounded by a source's window
 * or a worker's credit (R10), and a send that waits never stops a receive.
 */
export class Outbox {
  readonly #socket = new Push({
    sendHighWaterMark: highWaterMark,
    maxMessageSize: maxHeardBytes,
    linger: 1000,
    reconnectInterval: 20,
    reconnectMaxInterval: 200,
  });
  readonly #header: Buffer;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #sending: Promise<void> | undefined;
  #isClosed = false;

  /** `header` begins every frame: it says what the records are. */
  constructor(header: Buffer) {
    this.#header = header;
  }

  connect(endpoint: string): void {
    this.#socket.connect(endpoint);
  }

  async bind(endpoint: string): Promise<void> {
    await this.#socket.bind(endpoint);
  }

  /** How many bytes wait to be sent. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  add(record: Buffer): void {
    if (this.#isClosed) return;
    this.#waiting.push(record);
    this.#waitingBytes += record.length;
    this.#sending ??= this.#send();
  }

  /** Resolves when everything that was added has been handed to ZeroMQ. */
  async flushed(): Promise<void> {
    while (this.#sending) await this.#sending;
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#socket.close();
  }

  async #send(): Promise<void> {
    // Everything added in this turn of the event loop goes together; a lone record waits for nothing else.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      while (this.#waiting.length > 0) await this.#socket.send(this.#takeFrame());
    } catch (error) {
      // A closed socket refuses what it had; whoever closed it knows what that means for the records.
      if (!this.#isClosed) throw error;
    } finally {
      this.#sending = undefined;
    }
  }

  #takeFrame(): Buffer {
    let bytes = 0;
    let count = 0;
    for (const record of this.#waiting) {
      if (count > 0 && bytes + record.length > frameLimitBytes) break;
      bytes += record.length;
      count++;
    }
    const records = count === this.#waiting.length ? this.#waiting : this.#waiting.slice(0, count);
    this.#waiting = count === this.#waiting.length ? [] : this.#waiting.slice(count);
    this.#waitingBytes -= bytes;
    return Buffer.concat([this.#header, ...records], this.#header.length + bytes);
  }
}
