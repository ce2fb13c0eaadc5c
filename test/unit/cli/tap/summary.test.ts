import { describe, expect, it } from 'vitest';
import { createTally, summaryLines } from '../../../../src/cli/tap/summary.ts';

const seen = (sequence: number, time: number, target = 'http:shop') => ({
  sequence,
  time,
  topic: 'ObserveTarget/changed/',
  type: 'polar.observation.changed',
  target,
  bytes: 100,
});

describe('the summary', () => {
  it('counts by type, topic and target, the most first', () => {
    const tally = createTally();
    for (const [index, target] of ['a', 'b', 'b', 'c'].entries())
      tally.add(seen(7 + index, index * 1000, target));
    const summary = tally.summary(2);
    expect(summary).toMatchObject({
      events: 4,
      bytes: 400,
      first: { sequence: 7, time: '1970-01-01T00:00:00.000Z' },
      last: { sequence: 10 },
      seconds: 3,
      perSecond: 1.33,
      types: [{ name: 'polar.observation.changed', events: 4 }],
      targets: [
        { name: 'b', events: 2 },
        { name: 'a', events: 1 },
        { name: 'c', events: 1 },
      ],
      filled: 2,
    });
    expect(summaryLines(summary)).toEqual([
      '4 events · seq 7–10 · in 3 s, 1.33/s · 400 bytes · 2 filled from the journal',
      'type    polar.observation.changed  4  1.3/s',
      'topic   ObserveTarget/changed/  4  1.3/s',
      'target  b  2  0.67/s',
      '        a  1  0.33/s',
      '        c  1  0.33/s',
    ]);
  });

  it('of one event has no rate, and of none says so', () => {
    const tally = createTally();
    expect(summaryLines(tally.summary(0))).toEqual(['nothing was seen']);
    tally.add(seen(7, 1000));
    expect(summaryLines(tally.summary(0))[0]).toBe('1 event · seq 7 · 100 bytes');
  });

  it('keeps to a number of names, whatever comes', () => {
    const tally = createTally();
    for (let index = 0; index < 10_050; index++) tally.add(seen(index, 0, `t${index}`));
    const { targets } = tally.summary(0);
    expect(targets).toHaveLength(10_001);
    expect(targets[0]).toEqual({ name: '(others)', events: 50 });
    expect(summaryLines(tally.summary(0)).at(-1)).toMatch(/and 9991 more$/);
  });
});
