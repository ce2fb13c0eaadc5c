import type { Call } from '../command.ts';
import { exitCodes } from '../failure.ts';
import { requireNode } from '../gateway-call.ts';
import { showLive } from '../screen/live.ts';
import { openSignals, untilAborted } from '../signals.ts';
import { type NodeWatch, watchNode } from '../top/look-at-node.ts';
import type { TopModel } from '../top/top-model.ts';
import { renderTop, type Sorting, sortings } from '../top/top-screen.ts';

const defaultIntervalMs = 1000;
/** Processes say how they are once a second. */
const settledWithinMs = 4000;
const lookEveryMs = 250;

interface TopFlags {
  readonly once?: boolean;
  readonly interval?: number;
}

export async function run(call: Call): Promise<number> {
  const { output, project } = call;
  const { once = false, interval = defaultIntervalMs } = call.options as TopFlags;
  const loaded = project();
  const isText = output.format === 'text';
  const isOnce = once || (isText && !process.stdout.isTTY);
  if (isOnce) requireNode(loaded);
  const watch = watchNode(loaded);
  try {
    if (isOnce) return await showOnce(call, watch);
    return await (isText ? showScreen(call, watch, interval) : stream(call, watch, interval));
  } finally {
    await watch.close();
  }
}

/** As soon as there are rates: after a second or two. */
async function showOnce({ output }: Call, watch: NodeWatch): Promise<number> {
  const model = await output.during('measuring', async () => {
    const until = performance.now() + settledWithinMs;
    for (;;) {
      const found = await watch.look();
      if (found.state === 'away' || watch.isSettled() || performance.now() > until) return found;
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  });
  if (output.format !== 'text') output.lines([JSON.stringify(model)]);
  else {
    const size = { columns: columnsOfOutput(), rows: Number.MAX_SAFE_INTEGER };
    const look = { palette: output.palette, sorting: sortings[0], isPaused: false };
    output.lines(
      renderTop(model, size, { ...look, isHelpShown: false, hasKeys: false }).map((line) => line.trimEnd()),
    );
  }
  return model.state === 'up' ? exitCodes.ok : exitCodes.unavailable;
}

/** One document a line, for as long as somebody reads. */
async function stream({ output }: Call, watch: NodeWatch, intervalMs: number): Promise<number> {
  const signals = openSignals();
  while (!signals.signal.aborted) {
    output.lines([JSON.stringify(await watch.look())]);
    await untilAborted(signals.signal, intervalMs);
  }
  signals.close();
  return signals.exitCode();
}

async function showScreen({ output }: Call, watch: NodeWatch, intervalMs: number): Promise<number> {
  const signals = openSignals();
  let model: TopModel | undefined;
  let sorting: Sorting = sortings[0];
  let isPaused = false;
  let isHelpShown = false;
  const end = await showLive(
    {
      async refresh() {
        model = await watch.look();
      },
      render: (size) =>
        model
          ? renderTop(model, size, { palette: output.palette, sorting, isPaused, isHelpShown, hasKeys: true })
          : [],
      onKey(key) {
        if (key === 'p') isPaused = !isPaused;
        if (key === '?' || (key === 'escape' && isHelpShown)) isHelpShown = !isHelpShown;
        if (key === 's') sorting = sortings[(sortings.indexOf(sorting) + 1) % sortings.length] ?? sortings[0];
      },
      isPaused: () => isPaused,
    },
    { pause: (signal) => untilAborted(signal, intervalMs), signal: signals.signal },
  );
  signals.close();
  return end === 'quit' ? exitCodes.ok : end === 'interrupted' ? 130 : signals.exitCode();
}

/** Of the terminal, of `COLUMNS` in a pipe, else 80. */
function columnsOfOutput(): number {
  const wished = Number(process.env['COLUMNS']);
  return process.stdout.columns || (Number.isInteger(wished) && wished >= 40 ? wished : 80);
}
