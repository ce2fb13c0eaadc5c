import type { Overrides, Project } from '../config/project.ts';
import { humanDuration } from '../model/duration.ts';
import type { PolarError } from '../model/errors.ts';
import { type Drained, type RunningNode, type SinkWish, startNode } from '../topology/node.ts';
import type { Call } from './command.ts';
import { drainedText } from './commands/down.ts';
import { followHangups } from './hangups.ts';
import { createReread } from './reread.ts';
import { openSignals, untilAborted } from './signals.ts';

export interface RunOptions {
  readonly project: Project;
  /** What stands above its `polar.ini`, also when that is read again. */
  readonly overrides: Overrides;
  /** How the journal is called in the line that says "ready". */
  readonly journal: string;
  /** Whether events are printed. */
  readonly hasTerminal: boolean;
  readonly forMs: number | undefined;
  /** Goes on beside the node, until `signal` aborts. */
  readonly beside?: (signal: AbortSignal) => Promise<void>;
}

export interface RunEnd {
  /** 0 when its time was over or it was told to go down; 130 or 143 after a signal. */
  readonly exitCode: number;
  /** Undefined when somebody else has stopped it. */
  readonly drained: Drained | undefined;
}

/**
 * Runs a node until its time is over, a signal comes or `pzm down` asks; a second signal ends it at once.
 * @throws what `startNode` throws, and the reason of an escalation
 */
export async function runNode({ output, version }: Call, options: RunOptions): Promise<RunEnd> {
  const { project, overrides, hasTerminal, forMs } = options;
  const reread = createReread(project.file, overrides);
  const signals = openSignals({ hangup: isAttached() ? 'ends' : 'is left to others' });
  let running: RunningNode | undefined;
  const hangups = isAttached() ? undefined : followHangups(output, () => running);
  const format = output.format === 'jsonl' ? 'jsonl' : 'text';
  const sinks: SinkWish[] = hasTerminal ? [{ kind: 'terminal', format, colour: output.isColoured }] : [];
  const node = await output.during('starting', () => startNode({ project, reread, version, sinks }));
  running = node;
  output.note(readyText(node, project, options.journal));

  const besideEnd = new AbortController();
  const beside = options.beside?.(besideEnd.signal);
  const ended = await Promise.race([
    node.ended.then((reason): Ended => ({ reason })),
    untilAborted(signals.signal, forMs).then(() => undefined),
    // It only ends early by a mistake of ours.
    ...(beside ? [beside.then(() => new Promise<never>(() => {}))] : []),
  ]);
  besideEnd.abort();
  await beside;
  if (ended?.reason) throw ended.reason;
  const drained = ended ? undefined : await output.during('draining', () => node.stop());
  output.detail(drained ? drainedText(drained) : 'told to go down');
  hangups?.close();
  signals.close();
  return { exitCode: signals.exitCode(), drained };
}

/** To a terminal: a hangup says that it is gone, and to a node without one that its files are to be read again. */
function isAttached(): boolean {
  return [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
}

/** By itself: after an escalation, or because somebody asked for it. */
interface Ended {
  readonly reason: PolarError | undefined;
}

/** `ready in 0.9 s · node anna · policy 3f9c1e · journal: temporary` */
function readyText(node: RunningNode, project: Project, journal: string): string {
  const policy = node.policy();
  const inForce = policy && policy.revision !== '' ? `policy ${policy.revision}` : 'no policy';
  const refused = policy?.refused ? ' (the newest was refused: pzm check)' : '';
  // Since this process began: what the one who waits has waited.
  const took = humanDuration(performance.now());
  return `ready in ${took} · node ${project.node} · ${inForce}${refused} · journal: ${journal}`;
}
