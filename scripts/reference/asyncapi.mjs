import { exampleOf } from './event-examples.mjs';

const flowType = 'polar.flow.<flow>.<action>';

/**
 * docs/events/asyncapi.json: what a node publishes, for tools. The channels are named as the settings of [broker] name
 * them when nobody says otherwise.
 */
export function asyncApi({ version, eventTypes, broker }) {
  const named = (setting) => broker.settings[setting].fallback;
  const messages = Object.fromEntries(
    [...eventTypes, flowType].map((type) => [keyOf(type), messageOf(type)]),
  );
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'Events of polar-zmanager',
      version,
      description:
        'Written by scripts/reference.mjs. What consumers have to know besides is in docs/events.md and docs/events/README.md.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/cloudevents+json',
    servers: {
      broker: {
        host: 'localhost:5671',
        protocol: 'amqps',
        protocolVersion: '0-9-1',
        description: 'The one that [broker] url names.',
      },
    },
    channels: {
      events: {
        title: 'Every event',
        description: 'The address is the routing key: bind a queue with a pattern of it, e.g. *.event.http.#',
        ...subjectAddress(),
        messages: references(messages),
        bindings: { amqp: exchange(named('exchange'), 'topic') },
      },
      selected: {
        title: 'Events by their headers',
        description: `Everything in ${named('exchange')} comes here, too: bind a queue with header values, e.g. severity = high.`,
        ...subjectAddress(),
        messages: references(messages),
        bindings: { amqp: exchange(named('select_exchange'), 'headers') },
      },
      ...Object.fromEntries(
        named('queues').map((name) => [`queue-${name.replaceAll('.', '-')}`, queue(name, messages)]),
      ),
    },
    operations: {
      publish: {
        action: 'send',
        channel: { $ref: '#/channels/events' },
        summary: 'The node publishes each event at least once; delivered again, it has the same id.',
        bindings: { amqp: { deliveryMode: 2, mandatory: true, timestamp: true, bindingVersion: '0.3.0' } },
      },
    },
    components: { messages, schemas: { headers } },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** AMQP's own headers for selection; the properties of the message are an extension of ours. */
const headers = {
  type: 'object',
  required: ['type', 'sequence', 'attempt'],
  properties: {
    type: { type: 'string', description: 'Of the event.' },
    severity: { type: 'string', description: 'Of the policy, where it says one.' },
    owner: { type: 'string', description: 'Of the policy, where it says one.' },
    sequence: { type: 'integer', minimum: 0, description: 'Its place in the journal of the node.' },
    attempt: { type: 'integer', minimum: 1, description: 'How often it was sent, as far as the node knows.' },
    redelivered: { const: true, description: 'It may have come before, with the same id.' },
    traceparent: { type: 'string', description: 'W3C trace context.' },
  },
};

const properties = {
  messageId: 'The id of the event.',
  contentType: 'application/cloudevents+json',
  type: 'The type of the event.',
  timestamp: 'The time of the event, in seconds.',
  deliveryMode: 2,
  appId: 'polar-zmanager',
};

function messageOf(type) {
  const example = exampleOf(type);
  const says = type === flowType ? { pattern: '^polar\\.flow\\.' } : { const: type };
  return {
    name: type,
    title: type,
    contentType: 'application/cloudevents+json',
    headers: { $ref: '#/components/schemas/headers' },
    payload: {
      schemaFormat: 'application/schema+json;version=draft-2020-12',
      schema: {
        allOf: [{ $ref: './cloud-event.schema.json' }, { properties: { type: says } }],
      },
    },
    bindings: { amqp: { messageType: type, bindingVersion: '0.3.0' } },
    'x-amqp-properties': properties,
    ...(example && {
      examples: [{ name: keyOf(type), headers: headersOf(example), payload: example }],
    }),
  };
}

function headersOf({ type, sequence, traceparent, data: { severity, owner } }) {
  return {
    type,
    ...(severity && { severity }),
    ...(owner && { owner }),
    sequence: Number(sequence),
    attempt: 1,
    traceparent,
  };
}

function subjectAddress() {
  return {
    address: '{node}.{kind}.{method}.{domain}',
    parameters: {
      node: { description: 'The node that says it.' },
      kind: {
        description: 'Observations are events; what was done on command, as with policies, is a command.',
        enum: ['event', 'command'],
        default: 'event',
      },
      method: { description: 'The kind of observer, e.g. http; or what was done.' },
      domain: { description: 'What the policy calls the target; or what it was done to.' },
    },
  };
}

function exchange(name, type) {
  return {
    is: 'routingKey',
    exchange: { name, type, durable: true, autoDelete: false, vhost: '/' },
    bindingVersion: '0.3.0',
  };
}

function queue(name, messages) {
  return {
    title: 'A queue of every event',
    description: 'A quorum queue that the node makes, unless it is told to make none.',
    address: name,
    messages: references(messages),
    bindings: {
      amqp: {
        is: 'queue',
        queue: { name, durable: true, exclusive: false, autoDelete: false, vhost: '/' },
        bindingVersion: '0.3.0',
      },
    },
  };
}

function references(messages) {
  return Object.fromEntries(
    Object.keys(messages).map((key) => [key, { $ref: `#/components/messages/${key}` }]),
  );
}

/** Keys of components have no dots in all tools' eyes. */
function keyOf(type) {
  return type.replaceAll(/[.<>]+/g, '-').replace(/-$/, '');
}
