import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headerOf } from '../../../../src/cli/tap/header.ts';
import { readHead, readRecorded, recordLine } from '../../../../src/cli/tap/recording.ts';
import { recordOf } from './records.ts';

const at = { file: 'orders.jsonl', line: 2, column: 1 };
const lineOf = (body: string) => {
  const record = recordOf({ topic: 'Orders/taken/', key: 'anna.command.push.Orders', body });
  return recordLine(headerOf(record), record.record);
};

describe('a recorded event', () => {
  it('is read as it was, on one line', () => {
    fc.assert(
      fc.property(fc.json(), fc.boolean(), (text, isSpread) => {
        const body = isSpread ? JSON.stringify(JSON.parse(text), null, 1) : text;
        const line = lineOf(body);
        expect(line).not.toMatch(/[\n\r]/);
        const read = readRecorded(line, at);
        expect(read).toMatchObject({ sequence: 7, key: 'anna.command.push.Orders' });
        expect(JSON.parse(read.body)).toEqual(JSON.parse(body));
      }),
    );
  });

  it('keeps a number that is longer than ours, and a body that holds what looks like one', () => {
    for (const body of ['{"id":12345678901234567890}', '{"x":",\\"body\\":1","body":{"body":2}}', 'null']) {
      expect(readRecorded(lineOf(body), at).body).toBe(body);
    }
  });

  it('that somebody has edited is read as it is now', () => {
    const edited = '{"body":{"n":1},"sequence":7,"header":{"key":"a.event.b.c","subject":"a.event.b.c"}}';
    expect(readRecorded(edited, at).body).toBe('{"n":1}');
  });

  it.each([
    ['{"sequence":1', /no JSON/],
    ['[1]', /no object/],
    ['{"body":1}', /without its sequence/],
    [lineOf('1').replace(',"body":1', ''), /without a body/],
    [lineOf('no JSON'), /no JSON, which cannot be pushed/],
  ])('that is none is refused with its place: %s', (line, message) => {
    expect(() => readRecorded(line, at)).toThrow(message);
    expect(() => readRecorded(line, at)).toThrow(
      expect.objectContaining({ code: 'recording.malformed', at }),
    );
  });
});

describe('the head of a recording', () => {
  const head = {
    kind: 'recording',
    format: 1,
    version: '0.1.0',
    node: 'anna',
    journal: 'c0',
    first: 1,
    time: '',
  };

  it('is read', () => {
    expect(readHead(JSON.stringify(head), 'f')).toEqual(head);
  });

  it('of another kind or format is refused', () => {
    expect(() => readHead('{}', 'f')).toThrow('is no recording');
    expect(() => readHead(JSON.stringify({ ...head, format: 2 }), 'f')).toThrow('unknown format 2');
  });
});
