import type { Reloaded } from '../../topology/reload.ts';
import type { Call } from '../command.ts';
import { callControl, defaultOrderMs } from '../control-call.ts';
import { reloadedText, waitingText } from '../reload-text.ts';

export async function run({ options, output, start }: Call): Promise<void> {
  const { timeout = 2 * defaultOrderMs } = options as { timeout?: number };
  // What is wrong with polar.ini the node says, with all the rest.
  const { readProject } = await import('../../config/project.ts');
  const { project } = readProject(start);
  const reloaded = await output.during('reloading', () =>
    callControl<Reloaded>(project, {
      path: '/reload',
      unfinished: 'The node has not read everything again',
      timeoutMs: timeout,
    }),
  );
  output.show(reloaded, () => [reloadedText(reloaded)]);
  const waiting = waitingText(reloaded);
  if (waiting !== undefined) output.note(waiting);
}
