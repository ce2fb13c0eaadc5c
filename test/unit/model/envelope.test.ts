import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bodyOf,
  checkRecord,
  decodeEnvelope,
  type Envelope,
  encodeEnvelope,
  headerBytes,
  laneEnd,
  maxKeyBytes,
  maxRecordBytes,
  readField,
  readNumber,
  withBody,
  writeAttempt,
  writeNumber,
  writeStep,
} from '../../../src/model/envelope.ts';
import { codeOf } from '../../../src/model/errors.ts';
import { anEnvelope, aRecord, envelope } from './envelopes.ts';

const fieldNames = Object.keys(anEnvelope()) as (keyof Envelope)[];
/** An envelope in its record has getters; this reads them all. */
const plain = (read: Envelope) => Object.fromEntries(fieldNames.map((name) => [name, read[name]]));

/** Before and after it stand other bytes, as in a frame. */
const framed = fc.tuple(envelope, fc.nat(20), fc.nat(20)).map(([written, before, after]) => {
  const record = encodeEnvelope(written);
  const frame = Buffer.concat([Buffer.alloc(before, 7), record, Buffer.alloc(after, 9)]);
  return { written, record, frame, start: before };
});

describe('encode and decode', () => {
  test('are inverse, wherever the record stands in its frame', () => {
    fc.assert(
      fc.property(framed, ({ written, frame, start, record }) => {
        expect(plain(decodeEnvelope(frame, start))).toEqual(written);
        expect(checkRecord(frame, start, frame.length)).toBe(record.length);
      }),
    );
  });

  test('count at most 255 attempts', () => {
    expect(decodeEnvelope(aRecord({ attempt: 1000 })).attempt).toBe(255);
  });

  test('refuse what is too large for a record or a field', () => {
    const largest = maxRecordBytes - aRecord({ body: Buffer.alloc(0) }).length;
    expect(aRecord({ body: Buffer.alloc(largest) })).toHaveLength(maxRecordBytes);
    const [long, longest] = ['k'.repeat(maxKeyBytes + 1), 'f'.repeat(65_536)];
    for (const part of [
      { body: Buffer.alloc(largest + 1) },
      { key: long },
      { id: long },
      { flow: longest },
    ]) {
      expect(() => aRecord(part)).toThrowError(expect.objectContaining({ code: 'envelope.oversized' }));
    }
  });
});

describe('bytes from outside', () => {
  /** Nothing else may be thrown: whoever receives a frame counts it as rejected and goes on. */
  const readOrRefuse = (bytes: Buffer): 'read' | 'refused' => {
    try {
      plain(decodeEnvelope(bytes));
      return 'read';
    } catch (error) {
      if (codeOf(error) !== 'envelope.malformed') throw error;
      return 'refused';
    }
  };

  test('of any kind are an envelope or refused as malformed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        readOrRefuse(Buffer.from(bytes));
      }),
    );
  });

  test('of an envelope with any bytes changed are an envelope or refused as malformed', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    const seen = { read: 0, refused: 0 };
    fc.assert(
      fc.property(envelope, changes, (written, changed) => {
        const record = encodeEnvelope(written);
        for (const [at, value] of changed) record[at % record.length] = value;
        seen[readOrRefuse(record)]++;
      }),
      { numRuns: 500 },
    );
    expect(Math.min(seen.read, seen.refused)).toBeGreaterThan(10);
  });

  test('that end within an envelope are refused, wherever they end', () => {
    const record = aRecord({ id: 'i', body: Buffer.from('{"a":1}') });
    for (let length = 0; length < record.length; length++) {
      expect(readOrRefuse(record.subarray(0, length))).toBe('refused');
    }
  });

  test('without a key, or with a key or id that no table could hold, are refused', () => {
    const long = (field: number) => {
      const record = Buffer.concat([aRecord({ body: Buffer.alloc(0) }), Buffer.alloc(maxKeyBytes + 1)]);
      record.writeUInt32LE(record.length, 0);
      record.writeUInt16LE(record.readUInt16LE(32 + 2 * field) + maxKeyBytes + 1, 32 + 2 * field);
      return record;
    };
    const [key, id, policy] = [1, 5, 9];
    expect([key, id, policy].map((field) => readOrRefuse(long(field)))).toEqual([
      'refused',
      'refused',
      'read',
    ]);
    const keyless = aRecord({ key: 'k', flow: '' });
    keyless.writeUInt16LE(0, 32 + 2 * 1);
    keyless.writeUInt16LE(1, 32 + 2 * 3);
    expect(readOrRefuse(keyless)).toBe('refused');
    expect(() => aRecord({ key: '' })).toThrowError('has no key');
  });

  test('that claim more than their frame holds, or another layout, are refused', () => {
    const longer = aRecord();
    longer.writeUInt32LE(longer.length + 1, 0);
    const other = aRecord();
    other[4] = 2;
    expect([longer, other].map(readOrRefuse)).toEqual(['refused', 'refused']);
    expect(() => checkRecord(aRecord(), 0, headerBytes)).toThrowError('longer than its frame');
  });
});

describe('in place', () => {
  test('every field reads as it was written', () => {
    fc.assert(
      fc.property(framed, ({ written, frame, start }) => {
        const names = ['source', 'key', 'group', 'flow', 'subject', 'id', 'policy', 'traceparent'] as const;
        for (const name of names) expect(readField(frame, start, name)).toBe(written[name]);
        expect(readNumber(frame, start)).toBe(written.number);
        expect(bodyOf(frame, start)).toEqual(written.body);
      }),
    );
  });

  test('number, attempt and step are written without touching anything else', () => {
    fc.assert(
      fc.property(framed, ({ written, frame, start, record }) => {
        writeNumber(frame, 42, start);
        writeAttempt(frame, 300, start);
        writeStep(frame, 3, start);
        const after = plain(decodeEnvelope(frame, start));
        expect(after).toEqual({ ...written, number: 42, attempt: 255, step: 3 });
        expect(frame.subarray(0, start).every((byte) => byte === 7)).toBe(true);
        expect(frame.subarray(start + record.length).every((byte) => byte === 9)).toBe(true);
      }),
    );
  });

  test('another body leaves everything else, and the record that it came from', () => {
    fc.assert(
      fc.property(framed, fc.uint8Array({ maxLength: 100 }), ({ written, frame, start }, bytes) => {
        const before = Buffer.from(frame);
        const copy = withBody(frame, start, Buffer.from(bytes));
        expect(plain(decodeEnvelope(copy))).toEqual({ ...written, body: Buffer.from(bytes) });
        expect(frame).toEqual(before);
      }),
    );
  });

  test('source, key, group and flow stand together, up to the end of the lane', () => {
    fc.assert(
      fc.property(framed, ({ written: { source, key, group, flow }, frame, start }) => {
        const lane = frame.toString('utf8', start + headerBytes, laneEnd(frame, start));
        expect(lane).toBe(source + key + group + flow);
      }),
    );
  });
});
