import { readdirSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { CloudEvent } from '../../src/model/cloud-event.ts';
import { jsonIn } from '../unit/docs/json-references.ts';
import type { Arrival } from './queue-reader.ts';

interface Described {
  readonly components: {
    readonly messages: Readonly<Record<string, { name: string; payload: { schema: object } }>>;
    readonly schemas: { readonly headers: object };
  };
}

const folder = new URL('../../docs/events/', import.meta.url);

/** Says what is wrong with a message by what docs/events promises of it, AsyncAPI and schemas; empty where nothing is. */
export function describedMessages(): (arrival: Arrival) => string[] {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  addFormats.default(ajv);
  const { components } = jsonIn(folder, 'asyncapi.json') as Described;
  // By name, as the description refers to them; their own ids, by which they refer to one another, are known by that, too.
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.schema.json')))
    ajv.addSchema(jsonIn(folder, name) as object, `file:///${name}`);
  const headers = ajv.compile(components.schemas.headers);
  const payloads = Object.values(components.messages).map(({ name, payload }, index) => ({
    // `polar.flow.<flow>.<action>` is a family.
    name: name.split('<')[0] ?? '',
    isPayload: ajv.compile({ $id: `file:///message-${index}.json`, ...payload.schema }),
  }));
  return (arrival) => {
    const event = JSON.parse(arrival.body) as CloudEvent;
    const described = payloads.find(({ name }) =>
      name.endsWith('.') ? event.type.startsWith(name) : event.type === name,
    );
    if (!described) return [`${event.type} is not described`];
    return [
      ...problemsOf('body', described.isPayload, event),
      ...problemsOf('headers', headers, arrival.headers),
      ...propertyProblems(arrival, event),
    ];
  };
}

function problemsOf(what: string, validate: ValidateFunction, value: unknown): string[] {
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${what}${instancePath}: ${message}`);
}

/** The table in docs/events.md. */
function propertyProblems({ properties, headers, routingKey }: Arrival, event: CloudEvent): string[] {
  const data = (event.data ?? {}) as { readonly severity?: unknown; readonly owner?: unknown };
  const pairs: Readonly<Record<string, readonly [unknown, unknown]>> = {
    'content-type': [properties.contentType, 'application/cloudevents+json'],
    'message-id': [properties.messageId, event.id],
    type: [properties.type, event.type],
    timestamp: [properties.timestamp, Math.floor(Date.parse(event.time) / 1000)],
    'delivery-mode': [properties.deliveryMode, 2],
    'app-id': [properties.appId, 'polar-zmanager'],
    'routing key': [routingKey, event.partitionkey],
    'header type': [headers['type'], event.type],
    'header sequence': [headers['sequence'], Number(event.sequence)],
    'header severity': [headers['severity'], data.severity ?? undefined],
    'header owner': [headers['owner'], data.owner ?? undefined],
    'header traceparent': [headers['traceparent'], event.traceparent],
  };
  return Object.entries(pairs)
    .filter(([, [is, must]]) => is !== must)
    .map(([name, [is, must]]) => `${name} is ${String(is)} and not ${String(must)}`);
}
