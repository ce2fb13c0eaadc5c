import fc from 'fast-check';
import { expect, test } from 'vitest';
import { noReadings, takeReading } from '../../../src/services/settled-reading.ts';

function handedOver(fingerprints: readonly string[]): string[] {
  let readings = noReadings;
  return fingerprints.filter((fingerprint) => {
    const taken = takeReading(readings, fingerprint);
    readings = taken.readings;
    return taken.decision === 'hand-over';
  });
}

test.each([
  ['the first reading, when the next agrees', ['a', 'a', 'a'], ['a']],
  ['nothing of a file that is being written', ['a', 'a', 'half', 'b', 'b'], ['a', 'b']],
  ['nothing when what was there comes back', ['a', 'a', 'b', 'a', 'a'], ['a']],
  ['what comes back after it was handed over as gone', ['a', 'a', '', '', 'a', 'a'], ['a', '', 'a']],
])('hands over %s', (_name, seen, expected) => {
  expect(handedOver(seen)).toEqual(expected);
});

test('hands over only what two readings in a row say, never the same twice running', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 }), (seen) => {
      const over = handedOver(seen);
      for (const [index, one] of over.entries()) expect(one).not.toBe(over[index - 1]);
      // Whatever the folder comes to rest at is handed over in the end.
      const final = seen.at(-1);
      if (final !== undefined) expect(handedOver([...seen, final]).at(-1)).toBe(final);
    }),
  );
});
