import { describe, expect, it } from 'vitest';
import { heldText, lastSink, oldestPeriod, rulesOf } from '../../../src/integration-manager/pins.ts';

const hour = 3_600_000;
const amqp = { name: 'amqp', after: 0 };

describe('what keeps batches in the journal', () => {
  it('is the sink that is furthest behind, whether it runs or not', () => {
    const cursors = [
      { name: 'amqp', cursor: 90 },
      { name: 'dismantled', cursor: 12 },
    ];
    expect(lastSink({ journalId: 'j', cursors }, 'j', [amqp])).toEqual({ name: 'dismantled', cursor: 12 });
  });

  it('is a sink that is to run and never took anything', () => {
    const cursors = [{ name: 'terminal', cursor: 90 }];
    expect(lastSink({ journalId: 'j', cursors }, 'j', [amqp])).toEqual({ name: 'amqp', cursor: 0 });
    expect(lastSink({ journalId: undefined, cursors: [] }, 'j', [{ name: 'terminal', after: 7 }])).toEqual({
      ...{ name: 'terminal', cursor: 7 },
    });
    expect(lastSink({ journalId: undefined, cursors: [] }, 'j', [])).toBeUndefined();
  });

  it('is never told by cursors that are about another journal', () => {
    const cursors = [{ name: 'amqp', cursor: 5000 }];
    expect(lastSink({ journalId: 'other', cursors }, 'j', [amqp])).toEqual({ name: 'amqp', cursor: 0 });
    // Nobody had written down yet whose they are.
    expect(lastSink({ journalId: undefined, cursors }, 'j', [amqp])?.cursor).toBe(5000);
  });

  it('is the oldest period of looking that is not attested', () => {
    const row = (name: string, from: number | null) => ({
      ...{ key: name, version: 1 },
      value: Buffer.from(JSON.stringify({ target: { name }, period: from === null ? null : { from } })),
    });
    expect(oldestPeriod([row('http:a', 30), row('http:b', 20), row('http:c', null)])).toEqual({
      ...{ target: 'http:b', from: 20 },
    });
    expect(oldestPeriod([row('http:c', null)])).toBeUndefined();
  });

  it('becomes rules: what is older than the settings say goes, up to what is kept', () => {
    const time = 100 * hour;
    const pins = { sink: { name: 'amqp', cursor: 41 }, period: { target: 'http:a', from: 99 * hour }, time };
    expect(rulesOf({ retainMs: 10 * hour }, -5, pins)).toEqual({
      ...{ keepFrom: 42, keepSince: 99 * hour, olderThan: 90 * hour, excessBytes: -5 },
    });
    const free = rulesOf({ retainMs: null }, 7, { sink: undefined, period: undefined, time });
    expect(free).toMatchObject({ keepSince: time, olderThan: Number.NEGATIVE_INFINITY, excessBytes: 7 });
    expect(free.keepFrom).toBeGreaterThan(2 ** 52);
  });

  it('is named in words', () => {
    const time = 100 * hour;
    const sink = { name: 'amqp', cursor: 41 };
    const period = { target: 'http:a', from: 99 * hour };
    const say = (last: number, at: number) =>
      heldText({ sink, period, time }, { last, time: at }, { nextSequence: 901 });
    expect(say(42, 0)).toBe('amqp has come to seq 41 of 900');
    expect(say(41, 99 * hour)).toBe('the period of looking at http:a is not over');
    expect(say(41, hour)).toBe('the rest is what is known of targets and tasks');
  });
});
