import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Delivery, startDelivery } from '../../../src/bridge/deliver.ts';
import { settle } from '../../../src/integration-manager/settle.ts';
import type { JournalWriter } from '../../../src/journal/journal.ts';
import { type CursorStore, openCursorStore } from '../../../src/journal/lmdb/cursor-store.ts';
import { openJournalWriter } from '../../../src/journal/lmdb/writer.ts';
import { createWake } from '../../../src/journal/wake.ts';
import { PolarError } from '../../../src/model/errors.ts';
import { aResult } from '../../contract/journal/results.ts';
import { ScriptedSink } from '../../contract/sink/scripted.ts';
import { aRecord } from '../../unit/model/envelopes.ts';

let folder: string;
let journal: JournalWriter;
let store: CursorStore;
let sink: ScriptedSink;
let started: { readonly delivery: Delivery; readonly abort: AbortController } | undefined;
const wake = createWake();
const delays: number[] = [];
/** `awaySince` at each wait. */
const aways: (number | null | undefined)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pzm-deliver-'));
  journal = openJournalWriter(join(folder, 'journal'), 'anna', 0);
  store = openCursorStore(join(folder, 'bridge'));
  sink = new ScriptedSink();
  delays.length = 0;
  aways.length = 0;
});
afterEach(async () => {
  await stop();
  await store.close();
  await journal.close();
  rmSync(folder, { recursive: true });
});

function start(after = 0): Delivery {
  const abort = new AbortController();
  const backOffMs = (failures: number) => {
    delays.push(failures);
    aways.push(started?.delivery.stats().awaySince);
    return 1;
  };
  const delivery = startDelivery({
    reader: journal,
    store,
    sink,
    after,
    wake,
    signal: abort.signal,
    backOffMs,
    log: { info() {}, warn() {} },
  });
  started = { delivery, abort };
  return delivery;
}

async function stop(): Promise<void> {
  started?.abort.abort();
  await started?.delivery.ended;
  started = undefined;
}

let runs = 0;
/** Commits events in one batch; `body` of the odd one out. */
function commit(count: number, body = '{"n":1}'): void {
  const all = Array.from({ length: count }, () =>
    aRecord({ key: 'anna.event.http.shop', body: Buffer.from(body) }),
  );
  const segments = [{ topic: 'F/seen/', count, bytes: Buffer.concat(all) }];
  const result = aResult({ run: `r${++runs}`, segments });
  journal.commit(settle(journal, [result], journal.info().nextSequence), 0);
  wake.ring();
}

/** How many events the sink takes between two turns of the event loop, from here on. */
function mostPerTurn(): () => number {
  let most = 0;
  let before = sink.taken.length;
  let look = setImmediate(function again() {
    most = Math.max(most, sink.taken.length - before);
    before = sink.taken.length;
    look = setImmediate(again);
  });
  return () => {
    clearImmediate(look);
    return most;
  };
}

const until = (holds: () => boolean, timeout = 5000) =>
  vi.waitFor(() => expect(holds(), holds.toString()).toBe(true), { timeout, interval: 5 });
