import { integer, SettingProblem } from '../../config/settings.ts';
import { humanDuration } from '../../model/duration.ts';
import { PolarError } from '../../model/errors.ts';
import type { Scaled } from '../../topology/orders.ts';
import { mostWorkers } from '../../topology/processes.ts';
import type { Call } from '../command.ts';
import { askStatus, callControl, defaultOrderMs } from '../control-call.ts';
import { countText } from '../count-text.ts';

export async function run({ args: [written], options, output, project: load }: Call): Promise<void> {
  const workers = written === undefined ? undefined : readCount(written);
  const project = load();
  const atNextStart = project.settings.workers;
  if (workers === undefined) {
    const { processes } = await askStatus(project);
    const count = processes.filter(({ role }) => role === 'worker').length;
    output.show({ workers: count, atNextStart }, () => [countText(count, 'worker')]);
    if (count !== atNextStart) output.note(nextStartText(atNextStart));
    return;
  }
  const { timeout = defaultOrderMs } = options as { timeout?: number };
  const many = countText(workers, 'worker');
  const scaled = await output.during(`scaling to ${many}`, () =>
    callControl<Scaled>(project, {
      path: `/scale?${new URLSearchParams({ workers: String(workers) })}`,
      unfinished: `The node does not have ${many} yet`,
      timeoutMs: timeout,
    }),
  );
  output.show({ ...scaled, atNextStart }, () => [scaledText(scaled)]);
  if (workers !== atNextStart) output.note(nextStartText(atNextStart));
}

function readCount(written: string): number {
  try {
    return integer(1, mostWorkers)(written);
  } catch (problem) {
    if (!(problem instanceof SettingProblem)) throw problem;
    throw new PolarError('usage.invalid', `The number of workers ${problem.message}.`, {
      hint: 'See: pzm scale --help',
    });
  }
}

/** `scaled 2 → 6 workers in 0.9 s` */
function scaledText({ before, workers, tookMs }: Scaled): string {
  if (before === workers) return `${countText(workers, 'worker')} already`;
  return `scaled ${before} → ${countText(workers, 'worker')} in ${humanDuration(tookMs)}`;
}

function nextStartText(workers: number): string {
  return `the next "pzm up" has ${workers} again: workers under [topology] in polar.ini`;
}
