import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { settle } from '../../../src/integration-manager/settle.ts';
import type { JournalWriter } from '../../../src/journal/journal.ts';
import { openJournalReader } from '../../../src/journal/lmdb/reader.ts';
import { openTables } from '../../../src/journal/lmdb/tables.ts';
import { openJournalWriter } from '../../../src/journal/lmdb/writer.ts';
import { aResult, records } from '../../contract/journal/results.ts';

/* An opening and a commit at once would hide the commit, and have the next one written over it (ADR 20). */

const fixture = fileURLToPath(new URL('./fixtures/at-the-gate.mjs', import.meta.url));

let folder: string;
let writer: JournalWriter;
let other: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pzm-gate-'));
  writer = openJournalWriter(folder, 'anna', 0);
});
afterEach(async () => {
  if (other && other.exitCode === null && other.signalCode === null) {
    other.kill('SIGKILL');
    await once(other, 'exit');
  }
  other = undefined;
  await writer.close();
  rmSync(folder, { recursive: true });
});

/** Resolves with the first that it says. */
async function another(what: 'write' | 'open' | 'read', restMs = 0): Promise<string> {
  other = spawn(process.execPath, [fixture, folder, what, String(restMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(other.stdout!, 'data', { signal: AbortSignal.timeout(20_000) });
  return String(said);
}

let runs = 0;
function commit(): void {
  const result = aResult({ run: `r${++runs}`, segments: [records('F/a/', `${runs}`)] });
  writer.commit(settle(writer, [result], writer.info().nextSequence), 0);
}

test('who opens it while another process commits comes in when that is done', async () => {
  await another('write', 500);
  const tables = openTables(folder, true);
  expect(tables.meta.get('written')).toBe(true);
  await tables.environment.close();
});

test('a commit waits for who is just opening it', async () => {
  await another('open', 500);
  commit();
  expect(existsSync(join(folder, 'opened'))).toBe(true);
});

test('who dies at the gate leaves it open', async () => {
  await another('write', 60_000);
  other!.kill('SIGKILL');
  await once(other!, 'exit');
  commit();
  const reader = openJournalReader(folder);
  expect(reader.info()).toEqual(writer.info());
  await reader.close();
});

test('who may only read the folder does without', async () => {
  commit();
  const { nextSequence } = writer.info();
  await writer.close();
  rmSync(join(folder, 'gate.mdb'));
  rmSync(join(folder, 'gate.mdb-lock'));
  expect(await another('read')).toBe(String(nextSequence));
  expect(existsSync(join(folder, 'gate.mdb'))).toBe(false);
});

test('a file in its place that is no database is refused, and nothing else is touched', async () => {
  commit();
  await writer.close();
  writeFileSync(join(folder, 'gate.mdb'), 'x'.repeat(8192));
  expect(() => openJournalReader(folder)).toThrowError(
    expect.objectContaining({ code: 'journal.corrupt', hint: expect.stringContaining('it holds nothing') }),
  );
  rmSync(join(folder, 'gate.mdb'));
  writer = openJournalWriter(folder, 'anna', 0);
  expect(writer.info().nextSequence).toBe(2);
});

test('an owner whose last commit was hidden writes nothing over it, and the next owner finds it', async () => {
  commit();
  commit();
  const { head, nextSequence } = writer.info();
  hideLastTransaction();
  expect(writer.info().nextSequence).toBe(nextSequence - 1);
  expect(commit).toThrowError(expect.objectContaining({ code: 'journal.stale-owner' }));
  await writer.close();
  writer = openJournalWriter(folder, 'anna', 0);
  expect(writer.info()).toMatchObject({ head, nextSequence });
});

/** What an opener without the gate does to the memory that all processes share: its ninth byte on is the number. */
function hideLastTransaction(): void {
  const file = openSync(join(folder, 'lock.mdb'), 'r+');
  const number = Buffer.alloc(8);
  readSync(file, number, 0, 8, 8);
  number.writeBigUInt64LE(number.readBigUInt64LE() - 1n);
  writeSync(file, number, 0, 8, 8);
  closeSync(file);
}
