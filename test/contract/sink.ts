import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Sink } from '../../src/bridge/sink.ts';
import type { CloudEvent } from '../../src/model/cloud-event.ts';
import { type OutgoingEvent, outgoing } from '../../src/model/outgoing-event.ts';

export interface SinkSubject {
  readonly name: string;
  open(): OpenedSink | Promise<OpenedSink>;
}

export interface OpenedSink {
  readonly sink: Sink;
  /** Ids of the events that the destination has, in the order in which they came. */
  arrived(): readonly string[] | Promise<readonly string[]>;
  /** From now on the destination takes nothing, until it is let go on. */
  hold(): void | Promise<void>;
  release(): void | Promise<void>;
  /** Breaks the link from the other side; absent where there is none to break. */
  cut?(): void | Promise<void>;
  close(): Promise<void>;
}

export function anEvent(sequence: number, part: Partial<CloudEvent> = {}): OutgoingEvent {
  return outgoing({
    specversion: '1.0',
    id: `j-${sequence}`,
    source: '/polar/anna/http',
    type: 'polar.observation.first',
    subject: 'shop',
    time: '2025-01-01T00:00:00.000Z',
    datacontenttype: 'application/json',
    sequence: String(sequence),
    partitionkey: 'anna.event.http.shop',
    chainhead: 'ab',
    data: { sequence },
    ...part,
  });
}

/** What bridge/sink.ts promises of every sink. */
export function describeSink({ name, open }: SinkSubject): void {
  describe(`the sink: ${name}`, () => {
    let opened: OpenedSink;
    const lost: unknown[] = [];
    const onLost = (error: unknown) => lost.push(error);
    beforeEach(async () => {
      lost.length = 0;
      opened = await open();
    });
    afterEach(() => opened.close());

    it('is named, and says how many writes may be under way', () => {
      expect(opened.sink.name).not.toBe('');
      expect(opened.sink.window).toBeGreaterThan(0);
    });

    it('hands on every event once, in the order in which the writes were begun', async () => {
      const { sink } = opened;
      await sink.connect(onLost);
      const count = Math.min(sink.window, 50);
      await Promise.all(Array.from({ length: count }, (_, index) => sink.write(anEvent(index), 1)));
      expect(await opened.arrived()).toEqual(Array.from({ length: count }, (_, index) => `j-${index}`));
    });

    it('resolves a write when the destination has the event, not before', async () => {
      const { sink } = opened;
      await sink.connect(onLost);
      await sink.write(anEvent(1), 1);
      await opened.hold();
      let isWritten = false;
      const writing = sink.write(anEvent(2), 1).then(() => {
        isWritten = true;
      });
      await new Promise((resolve) => setImmediate(resolve));
      expect(isWritten).toBe(false);
      await opened.release();
      await writing;
      expect(await opened.arrived()).toEqual(['j-1', 'j-2']);
    });

    it('can be connected again, and goes on', async () => {
      const { sink } = opened;
      await sink.connect(onLost);
      await sink.write(anEvent(1), 1);
      await sink.connect(onLost);
      await sink.write(anEvent(2), 1);
      expect(await opened.arrived()).toEqual(['j-1', 'j-2']);
      expect(lost).toEqual([]);
    });

    it('says that its link is up once it is connected', async () => {
      const { sink } = opened;
      await sink.connect(onLost);
      expect(sink.link().state).toBe('up');
    });

    it('tells once that its link broke, though nothing is under way, and can be connected again', async ({
      skip,
    }) => {
      const { sink, cut } = opened;
      if (!cut) return skip('it has no link that could break');
      await sink.connect(onLost);
      await cut();
      await vi.waitFor(() => expect(lost).toHaveLength(1), { timeout: 20_000, interval: 10 });
      expect(sink.link().state).not.toBe('up');
      await sink.connect(onLost);
      await sink.write(anEvent(1), 2);
      expect(await opened.arrived()).toEqual(['j-1']);
      expect(lost).toHaveLength(1);
    });

    it('closes with nothing under way', async () => {
      const { sink } = opened;
      await sink.connect(onLost);
      const writing = sink.write(anEvent(1), 1);
      await sink.close();
      await writing;
      expect(await opened.arrived()).toEqual(['j-1']);
    });
  });
}
