import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sink } from '../../src/bridge/sink.ts';
import type { CloudEvent } from '../../src/model/cloud-event.ts';

export interface SinkSubject {
  readonly name: string;
  open(): OpenedSink;
}

export interface OpenedSink {
  readonly sink: Sink;
  /** Ids of the events that the destination has, in the order in which they came. */
  arrived(): readonly string[];
  /** From now on the destination takes nothing, until it is let go on. */
  hold(): void;
  release(): void;
  close(): Promise<void>;
}

export function anEvent(sequence: number, part: Partial<CloudEvent> = {}): CloudEvent {
  return {
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
  };
}

/** What bridge/sink.ts promises of every sink. */
export function describeSink({ name, open }: SinkSubject): void {
  describe(`the sink: ${name}`, () => {
    let opened: OpenedSink;
    beforeEach(() => {
      opened = open();
    });
    afterEach(() => opened.close());

    it('is named, and says how many writes may be under way', () => {
      expect(opened.sink.name).not.toBe('');
      expect(opened.sink.window).toBeGreaterThan(0);
    });

    it('hands on every event once, in the order in which the writes were begun', async () => {
      const { sink } = opened;
      await sink.connect();
      const count = Math.min(sink.window, 50);
      await Promise.all(Array.from({ length: count }, (_, index) => sink.write(anEvent(index))));
      expect(opened.arrived()).toEqual(Array.from({ length: count }, (_, index) => `j-${index}`));
    });

    it('resolves a write when the destination has the event, not before', async () => {
      const { sink } = opened;
      await sink.connect();
      await sink.write(anEvent(1));
      opened.hold();
      let isWritten = false;
      const writing = sink.write(anEvent(2)).then(() => {
        isWritten = true;
      });
      await new Promise((resolve) => setImmediate(resolve));
      expect(isWritten).toBe(false);
      opened.release();
      await writing;
      expect(opened.arrived()).toEqual(['j-1', 'j-2']);
    });

    it('can be connected again, and goes on', async () => {
      const { sink } = opened;
      await sink.connect();
      await sink.write(anEvent(1));
      await sink.connect();
      await sink.write(anEvent(2));
      expect(opened.arrived()).toEqual(['j-1', 'j-2']);
    });

    it('closes with nothing under way', async () => {
      const { sink } = opened;
      await sink.connect();
      const writing = sink.write(anEvent(1));
      await sink.close();
      await writing;
      expect(opened.arrived()).toEqual(['j-1']);
    });
  });
}
