import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventLines } from '../../../../src/cli/tap/event-line.ts';
import { eventOf } from '../../../../src/journal/record-event.ts';
import { recordOf } from './records.ts';

const journal = { id: '80994fe9', node: 'anna' };
const own = {
  type: 'polar.observation.first',
  policy: { revision: 'r', hash: 'h' },
  data: { target: 'http:x' },
};

describe('an event as a line', () => {
  it('says what the event says, on one line', () => {
    const { lineOf } = createEventLines(journal);
    const body = fc.oneof(
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify(value, null, 2)),
      fc.constant(JSON.stringify(own)),
      fc.constant(JSON.stringify({ ...own, policy: null })),
    );
    const key = fc.constantFrom('anna.event.http.shop', 'anna.command.push.Orders');
    const traceparent = fc.constantFrom('', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01');
    fc.assert(
      fc.property(body, key, traceparent, (text, name, trace) => {
        const record = recordOf({ topic: 'Orders/taken/', key: name, body: text, traceparent: trace });
        const line = lineOf(record);
        expect(line.toString()).not.toMatch(/[\n\r]/);
        expect(JSON.parse(line.toString())).toEqual(JSON.parse(JSON.stringify(eventOf(record, journal))));
      }),
    );
  });

  it('keeps a number that is longer than ours', () => {
    const record = recordOf({
      topic: 'A/b/',
      key: 'anna.event.http.shop',
      body: '{"id":12345678901234567890}',
    });
    expect(createEventLines(journal).lineOf(record).toString()).toContain(
      '"data":{"id":12345678901234567890}',
    );
  });

  it('is refused for what is no event', () => {
    const { lineOf } = createEventLines(journal);
    const key = 'anna.event.http.shop';
    expect(() => lineOf(recordOf({ topic: 'A/b/', key, body: 'no' }))).toThrow(/not JSON/);
    expect(() => lineOf(recordOf({ topic: 'A/b/', key: 'shop', body: {} }))).toThrow();
  });
});
