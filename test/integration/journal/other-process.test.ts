import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { settle } from '../../../src/integration-manager/settle.ts';
import type { JournalWriter } from '../../../src/journal/journal.ts';
import { openJournalWriter } from '../../../src/journal/lmdb/writer.ts';
import { aResult, child, records } from '../../contract/journal/results.ts';

let folder: string;
let writer: JournalWriter;
let other: ChildProcess;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pzm-journal-'));
  writer = openJournalWriter(folder, 'anna', 0);
  other = fork(fileURLToPath(new URL('./fixtures/other-process.mjs', import.meta.url)), [folder]);
  await once(other, 'message');
});
afterEach(async () => {
  other.kill('SIGKILL');
  if (other.exitCode === null && other.signalCode === null) await once(other, 'exit');
  await writer.close();
  rmSync(folder, { recursive: true });
});

function write(number: number): void {
  const segments = [records('F/a/', `${number}`, `${number}`)];
  const result = aResult({ run: `r${number}`, segments, children: [child(`c${number}`)] });
  writer.commit(settle(writer, [result], writer.info().nextSequence), 0);
}

async function ask(question: 'read' | 'own'): Promise<unknown> {
  other.send(question);
  const [answer] = await once(other, 'message', { signal: AbortSignal.timeout(10_000) });
  return answer;
}

test('another process sees what was committed when the commit has returned', async () => {
  for (let number = 1; number <= 20; number++) {
    write(number);
    const { head, nextSequence, pending } = writer.info();
    const seen = await ask('read');
    expect(seen).toMatchObject({ head, hash: head, nextSequence, pending });
    expect((seen as { runs: string[] }).runs[0]).toBe(`r${number}`);
  }
});

test('an owner that another process has replaced can write nothing more', async () => {
  write(1);
  const before = writer.info();
  expect(await ask('own')).toBe(before.epoch + 1);
  expect(() => write(2)).toThrowError(expect.objectContaining({ code: 'journal.stale-owner' }));
  expect(await ask('read')).toMatchObject({ nextSequence: before.nextSequence, head: before.head });
});