const cursor = () => store.load(sink.name);
const sequences = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('delivery', () => {
  test('says since when there is no link, whatever is tried meanwhile', async () => {
    sink.connectsToFail = 3;
    const delivery = start();
    const { awaySince } = delivery.stats();
    await until(() => delivery.stats().awaySince === null);
    expect(delays).toEqual([1, 2, 3]);
    expect(aways).toEqual([awaySince, awaySince, awaySince]);
    sink.connectsToFail = 1;
    sink.cut();
    await until(() => aways.length >= 4);
    expect(aways[3]).toBeGreaterThanOrEqual(awaySince ?? Number.POSITIVE_INFINITY);
  });

  test('gives the event loop a turn after every megabyte, so that a backlog of large events hangs nothing', async () => {
    commit(20, JSON.stringify('x'.repeat(200_000)));
    const most = mostPerTurn();
    start();
    await until(() => cursor() === 20);
    expect(most()).toBeLessThanOrEqual(6);
  });

  test('gives it a turn among events that are sent again, too', async () => {
    for (const sequence of sequences(1, 20)) sink.answers.set(sequence, ['reject']);
    commit(20, JSON.stringify('x'.repeat(200_000)));
    const delivery = start();
    await until(() => cursor() === 20);
    const most = mostPerTurn();
    delivery.changeRows(() => store.carryOut(1, (rows) => ({ affected: rows.retry(sink.name, undefined) })));
    await until(() => sink.taken.length === 20);
    expect(most()).toBeLessThanOrEqual(6);
  });

  test('has no more bytes under way than memory can bear', async () => {
    for (const sequence of sequences(1, 12)) sink.answers.set(sequence, ['wait']);
    for (let left = 12; left > 0; left--) commit(1, JSON.stringify('x'.repeat(2 << 20)));
    const delivery = start();
    await until(() => sink.story.length === 9);
    await new Promise((resolve) => setImmediate(resolve));
    expect(delivery.stats()).toMatchObject({ cursor: 0, inFlight: 8 });
    await until(
      () => sequences(1, 12).filter((sequence) => sink.take(sequence)).length === 0 && cursor() === 12,
    );
    expect(sink.most).toBe(8);
  });

  test('writes what was there and what comes, in order, and saves its cursor', async () => {
    commit(3);
    start();
    await until(() => cursor() === 3);
    commit(2);
    commit(1);
    await until(() => cursor() === 6);
    expect(sink.story).toEqual(['|', 1, 2, 3, 4, 5, 6]);
    expect(new Set(sink.taken).size).toBe(6);
  });

  test('notices a commit whose bell was lost', async () => {
    const delivery = start();
    await until(() => sink.story.length === 1);
    vi.spyOn(wake, 'ring').mockImplementationOnce(() => {});
    commit(1);
    await until(() => delivery.stats().cursor === 1);
  });

  test('goes on while the disk is full, and saves its cursor when there is room', async () => {
    const full = new PolarError('journal.full', 'Full.');
    const save = vi.spyOn(store, 'save').mockImplementationOnce(() => {
      throw full;
    });
    commit(2);
    const delivery = start();
    await until(() => save.mock.calls.length === 1);
    expect(delivery.stats()).toMatchObject({ cursor: 2, lastError: { message: 'Full.' } });
    expect(cursor()).toBe(0);
    await until(() => cursor() === 2);
    expect(sink.story).toEqual(['|', 1, 2]);
  });

  test('begins behind what is not the business of its sink, or behind its cursor if that is further', async () => {
    commit(4);
    start(2);
    await until(() => cursor() === 4);
    expect(sink.story).toEqual(['|', 3, 4]);
    await stop();
    commit(1);
    start(2);
    await until(() => cursor() === 5);
    expect(sink.story).toEqual(['|', 3, 4, '|', 5]);
  });

  test('has no more writes under way than the sink takes, and passes nothing that was not taken', async () => {
    sink = new ScriptedSink(3);
    for (const sequence of sequences(1, 6)) sink.answers.set(sequence, ['wait']);
    commit(6);
    const delivery = start();
    await until(() => sink.story.length === 4);
    expect(delivery.stats()).toMatchObject({ cursor: 0, inFlight: 3 });
    sink.take(2);
    sink.take(3);
    await until(() => delivery.stats().delivered === 2);
    expect([delivery.stats().cursor, cursor()]).toEqual([0, 0]);
    sink.take(1);
    await until(() => cursor() === 3);
    await until(
      () => [4, 5, 6].every((sequence) => sink.take(sequence) || sequence <= cursor()) && cursor() === 6,
    );
    expect(sink.most).toBe(3);
  });
});

