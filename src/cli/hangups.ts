import type { RunningNode } from '../topology/node.ts';
import { failureLines } from './failure.ts';
import type { Output } from './output.ts';
import { reloadedText, waitingText } from './reload-text.ts';

/** SIGHUP to a node without a terminal: its files are read again, as by "pzm reload". */
export function followHangups(
  output: Pick<Output, 'note'>,
  node: () => Pick<RunningNode, 'reload'> | undefined,
): { close(): void } {
  const reload = () => {
    // One that starts reads them anyhow.
    node()
      ?.reload()
      .then(
        (reloaded) => {
          output.note(reloadedText(reloaded));
          const waiting = waitingText(reloaded);
          if (waiting !== undefined) output.note(waiting);
        },
        // What was in force goes on.
        (error: unknown) => {
          const lines = failureLines(error, { cwd: process.cwd(), verbose: false });
          process.stderr.write(`${lines.join('\n')}\n`);
        },
      );
  };
  process.on('SIGHUP', reload);
  return { close: () => process.off('SIGHUP', reload) };
}
