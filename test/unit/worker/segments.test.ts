import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SegmentBuilder } from '../../../src/worker/segments.ts';

const bytes = (text: string) => Buffer.from(text);

test('records of one topic that follow one another make one segment; order is kept over all', () => {
  const segments = new SegmentBuilder();
  for (const [topic, record] of ['a1', 'a2', 'b3', 'a4'].map((text) => [text[0]!, bytes(text)] as const)) {
    segments.add(topic, record);
    segments.keep();
  }
  expect(segments.build()).toEqual([
    { topic: 'a', count: 2, bytes: bytes('a1a2') },
    { topic: 'b', count: 1, bytes: bytes('b3') },
    { topic: 'a', count: 1, bytes: bytes('a4') },
  ]);
  expect(segments.sizeBytes).toBe(8);
});

test('of a task that fails nothing is kept, and what was kept before stays', () => {
  const segments = new SegmentBuilder();
  segments.add('a', bytes('1'));
  segments.keep();
  segments.add('a', bytes('2'));
  segments.add('b', bytes('3'));
  segments.discard();
  segments.keep();
  expect(segments.build()).toEqual([{ topic: 'a', count: 1, bytes: bytes('1') }]);
  expect(segments.sizeBytes).toBe(1);
});

test('the bytes are those of the records, whether they lie side by side in a frame or not', () => {
  const frame = Buffer.from('0123456789');
  const range = fc.tuple(fc.nat(9), fc.nat(9)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  fc.assert(
    fc.property(fc.array(range, { minLength: 1 }), fc.boolean(), (ranges, copied) => {
      const segments = new SegmentBuilder();
      const records = ranges.map(([start, end]) => {
        const record = frame.subarray(start, end);
        return copied ? Buffer.from(record) : record;
      });
      for (const record of records) segments.add('a', record);
      segments.keep();
      expect(segments.build()).toEqual([
        { topic: 'a', count: records.length, bytes: Buffer.concat(records) },
      ]);
    }),
  );
  const side = new SegmentBuilder();
  for (const [start, end] of [
    [2, 4],
    [4, 9],
  ])
    side.add('a', frame.subarray(start, end));
  side.keep();
  expect(side.build()[0]!.bytes.buffer).toBe(frame.buffer);
});
