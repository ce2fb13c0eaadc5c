import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextRoom } from '../../../src/model/text-room.ts';

describe('a room for texts', () => {
  it('gives out each text as it was put together, and leaves it alone from then on', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.string(),
        fc.integer({ min: 0, max: 40_000 }).map((n) => 'x'.repeat(n)),
      ),
    );
    fc.assert(
      fc.property(fc.array(pieces), (texts) => {
        const room = new TextRoom();
        const taken = texts.map((text) => {
          room.begin();
          for (const piece of text) room.piece(Buffer.from(piece));
          room.letters('12');
          return room.take();
        });
        expect(taken.map(String)).toEqual(texts.map((text) => `${text.join('')}12`));
      }),
    );
  });

  it('forgets what was begun and not taken', () => {
    const room = new TextRoom();
    room.letters('one');
    const one = room.take();
    room.piece(Buffer.alloc(100_000));
    room.begin();
    room.letters('two');
    expect([one.toString(), room.take().toString()]).toEqual(['one', 'two']);
  });
});
