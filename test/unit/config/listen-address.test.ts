import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listenAddress, urlOf } from '../../../src/config/listen-address.ts';
import { SettingProblem } from '../../../src/config/settings.ts';

describe('an address to listen on', () => {
  it.each([
    ['127.0.0.1:8080', '127.0.0.1', 8080, 'http://127.0.0.1:8080'],
    ['127.8.255.1:0', '127.8.255.1', 0, 'http://127.8.255.1:0'],
    ['localhost:80', '127.0.0.1', 80, 'http://127.0.0.1:80'],
    ['[::1]:65535', '::1', 65_535, 'http://[::1]:65535'],
  ])('is %s', (written, host, port, url) => {
    expect(listenAddress(written)).toEqual({ host, port });
    expect(urlOf({ host, port })).toBe(url);
  });

  it.each([
    '0.0.0.0:8080',
    '192.168.1.4:80',
    '[::]:80',
    'example.org:80',
    ':80',
    '127.0.0.256:80',
    '127.1:80',
  ])('that others reach is refused with what to do instead: %s', (written) => {
    expect(() => listenAddress(written)).toThrow(/own loop.*proxy that speaks TLS/);
  });

  it.each(['', '8080', '127.0.0.1', '127.0.0.1:', '127.0.0.1:65536', '::1:80', '127.0.0.1:8080/'])(
    'that is none is refused: "%s"',
    (written) => {
      expect(() => listenAddress(written)).toThrow(/such as 127\.0\.0\.1:8080/);
    },
  );

  it('is of the loop or a problem of the setting, whatever is written', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), fc.nat(70_000), (host, port) => {
        for (const written of [host, `${host}:${port}`, `[${host}]:${port}`]) {
          try {
            expect(listenAddress(written).host).toMatch(/^(127\.|::1$)/);
          } catch (problem) {
            expect(problem).toBeInstanceOf(SettingProblem);
          }
        }
      }),
    );
  });
});
