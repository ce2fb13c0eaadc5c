import { describe, expect, it } from 'vitest';
import type { Tasking } from '../../../src/model/tasking.ts';
import { createAging, type LastSeen, setAgingTasking, takeOverdue } from '../../../src/services/aging.ts';
import { aTarget } from '../model/arbitraries.ts';

const tasking: Tasking = {
  revision: 'r1',
  hash: 'h1',
  serial: 4,
  targets: [aTarget({ maxAgeMs: 1000 }), aTarget({ name: 'http:api', domain: 'api' })],
};

describe('the ages of targets', () => {
  it('tells of the one that was not looked at for longer than its max_age, under another key', () => {
    const overdue = takeOverdue(begin(5000), 5000, seenAt(3999));
    expect(overdue).toEqual([
      {
        key: 'anna.command.http.shop',
        subject: 'anna.event.http.shop',
        notice: { target: tasking.targets[0], policy: { revision: 'r1', hash: 'h1' }, serial: 4, time: 5000 },
      },
    ]);
  });

  it('looks a target up again when it would be too old, and not before', () => {
    const aging = begin(5000);
    expect(takeOverdue(aging, 5000, seenAt(4500))).toEqual([]);
    const never = () => {
      throw new Error('looked up too early');
    };
    expect(takeOverdue(aging, 5500, never)).toEqual([]);
    expect(takeOverdue(aging, 5501, seenAt(4500))).toHaveLength(1);
    expect(takeOverdue(aging, 5502, never)).toEqual([]);
  });

  it.each([
    ['is stale already', { seenAt: 0, isSilent: true }],
    ['was never looked at', undefined],
  ])('says nothing of a target that %s, and goes on looking', (_, seen) => {
    const aging = begin(5000);
    expect(takeOverdue(aging, 5000, () => seen)).toEqual([]);
    expect(takeOverdue(aging, 6000, seenAt(4000))).toHaveLength(1);
  });

  it('leaves for later what there is no room for', () => {
    const aging = begin(5000);
    expect(takeOverdue(aging, 5000, seenAt(0), 0)).toEqual([]);
    expect(takeOverdue(aging, 5000, seenAt(0), 1)).toHaveLength(1);
  });
});

function begin(nowMs: number) {
  const aging = createAging('anna');
  setAgingTasking(aging, tasking, nowMs);
  return aging;
}

function seenAt(time: number): () => LastSeen {
  return () => ({ seenAt: time, isSilent: false });
}
