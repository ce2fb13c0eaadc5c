import { journalDir } from '../../config/project.ts';
import { PolarError } from '../../model/errors.ts';
import { brokerOverrides } from '../broker-flags.ts';
import type { Call } from '../command.ts';
import { pathFrom } from '../failure.ts';
import { backgroundTwin, type UpFlags } from '../up-flags.ts';

export async function run(call: Call): Promise<number> {
  const flags = call.options as UpFlags;
  const isDetached = flags.detach || flags.wait;
  if (isDetached && flags.demo) {
    throw new PolarError('usage.invalid', 'A demo is to be looked at: it does not run in the background.', {
      hint: 'Leave out -d and --wait, or make a project with: pzm init',
    });
  }
  const overrides = {
    ...(flags.workers !== undefined && { workers: flags.workers }),
    broker: brokerOverrides(call.options),
  };
  if (flags.demo) return (await import('../demo.ts')).runDemo(call, flags, overrides);
  const project = call.project(overrides);
  if (isDetached) return (await import('../background.ts')).startInBackground(call, project, flags);

  const { runNode } = await import('../foreground.ts');
  const { exitCode } = await runNode(call, {
    project,
    overrides,
    journal: pathFrom(process.cwd(), journalDir(project)),
    hasTerminal: process.env[backgroundTwin] === undefined,
    forMs: flags.for,
  });
  return exitCode;
}
