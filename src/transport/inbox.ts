import { Pull } from 'zeromq';
import { maxRecordBytes } from '../model/envelope.ts';
import { highWaterMark } from './outbox.ts';

/** A larger message ends its connection before it is read; its sender connects again. */
export const maxFrameBytes = 2 * maxRecordBytes;
/** Of results: a worker ends a run at 4 MiB, and its last task may add records, states and children to that. */
export const maxResultBytes = 8 * maxRecordBytes;

/** A PULL socket that hands each frame to `handle`, one after the other, and never stops to wait for anything else. */
export class Inbox {
  readonly #socket: Pull;

  constructor(mostBytes = maxFrameBytes) {
    this.#socket = new Pull({
      receiveHighWaterMark: highWaterMark,
      maxMessageSize: mostBytes,
      linger: 0,
      reconnectInterval: 20,
      reconnectMaxInterval: 200,
    });
  }

  async bind(endpoint: string): Promise<void> {
    await this.#socket.bind(endpoint);
  }

  connect(endpoint: string): void {
    this.#socket.connect(endpoint);
  }

  /** Runs until `close`. What `handle` throws ends the process: it is to refuse bad frames itself. */
  async receive(handle: (frame: Buffer) => void): Promise<void> {
    for await (const parts of this.#socket) handle(parts.length === 1 ? parts[0]! : Buffer.concat(parts));
  }

  close(): void {
    this.#socket.close();
  }
}