describe('a write that fails for now', () => {
  test('makes the link anew and goes on from the cursor: nothing is skipped', async () => {
    sink.answers.set(3, ['retry', 'retry']);
    commit(5);
    start();
    await until(() => cursor() === 5);
    expect(new Set(sink.taken).size).toBe(5);
    const [first, ...again] = sink.story.join(' ').split(' | ');
    expect(first).toMatch(/^\| 1 2 3/);
    for (const life of again) expect(life).toMatch(/^3/);
    expect(delays).toEqual([1, 2]);
  });

  test('is tried again though nothing new is committed', async () => {
    start();
    await until(() => sink.story.length === 1);
    sink.answers.set(1, ['retry']);
    commit(1);
    await until(() => cursor() === 1);
  });

  test('says how often the sink was given the event', async () => {
    sink.answers.set(2, ['retry', 'retry']);
    sink.answers.set(3, ['retry']);
    commit(3);
    start();
    await until(() => cursor() === 3);
    expect(sink.attempts.get(1)).toEqual([1]);
    expect(sink.attempts.get(2)).toEqual([1, 2, 3]);
    commit(1);
    await until(() => cursor() === 4);
    expect(sink.attempts.get(4)).toEqual([1]);
  });

  test('does not count as delivered when its word comes late, over the old link', async () => {
    sink.answers.set(1, ['wait']);
    sink.answers.set(2, ['retry']);
    commit(2);
    const delivery = start();
    await until(() => sink.story.filter((one) => one === '|').length === 2);
    sink.take(1);
    await until(() => cursor() === 2);
    expect(delivery.stats().delivered).toBe(2);
    expect(sink.story).toEqual(['|', 1, 2, '|', 1, 2]);
  });

  test('waits longer and longer for a link that does not come, and not any more once it is there', async () => {
    sink.connectsToFail = 3;
    commit(1);
    const delivery = start();
    await until(() => cursor() === 1);
    expect(delays).toEqual([1, 2, 3]);
    expect(delivery.stats().lastError).toMatchObject({ code: 'io.failed', message: 'no link' });
    sink.answers.set(2, ['retry']);
    commit(1);
    await until(() => cursor() === 2);
    expect(delays).toEqual([1, 2, 3, 1]);
  });
});

describe('a link that breaks by itself', () => {
  test('is made anew though nothing is under way', async () => {
    commit(1);
    const delivery = start();
    await until(() => cursor() === 1);
    sink.cut();
    await until(() => sink.story.length === 3);
    expect(delivery.stats().lastError).toMatchObject({ message: 'cut' });
    commit(1);
    await until(() => cursor() === 2);
    expect(sink.story).toEqual(['|', 1, '|', 2]);
  });

  test('takes what is under way with it: it is sent again, though its word never comes', async () => {
    sink.answers.set(2, ['wait']);
    commit(3);
    const delivery = start();
    await until(() => delivery.stats().delivered === 2);
    sink.cut();
    await until(() => cursor() === 3);
    expect(sink.story).toEqual(['|', 1, 2, 3, '|', 2, 3]);
  });
});

describe('an event that can never be delivered', () => {
  test('is set aside with its reason, and the others go on', async () => {
    sink.answers.set(2, ['reject']);
    commit(3);
    const delivery = start();
    await until(() => cursor() === 3);
    expect(sink.story).toEqual(['|', 1, 2, 3]);
    expect(store.quarantine(sink.name, 10)).toMatchObject([{ sequence: 2, reason: 'body.too-large: never' }]);
    expect(delivery.stats()).toMatchObject({ delivered: 2, quarantined: 1, lastError: { message: 'never' } });
  });

  test('because it is none is set aside without a write', async () => {
    commit(1, 'no data');
    commit(1);
    start();
    await until(() => cursor() === 2);
    expect(sink.story).toEqual(['|', 2]);
    expect(store.quarantine(sink.name, 10)).toMatchObject([
      { sequence: 1, reason: expect.stringMatching(/^body\.not-data: /) },
    ]);
  });
});

describe('an event that makes the broker close the channel', () => {
  test('is set aside when it was alone under way twice, and the others are delivered', async () => {
    sink.answers.set(3, ['close', 'close', 'close', 'close']);
    commit(6);
    const delivery = start();
    await until(() => cursor() === 6);
    expect(store.quarantine(sink.name, 10)).toMatchObject([
      { sequence: 3, reason: 'broker.channel-closed: closed', attempts: 3 },
    ]);
    expect(new Set(sink.taken).size).toBe(5);
    expect(sink.story.join(' ')).toMatch(/ \| 3 \| 3 \| 4 5 6$/);
    expect(delivery.stats()).toMatchObject({ quarantined: 1, lag: 0 });
  });

  test('costs none of those that were under way with it', async () => {
    sink = new ScriptedSink(5);
    for (const sequence of sequences(1, 20)) sink.answers.set(sequence, ['close']);
    commit(20);
    start();
    await until(() => cursor() === 20);
    expect(store.quarantine(sink.name, 10)).toEqual([]);
    expect(new Set(sink.taken).size).toBe(20);
  });
});

