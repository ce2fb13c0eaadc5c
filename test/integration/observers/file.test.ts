import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { file } from '../../../src/observers/file.ts';
import { settingsOf } from '../../contract/observer/settings-of.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'polar-file-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const at = (name: string) => join(root, name);
const write = (name: string, text: string, mode = 0o644) => {
  mkdirSync(join(at(name), '..'), { recursive: true });
  writeFileSync(at(name), text);
  chmodSync(at(name), mode);
};
const look = (path: string, written: Readonly<Record<string, string>> = {}) =>
  file.observe(settingsOf(file, { path, ...written }), {
    signal: new AbortController().signal,
    timeoutMs: 10_000,
    now: Date.now,
  });
const factsOf = async (...args: Parameters<typeof look>) => (await look(...args)).facts;
const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12);
const uid = process.getuid?.() ?? 0;
const members = (facts: object) => Object.keys(facts).filter((name) => name.startsWith('./'));

describe('one file', () => {
  it('is known by type, size, mode, owner and content', async () => {
    write('a', 'hello', 0o640);
    const { facts, measures, resource } = await look(at('a'));
    expect(facts).toEqual({
      exists: true,
      type: 'file',
      size_bytes: 5,
      mode: '0640',
      uid,
      hash: digest('hello'),
    });
    expect(measures).toEqual({ age_ms: expect.any(Number) });
    expect(resource).toBe(`file://${at('a')}`);
  });

  it('is not read when its content is of no interest', async () => {
    write('a', 'hello');
    expect(await factsOf(at('a'), { hash: 'false', max_size: '1B' })).not.toHaveProperty('hash');
  });

  it.each(['nothing', 'a/below'])('that is not there does not exist: %s', async (name) => {
    write('a', '');
    expect(await look(at(name))).toMatchObject({
      outcome: { kind: 'observed' },
      facts: { exists: false },
      measures: {},
    });
  });

  it('that is a link is itself, wherever it leads', async () => {
    symlinkSync('/etc/shadow', at('link'));
    const facts = await factsOf(at('link'));
    expect(facts).toMatchObject({ exists: true, type: 'symlink', link: '/etc/shadow' });
    expect(facts).not.toHaveProperty('hash');
  });

  it('that is a pipe, a socket or a device is not opened', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at('socket'), resolve));
    expect(await factsOf(at('pipe'))).toMatchObject({ type: 'fifo' });
    expect(await factsOf(at('socket'))).toMatchObject({ type: 'socket' });
    expect(await factsOf('/dev/zero')).toMatchObject({ type: 'device' });
    await new Promise((resolve) => server.close(resolve));
  });

  it('that is larger than is read is no observation', async () => {
    write('a', 'hello');
    expect((await look(at('a'), { max_size: '4B' })).outcome).toMatchObject({ reason: 'too-large' });
    expect((await look(at('a'), { max_size: '5B' })).outcome).toEqual({ kind: 'observed' });
  });
});

describe('a folder', () => {
  beforeEach(() => {
    write('etc/a.conf', 'a');
    write('etc/conf.d/b.conf', 'b', 0o600);
    write('etc/conf.d/.hidden', 'h');
    write('outside/secret', 's');
    symlinkSync('../outside', at('etc/link'));
    symlinkSync('.', at('etc/conf.d/loop'));
  });

  it('is known by all that is in it, and follows no link', async () => {
    const facts = await factsOf(at('etc'));
    expect(facts).toMatchObject({ exists: true, type: 'directory', files: 5 });
    expect(members(facts)).toEqual([
      './a.conf',
      './conf.d/.hidden',
      './conf.d/b.conf',
      './conf.d/loop',
      './link',
    ]);
    expect(facts['./conf.d/b.conf']).toBe(`${digest('b')} 0600 ${uid}`);
    expect(facts['./link']).toMatch(/^symlink [0-9a-f]{12} /);
  });

  it('can be looked at without its folders', async () => {
    expect(members(await factsOf(at('etc'), { recursive: 'false' }))).toEqual(['./a.conf', './link']);
  });

  it('shows what appeared, vanished and changed by name', async () => {
    const before = await factsOf(at('etc'));
    write('etc/new.conf', 'n');
    write('etc/a.conf', 'changed');
    rmSync(at('etc/conf.d/b.conf'));
    const after = await factsOf(at('etc'));
    expect(members(after)).toContain('./new.conf');
    expect(members(after)).not.toContain('./conf.d/b.conf');
    expect(after['./a.conf']).not.toBe(before['./a.conf']);
    expect(after['hash']).not.toBe(before['hash']);
  });
});

// A file system of macOS takes no such name.
describe.runIf(process.platform === 'linux')('a name that is no UTF-8', () => {
  it('does not hide a file, nor a folder', async () => {
    const odd = Buffer.concat([Buffer.from(at('')), Buffer.from('/odd-'), Buffer.from([0xff])]);
    writeFileSync(odd, '');
    expect((await look(root)).outcome).toMatchObject({ reason: 'unreadable' });
    rmSync(odd);
    mkdirSync(odd);
    expect((await look(root)).outcome).toMatchObject({ reason: 'unreadable' });
  });
});

describe('a pattern', () => {
  it('is known by the files that it matches', async () => {
    write('x/a.conf', 'a');
    write('x/y/b.conf', 'b');
    write('x/y/b.txt', 't');
    const facts = await factsOf(at('**/*.conf'));
    expect(members(facts)).toEqual(['./x/a.conf', './x/y/b.conf']);
    expect(facts).not.toHaveProperty('exists');
    expect(members(await factsOf(at('x/*.conf')))).toEqual(['./a.conf']);
  });

  it('that matches nothing has no files', async () => {
    expect(await look(at('nowhere/*'))).toMatchObject({
      outcome: { kind: 'observed' },
      facts: { files: 0 },
      measures: { size_bytes: 0 },
    });
  });

  it('that matches too much is no observation', async () => {
    mkdirSync(at('many'));
    for (let index = 0; index <= 10_000; index += 1) writeFileSync(at(`many/${index}`), '');
    expect((await look(at('many/*'), { hash: 'false' })).outcome).toMatchObject({ reason: 'too-large' });
    rmSync(at('many/0'));
    expect(await factsOf(at('many/*'), { hash: 'false' })).toMatchObject({ files: 10_000 });
  });
});
