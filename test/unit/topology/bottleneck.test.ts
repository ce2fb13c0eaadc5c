import { describe, expect, it } from 'vitest';
import type { ProcessSnapshot, ProcessState } from '../../../src/supervision/process-supervisor.ts';
import { bottleneckOf } from '../../../src/topology/bottleneck.ts';

const now = 1_700_000_000_000;
const minuteMs = 60_000;

const manager = { full: null, waiting: 0, journal: { pending: 0 } };
const subject = {
  ...{ waiting: 0, outstanding: 0, busy: 0, slots: 32, rowsHeld: 0, awaited: [], inBackOff: 0 },
  ...{ fullestGroup: null, longestKey: null },
};
const services = { outstanding: 0, maxPending: 100_000, unaccepted: 0, takesPushes: true };
const broker = {
  ...{ name: 'amqp', kind: 'amqp', lag: 0, lagMs: 0, awaySince: null as number | null },
  link: { state: 'up', since: now - minuteMs },
};
const busy = { ...subject, waiting: 4096, busy: 32 };

interface House {
  readonly manager?: object;
  readonly subject?: object;
  readonly services?: object;
  readonly sinks?: readonly object[];
  /** Of processes that are not ready. */
  readonly states?: Readonly<Record<string, ProcessState>>;
}

function look(house: House) {
  const stats: readonly (readonly [string, unknown])[] = [
    ['integration-manager', { ...manager, ...house.manager }],
    ['subject', { ...subject, ...house.subject }],
    ['worker', {}],
    ['services', { ...services, ...house.services }],
    ['bridge', { sinks: house.sinks ?? [], idle: [] }],
  ];
  const processes = stats.map(
    ([role, said]): ProcessSnapshot => ({
      ...{ name: role, role, pid: 7, restarts: 0, incarnation: 1, stats: said, vitals: undefined },
      state: house.states?.[role] ?? 'ready',
    }),
  );
  return bottleneckOf(processes, now);
}

