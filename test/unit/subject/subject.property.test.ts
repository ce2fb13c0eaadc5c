import fc from 'fast-check';
import { expect, test } from 'vitest';
import { happening, Play } from './play.ts';

test('whatever happens, keys run once at a time and in order, groups hold, and in the end all is settled', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 120, size: 'max' }), (happenings) => {
      const play = new Play();
      for (const one of happenings) play.happen(one);
      play.calm();
      expect(play.settled).toEqual(play.arrived);
      const { lanes, groups, waiting, blocked } = play.desk.state;
      expect([lanes.size, groups.size, waiting, blocked.size]).toEqual([0, 0, 0, 0]);
    }),
    { numRuns: 500 },
  );
});
