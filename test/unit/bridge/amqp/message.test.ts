import { describe, expect, it } from 'vitest';
import { toMessage } from '../../../../src/bridge/amqp/message.ts';
import { anEvent } from '../../../contract/sink.ts';

describe('an event as a message', () => {
  it('is the CloudEvent as JSON, and says so', () => {
    const event = anEvent(7);
    const { id, routingKey, content, options } = toMessage(event, 1);
    expect(JSON.parse(content.toString())).toEqual(event.event());
    expect(id).toBe('j-7');
    expect(routingKey).toBe('anna.event.http.shop');
    expect(options).toEqual({
      contentType: 'application/cloudevents+json',
      messageId: 'j-7',
      type: 'polar.observation.first',
      timestamp: 1_735_689_600,
      deliveryMode: 2,
      mandatory: true,
      appId: 'polar-zmanager',
      headers: { type: 'polar.observation.first', sequence: 7, attempt: 1 },
    });
  });

  it('has what consumers select by, where the event has it', () => {
    const data = { severity: 'high', owner: 'payments', other: 1 };
    expect(toMessage(anEvent(1, { data, traceparent: '00-a-b-01' }), 1).options.headers).toEqual({
      type: 'polar.observation.first',
      severity: 'high',
      owner: 'payments',
      sequence: 1,
      attempt: 1,
      traceparent: '00-a-b-01',
    });
    for (const nothing of [{ severity: null, owner: 7 }, null, 'severity', ['owner']]) {
      expect(toMessage(anEvent(1, { data: nothing }), 1).options.headers).not.toHaveProperty('severity');
      expect(toMessage(anEvent(1, { data: nothing }), 1).options.headers).not.toHaveProperty('owner');
    }
  });

  it('that may have been sent before says so, under the same id', () => {
    const { id, options } = toMessage(anEvent(1), 3);
    expect(id).toBe('j-1');
    expect(options.headers).toMatchObject({ attempt: 3, redelivered: true });
  });

  it('with a name too long for a routing key can never be sent', () => {
    const partitionkey = `anna.event.http.${'ä'.repeat(120)}`;
    expect(() => toMessage(anEvent(1, { partitionkey }), 1)).toThrow(
      expect.objectContaining({ code: 'subject-name.invalid' }),
    );
  });

  it('leaves out of properties and headers what would not fit there', () => {
    const long = 'x'.repeat(100_000);
    const { options } = toMessage(anEvent(1, { type: long, data: { owner: long, severity: 'low' } }), 1);
    expect(options).not.toHaveProperty('type');
    expect(options.headers).toMatchObject({ severity: 'low' });
    expect(options.headers).not.toHaveProperty('owner');
    expect(JSON.stringify(options.headers).length).toBeLessThan(10_000);
  });
});