describe('what was set aside ahead of the cursor', () => {
  test('is sent again after the link was lost, and is in quarantine once', async () => {
    sink.answers.set(1, ['wait']);
    sink.answers.set(2, ['reject', 'reject']);
    commit(3);
    const delivery = start();
    await until(() => delivery.stats().delivered === 1);
    expect(delivery.stats()).toMatchObject({ cursor: 0, quarantined: 0 });
    sink.cut();
    await until(() => cursor() === 3);
    expect(sink.story).toEqual(['|', 1, 2, 3, '|', 1, 2, 3]);
    expect(store.quarantine(sink.name, 10)).toMatchObject([{ sequence: 2, attempts: 2 }]);
    expect(delivery.stats()).toMatchObject({ quarantined: 1 });
  });
});

describe('a cursor that is of another journal', () => {
  test('behind its newest record is put back to it', async () => {
    commit(2);
    store.save(sink.name, { settled: 9, quarantined: [], redelivered: [], returned: [] });
    start();
    await until(() => sink.story.length === 1);
    commit(1);
    await until(() => cursor() === 3);
    expect(sink.story).toEqual(['|', 3]);
  });

  test('is forgotten, with all that was of that journal', () => {
    expect(store.adopt('j1')).toEqual([]);
    const row = { sequence: 2, reason: 'r', time: 0, attempts: 1 };
    store.save(sink.name, { settled: 9, quarantined: [row], redelivered: [], returned: [] });
    store.carryOut(4, () => ({ affected: 0 }));
    expect(store.adopt('j1')).toEqual([]);
    expect([store.load(sink.name), store.lastOrder()]).toEqual([9, 4]);
    expect(store.adopt('j2')).toEqual([sink.name]);
    expect([store.load(sink.name), store.lastOrder(), store.sinks()]).toEqual([0, 0, []]);
    expect(store.quarantine(sink.name, 10)).toEqual([]);
  });
});

test('an owner of the folder that was replaced can write nothing more', async () => {
  const next = openCursorStore(join(folder, 'bridge'));
  try {
    const settlement = { settled: 1, quarantined: [], redelivered: [], returned: [] };
    expect(() => store.save(sink.name, settlement)).toThrow(
      expect.objectContaining({ code: 'journal.stale-owner' }),
    );
    next.save(sink.name, settlement);
  } finally {
    await next.close();
  }
});

test('a backlog of 100,000 events is caught up with, then followed live, each event once and in order', async () => {
  sink = new ScriptedSink(256);
  for (let left = 100_000; left > 0; left -= 5000) commit(5000);
  const delivery = start();
  await until(() => delivery.stats().lag === 0, 120_000);
  commit(2);
  await until(() => cursor() === 100_002, 60_000);
  expect(sink.story).toEqual(['|', ...sequences(1, 100_002)]);
  expect(new Set(sink.taken).size).toBe(100_002);
  expect(sink.most).toBeLessThanOrEqual(256);
}, 200_000);

describe('a stop', () => {
  test('does not wait for a link that is being made', async () => {
    sink.isUnanswered = true;
    commit(1);
    start();
    await until(() => sink.story.length === 1);
    await stop();
    expect(cursor()).toBe(0);
  });

  test('waits for what is under way, and its cursor is saved when it has ended', async () => {
    sink.answers.set(2, ['wait']);
    commit(2);
    const delivery = start();
    await until(() => delivery.stats().delivered === 1);
    started?.abort.abort();
    sink.take(2);
    await delivery.ended;
    expect(cursor()).toBe(2);
  });

  test('leaves what was not begun to the next start', async () => {
    sink = new ScriptedSink(1);
    sink.answers.set(1, ['wait']);
    commit(3);
    const delivery = start();
    await until(() => delivery.stats().inFlight === 1);
    started?.abort.abort();
    sink.take(1);
    await delivery.ended;
    expect([sink.story, cursor()]).toEqual([['|', 1], 1]);
    start();
    await until(() => cursor() === 3);
    expect(sink.taken).toHaveLength(3);
  });
});