describe('the bottleneck of a node', () => {
  it('is none while nothing waits, or nobody has said anything yet', () => {
    expect(look({})).toBeUndefined();
    expect(bottleneckOf([], now)).toBeUndefined();
    expect(look({ subject: { busy: 32, outstanding: 32 } })).toBeUndefined();
    expect(look({ subject: { waiting: 5, busy: 3 } })).toBeUndefined();
    expect(look({ sinks: [{ ...broker, awaySince: now - minuteMs }] })).toBeUndefined();
    expect(look({ sinks: [{ ...broker, lag: 900, lagMs: 20 }] })).toBeUndefined();
  });

  it('is the workers when all of their runs are busy and tasks wait, those on disk among them', () => {
    expect(look({ subject: busy })).toEqual({
      where: 'workers',
      text: 'workers are the bottleneck: 4,096 tasks wait, 32 of 32 runs busy',
    });
    const onDisk = { subject: { ...busy, rowsHeld: 4128 }, manager: { journal: { pending: 10_000 } } };
    expect(look(onDisk)?.text).toContain('9,968 tasks wait');
  });

  it('is the broker while it is away, or takes nothing, or does not keep up, and events wait for it', () => {
    expect(look({ sinks: [{ ...broker, lag: 1200, awaySince: now - 3 * minuteMs }] })).toEqual({
      where: 'broker',
      text: 'the broker has been away for 3 min: 1,200 events wait in the journal',
    });
    const blocked = { ...broker, lag: 1, link: { state: 'blocked', since: now - 40_000 } };
    expect(look({ sinks: [blocked] })?.text).toBe(
      'the broker takes nothing (blocked) for 40 s: 1 event waits in the journal',
    );
    expect(look({ sinks: [{ ...broker, lag: 70, lagMs: 12_000 }] })?.text).toBe(
      'the broker is the bottleneck: 70 events wait in the journal, the oldest for 12 s',
    );
  });

  it('names the sink where there are several brokers, or none', () => {
    const down = { ...broker, lag: 3, awaySince: now - minuteMs };
    const found = look({
      sinks: [
        { ...broker, name: 'near' },
        { ...down, name: 'far' },
      ],
    });
    expect(found).toMatchObject({ where: 'broker', text: expect.stringMatching(/^the sink far has been/) });
    expect(look({ sinks: [{ ...down, name: 'terminal', kind: 'terminal' }] })?.where).toBe('sink');
  });

  it('is the disk before anything else', () => {
    const sinks = [{ ...broker, lag: 3, awaySince: now }];
    expect(look({ manager: { full: { kind: 'disk' }, waiting: 12 }, subject: busy, sinks })).toEqual({
      where: 'disk',
      text: 'the disk that holds the journal is full: 12 results wait to be written',
    });
  });

  it('is the journal at its limit, with what keeps it from being shortened', () => {
    const full = { kind: 'limit', maxBytes: 64 * 1024 ** 2, heldBy: 'amqp has come to seq 5 of 900' };
    expect(look({ manager: { full, waiting: 1 }, subject: busy, sinks: [{ ...broker, lag: 895 }] })).toEqual({
      where: 'journal',
      text: 'the journal is at its limit of 64MiB: amqp has come to seq 5 of 900; 1 result waits to be written',
    });
    const sinks = [{ ...broker, lag: 895, awaySince: now - 3 * minuteMs }];
    expect(look({ manager: { full, waiting: 0 }, sinks })?.text).toBe(
      'the journal is at its limit of 64MiB: the broker has been away for 3 min, 895 events wait in the journal',
    );
  });

  it('is a process that is away while others wait for it', () => {
    const states = { 'integration-manager': 'restarting' } as const;
    expect(look({ states, subject: { outstanding: 5 } })?.text).toBe(
      'the integration manager is away: 5 runs wait for it',
    );
    expect(look({ states })).toBeUndefined();
    expect(look({ states: { subject: 'restarting' }, services: { outstanding: 9 } })?.text).toBe(
      'the subject is away: 9 tasks wait for it',
    );
    expect(look({ states: { worker: 'restarting' }, subject: { waiting: 12, slots: 0 } })?.text).toBe(
      'no worker is ready: 12 tasks wait',
    );
    expect(look({ subject: { waiting: 12, slots: 0, awaited: ['worker-2'] } })?.text).toBe(
      'worker-2 is not ready yet: 12 tasks wait',
    );
  });

  it('says that pushes are refused, and what they wait for', () => {
    const pending = { manager: { journal: { pending: 100_000 } } };
    expect(look({ ...pending, subject: { ...busy, rowsHeld: 4096 } })).toEqual({
      where: 'intake',
      text:
        'pushes are refused: 100,000 accepted tasks wait, as many as may; ' +
        'workers are the bottleneck: 100,000 tasks wait, 32 of 32 runs busy',
    });
    const key = { rowsHeld: 4096, longestKey: { name: 'a.secret.key', tasks: 4000 } };
    expect(look({ ...pending, subject: key })?.text).toBe(
      'pushes are refused: 100,000 accepted tasks wait, as many as may',
    );
    expect(look({ services: { takesPushes: false, unaccepted: 4096 } })?.text).toBe(
      'pushes are refused: 4,096 pushes wait to be accepted',
    );
  });

  it('is the integration manager when the workers are done with more than they may have', () => {
    expect(look({ subject: { waiting: 9, outstanding: 132, busy: 32 } })?.text).toBe(
      'the integration manager is the bottleneck: 100 results wait to be committed',
    );
  });

  it('is the host, the key or the failures where most tasks wait while workers are idle', () => {
    const fullestGroup = { name: 'shop:443', tasks: 80, runs: 4 };
    const longestKey = { name: 'a.b.c.d', tasks: 100 };
    expect(look({ subject: { waiting: 80, fullestGroup } })).toEqual({
      where: 'group',
      text: 'shop:443 is the bottleneck: 80 tasks wait to ask it, 4 runs do',
    });
    expect(look({ subject: { waiting: 180, fullestGroup, longestKey } })).toEqual({
      where: 'key',
      text: 'the key a.b.c.d is the bottleneck: 100 tasks wait behind its one run',
    });
    expect(look({ subject: { waiting: 400, inBackOff: 300, longestKey } })).toEqual({
      where: 'attempts',
      text: 'attempts fail: 300 tasks wait for their next one',
    });
    expect(look({ subject: { waiting: 64, fullestGroup: { ...fullestGroup, tasks: 64 } } })).toBeUndefined();
  });
});
