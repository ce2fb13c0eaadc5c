import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventRecord, toCloudEvent } from '../../../src/model/cloud-event.ts';
import { type EventBody, orderEventOf } from '../../../src/model/event.ts';
import { stop } from '../../../src/model/node-life.ts';
import { age, retire, type TargetNotice } from '../../../src/model/target-notice.ts';
import { reconcile, type TargetState } from '../../../src/model/target-state.ts';
import { observation, stamp, tick } from './arbitraries.ts';

const schemaNames = [
  'cloud-event',
  'observation',
  'attested',
  'policy-applied',
  'policy-refused',
  'delivery-order',
] as const;
const schemas = schemaNames.map(
  (name) =>
    JSON.parse(
      readFileSync(new URL(`../../../docs/events/${name}.schema.json`, import.meta.url), 'utf8'),
    ) as {
      $id: string;
      properties: object;
    },
);
const ajv = new Ajv2020({ allErrors: true, strictSchema: true, strictTypes: false });
addFormats.default(ajv);
for (const schema of schemas) ajv.addSchema(schema);
const isEvent = ajv.getSchema('urn:polar-zmanager:schema:cloud-event')!;

const record: EventRecord = {
  sequence: 42,
  journalId: '0193a7',
  node: 'anna',
  subject: 'anna.event.http.payments-api',
  time: Date.UTC(2025, 0, 2, 3, 4, 5, 6),
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  chainHead: '5c1de7',
  flow: 'ObserveTarget',
  action: 'changed',
  body: { any: 'data' },
};

const files = fc.array(fc.record({ name: fc.string(), text: fc.string() }), { maxLength: 2 });
const names = fc.uniqueArray(fc.constantFrom('http:a', 'http:b', 'openapi:c'));
const applied: fc.Arbitrary<EventBody> = fc
  .record({
    policy: stamp,
    files,
    before: fc.option(fc.string()),
    added: names,
    changed: names,
    retired: names,
  })
  .map(({ policy, ...data }) => ({ type: 'polar.policy.applied', policy, data: { ...policy, ...data } }));
const finding = fc.record({
  file: fc.string(),
  line: fc.integer({ min: 1 }),
  column: fc.integer({ min: 1 }),
  severity: fc.constantFrom('error', 'warning', 'note'),
  code: fc.string(),
  message: fc.string(),
});
const refused: fc.Arbitrary<EventBody> = fc
  .record({ policy: stamp, files, inForce: fc.option(stamp), findings: fc.array(finding, { minLength: 1 }) })
  .map(({ policy, ...data }) => ({ type: 'polar.policy.refused', policy, data: { ...policy, ...data } }));
const observed: fc.Arbitrary<EventBody[]> = fc
  .array(
    fc.record({ tick, observation, notice: fc.constantFrom(undefined, undefined, retire, age, stopped) }),
    {
      minLength: 1,
      maxLength: 12,
    },
  )
  .map((inputs) => {
    let state: TargetState | undefined;
    return inputs.flatMap(({ notice, ...input }) => {
      const { tick: order, observation: seen } = input;
      const step = notice ? notice(state, { ...order, time: seen.time }) : reconcile(state, input);
      state = step.state;
      return [step.event ?? [], 'attested' in step ? (step.attested ?? []) : []].flat();
    });
  });

function stopped(state: TargetState | undefined, notice: TargetNotice) {
  return stop(state, { ...notice, skipped: 0 }, { count: 0, lastDue: state?.lastDue ?? null });
}

const ordered: fc.Arbitrary<EventBody> = fc
  .record({
    kind: fc.constantFrom('retry', 'drop', 'drop-sink'),
    number: fc.integer({ min: 1 }),
    sink: fc.string({ minLength: 1 }),
    sequences: fc.option(fc.array(fc.integer({ min: 1 }))),
    by: fc.string({ minLength: 1 }),
    reason: fc.string({ minLength: 1 }),
    time: fc.nat(),
  })
  .map(orderEventOf);

describe('CloudEvent', () => {
  it('carries where the record came from and how it is proved', () => {
    expect(toCloudEvent(record)).toEqual({
      specversion: '1.0',
      id: '0193a7-42',
      source: '/polar/anna/http',
      type: 'polar.flow.ObserveTarget.changed',
      subject: 'payments-api',
      time: '2025-01-02T03:04:05.006Z',
      datacontenttype: 'application/json',
      sequence: '42',
      partitionkey: 'anna.event.http.payments-api',
      traceparent: record.traceparent,
      chainhead: '5c1de7',
      data: { any: 'data' },
    });
  });

  it('leaves out a trace that there is none of', () => {
    expect(toCloudEvent({ ...record, traceparent: '' })).not.toHaveProperty('traceparent');
  });

  it("takes the type only from the product's own events", () => {
    for (const type of ['polar.observation.violated', 'polar.delivery.dropped']) {
      const forged = { type, data: {} };
      expect(toCloudEvent({ ...record, body: forged })).toMatchObject({
        type: 'polar.flow.ObserveTarget.changed',
        data: forged,
      });
    }
  });

  it('obeys its schema, whatever was observed or applied', () => {
    const bodies = fc.oneof(
      observed,
      applied.map((body) => [body]),
      refused.map((body) => [body]),
      ordered.map((body) => [body]),
      fc.jsonValue().map((body) => [body]),
    );
    fc.assert(
      fc.property(bodies, fc.nat(), (several, sequence) => {
        for (const body of several) {
          const event: unknown = JSON.parse(JSON.stringify(toCloudEvent({ ...record, sequence, body })));
          isEvent(event);
          expect(isEvent.errors ?? []).toEqual([]);
        }
      }),
    );
  });

  it('says nothing in its data that the schema does not describe', () => {
    const described = new Map(schemas.map(({ $id, properties }) => [$id.split(':').at(-1), properties]));
    fc.assert(
      fc.property(fc.oneof(observed, fc.tuple(applied, refused, ordered)), (several) => {
        for (const { type, data } of several) {
          const properties = described.get(schemaOf(type));
          expect(Object.keys(properties ?? {})).toEqual(expect.arrayContaining(Object.keys(data)));
        }
      }),
    );
  });

  it('would be refused by its schema with a part missing', () => {
    const [body] = fc.sample(applied, 1);
    const event = toCloudEvent({ ...record, body });
    expect(isEvent(event)).toBe(true);
    for (const name of ['id', 'chainhead', 'policyhash', 'data']) {
      expect(isEvent({ ...event, [name]: undefined })).toBe(false);
    }
    expect(isEvent({ ...event, type: 'polar.observation.first' })).toBe(false);
  });
});

function schemaOf(type: string): string {
  if (type === 'polar.observation.attested') return 'attested';
  if (/^polar\.(delivery|sink)\./.test(type)) return 'delivery-order';
  return type.startsWith('polar.observation.') ? 'observation' : type.slice(6).replace('.', '-');
}
