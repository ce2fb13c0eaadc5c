import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Bridge, openBridge } from '../../../src/bridge/bridge.ts';
import { settle } from '../../../src/integration-manager/settle.ts';
import type { JournalWriter } from '../../../src/journal/journal.ts';
import { type CursorStore, openCursorStore } from '../../../src/journal/lmdb/cursor-store.ts';
import { openJournalWriter } from '../../../src/journal/lmdb/writer.ts';
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
  await bridge?.close();
  bridge = undefined;
  await store.close();
  await journal.close();
  rmSync(folder, { recursive: true });
});

function open(...sinks: ScriptedSink[]): Bridge {
  bridge = openBridge({
    reader: journal,
    store,
    sinks: sinks.map((sink) => ({ kind: 'terminal', sink, after: 0 })),
    log,
  });
  return bridge;
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
    bridge = openBridge({ reader: journal, store, sinks: [], log });
    expect(bridge.stats()).toEqual({ sinks: [], idle: [] });
    expect(store.sinks()).toEqual([]);
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
