import { humanDuration } from '../../model/duration.ts';
import { PolarError } from '../../model/errors.ts';
import type { Restarted } from '../../topology/orders.ts';
import { isWorker, restartOrder } from '../../topology/processes.ts';
import type { Call } from '../command.ts';
import { askStatus, callControl, defaultOrderMs } from '../control-call.ts';
import { unknownName } from '../unknown-name.ts';

export async function run({ rest, options, output, project: load }: Call): Promise<void> {
  const { all = false, timeout = defaultOrderMs } = options as { all?: boolean; timeout?: number };
  requireOneOf(rest, all);
  const project = load();
  const { processes } = await askStatus(project);
  const known = processes.filter(({ role }) => role !== 'supervisor').map(({ name }) => name);
  const names = all ? restartOrder(known.filter(isWorker)) : [...new Set(rest)];
  for (const name of names) requireProcess(name, known);

  const done: Restarted[] = [];
  for (const name of names) {
    const path = `/restart?${new URLSearchParams({ process: name })}`;
    const unfinished = `${name} is not ready again`;
    const restarted = await output.during(`restarting ${name}`, () =>
      callControl<Restarted>(project, { path, unfinished, timeoutMs: timeout }),
    );
    done.push(restarted);
    // Each as it is done: a rolling restart takes its time.
    if (output.format === 'text') output.lines([restartedText(restarted)]);
  }
  if (output.format !== 'text') output.show(done, () => []);
}

function requireOneOf(names: readonly string[], all: boolean): void {
  if (names.length > 0 === all) {
    const what = all ? 'Either processes are named, or --all is given.' : 'No process is named.';
    throw new PolarError('usage.invalid', what, {
      hint: 'Name one as pzm status does, e.g. pzm restart worker-1, or give --all.',
    });
  }
}

function requireProcess(name: string, known: readonly string[]): void {
  if (name === 'supervisor') {
    throw new PolarError('usage.invalid', 'The supervisor is the node itself.', {
      hint: 'Start all of it anew with: pzm down && pzm up -d',
    });
  }
  if (!known.includes(name)) throw unknownName('usage.invalid', 'process', name, known);
}

/** `worker-1 restarted in 0.4 s · pid 123 → 456` */
function restartedText({ name, tookMs, pidBefore, pid }: Restarted): string {
  return `${name} restarted in ${humanDuration(tookMs)} · pid ${pidBefore ?? 'none'} → ${pid}`;
}
