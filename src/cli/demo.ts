import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadProject, type Overrides, type Project, projectFile } from '../config/project.ts';
import { auditJournal } from '../journal/audit.ts';
import { readJournal } from '../journal/follow.ts';
import type { JournalReader } from '../journal/journal.ts';
import { eventOf } from '../journal/record-event.ts';
import { observationEventTypes } from '../model/event.ts';
import { loadDemoPolicies } from '../observable/demo-policies.ts';
import { createObservable, type Observable } from '../observable/observable.ts';
import type { Call } from './command.ts';
import { exitCodes } from './failure.ts';
import { runNode } from './foreground.ts';
import { withJournal } from './journal-access.ts';
import { untilAborted } from './signals.ts';
import { defaultStoryMs, storyOf } from './story.ts';
import type { UpFlags } from './up-flags.ts';

/** A node on a project of its own, observing a service of its own; nothing of it is left behind. */
export async function runDemo(call: Call, flags: UpFlags, overrides: Overrides): Promise<number> {
  const { output } = call;
  const observable = createObservable();
  const folder = makeFolder();
  try {
    const url = await observable.listen(0);
    const project = await makeProject(folder, Number(new URL(url).port), overrides);
    output.detail(`the demo's shop is ${url}, its files are in ${folder}`);
    const { exitCode } = await runNode(call, {
      project,
      overrides,
      journal: 'temporary',
      hasTerminal: true,
      forMs: flags.for,
      beside: (signal) => playStory(observable, flags.for ?? defaultStoryMs, signal),
    });
    const { text, lost } = await withJournal(project, summarise);
    output.note(text);
    output.note('Next: npx polar-zmanager init watch');
    return exitCode === 0 && lost > 0 ? exitCodes.findings : exitCode;
  } finally {
    await observable.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'polar-demo-'));
  // A second Ctrl-C ends this process wherever it is.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function makeProject(folder: string, port: number, overrides: Overrides): Promise<Project> {
  mkdirSync(join(folder, 'policies'));
  const { name, text } = await loadDemoPolicies(port);
  writeFileSync(join(folder, 'policies', name), text);
  writeFileSync(join(folder, projectFile), '; of a demo\n');
  return loadProject(folder, overrides);
}

async function playStory(observable: Observable, durationMs: number, signal: AbortSignal): Promise<void> {
  const begun = performance.now();
  for (const { atMs, turn } of storyOf(durationMs)) {
    await untilAborted(signal, atMs - (performance.now() - begun));
    if (signal.aborted) return;
    observable.turn(turn);
  }
}

/** `6 events · 118 observations, 0 missed · 0 lost` */
function summarise(reader: JournalReader): { text: string; lost: number } {
  const info = reader.info();
  const counted: readonly string[] = observationEventTypes;
  let events = 0;
  for (const record of readJournal(reader, info.firstSequence)) {
    if (counted.includes(eventOf(record, info).type)) events++;
  }
  const { observations, lost } = auditJournal(reader);
  const { made, missed } = observations;
  return { text: `${events} events · ${made} observations, ${missed} missed · ${lost} lost`, lost };
}
