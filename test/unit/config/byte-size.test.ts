import fc from 'fast-check';
import { expect, it } from 'vitest';
import { byteSize } from '../../../src/config/settings.ts';
import { formatByteSize } from '../../../src/model/byte-size.ts';

const read = byteSize(0, 64 * 1024 * 1024);

it.each([
  ['0', 0],
  ['65536', 65_536],
  ['10B', 10],
  ['64KiB', 65_536],
  ['1MiB', 1_048_576],
])('reads %s as bytes', (written, bytes) => {
  expect(read(written)).toBe(bytes);
});

it.each(['', '1 MiB', '1MB', '-1', '1.5MiB', '65MiB', '1e3', 'MiB'])(
  'refuses "%s" and says the range',
  (written) => {
    expect(() => read(written)).toThrow('must be a size from 0B to 64MiB');
  },
);

it('reads back whatever it formats', () => {
  fc.assert(fc.property(fc.nat(64 * 1024 * 1024), (bytes) => read(formatByteSize(bytes)) === bytes));
});
