import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRetention } from '../../../src/integration-manager/retention.ts';
import { createRoom } from '../../../src/integration-manager/room.ts';
import { settle } from '../../../src/integration-manager/settle.ts';
import type { JournalWriter } from '../../../src/journal/journal.ts';
import { openJournalWriter } from '../../../src/journal/lmdb/writer.ts';
import { openReserve } from '../../../src/journal/reserve.ts';
import { verifyJournal } from '../../../src/journal/verify.ts';
import { hasCode } from '../../../src/model/errors.ts';
import { aResult, records } from '../../contract/journal/results.ts';
import { type Disk, mountDisk } from '../../faults/disk.ts';

/* A journal on a disk of 32 MiB that others fill up. It takes root to mount one; elsewhere this is left out. */

const mib = 1024 * 1024;
const probe = mountDisk();
probe?.remove();

let disk: Disk;
let journal: JournalWriter;
let time: number;
beforeEach(() => {
  if (!probe) return;
  disk = mountDisk()!;
  journal = openJournalWriter(disk.folder, 'anna', 0);
  time = 1000;
});
afterEach(async () => {
  if (!probe) return;
  await journal.close();
  disk.remove();
});

let runs = 0;
function commit(sizeBytes = 65_536): void {
  const segments = [records('F/a/', JSON.stringify('x'.repeat(sizeBytes)))];
  const result = aResult({ run: `r${++runs}`, segments });
  journal.commit(settle(journal, [result], journal.info().nextSequence), time);
}

/** Whether there was room for another one. */
function tryCommit(sizeBytes?: number): boolean {
  try {
    commit(sizeBytes);
    return true;
  } catch (error) {
    if (hasCode(error, 'journal.full')) return false;
    throw error;
  }
}

function openRoom(settings: { retainMs: number | null }) {
  const reserve = openReserve(disk.folder);
  const all = { ...settings, maxBytes: 1024 * mib, reserveBytes: 64 * mib };
  const bridge = {
    rows: () => ({ journalId: undefined, cursors: [] }),
    setAside: () => [],
    isSetAside: () => false,
  };
  const log = { info: () => {}, error: () => {} };
  const retention = createRetention({
    ...{ journal, settings: all, bridge, sinks: [], now: () => time, log },
  });
  const room = createRoom({ journal, settings: all, reserve, retention, isDiskFull: false });
  return { reserve, retention, room };
}

describe.runIf(probe)('a full disk', () => {
  test('gives away what was held ready, and goes on when what is old has made room', async () => {
    const { reserve, retention, room } = openRoom({ retainMs: 5000 });
    for (let n = 0; n < 60; n++) commit();
    await reserve.grow(4 * mib);
    expect(reserve.sizeBytes()).toBe(4 * mib);
    disk.fill();
    while (tryCommit());
    room.diskFull();
    await retention.run();
    expect(reserve.sizeBytes()).toBe(0);
    expect(room.now().full).toEqual({ kind: 'disk' });
    const before = journal.info().nextSequence;

    time += 10_000;
    await retention.run();
    expect(journal.info().firstSequence).toBe(before - 1);
    expect(room.now()).toEqual({ full: null, mayCommit: true });
    for (let n = 0; n < 20; n++) commit();
    expect(verifyJournal(journal)).toMatchObject({ holds: true, last: before + 19 });
  });

  test('stays full while nothing is old, and goes on when others make room', async () => {
    const { reserve, retention, room } = openRoom({ retainMs: null });
    for (let n = 0; n < 60; n++) commit();
    await reserve.grow(4 * mib);
    disk.fill();
    while (tryCommit());
    room.diskFull();
    time += 10_000;
    await retention.run();
    expect([journal.info().firstSequence, room.now().full]).toEqual([1, { kind: 'disk' }]);
    await reserve.grow(1);

    disk.makeRoom();
    expect(room.now().full).toEqual({ kind: 'disk' });
    // Asking has it made again.
    await reserve.grow(1);
    expect(reserve.sizeBytes()).toBeGreaterThanOrEqual(4 * mib);
    expect(room.now()).toEqual({ full: null, mayCommit: true });
    commit();
  });

  test('lets what was accepted come to its end, and leaves enough for removal', async () => {
    const { reserve, retention, room } = openRoom({ retainMs: 5000 });
    for (let n = 0; n < 60; n++) commit();
    await reserve.grow(4 * mib);
    disk.fill();
    while (tryCommit());
    room.diskFull();
    let more = 0;
    for (; room.now().mayCommit; more++) commit();
    expect(more).toBeGreaterThan(20);
    expect(room.now()).toEqual({ full: { kind: 'disk' }, mayCommit: false });
    await retention.run();

    time += 10_000;
    await retention.run();
    expect(room.now()).toEqual({ full: null, mayCommit: true });
  });

  test('does not use up what removal takes, where nothing can be held ready again', async () => {
    const { reserve, retention, room } = openRoom({ retainMs: 5000 });
    for (let n = 0; n < 60; n++) commit();
    await reserve.grow(4 * mib);
    disk.fill();
    while (tryCommit());
    room.diskFull();
    for (let round = 1; round <= 3; round++) {
      // What is under way looked at the clock before.
      await retention.run();
      time += 10_000;
      await retention.run();
      expect(room.now()).toEqual({ full: null, mayCommit: true });
      // Others take what was given away.
      if (round === 1) disk.refill();
      while (room.now().full === null) {
        if (tryCommit(1000)) room.committed(1000);
        else room.diskFull();
      }
    }
    expect(reserve.sizeBytes()).toBe(0);
    expect(verifyJournal(journal)).toMatchObject({ holds: true });
  });
});
