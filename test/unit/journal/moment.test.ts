import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMoment, sequenceBy, sequenceFrom } from '../../../src/journal/moment.ts';
import { journalOf } from './batches.ts';

const now = new Date(2025, 5, 1, 10, 6, 41).getTime();

describe('a moment as people write it', () => {
  it.each([
    ['7', { kind: 'sequence', sequence: 7 }],
    ['10:04', { kind: 'time', time: new Date(2025, 5, 1, 10, 4).getTime() }],
    ['10:04:12', { kind: 'time', time: new Date(2025, 5, 1, 10, 4, 12).getTime() }],
    ['9:00', { kind: 'time', time: new Date(2025, 5, 1, 9, 0).getTime() }],
    ['2025-06-01T10:04:12Z', { kind: 'time', time: Date.UTC(2025, 5, 1, 10, 4, 12) }],
    ['2025-06-01T12:04:12.5+02:00', { kind: 'time', time: Date.UTC(2025, 5, 1, 10, 4, 12, 500) }],
  ])('%s is read', (written, moment) => {
    expect(parseMoment(written, now)).toEqual(moment);
  });

  it('of a time of day that is still to come is yesterday', () => {
    expect(parseMoment('23:59', now)).toEqual({
      kind: 'time',
      time: new Date(2025, 4, 31, 23, 59).getTime(),
    });
  });

  it.each([
    '',
    'x',
    '-1',
    '1.5',
    '24:00',
    '10:60',
    '10:04:60',
    '2025-06-01',
    '2025-13-01T00:00:00Z',
    '10'.repeat(9),
  ])('%s is none', (written) => {
    expect(parseMoment(written, now)).toBeUndefined();
  });

  it('of any text is read or not, and never fails', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseMoment(text, now)));
  });
});

const times = fc.array(fc.record({ step: fc.nat(3), size: fc.integer({ min: 1, max: 4 }) }), {
  maxLength: 12,
});

describe('the place of a time in the journal', () => {
  it('is the newest record that was committed by then, and the oldest from then on comes after it', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 0, max: 40 }), (written, time) => {
        let at = 1;
        const batches = written.map(({ step, size }) => {
          at += step;
          return { time: at, records: Array.from({ length: size }, () => ({})) };
        });
        const { reader } = journalOf(batches);
        const byThen = batches.filter((batch) => batch.time <= time);
        const before = batches.filter((batch) => batch.time < time);
        const countOf = (some: typeof batches) => some.reduce((sum, { records }) => sum + records.length, 0);
        expect(sequenceBy(reader, { kind: 'time', time })).toBe(countOf(byThen));
        expect(sequenceFrom(reader, { kind: 'time', time })).toBe(countOf(before) + 1);
      }),
    );
  });

  it('ends, wherever the clock was set back', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 12 }), fc.nat(20), (commitTimes, time) => {
        const { reader } = journalOf(commitTimes.map((at) => ({ time: at, records: [{}, {}] })));
        const sequence = sequenceBy(reader, { kind: 'time', time });
        expect(sequence).toBeGreaterThanOrEqual(0);
        expect(sequence).toBeLessThanOrEqual(commitTimes.length * 2);
      }),
    );
  });

  it('is a sequence itself, up to the newest', () => {
    const { reader } = journalOf([{ time: 1, records: [{}, {}] }]);
    expect(sequenceBy(reader, { kind: 'sequence', sequence: 1 })).toBe(1);
    expect(sequenceBy(reader, { kind: 'sequence', sequence: 9 })).toBe(2);
  });
});
