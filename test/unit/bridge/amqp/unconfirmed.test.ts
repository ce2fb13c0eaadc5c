import { describe, expect, it } from 'vitest';
import { type Unconfirmed, UnconfirmedMessages } from '../../../../src/bridge/amqp/unconfirmed.ts';

function sent(messages: UnconfirmedMessages, ...ids: string[]) {
  const ends: Record<string, unknown> = {};
  const entries = ids.map((id, index): Unconfirmed => {
    const entry: Unconfirmed = {
      id,
      sentAt: index,
      resolve: () => {
        ends[id] = 'confirmed';
      },
      reject: (error) => {
        ends[id] = (error as { code?: string }).code ?? error;
      },
    };
    messages.add(entry);
    return entry;
  });
  return { ends, entry: (index: number) => entries[index] as Unconfirmed };
}

describe('messages without a confirmation', () => {
  it('end each by its own answer, in whatever order the answers come', () => {
    const messages = new UnconfirmedMessages();
    const { ends, entry } = sent(messages, 'a', 'b', 'c');
    messages.confirm(entry(2));
    messages.nack(entry(1));
    expect(ends).toEqual({ c: 'confirmed', b: 'broker.nacked' });
    messages.confirm(entry(0));
    messages.nack(entry(0));
    expect(ends).toMatchObject({ a: 'confirmed' });
    expect(messages.size).toBe(0);
  });

  it('are unroutable when they came back before they were confirmed, and only they', () => {
    const messages = new UnconfirmedMessages();
    const { ends, entry } = sent(messages, 'a', 'b');
    messages.giveBack('a', 'NO_ROUTE');
    messages.giveBack('nobody knows', 'NO_ROUTE');
    messages.confirm(entry(0));
    messages.confirm(entry(1));
    expect(ends).toEqual({ a: 'broker.unroutable', b: 'confirmed' });
  });

  it('know how long the oldest has waited', () => {
    const messages = new UnconfirmedMessages();
    expect(messages.oldestSentAt).toBeUndefined();
    const { entry } = sent(messages, 'a', 'b');
    expect(messages.oldestSentAt).toBe(0);
    messages.confirm(entry(0));
    expect(messages.oldestSentAt).toBe(1);
  });

  it('all end with the link, once, and whoever waits for the end hears of it', async () => {
    const messages = new UnconfirmedMessages();
    await messages.whenEmpty();
    const { ends, entry } = sent(messages, 'a', 'b');
    const empty = messages.whenEmpty();
    messages.rejectAll(Object.assign(new Error('gone'), { code: 'broker.lost' }));
    await empty;
    messages.confirm(entry(0));
    expect(ends).toEqual({ a: 'broker.lost', b: 'broker.lost' });
  });
});
