import { expect, test } from 'vitest';
import { reckonNotes } from './note-stream.ts';

const body = (id: string, key: string, number: number) =>
  JSON.stringify({ id, type: 'polar.flow.Note.noted', partitionkey: key, data: { number } });

test('the reckoning of notes sees what is lost, late or forged, and lets the same event come twice', () => {
  const accepted = new Map([
    ['tea', 2],
    ['jam', 1],
  ]);
  const [tea, more, jam] = [body('1', 'tea', 1), body('2', 'tea', 2), body('3', 'jam', 1)];
  const sound = { lost: [], forged: [], late: [] };
  expect(reckonNotes(accepted, [tea, jam, more, tea])).toEqual(sound);
  expect(reckonNotes(accepted, [tea, more])).toEqual({ ...sound, lost: ['jam'] });
  expect(reckonNotes(accepted, [jam, more, tea])).toMatchObject({ late: ['tea 2', 'tea 1'] });
  expect(reckonNotes(accepted, [tea, more, jam, body('4', 'jam', 1)])).toEqual({ ...sound, late: ['jam 1'] });
  expect(reckonNotes(accepted, [tea, more, jam, body('3', 'jam', 2)])).toEqual({ ...sound, forged: ['3'] });
});
