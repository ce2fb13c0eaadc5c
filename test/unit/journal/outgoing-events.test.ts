import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalRecord } from '../../../src/journal/batch.ts';
import { createOutgoingEvents } from '../../../src/journal/outgoing-events.ts';
import { eventOf } from '../../../src/journal/record-event.ts';
import { eventTypes } from '../../../src/model/event.ts';
import { outgoing } from '../../../src/model/outgoing-event.ts';
import { aRecord } from '../model/envelopes.ts';

const journal = { id: '0193a7', node: 'änna 1' };
const policy = { revision: '3f9c1e', hash: '3f9c1e'.padEnd(64, '0') };
const changed = {
  type: 'polar.observation.changed',
  policy,
  data: { target: 'http:shop', owner: 'pay"ments\u2028', severity: 'high', labels: { severity: 'low' } },
};

function recordOf(
  body: string | Buffer,
  part: { subject?: string; traceparent?: string } = {},
): JournalRecord {
  return {
    sequence: 7,
    topic: 'Orders/pla"ced/',
    record: aRecord({ key: 'anna.event.http.shop', ...part, body: Buffer.from(body) }),
    chainHead: '5c1de7',
    time: Date.UTC(2025, 0, 2),
    isLast: true,
  };
}

describe('an event on its way out', () => {
  const outgoingOf = createOutgoingEvents(journal);
  const made = (body: unknown, part = {}) => outgoingOf(recordOf(JSON.stringify(body), part));

  it('has the data of its record as it was written there', () => {
    const data = '{"n":1.0,  "owner":"me"}';
    const { text, owner } = outgoingOf(
      recordOf(`{"type":"polar.observation.first","policy":${JSON.stringify(policy)},"data":${data}}`),
    );
    expect(text.toString()).toContain(`,"policyrevision":"3f9c1e","policyhash":"${policy.hash}",`);
    expect(text.toString().endsWith(`,"data":${data}}`)).toBe(true);
    expect(owner).toBe('me');
  });

  it('of ours says who it is for', () => {
    expect(made(changed)).toMatchObject({ type: changed.type, severity: 'high', owner: changed.data.owner });
    expect(made({ type: 'theirs', severity: 'low', data: { owner: 'nobody' } })).toMatchObject({
      type: 'polar.flow.Orders.pla"ced',
      severity: 'low',
      owner: undefined,
    });
  });

  const order = { order: 1, sink: 'amqp', by: 'me', reason: null };
  it.each<[string, unknown]>([
    ['of ours', changed],
    ['with the stamp behind the data', { data: {}, type: changed.type, policy }],
    ['whose data is a list', { ...changed, data: [1] }],
    ['with our type and no stamp', { type: changed.type, data: {} }],
    ['with our type and half a stamp', { ...changed, policy: { hash: 'a' } }],
    ['with our type and data that is none', { ...changed, data: null }],
    ['that is an order', { type: 'polar.delivery.retried', data: { ...order, sequences: [1] } }],
    ['that has the type of an order only', { type: 'polar.delivery.retried', data: order }],
    ['that is nothing', null],
    ['that is a word', 'severity'],
    ['with much data', { ...changed, data: { text: 'x'.repeat(100_000), owner: 'me' } }],
  ])('says what it says by way of data: one %s', (_what, body) => {
    for (const part of [{}, { traceparent: '00-a-b-01', subject: 'anna.command.x.ä"b' }]) {
      const record = recordOf(JSON.stringify(body), part);
      const { event, ...out } = outgoingOf(record);
      const { event: _, ...expected } = outgoing(eventOf(record, journal));
      expect({ ...out, text: out.text.toString() }).toEqual({ ...expected, text: expected.text.toString() });
      expect(event()).toEqual(eventOf(record, journal));
    }
  });

  it('says what it says by way of data, whatever the body is', () => {
    const some = fc.jsonValue({ maxDepth: 2 });
    const type = fc.oneof(fc.constantFrom<unknown[]>(...eventTypes), some);
    const stamp = fc.oneof(fc.constant<unknown>(policy), some);
    const like = fc.record(
      { type, policy: stamp, data: some, owner: some, severity: some },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(like, some), (body) => {
        const record = recordOf(JSON.stringify(body));
        const { event: _, ...out } = outgoingOf(record);
        const { event: __, ...expected } = outgoing(eventOf(record, journal));
        expect({ ...out, text: out.text.toString() }).toEqual({
          ...expected,
          text: expected.text.toString(),
        });
      }),
    );
  });

  it('cannot be made of what is no JSON, or of a key that is no subject name', () => {
    expect(() => outgoingOf(recordOf('{"half'))).toThrow(expect.objectContaining({ code: 'body.not-data' }));
    expect(() => made({}, { subject: 'no name' })).toThrow(
      expect.objectContaining({ code: 'subject-name.invalid' }),
    );
  });

  it('keeps no more subject names than it needs', () => {
    for (let index = 0; index < 5000; index++) {
      const { partitionkey, text } = made({}, { subject: `anna.event.http.shop-${index}` });
      expect(JSON.parse(text.toString())).toMatchObject({ partitionkey, subject: `shop-${index}` });
    }
  });
});
