import type { Writable } from 'node:stream';
import type { CloudEvent } from '../model/cloud-event.ts';
import { PolarError } from '../model/errors.ts';
import { eventLines, plainPalette } from '../model/event-text.ts';
import { ansiPalette } from '../model/palette.ts';
import { terminalName } from '../model/sink-name.ts';
import type { Sink } from './sink.ts';

export interface TerminalOptions {
  readonly format: 'text' | 'jsonl';
  readonly colour: boolean;
}

/** Events for people or for a pipe: the default where no broker is set. A closed pipe is no fault: it is read no more. */
export function createTerminalSink(output: Writable, { format, colour }: TerminalOptions): Sink {
  const palette = colour ? ansiPalette : plainPalette;
  let isClosed = false;
  const since = Date.now();
  const linesOf = (event: CloudEvent) => (isQuiet(event) ? [] : eventLines(event, palette));
  output.on('error', () => {
    isClosed = true;
  });
  return {
    name: terminalName,
    window: 1000,
    connect: () => Promise.resolve(),
    write(outgoing) {
      const lines = format === 'jsonl' ? [outgoing.text.toString()] : linesOf(outgoing.event());
      if (lines.length === 0 || isClosed) return Promise.resolve();
      return new Promise((resolve, reject) => {
        output.write(`${lines.join('\n')}\n`, (error) => {
          if (!error || isClosed) resolve();
          else reject(new PolarError('io.failed', 'The terminal cannot be written.', { cause: error }));
        });
      });
    },
    link: () => ({ state: isClosed ? 'down' : 'up', since }),
    close: () => Promise.resolve(),
  };
}

/** The first policy is part of the start, and the line that says "ready" names it. That all is well is no news. */
function isQuiet(event: CloudEvent): boolean {
  if (event.type === 'polar.observation.attested') return true;
  return (
    event.type === 'polar.policy.applied' && (event.data as { before?: unknown } | null)?.before === null
  );
}
