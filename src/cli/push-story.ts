import { readJournal } from '../journal/follow.ts';
import type { JournalReader } from '../journal/journal.ts';
import type { RecordRange } from '../model/commit.ts';
import { readField } from '../model/envelope.ts';
import { type RunStory, runOfLetter } from './run-story.ts';
import { isoText } from './time-text.ts';

/** What became of a push, or of a message that a step emitted. */
export interface PushStory {
  /** Its id. */
  readonly name: string;
  readonly kind: 'push';
  /** `parked`: it waits for an answer. */
  readonly state: 'pending' | 'parked' | 'settled';
  readonly outcome: 'completed' | 'ended' | 'dead-lettered' | null;
  readonly reason: string | null;
  readonly settledAt: string | null;
  /** Sequences of the events that it led to. */
  readonly events: readonly number[];
  /** Messages that its steps emitted. */
  readonly children: readonly { readonly name: string; readonly state: string }[];
  readonly deadLetter: { readonly code: string; readonly message: string; readonly time: string } | null;
  /** Of a dead letter's last delivery. Events have theirs; what led to neither is not kept one by one. */
  readonly run: RunStory | null;
  readonly unknown: readonly string[];
}

const ofTheRun = ['the worker', 'when each step ran'];

const mostChildren = 100;
const mostDeadLetters = 10_000;

/** Undefined when the id is not known: it was never taken, or it was settled more than a day ago. */
export function pushStory(reader: JournalReader, id: string): PushStory | undefined {
  const row = reader.outcomeOf(id);
  if (!row) return undefined;
  const settled = row.state === 'settled' ? row : undefined;
  const letter = settled?.outcome === 'dead-lettered' ? letterOf(reader, id) : undefined;
  const events = settled ? sequencesOf(reader, settled.records, id) : [];
  const run = runOfLetter(letter?.evidence) ?? null;
  return {
    name: id,
    kind: 'push',
    state: row.state,
    outcome: settled?.outcome ?? null,
    reason: settled?.reason || null,
    settledAt: settled ? isoText(settled.time) : null,
    events,
    children: childrenOf(reader, id),
    deadLetter: letter ? { code: letter.code, message: letter.message, time: isoText(letter.time) } : null,
    run,
    unknown: [
      ...(settled && !run && events.length === 0 ? ofTheRun : []),
      ...(settled && areRemoved(reader, settled.records) ? ['the events, which retention has removed'] : []),
    ],
  };
}

/** A run may have written for others, too: what a task has caused carries its id. */
function sequencesOf(reader: JournalReader, { first, count }: RecordRange, id: string): number[] {
  if (count === 0) return [];
  const sequences: number[] = [];
  for (const { sequence, record } of readJournal(reader, first)) {
    if (sequence >= first + count) break;
    if (readField(record, 0, 'id') === id) sequences.push(sequence);
  }
  return sequences;
}

function areRemoved(reader: JournalReader, { first, count }: RecordRange): boolean {
  return count > 0 && first < reader.info().firstSequence;
}

/** Children without a name of their own are numbered from 1. */
function childrenOf(reader: JournalReader, id: string): { name: string; state: string }[] {
  const children: { name: string; state: string }[] = [];
  for (let number = 1; number <= mostChildren; number++) {
    const name = `${id}.${number}`;
    const row = reader.outcomeOf(name);
    if (!row) break;
    children.push({ name, state: row.state === 'settled' ? row.outcome : row.state });
  }
  return children;
}

function letterOf(reader: JournalReader, id: string) {
  return reader.deadLetters(mostDeadLetters).findLast(({ record }) => readField(record, 0, 'id') === id);
}
