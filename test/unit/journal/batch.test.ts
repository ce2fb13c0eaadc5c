import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBatch, encodeBatch, genesis, hashOf, recordsOf } from '../../../src/journal/batch.ts';
import { encodeEnvelope } from '../../../src/model/envelope.ts';
import { codeOf } from '../../../src/model/errors.ts';
import type { Segment } from '../../../src/model/run.ts';
import { aRecord, envelope } from '../model/envelopes.ts';

const segment: fc.Arbitrary<Segment> = fc
  .tuple(fc.constantFrom('', 'F/a/', 'Fluß/äöü/'), fc.array(envelope, { minLength: 1, maxLength: 4 }))
  .map(([topic, envelopes]) => {
    const records = envelopes.map(encodeEnvelope);
    return { topic, count: records.length, bytes: Buffer.concat(records) };
  });
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));

function aBatch(): Buffer {
  const records = [aRecord({ number: 1 }), aRecord({ number: 2 })];
  const segments = [{ topic: 'F/a/', count: 2, bytes: Buffer.concat(records) }];
  return encodeBatch(segments, 5, 1000, genesis).bytes;
}

describe('a batch', () => {
  test('decodes to what was encoded, each record under its sequence', () => {
    fc.assert(
      fc.property(
        fc.array(segment, { maxLength: 5 }),
        fc.nat(),
        fc.nat(),
        hash,
        (segments, first, time, previous) => {
          const encoded = encodeBatch(segments, first, time, previous);
          const batch = decodeBatch(encoded.bytes);
          expect(batch).toMatchObject({ firstSequence: first, count: encoded.count, time });
          expect([batch.previous, batch.hash]).toEqual([previous, encoded.hash]);
          expect(batch.segments.map(({ topic, count, bytes }) => ({ topic, count, bytes }))).toEqual(
            segments,
          );
          const read = batch.segments.flatMap((stored) => [...recordsOf(stored)]);
          expect(read.map(({ sequence }) => sequence)).toEqual(read.map((_, index) => first + index));
          expect(Buffer.concat(read.map(({ record }) => record))).toEqual(
            Buffer.concat(segments.map(({ bytes }) => bytes)),
          );
        },
      ),
    );
  });

  test('has another hash when any one of its bits is another', () => {
    const bytes = aBatch();
    const { hash: before } = decodeBatch(bytes);
    expect(hashOf(bytes)).toEqual(before);
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const altered = Buffer.from(bytes);
      altered[bit >> 3]! ^= 1 << (bit & 7);
      const isStoredHash = bit >= 8 * 64 && bit < 8 * 96;
      expect(hashOf(altered).equals(before)).toBe(isStoredHash);
    }
  });

  test('has another hash after another batch', () => {
    const [one, two] = [genesis, Buffer.alloc(32, 1)].map((previous) => encodeBatch([], 1, 0, previous).hash);
    expect(one).not.toEqual(two);
  });

  test('of bytes that were cut or altered is decoded or refused as corrupt, never anything else', () => {
    const bytes = aBatch();
    const decode = (altered: Buffer) => {
      try {
        for (const stored of decodeBatch(altered).segments) for (const _ of recordsOf(stored));
      } catch (error) {
        expect(['journal.corrupt', 'envelope.malformed']).toContain(codeOf(error));
      }
    };
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeBatch(bytes.subarray(0, length))).toThrowError(
        expect.objectContaining({ code: 'journal.corrupt' }),
      );
    }
    const change = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(change, (changes) => {
        const altered = Buffer.from(bytes);
        for (const [at, value] of changes) altered[at] = value;
        decode(altered);
      }),
      { numRuns: 1000 },
    );
  });
});
