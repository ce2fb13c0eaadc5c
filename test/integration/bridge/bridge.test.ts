import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Bridge, openBridge } from '../../../src/bridge/bridge.ts';
import { settle } from '../../../src/integration-manager/settle.ts';
import type { JournalWriter } from '../../../src/journal/journal.ts';
import { withBridge } from '../../../src/journal/lmdb/bridge-reader.ts';
import { type CursorStore, openCursorStore } from '../../../src/journal/lmdb/cursor-store.ts';
import { openJournalWriter } from '../../../src/journal/lmdb/writer.ts';
import {
  type DeliveryOrders,
  type DeliveryRequest,
  deliveriesKeyOf,
  deliveriesName,
  takeOrder,
} from '../../../src/model/delivery-order.ts';
import { PolarError } from '../../../src/model/errors.ts';
import { aResult } from '../../contract/journal/results.ts';
import { ScriptedSink } from '../../contract/sink/scripted.ts';
import { aRecord } from '../../unit/model/envelopes.ts';

let folder: string;
let journal: JournalWriter;
let store: CursorStore;
let bridge: Bridge | undefined;
const log = { debug() {}, info() {}, warn() {}, error() {} };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pzm-bridge-'));
  journal = openJournalWriter(join(folder, 'journal'), 'anna', 0);
  store = openCursorStore(join(folder, 'bridge'));
});
afterEach(async () => {
  await shut();
  await store.close();
  await journal.close();
  rmSync(folder, { recursive: true });
});

function open(...sinks: ScriptedSink[]): Bridge {
  bridge = openBridge({
    reader: journal,
    store,
    sinks: sinks.map((sink) => ({ kind: 'terminal', sink, after: 0 })),
    node: 'anna',
    log,
  });
  return bridge;
}

async function shut(): Promise<void> {
  await bridge?.close();
  bridge = undefined;
}

let runs = 0;
function commit(count: number): void {
  const all = Array.from({ length: count }, () => aRecord({ key: 'anna.event.http.shop' }));
  const segments = [{ topic: 'F/seen/', count, bytes: Buffer.concat(all) }];
  journal.commit(settle(journal, [aResult({ run: `r${++runs}`, segments })], journal.info().nextSequence), 0);
  bridge?.ring();
}

const until = (holds: () => boolean) =>
  vi.waitFor(() => expect(holds(), holds.toString()).toBe(true), { timeout: 20_000, interval: 5 });

describe('several sinks', () => {
  test('have a cursor each, and one that stands still holds up no other', async () => {
    const [slow, fast] = [new ScriptedSink(1, 'slow'), new ScriptedSink(100, 'fast')];
    slow.answers.set(1, ['wait']);
    commit(3);
    const opened = open(slow, fast);
    await until(() => store.load('fast') === 3);
    expect(opened.stats().sinks).toMatchObject([
      { name: 'slow', cursor: 0, newest: 3, lag: 3, inFlight: 1 },
      { name: 'fast', cursor: 3, newest: 3, lag: 0, lagMs: 0, inFlight: 0, delivered: 3 },
    ]);
    slow.take(1);
    commit(1);
    await until(() => store.load('slow') === 4 && store.load('fast') === 4);
    expect([slow.story, fast.story]).toEqual([
      ['|', 1, 2, 3, 4],
      ['|', 1, 2, 3, 4],
    ]);
  });

  test('say how old the oldest is of what is still to come', async () => {
    const sink = new ScriptedSink();
    sink.connectsToFail = 1_000_000;
    commit(2);
    const opened = open(sink);
    // Committed in 1970, by the clock of this test.
    expect(opened.stats().sinks[0]?.lagMs).toBeGreaterThan(1e12);
  });
});

describe('a sink that does not run any more', () => {
  test('is named with what is kept for it, until somebody drops it', async () => {
    store.adopt(journal.info().id);
    const row = { sequence: 2, reason: 'r', time: 0, attempts: 1 };
    store.save('old', { settled: 2, quarantined: [row], redelivered: [], returned: [] });
    const opened = open(new ScriptedSink());
    expect(opened.stats().idle).toEqual([{ name: 'old', cursor: 2, quarantined: 1 }]);
  });

  test('is not the terminal: nothing waits for one that is gone', async () => {
    store.adopt(journal.info().id);
    store.save('terminal', { settled: 2, quarantined: [], redelivered: [], returned: [] });
    bridge = openBridge({ reader: journal, store, sinks: [], node: 'anna', log });
    expect(bridge.stats()).toEqual({ sinks: [], idle: [] });
    expect(store.sinks()).toEqual([]);
  });
});

