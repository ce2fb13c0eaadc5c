import { describe, expect, it } from 'vitest';
import { sampleJournal } from '../../../../src/cli/top/sample-journal.ts';
import { decodeBatch, encodeBatch, genesis } from '../../../../src/journal/batch.ts';
import type { JournalInfo } from '../../../../src/journal/journal.ts';
import { encodeEnvelope } from '../../../../src/model/envelope.ts';
import { anEnvelope } from '../../model/envelopes.ts';

/** A journal of so many batches of ten records, each committed 25 ms after its task was made. */
function aJournal(batches: number) {
  const record = encodeEnvelope(anEnvelope({ time: 1000 }));
  const segment = (topic: string, count: number) => ({
    ...{ topic, count, bytes: Buffer.concat(Array.from({ length: count }, () => record)) },
  });
  const read: number[] = [];
  const bytesAt = (index: number) =>
    encodeBatch([segment('A/a/', 7), segment('B/b/', 3)], 1 + index * 10, 1025, genesis).bytes;
  return {
    read,
    info: () => ({ nextSequence: 1 + batches * 10 }) as JournalInfo,
    batchAt(sequence: number) {
      read.push(sequence);
      const index = Math.floor((sequence - 1) / 10);
      if (index >= batches) return undefined;
      const bytes = bytesAt(index);
      return { batch: decodeBatch(bytes), bytes };
    },
  };
}

describe('a sample of the journal', () => {
  it('counts what was committed since, by topic', () => {
    const { next, topics, latenciesMs } = sampleJournal(aJournal(5), 21);
    expect(next).toBe(51);
    expect([...topics]).toEqual([
      ['A/a/', 21],
      ['B/b/', 9],
    ]);
    expect(latenciesMs.length).toBeGreaterThan(0);
    expect(new Set(latenciesMs)).toEqual(new Set([25]));
  });

  it('reads a few batches of very many, and reckons the rest', () => {
    const journal = aJournal(10_000);
    const { topics } = sampleJournal(journal, 1);
    expect(journal.read.length).toBeLessThanOrEqual(33);
    expect(Math.round(topics.get('A/a/') ?? 0)).toBe(70_000);
  });

  it('is nothing where nothing was committed', () => {
    const journal = aJournal(3);
    expect(sampleJournal(journal, 31)).toEqual({ next: 31, topics: new Map(), latenciesMs: [] });
    expect(journal.read).toEqual([]);
  });
});
