import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFinding } from '../../../src/model/finding.ts';
import type { PolicyFile } from '../../../src/model/policy.ts';
import { parsePolicies } from '../../../src/policies/parse-policies.ts';
import { fakeKinds } from './fixtures.ts';

const shop = `[policy]
owner = payments
label.team = checkout

[fake]
every = 10s
header.accept = text/html

[fake:shop]
url = http://shop.example/
timeout = 2s
because = customers cannot pay
severity = high
label.tier = 1
header.x = y
expect.status = 200
expect.days_left = > 21
facts = a, b
`;

describe('a policy set', () => {
  it('gives targets with the defaults of their file, their kind and the product, in this order', () => {
    expect(targetsOf(shop)).toEqual([
      {
        name: 'fake:shop',
        kind: 'fake',
        domain: 'shop',
        everyMs: 10_000,
        cron: undefined,
        timeoutMs: 2000,
        jitterMs: 0,
        confirm: 1,
        maxAgeMs: undefined,
        attestMs: 3_600_000,
        group: 'shop.example',
        settings: {
          url: 'http://shop.example/',
          header: { accept: 'text/html', x: 'y' },
          facts: ['a', 'b'],
        },
        expectations: [
          { fact: 'status', operator: '=', value: 200, text: '200' },
          { fact: 'days_left', operator: '>', value: 21, text: '> 21' },
        ],
        because: 'customers cannot pay',
        owner: 'payments',
        severity: 'high',
        runbook: undefined,
        labels: { team: 'checkout', tier: '1' },
      },
    ]);
  });

  it('keeps references to secrets as they are written', () => {
    const [target] = targetsOf(`[fake:shop]\nurl = http://a/\nheader.x = Bearer ${'$'}{env:SHOP_TOKEN}\n`);
    expect(target?.settings['header']).toEqual({ x: `Bearer ${'$'}{env:SHOP_TOKEN}` });
  });

  it('lets defaults hold wherever they stand in the file, and only there', () => {
    const late = '[fake:shop]\nurl = http://a/\n[fake]\nevery = 7s\n[echo:shop]\nurl = http://a/\n';
    expect(targetsOf(late, '[fake:other]\nurl = http://a/\n').map(({ everyMs }) => everyMs)).toEqual([
      30_000, 30_000, 7000,
    ]);
  });

  it('is due by a cron expression, its own or that of the defaults, unless it has an interval of its own', () => {
    const text =
      '[fake]\ncron = 0  3 * * mon\ntimezone = Europe/Berlin\nurl = http://a/\n[fake:a]\n[fake:b]\nevery = 5s\n';
    const cron = { expression: '0 3 * * mon', timezone: 'Europe/Berlin' };
    expect(targetsOf(text)).toMatchObject([{ cron }, { cron: undefined, everyMs: 5000 }]);
  });

  it('takes what a target needs from the defaults of its kind', () => {
    expect(targetsOf('[fake]\nurl = http://a/\n[fake:shop]\n')[0]?.settings['url']).toBe('http://a/');
  });

  it('may be empty', () => {
    expect(parsePolicies([], fakeKinds).set).toMatchObject({ targets: [] });
  });

  it.each([
    [
      '[fake:shop]\nurl = http://a/\nevry = 5s',
      '1.ini:3:1: error policy.unknown-key "evry"; did you mean "every"?',
    ],
    ['[fake:shop]\nevery = 5s', '1.ini:1:1: error policy.missing-key "url" is needed in [fake:shop]'],
    [
      '[fake:shop]\nurl = http://a/\nevery = 5',
      '1.ini:3:9: error policy.invalid-value "every" must be a duration',
    ],
    [
      '[fake:shop]\nurl = http://a/\nevery = 99ms',
      '1.ini:3:9: error policy.invalid-value "every" must be from 100 ms',
    ],
    [
      '[fake:shop]\nurl = http://a/\nexpect.x = > y',
      '1.ini:3:12: error policy.invalid-value "expect.x" compares by',
    ],
    [
      '[fake:shop]\nurl = http://a/\nexpect.x = !=',
      '1.ini:3:12: error policy.invalid-value "expect.x" needs a value',
    ],
    [
      '[fake:shop]\nurl = http://a/\nexpect.x = 1\nexpect.x = 2',
      '1.ini:4:1: error policy.duplicate-key "expect.x"',
    ],
    [
      '[fake:shop]\nurl = http://a/\nseverity = hihg',
      'error policy.invalid-value "severity" must be one of low, medium',
    ],
    ['[fake:shop]\nurl = http://a/never', '1.ini:1:1: error policy.invalid-target this is never observed'],
    [
      '[fake:shop]\nurl = http://a/\ncron = 60 * * * *',
      '1.ini:3:8: error policy.invalid-value "cron" has no minute "60"',
    ],
    [
      '[fake:shop]\nurl = http://a/\nevery = 5s\ncron = * * * * *',
      '1.ini:4:1: error policy.every-and-cron "cron" stands in place of "every"',
    ],
    [
      '[fake:shop]\nurl = http://a/\ntimezone = Mars/Olympus',
      '1.ini:3:12: error policy.invalid-value "timezone" must be a time zone',
    ],
    ['[fake]\nattest = 5', '1.ini:2:10: error policy.invalid-value "attest" must be'],
    [
      `[fake:shop]\nurl = http://${'$'}{env:HOST}/`,
      '1.ini:2:7: error policy.misplaced-secret "url" does not refer to secrets; only header.* may',
    ],
    [
      `[fake:shop]\nurl = http://a/\nheader.x = Bearer ${'$'}{env:}`,
      '1.ini:3:12: error policy.invalid-value "header.x" has a reference that is not written well',
    ],
    [
      `[fake]\nheader.x = ${'$'}{file:a${'$'}{env:A}}`,
      '1.ini:2:12: error policy.invalid-value "header.x" has a reference',
    ],
    [
      `[fake:shop]\nurl = http://a/\nexpect.x = ${'$'}{env:A}`,
      '1.ini:3:12: error policy.misplaced-secret "expect.x" does not',
    ],
    ['[fkae:shop]', '1.ini:1:1: error policy.unknown-observer "fkae" is no observer; did you mean "fake"?'],
    ['[something]', 'write [policy], or [observer:domain] with one of fake, echo'],
    [
      '[fake:api.example.com]',
      'error policy.invalid-domain the domain "api.example.com" has a dot. Write "api-example-com"',
    ],
    ['[fake:pay ments]', 'error policy.invalid-domain the domain "pay ments" has white space'],
    ['[fake:]', 'error policy.invalid-domain the domain "" is empty'],
    ['[policy]\nevery = 5s', '1.ini:2:1: error policy.unknown-key "every"'],
    ['every = 5s', '1.ini:1:1: error ini.'],
  ])('is refused for %j', (text, expected) => {
    const { set, findings } = parsePolicies(filesOf(text), fakeKinds);
    expect(set).toBeUndefined();
    expect(findings.map(formatFinding).join('\n')).toContain(expected);
  });

  it('names both places of a target that is in two files', () => {
    const { findings } = parsePolicies(filesOf(shop, shop), fakeKinds);
    expect(findings.map(formatFinding)).toEqual([
      '2.ini:9:1: error policy.duplicate-target [fake:shop] is in 1.ini:9 too; a target has one place, remove one of the two',
    ]);
  });

  it('reports a target twice in one file once', () => {
    const { findings } = parsePolicies(
      filesOf('[fake:a]\nurl = http://a/\n[fake:a]\nurl = http://a/'),
      fakeKinds,
    );
    expect(findings.map(({ code }) => code)).toEqual(['ini.duplicate-section']);
  });

  it('reports every problem at once, by file and line', () => {
    const files = filesOf('[fake:a.b]\n[fake:c]\nevry = 5s', '[echo:d]\nurl = x\n[ehco:e]').reverse();
    expect(parsePolicies(files, fakeKinds).findings.map(({ file, line }) => `${file}:${line}`)).toEqual([
      '1.ini:1',
      '1.ini:2',
      '1.ini:3',
      '2.ini:2',
      '2.ini:3',
    ]);
  });

  it('warns, and holds, when a timeout is longer than the interval', () => {
    const { set, findings } = parsePolicies(
      filesOf('[fake:a]\nurl = http://a/\nevery = 1s\ntimeout = 2s'),
      fakeKinds,
    );
    expect(set).toBeDefined();
    expect(findings.map(formatFinding)[0]).toMatch(/^1\.ini:4:1: warning policy\.slow-timeout /);
  });

  it('warns, and holds, when a target is stale between two observations', () => {
    const text = '[fake:a]\nurl = http://a/\nevery = 1s\nmax_age = 1s';
    const { set, findings } = parsePolicies(filesOf(text), fakeKinds);
    expect(set?.targets).toMatchObject([{ maxAgeMs: 1000 }]);
    expect(findings.map(formatFinding)[0]).toMatch(/^1\.ini:4:1: warning policy\.short-max-age /);
  });

  it('is the same whatever the order of its files, and another for any other text', () => {
    const files = filesOf(shop, '; more');
    const { set } = parsePolicies(files, fakeKinds);
    expect(parsePolicies(files.toReversed(), fakeKinds).set).toEqual(set);
    expect(set?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(set?.revision).toBe(set?.hash.slice(0, 6));
    expect(parsePolicies(filesOf(shop, '; more '), fakeKinds).set?.hash).not.toBe(set?.hash);
  });

  it('never throws, and holds only without errors', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '[fake:a]',
        '[fake]',
        '[policy]',
        '[fake:__proto__]',
        'url = http://a/',
        'every = 1s',
        'owner = x',
      ),
      fc.constantFrom(
        'expect.__proto__ = 1',
        'label.x = "y"',
        'cron = x',
        'constructor = 1',
        'expect.x = <= 1e999',
      ),
      fc.string(),
    );
    const text = fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 3 }), (texts) => {
        const { set, findings } = parsePolicies(filesOf(...texts), fakeKinds);
        expect(set === undefined).toBe(findings.some(({ severity }) => severity === 'error'));
      }),
    );
  });
});

function filesOf(...texts: string[]): PolicyFile[] {
  return texts.map((text, index) => ({ name: `${index + 1}.ini`, text }));
}

function targetsOf(...texts: string[]) {
  const { set, findings } = parsePolicies(filesOf(...texts), fakeKinds);
  expect(findings).toEqual([]);
  return set?.targets ?? [];
}