describe('an order', () => {
  const wish = { by: 'anna', reason: 'r', done: 0 };
  let row: DeliveryOrders | undefined;

  function order(request: Pick<DeliveryRequest, 'kind' | 'sink' | 'sequences'>): void {
    const taken = takeOrder(row, { ...wish, ...request }, 0);
    const base = row?.last ?? 0;
    row = taken.row;
    const states = [
      { actor: deliveriesName, key: deliveriesKeyOf('anna'), base, value: Buffer.from(JSON.stringify(row)) },
    ];
    journal.commit(settle(journal, [aResult({ run: `o${base}`, states })], journal.info().nextSequence), 0);
    bridge?.ring();
  }

  beforeEach(() => {
    row = undefined;
  });

  test('to retry has the event sent again with its id, beside the stream, and its attempts are counted', async () => {
    const sink = new ScriptedSink();
    sink.answers.set(2, ['reject']);
    commit(3);
    const opened = open(sink);
    await until(() => store.load('scripted') === 3);
    expect(opened.stats().sinks[0]).toMatchObject({ quarantined: 1, redriving: 0 });
    order({ kind: 'retry', sink: 'scripted', sequences: [2] });
    await until(() => store.counts('scripted').redriving === 0 && sink.taken.length === 3);
    expect(sink.story).toEqual(['|', 1, 2, 3, 2]);
    expect(sink.attempts.get(2)).toEqual([1, 2]);
    expect(sink.taken[2]).toBe(`${journal.info().id}-2`);
    await until(() => opened.stats().sinks[0]?.quarantined === 0);
    expect(opened.stats().sinks[0]).toMatchObject({ delivered: 3, redelivered: 1, redriving: 0, cursor: 3 });
    expect(store.quarantine('scripted', 10)).toEqual([]);
  });

  test('to retry what cannot be delivered yet puts it back, with what it cost', async () => {
    const sink = new ScriptedSink();
    sink.answers.set(1, ['reject', 'reject']);
    commit(1);
    const opened = open(sink);
    await until(() => store.load('scripted') === 1);
    order({ kind: 'retry', sink: 'scripted', sequences: null });
    await until(() => store.quarantine('scripted', 10)[0]?.attempts === 2);
    expect(store.counts('scripted')).toEqual({ quarantined: 1, redriving: 0 });
    expect(opened.stats().sinks[0]).toMatchObject({ quarantined: 1, redriving: 0 });
    order({ kind: 'retry', sink: 'scripted', sequences: null });
    await until(() => sink.taken.length === 1);
    expect(sink.attempts.get(1)).toEqual([1, 2, 3]);
  });

  test('to retry waits for the link, over a lost one too', async () => {
    const sink = new ScriptedSink();
    sink.answers.set(1, ['reject', 'retry', 'retry']);
    commit(2);
    open(sink);
    await until(() => store.load('scripted') === 2);
    order({ kind: 'retry', sink: 'scripted', sequences: [1] });
    await until(() => sink.taken.length === 2 && store.counts('scripted').redriving === 0);
    expect(sink.story).toEqual(['|', 1, 2, 1, '|', 1, '|', 1]);
  });

  test('to retry an event that closes the channel costs no other event', async () => {
    const sink = new ScriptedSink();
    sink.answers.set(1, ['reject', 'close', 'close', 'close']);
    commit(2);
    open(sink);
    await until(() => store.load('scripted') === 2);
    order({ kind: 'retry', sink: 'scripted', sequences: [1] });
    commit(3);
    await until(() => store.load('scripted') === 5 && store.counts('scripted').quarantined === 1);
    expect(store.quarantine('scripted', 10)).toMatchObject([
      { sequence: 1, reason: 'broker.channel-closed: closed' },
    ]);
    expect(new Set(sink.taken).size).toBe(4);
  });

  test('to drop gives an event up, also one that is to be sent again', async () => {
    const sink = new ScriptedSink();
    for (const sequence of [1, 2]) sink.answers.set(sequence, ['reject', 'wait']);
    commit(3);
    const opened = open(sink);
    await until(() => store.load('scripted') === 3);
    order({ kind: 'retry', sink: 'scripted', sequences: [1] });
    await until(() => sink.story.length === 5);
    order({ kind: 'drop', sink: 'scripted', sequences: [1] });
    order({ kind: 'drop', sink: 'scripted', sequences: null });
    await until(() => store.lastOrder() === 3);
    sink.take(1);
    await until(() => opened.stats().sinks[0]?.inFlight === 0);
    expect(store.counts('scripted')).toEqual({ quarantined: 0, redriving: 0 });
    expect(opened.stats().sinks[0]).toMatchObject({ quarantined: 0, redriving: 0 });
  });

  test('to drop a sink forgets one that does not run, and leaves one that does', async () => {
    store.adopt(journal.info().id);
    const aside = { sequence: 2, reason: 'r', time: 0, attempts: 1 };
    store.save('old', { settled: 2, quarantined: [aside], redelivered: [], returned: [] });
    const sink = new ScriptedSink();
    commit(2);
    const opened = open(sink);
    await until(() => store.load('scripted') === 2);
    order({ kind: 'drop-sink', sink: 'old', sequences: null });
    order({ kind: 'drop-sink', sink: 'scripted', sequences: null });
    await until(() => store.lastOrder() === 2);
    expect(opened.stats().idle).toEqual([]);
    expect([store.sinks(), store.quarantine('old', 10)]).toEqual([['scripted'], []]);
    await withBridge(join(folder, 'bridge'), (reader) => {
      expect(reader.outcomeOf(1)).toEqual({ affected: 1 });
      expect(reader.outcomeOf(2)).toEqual({ affected: 0, refused: 'the sink runs' });
    });
  });

  test('is carried out once, wherever the bridge dies: its effect and its number are one', async () => {
    commit(2);
    const first = new ScriptedSink();
    for (const sequence of [1, 2]) first.answers.set(sequence, ['reject']);
    open(first);
    await until(() => store.load('scripted') === 2);
    await shut();
    // The effect throws before it is through: neither it nor the number is there.
    const dies = () =>
      store.carryOut(1, (rows) => {
        rows.retry('scripted', undefined);
        throw new Error('killed');
      });
    expect(dies).toThrow('killed');
    expect([store.lastOrder(), store.counts('scripted')]).toEqual([0, { quarantined: 2, redriving: 0 }]);
    // Done, and the bridge died before it sent anything: the next life sends it, and does not do the order again.
    order({ kind: 'retry', sink: 'scripted', sequences: [1] });
    const second = new ScriptedSink();
    second.connectsToFail = 1_000_000;
    open(second);
    await until(() => store.lastOrder() === 1);
    await shut();
    store.carryOut(2, (rows) => ({ affected: rows.retry('nobody', undefined) }));
    const third = new ScriptedSink();
    open(third);
    await until(() => third.taken.length === 1 && store.counts('scripted').redriving === 0);
    expect(third.story).toEqual(['|', 1]);
    expect(store.counts('scripted')).toEqual({ quarantined: 1, redriving: 0 });
  });

  test('that finds the disk full waits until there is room', async () => {
    const sink = new ScriptedSink();
    sink.answers.set(1, ['reject']);
    commit(1);
    open(sink);
    await until(() => store.load('scripted') === 1);
    const carryOut = vi.spyOn(store, 'carryOut').mockImplementationOnce(() => {
      throw new PolarError('journal.full', 'Full.');
    });
    order({ kind: 'retry', sink: 'scripted', sequences: null });
    await until(() => sink.taken.length === 1);
    expect(carryOut.mock.calls.length).toBeGreaterThan(1);
  });
});

describe('a stop', () => {
  test('delivers what the journal holds by then, where the link is up', async () => {
    const [up, down] = [new ScriptedSink(2, 'up'), new ScriptedSink(2, 'down')];
    down.connectsToFail = 1_000_000;
    const opened = open(up, down);
    await until(() => up.story.length === 1);
    commit(20);
    await opened.drain();
    expect([store.load('up'), store.load('down')]).toEqual([20, 0]);
  });
});
