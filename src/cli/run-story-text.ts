import { humanDuration } from '../model/duration.ts';
import { printable } from '../model/facts-text.ts';
import { alignColumns } from './columns.ts';
import type { EarlierStory, RunStory } from './run-story.ts';
import { timeText } from './time-text.ts';

/** By whom, when, and how often before. */
export function runLines(run: RunStory, now: number): string[] {
  const { worker, begun, durationMs, attempt, outcome, reason, earlier } = run;
  const why = reason === null ? '' : `: ${printable(reason)}`;
  const parts = [
    printable(worker),
    `began ${timeText(Date.parse(begun), now)}`,
    `took ${tookText(durationMs)}`,
    `delivery ${attempt}`,
    `${outcome}${why}`,
  ];
  return [parts.join(' · '), ...earlierLines(earlier, now)];
}

/** The steps as they were walked, each with what it took. */
export function walkLines({ flow, steps }: RunStory): string[] {
  const { name, revision } = flow;
  if (revision === null) return [`${printable(name)}: there was no such flow`];
  const rows = steps.map(({ text, does, verdict, durationMs, isThis }) => [
    `  ${printable(text)}`,
    printable(does),
    verdict,
    `${verdict === 'published' || verdict === 'waits' ? '' : tookText(durationMs)}${isThis ? '← this event' : ''}`,
  ]);
  return [`${printable(name)} as it was walked, revision ${revision}`, ...alignColumns(rows)];
}

function earlierLines(earlier: readonly EarlierStory[], now: number): string[] {
  const unknown = earlier.filter(({ failure }) => failure === null);
  const lines = earlier.flatMap(({ attempt, failure }) => {
    if (!failure) return [];
    const { begun, durationMs, step, code, message } = failure;
    const where = step === '' ? '' : ` at ${printable(step)}`;
    return `delivery ${attempt} began ${timeText(Date.parse(begun), now)}, failed${where} after ${tookText(durationMs)}: ${printable(code)} ${printable(message)}`;
  });
  if (unknown.length > 0) {
    const numbers = unknown.map(({ attempt }) => attempt).join(', ');
    lines.unshift(`delivery ${numbers}: not known, its worker has ended or was another one`);
  }
  return lines;
}

/** `0.4 ms`, `12 ms`, `3 s` */
function tookText(ms: number): string {
  if (ms >= 1000) return humanDuration(ms);
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
