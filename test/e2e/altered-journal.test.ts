import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeBatch, encodeBatch } from '../../src/journal/batch.ts';
import { type Head, openTables, type Tables } from '../../src/journal/lmdb/tables.ts';
import { begin, type Finished, makeProject, pzm, until } from './command.ts';

/*
 * Whoever can write the journal's file alters a copy of a real one; what the command then says is what docs/guarantees.md
 * promises, and what it says cannot be found without a head that was kept elsewhere.
 */

let project: ReturnType<typeof makeProject>;
/** The head as it was kept after the third push, and the last one. */
let kept: Kept;
let last: Kept;
const copies: string[] = [];

interface Kept {
  readonly head: string;
  readonly newest: number;
}

beforeAll(async () => {
  project = makeProject({
    'flows/own.ini': '[Straight]\n?Straight?Push\nSubject?Straight@PUBLISH?passed\n??done\n',
    'policies/none.ini': '[policy]\nowner = us\n',
  });
  const node = begin(['up'], project.folder);
  await until(
    async () => node.stderr(),
    (text) => text.includes('ready in'),
    90_000,
  );
  await push(1, 2, 3);
  kept = await headNow();
  await push(4, 5, 6);
  last = await headNow();
  await pzm(['down'], project.folder);
  await node.finished;
}, 240_000);

afterAll(() => {
  for (const copy of copies) rmSync(copy, { recursive: true, force: true });
  project.remove();
});

describe('an altered journal', { timeout: 120_000 }, () => {
  test('is told from an unaltered one', async () => {
    const copy = await altered(() => {});
    expect(last.newest - kept.newest).toBe(3);
    expect(await verify(copy)).toMatchObject({ code: 0 });
    expect(await verify(copy, kept.head)).toMatchObject({ code: 0 });
    expect(await verify(copy, last.head.slice(0, 12))).toMatchObject({ code: 0 });
  });

  test.each<readonly [string, (tables: Tables) => void, () => number]>([
    ['that lost its newest batch', (tables) => tables.batches.remove(last.newest), () => last.newest],
    ['that lost its oldest batch', (tables) => tables.batches.remove(1), () => 1],
    ['that lost one in between', (tables) => tables.batches.remove(kept.newest), () => kept.newest],
    [
      'with a batch that says something else',
      (tables) => replace(tables, kept.newest, false),
      () => kept.newest,
    ],
    [
      'with a batch that was replaced, with its hash',
      (tables) => replace(tables, kept.newest, true),
      () => kept.newest + 1,
    ],
    [
      'whose newest batch was replaced, with its hash',
      (tables) => replace(tables, last.newest, true),
      () => last.newest,
    ],
    ['with two batches in each other’s place', swap, () => kept.newest],
  ])('%s does not hold', async (_, alter, sequence) => {
    const found = await verify(await altered(alter));
    expect([found.code, found.stdout]).toEqual([
      1,
      expect.stringContaining(`seq ${sequence()} does not hold`),
    ]);
  });

  test('whose end was cut and whose head was put back is found by a head from behind the cut only', async () => {
    const copy = await altered((tables) => {
      const { batch } = batchOf(tables, kept.newest);
      for (let sequence = kept.newest + 1; sequence <= last.newest; sequence++)
        tables.batches.remove(sequence);
      moveHead(tables, { nextSequence: kept.newest + 1, hash: batch.hash });
    });
    expect(await verify(copy)).toMatchObject({ code: 0 });
    expect(await verify(copy, kept.head)).toMatchObject({ code: 0 });
    expect(await verify(copy, last.head)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('rewritten'),
    });
  });

  test('whose beginning was cut as if it had been told to says where it begins', async () => {
    const copy = await altered((tables) => {
      const { batch } = batchOf(tables, 1);
      tables.batches.remove(1);
      const firstSequence = batch.firstSequence + batch.count;
      moveHead(tables, { firstSequence, previousOfFirst: Buffer.from(batch.hash) });
    });
    for (const head of [undefined, kept.head]) {
      const found = await verify(copy, head);
      expect([found.code, found.stdout]).toEqual([0, expect.stringContaining(`seq 2–${last.newest}`)]);
    }
  });

  test('whose chain was computed again is consistent with itself, and is found by a head from behind the change', async () => {
    const copy = await altered((tables) => {
      let previous = batchOf(tables, kept.newest).batch.previous;
      for (let sequence = kept.newest; sequence <= last.newest; sequence++) {
        const { batch } = batchOf(tables, sequence);
        const changed = batch.segments.map((segment) => ({ ...segment, bytes: otherWords(segment.bytes) }));
        const again = encodeBatch(changed, sequence, batch.time, previous);
        tables.batches.put(sequence, again.bytes);
        previous = again.hash;
      }
      moveHead(tables, { hash: previous });
    });
    expect(await verify(copy)).toMatchObject({ code: 0, stdout: expect.stringContaining('consistent with') });
    expect(await verify(copy, kept.head)).toMatchObject({ code: 1 });
    expect(await verify(copy, last.head)).toMatchObject({ code: 1 });
  });
});

async function push(...numbers: readonly number[]): Promise<void> {
  for (const n of numbers) {
    const { code, stderr } = await pzm(['push', 'Straight', `{"word":"aaa","n":${n}}`], project.folder);
    if (code !== 0) throw new Error(stderr);
  }
}

async function headNow(): Promise<Kept> {
  const { stdout } = await pzm(['journal', 'info', '--format', 'json'], project.folder);
  const { head, lastSequence } = JSON.parse(stdout) as { head: string; lastSequence: number };
  return { head, newest: lastSequence };
}

/** A copy of the project, with what `alter` does to its journal. */
async function altered(alter: (tables: Tables) => void): Promise<string> {
  const copy = mkdtempSync(join(tmpdir(), 'pzm-altered-'));
  copies.push(copy);
  cpSync(project.folder, copy, { recursive: true });
  const tables = openTables(join(copy, '.polar', 'journal'), false);
  // A promise of a write, returned, would be waited for by the very transaction that it waits for.
  tables.environment.write(() => {
    alter(tables);
  });
  await tables.environment.close();
  return copy;
}

function verify(folder: string, against?: string): Promise<Finished> {
  return pzm(['journal', 'verify', ...(against === undefined ? [] : ['--against', against])], folder);
}

function batchOf({ batches }: Tables, sequence: number) {
  const bytes = Buffer.from(batches.get(sequence) ?? Buffer.alloc(0));
  return { bytes, batch: decodeBatch(bytes) };
}

function replace(tables: Tables, sequence: number, withHash: boolean): void {
  const { bytes, batch } = batchOf(tables, sequence);
  const changed = otherWords(bytes);
  const segments = decodeBatch(changed).segments;
  const { bytes: hashed } = encodeBatch(segments, sequence, batch.time, batch.previous);
  tables.batches.put(sequence, withHash ? hashed : changed);
}

function swap(tables: Tables): void {
  const [one, other] = [batchOf(tables, kept.newest), batchOf(tables, last.newest)];
  tables.batches.put(kept.newest, other.bytes);
  tables.batches.put(last.newest, one.bytes);
}

function moveHead({ meta }: Tables, part: Partial<Head>): void {
  meta.put('head', { ...(meta.get('head') as Head), ...part });
}

/** The same bytes, but for a word in the body of each event. */
function otherWords(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes.toString('latin1').replaceAll('"aaa"', '"bbb"'), 'latin1');
  if (changed.equals(bytes)) throw new Error('There was nothing to change.');
  return changed;
}
