import { Writable } from 'node:stream';
import { createTerminalSink } from '../../../src/bridge/terminal-sink.ts';
import type { OpenedSink } from '../sink.ts';

/** A terminal that can be made to wait, and that remembers its lines. */
export class Terminal extends Writable {
  #text = '';
  #held: (() => void)[] | undefined;

  get lines(): readonly string[] {
    return this.#text.split('\n').slice(0, -1);
  }

  hold(): void {
    this.#held = [];
  }

  release(): void {
    for (const take of this.#held ?? []) take();
    this.#held = undefined;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const take = () => {
      this.#text += chunk.toString();
      done();
    };
    if (this.#held) this.#held.push(take);
    else take();
  }
}

export function openTerminalSink(): OpenedSink {
  const terminal = new Terminal();
  const sink = createTerminalSink(terminal, { format: 'jsonl', colour: false });
  return {
    sink,
    arrived: () => terminal.lines.map((line) => (JSON.parse(line) as { id: string }).id),
    hold: () => terminal.hold(),
    release: () => terminal.release(),
    async close() {
      await sink.close();
      terminal.destroy();
    },
  };
}
