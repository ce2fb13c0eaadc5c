import { Readable } from 'node:stream';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBody } from '../../../src/observers/body.ts';

const chunks = fc.array(fc.uint8Array({ maxLength: 40_000 }), { maxLength: 6 });

it('brings every byte up to the limit, however the body is cut, and nothing past it', async () => {
  await fc.assert(
    fc.asyncProperty(chunks, fc.nat(), async (parts, maxBytes) => {
      const whole = Buffer.concat(parts);
      const limit = maxBytes % (2 * whole.length + 1);
      const body = await readBody(Readable.from(parts.map(Buffer.from)), undefined, limit);
      expect(body?.equals(whole) ?? 'too long').toBe(whole.length <= limit ? true : 'too long');
    }),
  );
});

describe('a compressed body', () => {
  const text = Buffer.from('shop '.repeat(10_000));

  it.each([
    ['gzip', gzipSync(text)],
    ['X-Gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['br', brotliCompressSync(text)],
    ['unheard-of', text],
    [undefined, text],
  ])('that says %s is decoded', async (encoding, bytes) => {
    expect(await readBody(Readable.from([bytes]), encoding, text.length)).toEqual(text);
  });

  it('counts by what it unpacks to', async () => {
    expect(await readBody(Readable.from([gzipSync(text)]), 'gzip', text.length - 1)).toBeUndefined();
  });

  it.each(['gzip', 'deflate', 'br'])('of no bytes is empty, whether or not it says %s', async (encoding) => {
    expect(await readBody(Readable.from([]), encoding, 10)).toHaveLength(0);
  });
});

it('throws what breaks the stream, decoded or not', async () => {
  for (const encoding of [undefined, 'gzip']) {
    const broken = new Readable({ read: () => broken.destroy(new Error('reset')) });
    await expect(readBody(broken, encoding, 10)).rejects.toThrow('reset');
  }
});
