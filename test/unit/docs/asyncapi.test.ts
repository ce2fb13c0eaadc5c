import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { type CloudEvent, toCloudEvent } from '../../../src/model/cloud-event.ts';
import { eventTypes } from '../../../src/model/event.ts';
import { jsonIn, refsIn, resolveRef } from './json-references.ts';

/* docs/events/asyncapi.json describes what is published: each reference leads somewhere, each example is one. */

interface Message {
  readonly name: string;
  readonly headers: { readonly $ref: string };
  readonly payload: { readonly schema: object };
  readonly examples?: readonly { readonly headers: object; readonly payload: CloudEvent }[];
}
interface Channel {
  readonly address: string;
  readonly parameters?: object;
  readonly messages: Readonly<Record<string, { readonly $ref: string }>>;
  readonly bindings: { readonly amqp: { readonly is: string; readonly bindingVersion: string } };
}
interface Described {
  readonly asyncapi: string;
  readonly info: { readonly version: string };
  readonly channels: Readonly<Record<string, Channel>>;
  readonly operations: Readonly<Record<string, { readonly channel: { readonly $ref: string } }>>;
  readonly components: {
    readonly messages: Readonly<Record<string, Message>>;
    readonly schemas: { readonly headers: object };
  };
}

const folder = new URL('../../../docs/events/', import.meta.url);
const described = jsonIn(folder, 'asyncapi.json') as Described;
const messages = Object.values(described.components.messages);
const schemaFiles = [
  'cloud-event',
  'observation',
  'attested',
  'policy-applied',
  'policy-refused',
  'delivery-order',
];

const ajv = new Ajv2020({ allErrors: true, strict: false });
addFormats.default(ajv);
for (const name of new Set([...schemaFiles, ...refsIn(described).flatMap(fileName)]))
  ajv.addSchema(jsonIn(folder, `${name}.schema.json`) as object, `file:///${name}.schema.json`);
const isHeaders = ajv.compile(described.components.schemas.headers);

describe('the AsyncAPI description', () => {
  it('has references that lead somewhere', () => {
    const refs = refsIn(described);
    expect(refs.length).toBeGreaterThan(20);
    expect(refs.filter((ref) => resolveRef(described, folder, ref) === undefined)).toEqual([]);
    expect(resolveRef(described, folder, '#/components/messages/nobody')).toBeUndefined();
    expect(resolveRef(described, folder, './nothing.schema.json')).toBeUndefined();
  });

  it('names every type of event, and those that flows publish, in every channel', () => {
    expect(messages.map(({ name }) => name)).toEqual([...eventTypes, 'polar.flow.<flow>.<action>']);
    expect(Object.keys(described.channels)).toEqual(['events', 'selected', 'queue-polar-events']);
    for (const channel of Object.values(described.channels))
      expect(Object.keys(channel.messages)).toEqual(Object.keys(described.components.messages));
  });

  it('says for each parameter of an address what it is', () => {
    for (const { address, parameters } of Object.values(described.channels)) {
      const named = Array.from(address.matchAll(/\{(\w+)\}/g), ([, name]) => name);
      expect(Object.keys(parameters ?? {})).toEqual(named);
    }
  });

  it('is of the version of the package', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', folder), 'utf8')) as {
      version: string;
    };
    expect(described).toMatchObject({ asyncapi: '3.0.0', info: { version } });
  });
});

describe('each example in it', () => {
  const withExamples = messages.filter(({ examples }) => examples);

  it('is one of its type, by the schemas', () => {
    expect(withExamples.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['polar.observation.violated', 'polar.policy.refused']),
    );
    for (const { name, payload, examples = [] } of withExamples) {
      const isPayload = ajv.compile({ $id: `file:///${name}.json`, ...payload.schema });
      for (const example of examples) {
        isPayload(example.payload);
        expect(isPayload.errors ?? [], name).toEqual([]);
        isHeaders(example.headers);
        expect(isHeaders.errors ?? [], name).toEqual([]);
        expect(isPayload({ ...example.payload, type: 'polar.observation.other' })).toBe(false);
        expect(isPayload({ ...example.payload, data: {} })).toBe(false);
      }
    }
  });

  it('is what the product makes of such a record', () => {
    for (const { payload: event } of withExamples.flatMap(({ examples = [] }) => examples)) {
      const { type, policyrevision, policyhash, data } = event;
      const made = toCloudEvent({
        sequence: Number(event.sequence),
        journalId: '0193a7',
        node: 'anna',
        subject: event.partitionkey,
        time: Date.parse(event.time),
        traceparent: event.traceparent ?? '',
        chainHead: event.chainhead,
        flow: 'Any',
        action: 'any',
        body: { type, policy: { revision: policyrevision, hash: policyhash }, data },
      });
      expect(made).toEqual(event);
    }
  });
});

/** The schema's name, where the reference is to a file. */
function fileName(ref: string): string[] {
  return ref.startsWith('./') ? [basename(ref, '.schema.json')] : [];
}
