import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stampOf } from '../../../src/policies/policy-hash.ts';
import { type PolicyReading, watchPolicies } from '../../../src/services/policy-watch.ts';

let root: string;
let folder: string;
let stop: AbortController;
let watch: AsyncGenerator<PolicyReading>;
const onProblem = vi.fn();

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'policy-watch-'));
  folder = join(root, 'policies');
  mkdirSync(folder);
  stop = new AbortController();
  onProblem.mockReset();
});
afterEach(async () => {
  stop.abort();
  await watch.return(undefined);
  rmSync(root, { recursive: true });
});

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

describe('the policy watch', () => {
  it('hands over what is there at first, with its hash', async () => {
    write('a.ini', 'one');
    begin();
    const files = [{ name: 'policies/a.ini', text: 'one' }];
    expect(await next()).toEqual({ files, findings: [], hash: stampOf(files).hash });
  });

  it('sees a change by the hint, long before it would have looked again', async () => {
    write('a.ini', 'one');
    begin({ pollMs: 3_600_000 });
    await next();
    const changed = next();
    write('a.ini', 'two');
    expect(textsOf(await changed)).toEqual(['two']);
  });

  it('sees a file that took the place of another, as editors save', async () => {
    write('a.ini', 'one');
    begin();
    await next();
    write('.a.ini.tmp', 'two');
    renameSync(join(folder, '.a.ini.tmp'), join(folder, 'a.ini'));
    expect(textsOf(await next())).toEqual(['two']);
  });

  it('says that the folder is gone, and sees what is in the one that comes in its place', async () => {
    write('a.ini', 'one');
    begin();
    await next();
    renameSync(folder, join(root, 'elsewhere'));
    expect((await next()).findings).toMatchObject([{ code: 'policy.no-folder' }]);
    mkdirSync(folder);
    write('a.ini', 'two');
    expect(await lastOf(['two'])).toEqual(['two']);
    write('a.ini', 'three');
    expect(textsOf(await next())).toEqual(['three']);
  });

  it('does not hand over what was written again as it was', async () => {
    write('a.ini', 'one');
    begin();
    await next();
    const changed = next();
    write('a.ini', 'one');
    write('b.ini', 'other');
    expect(textsOf(await changed)).toEqual(['one', 'other']);
  });

  it('ends when it is told to, in the middle of waiting', async () => {
    begin({ pollMs: 3_600_000 });
    await next();
    const waiting = watch.next();
    stop.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it('tells once why the folder cannot be read, and goes on when it can', async () => {
    write('a.ini', 'one');
    rmSync(folder, { recursive: true });
    // A file where the folder should be: nothing that reading again would mend.
    writeFileSync(folder, '');
    begin({ pollMs: 1 });
    const first = next();
    await vi.waitFor(() => expect(onProblem).toHaveBeenCalled());
    rmSync(folder);
    mkdirSync(folder);
    expect(textsOf(await first)).toEqual([]);
    expect(onProblem.mock.calls).toMatchObject([[{ code: 'io.failed' }]]);
  });
});

function begin(options: { pollMs?: number } = {}): void {
  watch = watchPolicies(folder, { signal: stop.signal, onProblem, pollMs: 20, settleMs: 5, ...options });
}

async function next(): Promise<PolicyReading> {
  const { value, done } = await watch.next();
  if (done) throw new Error('The watch has ended.');
  return value;
}

/** Readings until one has these texts: a folder may be seen before its files are. */
async function lastOf(texts: string[]): Promise<string[]> {
  const seen = textsOf(await next());
  return seen.join() === texts.join() ? seen : lastOf(texts);
}

function textsOf({ files }: PolicyReading): string[] {
  return files.map(({ text }) => text);
}
