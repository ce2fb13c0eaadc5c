import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatHostPort, parseHostPort } from '../../../src/observers/host-port.ts';

const parse = (written: string) => parseHostPort(written, 443);

it.each([
  ['shop.example.com', { host: 'shop.example.com', port: 443 }],
  ['Shop.Example.COM:8443', { host: 'shop.example.com', port: 8443 }],
  ['127.0.0.1:1', { host: '127.0.0.1', port: 1 }],
  ['[::1]', { host: '::1', port: 443 }],
  ['[2001:DB8::1]:8443', { host: '2001:db8::1', port: 8443 }],
  ['::1', { host: '::1', port: 443 }],
  ['bücher.example', { host: 'xn--bcher-kva.example', port: 443 }],
])('reads %s', (written, expected) => {
  expect(parse(written)).toEqual(expected);
});

it.each([
  ['https://shop.example.com'],
  ['shop.example.com/health'],
  ['user@shop'],
  ['shop:'],
  ['shop:0'],
  ['shop:65536'],
  ['shop:443:443'],
  ['[::1'],
  ['[shop]:443'],
  ['a b'],
  [''],
])('reads no host in "%s"', (written) => {
  expect(parse(written)).toBeUndefined();
});

it('reads what it has written', () => {
  const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6());
  fc.assert(
    fc.property(host, fc.integer({ min: 1, max: 65_535 }), (name, port) => {
      const first = parseHostPort(name.includes(':') ? `[${name}]:${port}` : `${name}:${port}`, 443);
      fc.pre(first !== undefined);
      expect(parse(formatHostPort(first))).toEqual(first);
    }),
  );
});

it('never fails, whatever is written', () => {
  fc.assert(fc.property(fc.string(), (written) => void parse(written)));
});
