import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import type { Logger } from '../telemetry/log.ts';
import type { SinkChoice } from '../topology/wire.ts';
import type { Sink } from './sink.ts';
import { createTerminalSink } from './terminal-sink.ts';

/** A sink and what it has to do with of the journal. */
export interface OpenedSink {
  readonly kind: SinkChoice['kind'];
  readonly sink: Sink;
  /** Sequences up to here are not its business. */
  readonly after: number;
}

export async function openSink(choice: SinkChoice, log: Logger): Promise<OpenedSink> {
  const { kind, after } = choice;
  if (kind === 'terminal') return { kind, sink: createTerminalSink(openTerminal(), choice), after };
  const { createAmqpSink } = await import('./amqp/sink.ts');
  return { kind, sink: createAmqpSink({ settings: choice.broker, baseDir: choice.baseDir, log }), after };
}

/**
 * Node writes to a terminal while everything else waits: one that was stopped with Ctrl-S would hang the bridge, and
 * with it every other sink. As a file it is written beside the event loop, and only its own delivery waits.
 */
function openTerminal(): Writable {
  const { stdout } = process;
  return stdout.isTTY ? createWriteStream('', { fd: stdout.fd, autoClose: false }) : stdout;
}
