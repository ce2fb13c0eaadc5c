import { describe, expect, it } from 'vitest';
import { createSlowestLooks } from '../../../src/worker/slowest-looks.ts';

describe('the slowest looks', () => {
  it('are one a target, the slowest first, and few', () => {
    const looks = createSlowestLooks();
    for (let index = 0; index < 50; index++) looks.add(`http:t${index}`, index, 0);
    looks.add('http:t49', 10, 0);
    looks.add('http:t3', 99, 0);
    const list = looks.list(0);
    expect(list).toHaveLength(8);
    expect(list.slice(0, 2)).toEqual([
      { target: 'http:t3', ms: 99 },
      { target: 'http:t49', ms: 49 },
    ]);
  });

  it('are forgotten after a minute at most, and not before half of one', () => {
    const looks = createSlowestLooks();
    looks.add('http:shop', 900, 0);
    expect(looks.list(30_000)).toEqual([{ target: 'http:shop', ms: 900 }]);
    looks.add('http:shop', 5, 31_000);
    expect(looks.list(59_000)).toEqual([{ target: 'http:shop', ms: 900 }]);
    expect(looks.list(60_000)).toEqual([{ target: 'http:shop', ms: 5 }]);
    expect(looks.list(200_000)).toEqual([]);
  });
});
