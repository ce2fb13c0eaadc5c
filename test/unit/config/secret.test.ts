import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSecret } from '../../../src/config/secret.ts';
import {
  formatSecretReference,
  parseSecretReference,
  type SecretReference,
  secretReference,
} from '../../../src/config/secret-reference.ts';
import { hasCode, messageOf } from '../../../src/model/errors.ts';

const env = (name: string): SecretReference => ({ from: 'env', name });
const file = (path: string): SecretReference => ({ from: 'file', path });

describe('a reference to a secret', () => {
  it('names a variable or a file', () => {
    expect(parseSecretReference(`\${env:POLAR_KEY}`)).toEqual(env('POLAR_KEY'));
    expect(parseSecretReference(`\${file:/run/secrets/a key}`)).toEqual(file('/run/secrets/a key'));
  });

  it.each([
    'hunter2',
    `x\${env:A}`,
    `\${env:A}y`,
    `\${env:}`,
    `\${env:A B}`,
    `\${file:}`,
    `\${fil:x}`,
    `\${file:\${env:A}}`,
  ])('is nothing else: %s', (written) => expect(parseSecretReference(written)).toBeUndefined());

  it('is written as it was read', () => {
    const references = fc.oneof(
      fc.stringMatching(/^[A-Za-z_]\w{0,20}$/).map(env),
      fc.stringMatching(/^[^{}]{1,40}$/).map(file),
    );
    fc.assert(
      fc.property(references, (reference) => {
        expect(parseSecretReference(formatSecretReference(reference))).toEqual(reference);
      }),
    );
  });

  it('that is the secret itself is refused without repeating it', () => {
    const read = secretReference();
    expect(() => read('hunter2')).toThrow(/\$\{file:PATH\}/);
    expect(() => read('hunter2')).not.toThrow(/hunter2/);
  });
});

describe('a secret', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'secret-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('comes from the environment as it is', () => {
    expect(readSecret(env('KEY'), root, { KEY: ' s3cret ' })).toBe(' s3cret ');
  });

  it('comes from a file without the end of its line, and anew each time', () => {
    const path = join(root, 'key');
    writeFileSync(path, 'first\n');
    expect(readSecret(file('key'), root)).toBe('first');
    writeFileSync(path, 'second\r\n');
    expect(readSecret(file(path), '/')).toBe('second');
  });

  it.each([
    ['is not set', env('KEY'), {}],
    ['is empty', env('KEY'), { KEY: '' }],
    ['is empty', file('empty'), {}],
    ['is not there', file('nowhere'), {}],
    ['is no file', file('.'), {}],
    ['is larger than', file('large'), {}],
  ])('that %s is reported by its reference', (what, reference, variables) => {
    writeFileSync(join(root, 'empty'), '\n');
    writeFileSync(join(root, 'large'), 's'.repeat(70_000));
    try {
      readSecret(reference, root, variables);
      expect.unreachable();
    } catch (error) {
      expect(hasCode(error, 'secret.unavailable')).toBe(true);
      expect(messageOf(error)).toContain(formatSecretReference(reference));
      expect(messageOf(error)).toContain(what);
      expect(messageOf(error)).not.toContain('sss');
    }
  });
});
