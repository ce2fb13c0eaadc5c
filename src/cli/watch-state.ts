import type { JournalReader } from '../journal/journal.ts';
import { printable } from '../model/facts-text.ts';
import { findHolder } from '../topology/lock.ts';
import { type OpenBell, openBell } from './bell.ts';
import type { Call } from './command.ts';
import { exitCodes } from './failure.ts';
import { withJournal } from './journal-access.ts';
import { type PresentState, presentState, stoppedText } from './present-state.ts';
import { showLive } from './screen/live.ts';
import { openSignals, type Signals, untilAborted } from './signals.ts';
import { createStateChanges } from './state-changes.ts';
import { detailsOf, isAllRight, type TargetReport } from './state-report.ts';
import { renderState } from './state-screen.ts';
import { isoText, timeText } from './time-text.ts';

const markedForMs = 10_000;
/** However often the bell rings: what is read takes its time. */
const notBeforeMs = 200;
const lookEveryMs = 1000;

interface Watching {
  look(): PresentState;
  /** Until something may have changed, or a second is over. */
  pause(signal: AbortSignal): Promise<void>;
  readonly signals: Signals;
}

/** The state of the targets as it changes; ends with the exit code that `state` would have had. */
export async function watchState(call: Call): Promise<number> {
  const { args, output, project: load } = call;
  const project = load();
  const signals = openSignals();
  const bells: OpenBell[] = [];
  try {
    return await withJournal(project, async (reader: JournalReader) => {
      const look = () => presentState(reader, project, args[0], Date.now());
      // What is wrong with the call is said before the terminal is taken.
      look();
      const bell = await openBell(project, ['']);
      bells.push(bell);
      const pause = async (signal: AbortSignal) => {
        await untilAborted(signal, notBeforeMs);
        if (!signal.aborted) await bell.wake.wait(lookEveryMs - notBeforeMs, signal);
      };
      const watching = { look, pause, signals };
      const isScreen = output.format === 'text' && process.stdout.isTTY;
      const last = await (isScreen
        ? showTable(call, watching, project.dataDir)
        : showChanges(call, watching));
      // Ctrl-C is how one leaves; of anybody else who ends it the shell is told.
      if (signals.exitCode() > 130) return signals.exitCode();
      return last.every(isAllRight) ? exitCodes.ok : exitCodes.findings;
    });
  } finally {
    for (const bell of bells) bell.close();
    signals.close();
  }
}

async function showTable(
  { output }: Call,
  { look, pause, signals }: Watching,
  dataDir: string,
): Promise<readonly TargetReport[]> {
  const changes = createStateChanges();
  const changedAt = new Map<string, number>();
  let state: PresentState = { reports: [], remarks: [] };
  let [now, isFirst, isPaused] = [Date.now(), true, false];
  await showLive(
    {
      async refresh() {
        now = Date.now();
        const { reports, remarks } = look();
        const isDown = findHolder(dataDir) === undefined;
        state = { reports, remarks: isDown ? [...remarks, stoppedText] : remarks };
        for (const { name } of changes(reports).changed) if (!isFirst) changedAt.set(name, now);
        isFirst = false;
      },
      render: (size) => {
        const recent = [...changedAt].filter(([, at]) => now - at < markedForMs).map(([name]) => name);
        const { reports, remarks } = state;
        return renderState(reports, size, {
          ...{ palette: output.palette, now, marked: new Set(recent), remarks, isPaused },
        });
      },
      onKey(key) {
        if (key === 'p') isPaused = !isPaused;
      },
      isPaused: () => isPaused,
    },
    { pause, signal: signals.signal },
  );
  return state.reports;
}

/** A line per change; at first one of each target. */
async function showChanges(call: Call, { look, pause, signals }: Watching): Promise<readonly TargetReport[]> {
  const { output } = call;
  const changes = createStateChanges();
  let state = look();
  for (const remark of state.remarks) output.note(remark);
  for (;;) {
    const now = Date.now();
    const { changed, gone } = changes(state.reports);
    output.lines(
      output.format === 'text'
        ? [
            ...changed.map((report) => changeLine(call, report, now)),
            ...gone.map((name) => `${timeText(now, now)} ${printable(name)}  gone from the policy`),
          ]
        : [
            ...changed.map((report) => JSON.stringify({ time: isoText(now), ...report })),
            ...gone.map((name) => JSON.stringify({ time: isoText(now), name, state: 'gone' })),
          ],
    );
    await pause(signals.signal);
    if (signals.signal.aborted) return state.reports;
    state = look();
  }
}

function changeLine({ output: { palette } }: Call, report: TargetReport, now: number): string {
  const { name, state } = report;
  const tone = state === 'ok' ? palette.good : state === 'unseen' ? palette.dim : palette.grave;
  return `${palette.dim(timeText(now, now))} ${printable(name)}  ${tone(state)}  ${detailsOf(report)}`.trimEnd();
}
