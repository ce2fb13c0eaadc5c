import { describe, expect, it } from 'vitest';
import { drainedText } from '../../../src/cli/commands/down.ts';
import { answerText } from '../../../src/cli/commands/push.ts';
import { processLines } from '../../../src/cli/commands/status.ts';
import { formatTargetFile } from '../../../src/cli/save-policy.ts';
import { storyOf } from '../../../src/cli/story.ts';
import { unknownName } from '../../../src/cli/unknown-name.ts';
import { plainPalette } from '../../../src/model/event-text.ts';

describe('answers', () => {
  it('say what has become of a push', () => {
    const settled = { id: 'x', state: 'settled', outcome: 'completed', reason: '' } as const;
    expect(answerText({ ...settled, records: { first: 7, count: 1 } })).toBe('settled completed · seq 7');
    expect(answerText({ ...settled, records: { first: 7, count: 3 } })).toBe('settled completed · seq 7–9');
    expect(
      answerText({ ...settled, outcome: 'ended', reason: 'unchanged', records: { first: 7, count: 0 } }),
    ).toBe('settled ended: unchanged');
    expect(answerText({ id: 'x', state: 'accepted' })).toBe('accepted x');
  });

  it('say how a process came back', () => {
    const ready = {
      role: 'worker',
      state: 'ready',
      incarnation: 1,
      stats: undefined,
      vitals: undefined,
    } as const;
    expect(
      processLines(
        [
          {
            ...ready,
            name: 'worker-1',
            pid: 48391,
            restarts: 1,
            lastExit: { code: null, signal: 'SIGKILL', at: 0, backInMs: 300 },
          },
          { ...ready, name: 'bridge', state: 'restarting', pid: undefined, restarts: 0 },
        ],
        plainPalette,
      ),
    ).toEqual([
      'worker-1  pid 48391  ready       restarts 1 (SIGKILL, back in 0.3 s)',
      'bridge    no pid     restarting  restarts 0',
    ]);
  });

  it('say how long the drain took', () => {
    expect(drainedText({ drainedMs: 412, inFlight: 0 })).toBe('drained in 0.4 s · 0 in flight');
  });

  it('to an unknown name are what was meant, else what there is', () => {
    const hint = (written: string, known: string[]) =>
      unknownName('flow.unknown', 'flow', written, known).hint;
    expect(hint('Oders', ['Orders', 'Refunds'])).toBe('Did you mean "Orders"?');
    expect(hint('zebra', ['Orders', 'Refunds'])).toBe('There are Orders, Refunds.');
    expect(hint('zebra', [])).toBe('There is no flow yet.');
    expect(hint('zebra', [...'abcdefghij'])).toBe('There are a, b, c, d, e, f, g, h, and 2 more.');
  });
});

describe('a saved policy', () => {
  it('has a line for each thing it says', () => {
    const entries = [
      { key: 'url', value: 'http://127.0.0.1:8088/#/login' },
      { key: 'every', value: '30s' },
    ];
    expect(formatTargetFile('http:shop', entries)).toBe(
      '[http:shop]\nurl = http://127.0.0.1:8088/#/login\nevery = 30s\n',
    );
  });
});

describe('the story of the demo', () => {
  it('is told within its time, the outage around everything else', () => {
    expect(storyOf(40_000)).toEqual([
      { atMs: 10_000, turn: 'down' },
      { atMs: 18_000, turn: 'api' },
      { atMs: 24_000, turn: 'version' },
      { atMs: 30_000, turn: 'up' },
    ]);
  });
});
