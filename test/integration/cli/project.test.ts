import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findingLine } from '../../../src/cli/failure.ts';
import { lintProject } from '../../../src/cli/project-files.ts';
import { type NewPolicy, savePolicy } from '../../../src/cli/save-policy.ts';
import { loadProject } from '../../../src/config/project.ts';
import { http } from '../../../src/observers/http.ts';
import { tls } from '../../../src/observers/tls.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'polar-files-')));
  for (const folder of ['policies', 'flows', 'actionmappings']) mkdirSync(join(root, folder));
  writeFileSync(join(root, 'polar.ini'), '');
});
afterEach(() => rmSync(root, { recursive: true }));

const shop: NewPolicy = {
  kind: http,
  what: 'http://127.0.0.1:8088/health',
  saveAs: 'shop',
  facts: { status: 200, version: '1.4.0' },
};
const save = (policy: Partial<NewPolicy> = {}) => savePolicy(loadProject(root), { ...shop, ...policy });
const lint = async () => {
  const { findings, ...linted } = await lintProject(root);
  return { ...linted, problems: findings.map((finding) => findingLine(finding, root)) };
};
const file = (name: string) => join(root, name);

describe('an observation that was saved', () => {
  it('is a policy that holds', async () => {
    const saved = await save();
    expect(saved).toMatchObject({ target: 'http:shop', entries: ['every = 30s', 'expect.status = 200'] });
    expect(readFileSync(file('policies/shop.ini'), 'utf8').split('\n')).toEqual([
      '[http:shop]',
      'url = http://127.0.0.1:8088/health',
      'every = 30s',
      'expect.status = 200',
      '',
    ]);
    const { files, policies, problems } = await lint();
    expect(files).toEqual([file('polar.ini'), file('policies/shop.ini')]);
    expect(policies?.targets.map(({ name }) => name)).toEqual(['http:shop']);
    expect(problems).toEqual([]);
  });

  it('says what its kind of observer is asked, and how often', async () => {
    const seen = { chain: 'self-signed', protocol: 'TLSv1.3' };
    await save({ kind: tls, what: '127.0.0.1:8443', saveAs: 'shop-tls', facts: seen });
    expect(readFileSync(file('policies/shop-tls.ini'), 'utf8').split('\n')).toEqual([
      '[tls:shop-tls]',
      'host = 127.0.0.1:8443',
      'every = 6h',
      'expect.chain = self-signed',
      'expect.days_left = > 21',
      '',
    ]);
    expect((await lint()).problems).toEqual([]);
  });

  it('never takes the place of anything', async () => {
    await save();
    await expect(save()).rejects.toMatchObject({
      code: 'usage.invalid',
      message: expect.stringContaining('already'),
    });
    writeFileSync(file('policies/all.ini'), '[http:api]\nurl = http://x/\n');
    await expect(save({ saveAs: 'api' })).rejects.toThrow(/\[http:api\] is in .*all\.ini already/);
    writeFileSync(file('policies/empty.ini'), '');
    await expect(save({ saveAs: 'empty' })).rejects.toThrow(/empty\.ini already/);
  });

  it('has a name that is good for a target and for a file', async () => {
    for (const saveAs of ['a.b', 'a b', '../a', 'a/b', 'a]', '']) {
      await expect(save({ saveAs }), saveAs).rejects.toMatchObject({
        code: 'usage.invalid',
        hint: expect.any(String),
      });
    }
  });
});

describe('checking a project', () => {
  it('finds a problem where it stands', async () => {
    await save();
    const text = readFileSync(file('policies/shop.ini'), 'utf8');
    writeFileSync(file('policies/shop.ini'), text.replace('every', 'evry'));
    const { policies, problems } = await lint();
    expect(policies).toBeUndefined();
    expect(problems).toEqual([
      'policies/shop.ini:3:1: error policy.unknown-key "evry"; did you mean "every"?',
    ]);
  });

  it('reads every kind of file, and goes on after the first that is broken', async () => {
    writeFileSync(file('polar.ini'), '[nod]\n');
    writeFileSync(file('policies/a.ini'), '[http:a]\n');
    writeFileSync(file('flows/a.ini'), '[Orders]\n?Orders?Push\nSubject?Orders?count\n');
    writeFileSync(file('actionmappings/a.ini'), '[actionmapping]\nSubject?Orders?count = Nobody.count\n');
    const { files, problems } = await lint();
    expect(files).toHaveLength(4);
    expect(problems.map((problem) => problem.split(' ').slice(0, 3).join(' '))).toEqual(
      expect.arrayContaining([
        'polar.ini:1:1: error config.unknown-section',
        'policies/a.ini:1:1: error policy.missing-key',
        'flows/a.ini:3:1: error flow.unknown-component',
      ]),
    );
  });
});
